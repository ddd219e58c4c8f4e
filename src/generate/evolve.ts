/** One day of a company: mood, growth, plan, tickets, adoptions and ways out; then everyone's intensity. */
import type { Rng } from "../core/random.js";
import type { Chronicle } from "./chronicle.js";
import {
  type CompanyState,
  driftOf,
  isDeclining,
  joinMember,
  MOOD_MARGIN,
  moodOn,
  NEVER,
  OUTAGE_BIT,
  WEEKDAY_LOG,
} from "./company.js";
import { CORE_FEATURES, FEATURES, SAAS_PARAMETERS } from "./parameters.js";

const P = SAAS_PARAMETERS;
const MOOD_KEEP = 1 - 1 / P.mood.memoryDays;
const MOOD_STEP = P.mood.sd * Math.sqrt(1 - MOOD_KEEP * MOOD_KEEP);
const PERSONAL_KEEP = 1 - 1 / P.personal.memoryDays;
const PERSONAL_STEP = P.personal.sd * Math.sqrt(1 - PERSONAL_KEEP * PERSONAL_KEEP);
const MAX_MEMBER_HAZARD = 0.25;
/** What a new member's log intensity lacks, by days since the signup; over after 20 memories. */
const ONBOARDING = Float64Array.from(
  { length: 20 * P.onboarding.memoryDays },
  (_, days) => P.onboarding.start * Math.exp(-days / P.onboarding.memoryDays),
);
/** The lift that each set of adopted features leads to. */
const LIFT_TARGET = Float64Array.from({ length: 1 << FEATURES.length }, (_, set) => liftOf(set));

/**
 * Moves a company one day on. Sessions do not feed back into the state: given the state they are independent
 * Poisson counts with the state's `intensity`.
 *
 * @param state - changed in place.
 * @param day - the day that begins; days are visited in order from the company's first.
 * @param season - log factor of the day's season.
 * @param rng - the company's stream of the process.
 * @param chronicle - hears of events; `null` in a forecast.
 */
export function advanceDay(
  state: CompanyState,
  day: number,
  season: number,
  rng: Rng,
  chronicle: Chronicle | null,
): void {
  moveMood(state, day, rng, chronicle);
  if (day < state.closedFrom) {
    moveTeam(state, day, rng, chronicle);
    movePlan(state, day, rng, chronicle);
  }
  for (let user = 0; user < state.members; user++) {
    if (state.endDay[user]! <= day) continue;
    if (day >= state.closedFrom) leave(state, user, day, chronicle);
    else moveMember(state, user, day, rng, chronicle);
  }
  setIntensities(state, day, season);
}

function moveMood(state: CompanyState, day: number, rng: Rng, chronicle: Chronicle | null): void {
  const { traits } = state;
  let level = 0;
  if (isDeclining(state)) {
    const done = (day - state.declineFrom) / state.declineDays;
    level = P.decline.depth * Math.min(1, done);
    if (done >= 1 && state.closedFrom === NEVER) {
      state.closedFrom = day;
      chronicle?.cancelled(day);
    }
  } else if (day > traits.created + 30) {
    const chance = P.decline.perDay * (traits.capacity === 1 ? P.decline.singleUser : 1);
    if (rng.next() < chance) {
      const [shortest, longest] = P.decline.days;
      state.declineFrom = day;
      state.declineDays = shortest + rng.int(longest - shortest + 1);
    }
  }
  const at = day + MOOD_MARGIN;
  // The level enters whole, not through the memory, so that a decline is as deep as its parameter says.
  const before = levelBefore(state, day);
  state.mood[at] = level + MOOD_KEEP * (moodOn(state, day - 1) - before) + MOOD_STEP * rng.normal();
}

function levelBefore(state: CompanyState, day: number): number {
  if (!isDeclining(state)) return 0;
  const done = (day - 1 - state.declineFrom) / state.declineDays;
  return P.decline.depth * Math.max(0, Math.min(1, done));
}

function moveTeam(state: CompanyState, day: number, rng: Rng, chronicle: Chronicle | null): void {
  const { traits } = state;
  let invitations = 0;
  if (state.members === 0) invitations = 1;
  else {
    const free = Math.min(traits.places - state.members, state.seats - state.active);
    if (free <= 0 || isDeclining(state) || state.active === 0) return;
    const missing = traits.capacity - state.members;
    const mean = P.growth.perDay * missing * Math.exp(P.growth.perMood * moodOn(state, day));
    invitations = Math.min(free, drawPoisson(Math.min(mean, 5), rng));
  }
  for (let i = 0; i < invitations; i++) {
    const user = joinMember(state, day, drawInviter(state, day, rng), rng);
    shiftMood(state, day, P.mood.newMember);
    chronicle?.joined(user, day);
  }
}

function movePlan(state: CompanyState, day: number, rng: Rng, chronicle: Chronicle | null): void {
  const { plan } = P;
  if (state.active === 0) return;
  let total = 0;
  for (let user = 0; user < state.members; user++) total += state.intensity[user]!;
  const scale = Math.exp(state.traits.logScale);
  const unheld = total * Math.exp(-state.saturation);
  const limit = plan.sessionsPerSeat[state.plan]! * state.seats * scale;
  state.utilisation += (unheld / limit - state.utilisation) / plan.utilisationDays;
  state.saturation = -Math.log1p(state.utilisation ** plan.sharpness) / plan.sharpness;
  if (isDeclining(state)) return;
  const u = rng.next();
  const pressure = state.utilisation - plan.upgradeFrom;
  if (state.plan < 3 && pressure > 0 && u < plan.upgradePerDay * Math.min(1, pressure)) {
    const before = plan.sessionsPerSeat[state.plan]!;
    state.plan++;
    state.utilisation *= before / plan.sessionsPerSeat[state.plan]!;
    chronicle?.upgraded(day, "plan");
  } else if (
    state.active >= state.seats &&
    state.members < state.traits.capacity &&
    u > 1 - plan.seatsPerDay
  ) {
    state.utilisation *= state.seats;
    state.seats += Math.max(1, Math.ceil(state.seats * 0.4));
    state.utilisation /= state.seats;
    chronicle?.upgraded(day, "seats");
  }
}

function moveMember(
  state: CompanyState,
  user: number,
  day: number,
  rng: Rng,
  chronicle: Chronicle | null,
): void {
  const { adoption, tickets } = P;
  const drifting = day >= state.driftFrom[user]!;
  if (drifting && driftOf(state, user, day) >= 1) {
    leave(state, user, day, chronicle);
    return;
  }
  state.personal[user] = PERSONAL_KEEP * state.personal[user]! + PERSONAL_STEP * rng.normal();
  state.lift[user]! +=
    (LIFT_TARGET[state.adopted[user]!]! - state.lift[user]!) / adoption.memoryDays;
  if (state.tickets[user] !== 0) resolveTickets(state, user, day, rng, chronicle);
  // One uniform number decides on all rare events of the day: most days nothing happens.
  let u = rng.next();
  if (u >= MAX_MEMBER_HAZARD) return;
  if ((u -= tickets.perDay) < 0) {
    openTicket(state, user, day, rng, chronicle);
    return;
  }
  if (drifting) return;
  if ((u -= driftHazard(state, user, day)) < 0) {
    const [shortest, longest] = P.churn.driftDays;
    state.driftFrom[user] = day;
    state.driftDays[user] = shortest + rng.int(longest - shortest + 1);
    return;
  }
  const feature = rng.int(FEATURES.length);
  if ((state.adopted[user]! & (1 << feature)) !== 0) return;
  if (u < adoptionHazard(state, user, feature) * FEATURES.length) {
    adopt(state, user, feature);
    chronicle?.adopted(user, day, feature);
  }
}

/** Chance a day of adopting one feature. */
function adoptionHazard(state: CompanyState, user: number, feature: number): number {
  const { adoption } = P;
  if (feature < CORE_FEATURES) return adoption.corePerDay;
  const others = Math.max(1, state.active - 1);
  const share = state.adopters[feature]! / others;
  const lead = state.member.role[user]! <= 1 ? adoption.lead : 1;
  return adoption.powerPerDay * lead + adoption.powerPerDayByColleagues * Math.min(1, share);
}

/** Chance a day that a member's drift out begins. */
function driftHazard(state: CompanyState, user: number, day: number): number {
  const { churn } = P;
  const felt = moodOn(state, day - state.member.lag[user]!);
  let hazard = churn.perDay * Math.exp(churn.perMood * Math.max(-2, Math.min(2, felt)));
  if (state.traits.capacity === 1) hazard *= churn.singleUser;
  if (state.tickets[user]! & 0b1100) hazard *= churn.blockedByTicket;
  if (day - state.lastLeft <= churn.colleagueMemoryDays) hazard *= churn.afterColleagueLeft;
  for (let f = CORE_FEATURES; f < FEATURES.length; f++) {
    if (state.adopted[user]! & (1 << f)) hazard *= churn.perPowerFeature;
  }
  return Math.min(0.05, hazard);
}

function adopt(state: CompanyState, user: number, feature: number): void {
  state.adopted[user]! |= 1 << feature;
  state.adopters[feature]!++;
}

function openTicket(
  state: CompanyState,
  user: number,
  day: number,
  rng: Rng,
  chronicle: Chronicle | null,
): void {
  const { tickets } = P;
  let u = rng.next();
  let priority = 0;
  while (priority < 3 && (u -= tickets.shares[priority]!) >= 0) priority++;
  const outage = priority === 3 && rng.next() < tickets.outageShare;
  // One open ticket of a priority at a time.
  if (state.tickets[user]! & (1 << priority)) return;
  state.tickets[user]! |= (1 << priority) | (outage ? OUTAGE_BIT : 0);
  if (outage) state.outages++;
  chronicle?.ticketOpened(user, day, priority, outage);
}

function resolveTickets(
  state: CompanyState,
  user: number,
  day: number,
  rng: Rng,
  chronicle: Chronicle | null,
): void {
  for (let priority = 0; priority < 4; priority++) {
    const bit = 1 << priority;
    if ((state.tickets[user]! & bit) === 0) continue;
    if (rng.next() >= P.tickets.resolvedPerDay[priority]!) continue;
    if (priority === 3 && state.tickets[user]! & OUTAGE_BIT) endOutage(state, user);
    state.tickets[user]! &= ~bit;
    chronicle?.ticketResolved(user, day, priority);
  }
}

function endOutage(state: CompanyState, user: number): void {
  state.tickets[user]! &= ~OUTAGE_BIT;
  state.outages--;
}

function leave(state: CompanyState, user: number, day: number, chronicle: Chronicle | null): void {
  state.endDay[user] = day;
  state.intensity[user] = 0;
  state.active--;
  state.lastLeft = day;
  for (let f = 0; f < FEATURES.length; f++) {
    if (state.adopted[user]! & (1 << f)) state.adopters[f]!--;
  }
  if (state.tickets[user]! & OUTAGE_BIT) endOutage(state, user);
  for (let p = 0; p < 4; p++) {
    if (state.tickets[user]! & (1 << p)) chronicle?.ticketResolved(user, day, p);
  }
  state.tickets[user] = 0;
  if (state.member.role[user]! <= 1) shiftMood(state, day, P.mood.leadLeft);
  chronicle?.left(user, day);
}

function shiftMood(state: CompanyState, day: number, by: number): void {
  state.mood[day + MOOD_MARGIN]! += by;
}

function setIntensities(state: CompanyState, day: number, season: number): void {
  const { tickets, churn, rate } = P;
  const { member } = state;
  const weekday = day % 7;
  const common = season + state.saturation - (P.mood.sd * P.mood.sd) / 2;
  const top = rate.maxPerDay * Math.max(1, Math.exp(state.traits.logScale));
  for (let user = 0; user < state.members; user++) {
    if (state.endDay[user]! <= day) continue;
    const felt = member.sensitivity[user]! * moodOn(state, day - member.lag[user]!);
    const since = day - member.joined[user]!;
    const settling = since < ONBOARDING.length ? ONBOARDING[since]! : 0;
    let log = common + member.rate[user]! + WEEKDAY_LOG[member.rhythm[user]!]![weekday]! + felt;
    log += state.personal[user]! + state.lift[user]! + settling;
    log += churn.driftDepth * driftOf(state, user, day);
    const open = state.tickets[user]!;
    if (open !== 0) {
      for (let p = 0; p < 4; p++) if (open & (1 << p)) log += tickets.whileOpen[p]!;
    }
    if (state.outages - (open & OUTAGE_BIT ? 1 : 0) > 0) log += tickets.outageForColleagues;
    state.intensity[user] = Math.min(top, Math.exp(log));
  }
}

function drawInviter(state: CompanyState, day: number, rng: Rng): number {
  if (state.members === 0 || rng.next() < 0.1) return -1;
  // Some tries find an active member; leads invite three times as often.
  for (let i = 0; i < 20; i++) {
    const user = rng.int(state.members);
    if (state.endDay[user]! <= day) continue;
    if (state.member.role[user]! <= 1 || rng.next() < 0.33) return user;
  }
  return -1;
}

/**
 * Draws a Poisson number by inversion, for means up to about 30.
 *
 * @param mean - the mean, not negative.
 * @param rng - one number is drawn.
 */
export function drawPoisson(mean: number, rng: Rng): number {
  let p = Math.exp(-mean);
  let u = rng.next();
  let count = 0;
  while (u > p && count < 1000) {
    u -= p;
    count++;
    p *= mean / count;
  }
  return count;
}

/** Each further power feature lifts less than the one before. */
function liftOf(adopted: number): number {
  const { coreLift, powerLift, powerDecay } = P.adoption;
  let target = 0;
  let next = powerLift;
  for (let f = 0; f < FEATURES.length; f++) {
    if ((adopted & (1 << f)) === 0) continue;
    if (f < CORE_FEATURES) target += coreLift;
    else {
      target += next;
      next *= powerDecay;
    }
  }
  return target;
}
