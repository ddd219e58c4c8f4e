/** The settings that go beside the generated tables as `schema.json`. */
import type { SchemaOverrides } from "../data/schema-file.js";

/** Keys, times, links, units and known-from times of the generated company's tables. */
export const SAAS_SCHEMA: SchemaOverrides = {
  tables: {
    FEATURES: { primaryKey: "FEATURE", timeColumn: null, foreignKeys: {} },
    COMPANIES: {
      primaryKey: "COMPANY_ID",
      timeColumn: "CREATED_AT",
      endTimeColumn: "CANCELLED_AT",
      foreignKeys: {},
      stypes: {
        INDUSTRY: "categorical",
        SIZE: "categorical",
        PLAN: "categorical",
        COUNTRY: "categorical",
        SEATS: "numerical",
      },
    },
    USERS: {
      primaryKey: "USER_ID",
      timeColumn: "SIGNUP_DATE",
      endTimeColumn: "DEACTIVATED_AT",
      foreignKeys: { COMPANY_ID: "COMPANIES", INVITED_BY: "USERS" },
      stypes: { ROLE: "categorical", PLAN: "categorical" },
    },
    SESSIONS: {
      primaryKey: "SESSION_ID",
      timeColumn: "TIMESTAMP",
      foreignKeys: { USER_ID: "USERS" },
      stypes: { FEATURES_USED: "multicategorical", DEVICE: "categorical", ERRORS: "numerical" },
      units: { DURATION_MIN: "minutes" },
    },
    SUPPORT_TICKETS: {
      primaryKey: "TICKET_ID",
      timeColumn: "OPENED_AT",
      foreignKeys: { USER_ID: "USERS" },
      stypes: { PRIORITY: "categorical", CATEGORY: "categorical", SATISFACTION: "numerical" },
      knownFrom: { RESOLVED_AT: "RESOLVED_AT", SATISFACTION: "RESOLVED_AT" },
    },
    FEATURE_EVENTS: {
      primaryKey: "EVENT_ID",
      timeColumn: "TIMESTAMP",
      foreignKeys: { USER_ID: "USERS", FEATURE: "FEATURES" },
      stypes: { KIND: "categorical" },
    },
    INVOICES: {
      primaryKey: "INVOICE_ID",
      timeColumn: "ISSUED_AT",
      foreignKeys: { COMPANY_ID: "COMPANIES" },
      stypes: { KIND: "categorical", PLAN: "categorical", SEATS: "numerical" },
      units: { AMOUNT: "USD" },
      knownFrom: { PAID_AT: "PAID_AT" },
    },
  },
};
