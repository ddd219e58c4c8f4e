/** The growing tables of the generated company, with the names and kinds of their columns. */
import { Table } from "../data/table.js";
import {
  type Growing,
  type GrowingNumbers,
  growingCodes,
  growingDecimals,
  growingIntegers,
  growingSets,
  growingStrings,
  growingTimes,
} from "./growing.js";
import { CATEGORIES, FEATURES, PLANS, PRIORITIES, ROLES } from "./parameters.js";
import { COUNTRIES, INDUSTRIES } from "./words.js";

/** Sizes of companies as people state them. */
export const SIZES = ["1", "2-10", "11-50", "51-150"] as const;

/** Devices of sessions. */
export const DEVICES = ["desktop", "mobile", "tablet"] as const;

/** Kinds of feature events; all but `adopted` and `workflow_abandoned` deliver value. */
export const EVENT_KINDS = [
  "adopted",
  "export",
  "report",
  "project",
  "api_call",
  "workflow_abandoned",
] as const;

/** Why an invoice was issued. */
export const INVOICE_KINDS = ["monthly", "plan_upgrade", "seat_upgrade"] as const;

/** All tables while their rows grow; ids count up over the whole run. */
export interface SaasRows {
  readonly companies: ReturnType<typeof companyRows>;
  readonly users: ReturnType<typeof userRows>;
  readonly sessions: ReturnType<typeof sessionRows>;
  readonly tickets: ReturnType<typeof ticketRows>;
  readonly events: ReturnType<typeof eventRows>;
  readonly invoices: ReturnType<typeof invoiceRows>;
}

/** Numbers of the users and companies of the chunk that is growing: `from … to − 1`. */
export interface ChunkRange {
  users: { from: number; to: number };
  companies: { from: number; to: number };
}

/** Makes the growing tables; keys of users and companies are written relative to the chunk's range. */
export function createSaasRows(range: ChunkRange): SaasRows {
  const userKey = (): GrowingNumbers =>
    growingCodes(
      () => idTexts("U", range.users.from, range.users.to),
      () => range.users.from,
    );
  const companyKey = (): GrowingNumbers =>
    growingCodes(
      () => idTexts("C", range.companies.from, range.companies.to),
      () => range.companies.from,
    );
  return {
    companies: companyRows(companyKey()),
    users: userRows(userKey(), companyKey(), userKey()),
    sessions: sessionRows(userKey()),
    tickets: ticketRows(userKey()),
    events: eventRows(userKey()),
    invoices: invoiceRows(companyKey()),
  };
}

/** Writes the key of a user or company: a letter and its number from 1. */
export function idText(letter: string, index: number): string {
  return `${letter}${index + 1}`;
}

/**
 * Cuts off what has grown as tables.
 *
 * @returns the tables in the order of the database, `FEATURES` not among them; some may be empty.
 */
export function takeTables(rows: SaasRows): Table[] {
  return [
    takeTable("COMPANIES", rows.companies),
    takeTable("USERS", rows.users),
    takeTable("SESSIONS", rows.sessions),
    takeTable("SUPPORT_TICKETS", rows.tickets),
    takeTable("FEATURE_EVENTS", rows.events),
    takeTable("INVOICES", rows.invoices),
  ];
}

/** Cuts off one growing table. */
export function takeTable(name: string, columns: Readonly<Record<string, Growing>>): Table {
  return new Table(
    name,
    Object.entries(columns).map(([column, growing]) => growing.take(column)),
  );
}

function companyRows(key: GrowingNumbers) {
  return {
    COMPANY_ID: key,
    NAME: growingStrings(),
    INDUSTRY: growingCodes(() => INDUSTRIES),
    SIZE: growingCodes(() => SIZES),
    PLAN: growingCodes(() => PLANS),
    SEATS: growingIntegers(),
    COUNTRY: growingCodes(() => COUNTRIES.map((country) => country.code)),
    CREATED_AT: growingTimes(),
    CANCELLED_AT: growingTimes(),
  };
}

function userRows(key: GrowingNumbers, company: GrowingNumbers, inviter: GrowingNumbers) {
  return {
    USER_ID: key,
    COMPANY_ID: company,
    NAME: growingStrings(),
    ROLE: growingCodes(() => ROLES),
    PLAN: growingCodes(() => PLANS),
    SIGNUP_DATE: growingTimes(),
    INVITED_BY: inviter,
    DEACTIVATED_AT: growingTimes(),
  };
}

function sessionRows(user: GrowingNumbers) {
  return {
    SESSION_ID: growingIntegers(),
    USER_ID: user,
    DURATION_MIN: growingDecimals(),
    FEATURES_USED: growingSets(FEATURES),
    DEVICE: growingCodes(() => DEVICES),
    ERRORS: growingIntegers(),
    TIMESTAMP: growingTimes(),
  };
}

function ticketRows(user: GrowingNumbers) {
  return {
    TICKET_ID: growingIntegers(),
    USER_ID: user,
    PRIORITY: growingCodes(() => PRIORITIES),
    CATEGORY: growingCodes(() => CATEGORIES),
    OPENED_AT: growingTimes(),
    RESOLVED_AT: growingTimes(),
    SATISFACTION: growingIntegers(),
  };
}

function eventRows(user: GrowingNumbers) {
  return {
    EVENT_ID: growingIntegers(),
    USER_ID: user,
    FEATURE: growingCodes(() => FEATURES),
    KIND: growingCodes(() => EVENT_KINDS),
    TIMESTAMP: growingTimes(),
  };
}

function invoiceRows(company: GrowingNumbers) {
  return {
    INVOICE_ID: growingIntegers(),
    COMPANY_ID: company,
    KIND: growingCodes(() => INVOICE_KINDS),
    PLAN: growingCodes(() => PLANS),
    SEATS: growingIntegers(),
    AMOUNT: growingDecimals(),
    ISSUED_AT: growingTimes(),
    PAID_AT: growingTimes(),
  };
}

function idTexts(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => idText(letter, from + i));
}
