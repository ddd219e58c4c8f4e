/** The state of one company and its members on one day, in flat arrays that a forecast can copy. */
import type { Rng } from "../core/random.js";
import type { Calendar } from "./options.js";
import { CORE_FEATURES, FEATURES, ROLES, SAAS_PARAMETERS } from "./parameters.js";

/** Days before day 0 for which a company's mood is kept, so that lags can look back. */
export const MOOD_MARGIN = 60;

/** What never changes about a company. */
export interface CompanyTraits {
  readonly created: number;
  /** Number of people who may become members. */
  readonly capacity: number;
  /** Members that there is room for: the capacity, but for the last company of a run. */
  readonly places: number;
  /** The company's share of its users' log rate. */
  readonly rate: number;
  /** Log of the run's scale against 50 sessions per user. */
  readonly logScale: number;
}

/** What never changes about a member, by the member's number within the company. */
export interface MemberTraits {
  readonly role: Uint8Array;
  readonly joined: Int32Array;
  /** Inviting member, −1 for none. */
  readonly inviter: Int32Array;
  /** Log of the settled rate: scale, company, role and the user's own part. */
  readonly rate: Float64Array;
  /** Days after which the company's mood is felt. */
  readonly lag: Int32Array;
  /** How strongly the mood is felt, around 1. */
  readonly sensitivity: Float64Array;
  /** Weekday profile, an index into {@link WEEKDAY_LOG}. */
  readonly rhythm: Uint8Array;
  /** Mean of the log minutes of a session. */
  readonly logMinutes: Float64Array;
}

/** Everything about a company that changes from day to day. */
export interface CompanyState {
  readonly traits: CompanyTraits;
  readonly member: MemberTraits;
  /** Mood by day, shared by copies: entry `day + MOOD_MARGIN`; a forecast writes only days to come. */
  readonly mood: Float64Array;
  members: number;
  active: number;
  plan: number;
  seats: number;
  /** Smoothed use against the plan's limit; 1 = at the limit. */
  utilisation: number;
  /** Log factor by which the plan's limit holds usage back today. */
  saturation: number;
  /** First day of the decline, −1e9 for none. */
  declineFrom: number;
  declineDays: number;
  /** First day on which all accounts are closed. */
  closedFrom: number;
  /** Day of the latest deactivation of a member. */
  lastLeft: number;
  /** Open urgent outage tickets of the company. */
  outages: number;
  /** Members that adopted each feature and are active. */
  readonly adopters: Int32Array;
  /** First day on which the member is gone. */
  readonly endDay: Int32Array;
  readonly driftFrom: Int32Array;
  readonly driftDays: Int32Array;
  /** The member's own slow process. */
  readonly personal: Float64Array;
  /** Bits of adopted features. */
  readonly adopted: Uint16Array;
  /** Lift by adopted features today, on its way to its target. */
  readonly lift: Float64Array;
  /** Open tickets: bits of priorities in 0 … 3; bit 4: the urgent one is an outage. */
  readonly tickets: Uint8Array;
  /** Expected sessions of the day. */
  readonly intensity: Float64Array;
}

/** Never: a day after every calendar. */
export const NEVER = 1_000_000_000;

/** Marks an open urgent ticket as an outage. */
export const OUTAGE_BIT = 16;

/** Log weights of Monday to Sunday for each rhythm: office, flexible, weekend; each averages 1 over the week. */
export const WEEKDAY_LOG: readonly Float64Array[] = [
  [1.35, 1.4, 1.35, 1.3, 1.1, 0.2, 0.3],
  [1.1, 1.1, 1.05, 1.05, 1, 0.85, 0.85],
  [0.75, 0.75, 0.8, 0.8, 1, 1.5, 1.4],
].map((weights) => Float64Array.from(weights, Math.log));

/**
 * Founds a company: its traits and an empty team.
 *
 * @param rng - the company's stream for traits.
 * @param calendar - the run's calendar.
 * @param room - users left to generate; caps the team.
 * @param scale - sessions per user against 50.
 */
export function foundCompany(
  rng: Rng,
  calendar: Calendar,
  room: number,
  scale: number,
): CompanyState {
  const { rate, mood } = SAAS_PARAMETERS;
  // Two of five companies come with the launch, the others evenly over the calendar.
  const created = rng.int(rng.next() < 0.4 ? Math.min(75, calendar.days - 60) : calendar.days - 60);
  const capacity = drawCapacity(rng);
  // The last company of a run is cut short, without a change to what its members would do.
  const places = Math.min(room, capacity);
  const state: CompanyState = {
    traits: {
      created,
      capacity,
      places,
      rate: rate.companySd * rng.normal(),
      logScale: Math.log(scale),
    },
    member: {
      role: new Uint8Array(places),
      joined: new Int32Array(places),
      inviter: new Int32Array(places),
      rate: new Float64Array(places),
      lag: new Int32Array(places),
      sensitivity: new Float64Array(places),
      rhythm: new Uint8Array(places),
      logMinutes: new Float64Array(places),
    },
    mood: new Float64Array(calendar.days + MOOD_MARGIN),
    members: 0,
    active: 0,
    plan: capacity === 1 ? rng.int(2) : Math.min(3, rng.int(3) + (capacity > 20 ? 1 : 0)),
    seats: Math.max(1, Math.ceil(capacity * (0.4 + 0.4 * rng.next()))),
    utilisation: 0.5,
    saturation: 0,
    declineFrom: -NEVER,
    declineDays: 0,
    closedFrom: NEVER,
    lastLeft: -NEVER,
    outages: 0,
    adopters: new Int32Array(FEATURES.length),
    endDay: new Int32Array(places).fill(NEVER),
    driftFrom: new Int32Array(places).fill(NEVER),
    driftDays: new Int32Array(places),
    personal: new Float64Array(places),
    adopted: new Uint16Array(places),
    lift: new Float64Array(places),
    tickets: new Uint8Array(places),
    intensity: new Float64Array(places),
  };
  state.mood.fill(mood.sd * rng.normal(), 0, created + MOOD_MARGIN);
  return state;
}

/** Adds a member to a company. */
export function joinMember(state: CompanyState, day: number, inviter: number, rng: Rng): number {
  const { rate, mood, duration, personal, adoption } = SAAS_PARAMETERS;
  const { member, traits } = state;
  const user = state.members++;
  const role = user === 0 ? 0 : drawRole(rng);
  member.role[user] = role;
  member.joined[user] = day;
  member.inviter[user] = inviter;
  const own = rate.userSd * rng.normal() - (rate.userSd * rate.userSd) / 2;
  const base = Math.log(rate.perDay) + traits.logScale + traits.rate;
  member.rate[user] = base + rate.byRole[role]! + own;
  const lag = mood.lagDays[role]! + Math.round(mood.lagSpreadDays * (2 * rng.next() - 1));
  member.lag[user] = Math.max(0, lag);
  member.sensitivity[user] = 0.85 + 0.3 * rng.next();
  const rhythm = rng.next();
  member.rhythm[user] = rhythm < 0.65 ? 0 : rhythm < 0.92 ? 1 : 2;
  member.logMinutes[user] = Math.log(duration.medianMinutes) + duration.userSd * rng.normal();
  state.personal[user] = personal.sd * rng.normal();
  // Everyone starts with the dashboard and one more core feature.
  const adopted = 1 | (1 << (1 + rng.int(CORE_FEATURES - 1)));
  state.adopted[user] = adopted;
  state.lift[user] = 2 * adoption.coreLift;
  for (let f = 0; f < CORE_FEATURES; f++) if (adopted & (1 << f)) state.adopters[f]!++;
  state.active++;
  return user;
}

/** Returns the company's mood on a day, before its beginning the mood it began with. */
export function moodOn(state: CompanyState, day: number): number {
  return state.mood[Math.max(0, day + MOOD_MARGIN)]!;
}

/** How far a member's drift has come: 0 = none, 1 = at its end. */
export function driftOf(state: CompanyState, user: number, day: number): number {
  const since = day - state.driftFrom[user]!;
  return since < 0 ? 0 : Math.min(1, (since + 1) / state.driftDays[user]!);
}

/** Tells whether the company is in decline. */
export function isDeclining(state: CompanyState): boolean {
  return state.declineFrom > -NEVER;
}

/** Copies a state for a forecast; the mood's past and the members' traits are shared, with room for new members. */
export function copyState(state: CompanyState): CompanyState {
  const { member } = state;
  return {
    ...state,
    member: {
      role: member.role.slice(),
      joined: member.joined.slice(),
      inviter: member.inviter.slice(),
      rate: member.rate.slice(),
      lag: member.lag.slice(),
      sensitivity: member.sensitivity.slice(),
      rhythm: member.rhythm.slice(),
      logMinutes: member.logMinutes.slice(),
    },
    adopters: state.adopters.slice(),
    endDay: state.endDay.slice(),
    driftFrom: state.driftFrom.slice(),
    driftDays: state.driftDays.slice(),
    personal: state.personal.slice(),
    adopted: state.adopted.slice(),
    lift: state.lift.slice(),
    tickets: state.tickets.slice(),
    intensity: state.intensity.slice(),
  };
}

function drawCapacity(rng: Rng): number {
  if (rng.next() < 0.3) return 1;
  return Math.min(150, 2 + Math.floor(Math.exp(2.1 + 0.9 * rng.normal())));
}

function drawRole(rng: Rng): number {
  const u = rng.next();
  const role = u < 0.1 ? 0 : u < 0.28 ? 1 : u < 0.8 ? 2 : 3;
  return Math.min(role, ROLES.length - 1);
}
