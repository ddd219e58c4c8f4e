/** The scribe of a company: turns its events and its days into rows of the tables. */
import type { Rng } from "../core/random.js";
import type { Timestamp } from "../core/time.js";
import type { Chronicle } from "./chronicle.js";
import { type CompanyState, isDeclining, moodOn } from "./company.js";
import { type Calendar, dayTime } from "./options.js";
import { FEATURES, SAAS_PARAMETERS } from "./parameters.js";
import type { SaasRows } from "./rows.js";
import { COUNTRIES, companyName, INDUSTRIES, personName } from "./words.js";

/** The last number given out in each table that counts its rows. */
export interface RowCounters {
  session: number;
  ticket: number;
  event: number;
  invoice: number;
}

/** What is needed to write the rows of one company. */
export interface Scribe {
  readonly rows: SaasRows;
  readonly counters: RowCounters;
  readonly calendar: Calendar;
  readonly state: CompanyState;
  /** The company's number and the number of its first user. */
  readonly company: number;
  readonly firstUser: number;
  /** The stream of rows. The process has its own: what is written never changes what happens. */
  readonly rng: Rng;
  /** Hours by which the company's working day is shifted against UTC. */
  readonly shift: number;
}

/**
 * Writes the company's own row and returns its scribe.
 *
 * @param context - all of the scribe but what is drawn here.
 */
export function openScribe(context: Omit<Scribe, "shift">): Scribe {
  const { rows, calendar, state, company, rng } = context;
  const { companies } = rows;
  const country = rng.int(COUNTRIES.length);
  companies.COMPANY_ID.push(company);
  companies.NAME.push(companyName(rng));
  companies.INDUSTRY.push(rng.int(INDUSTRIES.length));
  companies.SIZE.push(sizeOf(state.traits.capacity));
  companies.PLAN.push(state.plan);
  companies.SEATS.push(state.seats);
  companies.COUNTRY.push(country);
  companies.CREATED_AT.push(dayTime(calendar, state.traits.created));
  companies.CANCELLED_AT.push(Number.NaN);
  return { ...context, shift: COUNTRIES[country]!.shift };
}

/** Returns the chronicle that writes a company's events as rows. */
export function chronicleOf(scribe: Scribe): Chronicle {
  const { rows, state, rng } = scribe;
  const firstUserRow = rows.users.SIGNUP_DATE.length;
  const companyRow = rows.companies.CREATED_AT.length - 1;
  // The open ticket of each member and priority: its row and its day.
  const ticketRow = new Int32Array(4 * state.traits.places);
  const ticketDay = new Int32Array(4 * state.traits.places);
  return {
    joined(user, day) {
      writeUser(scribe, user, day);
      for (let feature = 0; feature < FEATURES.length; feature++) {
        if (state.adopted[user]! & (1 << feature)) writeAdoption(scribe, user, feature, day);
      }
    },
    left(user, day) {
      rows.users.DEACTIVATED_AT.set(firstUserRow + user, timeOn(scribe, day));
    },
    adopted(user, day, feature) {
      writeAdoption(scribe, user, feature, day);
    },
    ticketOpened(user, day, priority, outage) {
      const at = 4 * user + priority;
      ticketDay[at] = day;
      ticketRow[at] = rows.tickets.OPENED_AT.length;
      rows.tickets.TICKET_ID.push(++scribe.counters.ticket);
      rows.tickets.USER_ID.push(scribe.firstUser + user);
      rows.tickets.PRIORITY.push(priority);
      rows.tickets.CATEGORY.push(outage ? 4 : rng.int(4));
      rows.tickets.OPENED_AT.push(timeOn(scribe, day));
      rows.tickets.RESOLVED_AT.push(Number.NaN);
      rows.tickets.SATISFACTION.push(Number.NaN);
    },
    ticketResolved(user, day, priority) {
      const at = 4 * user + priority;
      rows.tickets.RESOLVED_AT.set(ticketRow[at]!, timeOn(scribe, day));
      if (rng.next() < 0.4) return;
      const slow = Math.log1p(day - ticketDay[at]!);
      const answer = Math.round(5.2 - 0.7 * slow - 0.2 * priority + 0.7 * rng.normal());
      rows.tickets.SATISFACTION.set(ticketRow[at]!, Math.max(1, Math.min(5, answer)));
    },
    upgraded(day, what) {
      writeInvoice(scribe, day, what === "plan" ? 1 : 2);
    },
    cancelled(day) {
      rows.companies.CANCELLED_AT.set(companyRow, timeOn(scribe, day));
    },
  };
}

/**
 * Draws a working hour of a day in the company's country; never midnight, never outside the day in UTC.
 *
 * @param scribe - the company's scribe.
 * @param day - the day.
 */
export function timeOn(scribe: Scribe, day: number): Timestamp {
  const local = Math.max(6, Math.min(22.5, 13 + 2.8 * scribe.rng.normal()));
  const seconds = Math.floor(((local + scribe.shift + 24) % 24) * 3600);
  return dayTime(scribe.calendar, day) + Math.max(60, seconds) * 1000;
}

/** Writes an event of a feature; `kind` is an index into the kinds of events. */
export function writeEvent(
  scribe: Scribe,
  user: number,
  feature: number,
  kind: number,
  time: Timestamp,
): void {
  const { events } = scribe.rows;
  events.EVENT_ID.push(++scribe.counters.event);
  events.USER_ID.push(scribe.firstUser + user);
  events.FEATURE.push(feature);
  events.KIND.push(kind);
  events.TIMESTAMP.push(time);
}

/** Writes an invoice of the company's plan and seats; `kind` is an index into the kinds of invoices. */
export function writeInvoice(scribe: Scribe, day: number, kind: number): void {
  const { calendar, state, rng } = scribe;
  const { invoices } = scribe.rows;
  const { payment, plan } = SAAS_PARAMETERS;
  const declining = isDeclining(state);
  const issued = timeOn(scribe, day);
  const late = payment.sd * rng.normal() + payment.perMood * moodOn(state, day);
  const days = payment.medianDays * Math.exp(late + (declining ? payment.inDecline : 0));
  const paid = issued + Math.round(Math.min(days, 120) * 86_400) * 1000;
  const unpaid = declining && rng.next() < payment.unpaidInDecline;
  invoices.INVOICE_ID.push(++scribe.counters.invoice);
  invoices.COMPANY_ID.push(scribe.company);
  invoices.KIND.push(kind);
  invoices.PLAN.push(state.plan);
  invoices.SEATS.push(state.seats);
  invoices.AMOUNT.push(state.seats * plan.pricePerSeat[state.plan]!);
  invoices.ISSUED_AT.push(issued);
  invoices.PAID_AT.push(unpaid || paid >= dayTime(calendar, calendar.days) ? Number.NaN : paid);
}

function writeUser(scribe: Scribe, user: number, day: number): void {
  const { state, rng, firstUser } = scribe;
  const { users } = scribe.rows;
  const inviter = state.member.inviter[user]!;
  users.USER_ID.push(firstUser + user);
  users.COMPANY_ID.push(scribe.company);
  users.NAME.push(personName(rng));
  users.ROLE.push(state.member.role[user]!);
  users.PLAN.push(state.plan);
  users.SIGNUP_DATE.push(dayTime(scribe.calendar, day));
  users.INVITED_BY.push(inviter < 0 ? -1 : firstUser + inviter);
  users.DEACTIVATED_AT.push(Number.NaN);
}

function writeAdoption(scribe: Scribe, user: number, feature: number, day: number): void {
  writeEvent(scribe, user, feature, 0, timeOn(scribe, day));
}

function sizeOf(capacity: number): number {
  return capacity === 1 ? 0 : capacity <= 10 ? 1 : capacity <= 50 ? 2 : 3;
}
