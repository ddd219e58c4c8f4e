/** The sessions of a day, and the events within them: what the hidden intensity leaves for others to see. */
import { driftOf } from "./company.js";
import { drawPoisson } from "./evolve.js";
import { dayTime } from "./options.js";
import { FEATURES, SAAS_PARAMETERS } from "./parameters.js";
import { type Scribe, timeOn, writeEvent } from "./scribe.js";

const { duration, traces } = SAAS_PARAMETERS;
const ABANDONED = 5;
/** The kind of value event that a feature gives; an index into the kinds of events. */
const KIND_BY_FEATURE: Readonly<Record<string, number>> = {
  exports: 1,
  custom_reports: 2,
  forecasting: 2,
  api: 4,
  integrations: 4,
};
const KINDS = Uint8Array.from(FEATURES, (feature) => KIND_BY_FEATURE[feature] ?? 3);

/** Hears of each session. */
export type SessionListener = (user: number, day: number, minutes: number) => void;

/**
 * Draws and writes the sessions of all members on a day, and their events.
 *
 * @param scribe - the company's scribe; its state holds the day's intensities.
 * @param day - the day.
 * @param listener - hears of each session; `null` for nobody.
 */
export function writeSessions(scribe: Scribe, day: number, listener: SessionListener | null): void {
  const { state, rng } = scribe;
  for (let user = 0; user < state.members; user++) {
    if (state.endDay[user]! <= day) continue;
    const count = drawPoisson(state.intensity[user]!, rng);
    for (let i = 0; i < count; i++) {
      const minutes = writeSession(scribe, user, day);
      listener?.(user, day, minutes);
    }
  }
}

function writeSession(scribe: Scribe, user: number, day: number): number {
  const { state, rng, firstUser } = scribe;
  const { sessions } = scribe.rows;
  const drift = driftOf(state, user, day);
  const blocked = (state.tickets[user]! & 0b1100) !== 0;
  const minutes = drawMinutes(scribe, user, drift);
  const used = drawFeatures(scribe, user, drift);
  const time = timeOn(scribe, day);
  const errors =
    traces.errors +
    (drift > 0 ? traces.errorsInDrift : 0) +
    (blocked ? traces.errorsWhileBlocked : 0);
  const device = rng.next();
  sessions.SESSION_ID.push(++scribe.counters.session);
  sessions.USER_ID.push(firstUser + user);
  sessions.DURATION_MIN.push(minutes);
  sessions.FEATURES_USED.push(used);
  sessions.DEVICE.push(device < 0.75 ? 0 : device < 0.95 ? 1 : 2);
  sessions.ERRORS.push(drawPoisson(errors, rng));
  sessions.TIMESTAMP.push(time);
  if (rng.next() < traces.eventsPerSession) {
    const abandoned = rng.next() < traces.abandoned + (drift > 0 ? traces.abandonedInDrift : 0);
    const feature = pickBit(used, rng.next());
    const end = Math.min(time + minutes * 60_000, dayTime(scribe.calendar, day + 1) - 1000);
    const at = time + Math.floor((rng.next() * (end - time)) / 1000) * 1000;
    writeEvent(scribe, user, feature, abandoned ? ABANDONED : KINDS[feature]!, at);
  }
  return minutes;
}

/** Minutes of a session, to a tenth. */
function drawMinutes(scribe: Scribe, user: number, drift: number): number {
  const log = scribe.state.member.logMinutes[user]! + duration.atDriftEnd * drift;
  const minutes = Math.exp(log + duration.sd * scribe.rng.normal());
  return Math.max(0.5, Math.min(duration.maxMinutes, Math.round(minutes * 10) / 10));
}

/** Bits of the features used: each adopted one by chance, at least one. */
function drawFeatures(scribe: Scribe, user: number, drift: number): number {
  const adopted = scribe.state.adopted[user]!;
  const breadth = traces.breadth + (traces.breadthAtDriftEnd - traces.breadth) * Math.sqrt(drift);
  let used = 0;
  for (let bits = adopted, bit = 1; bits > 0; bits >>= 1, bit <<= 1) {
    if (bits & 1 && scribe.rng.next() < breadth) used |= bit;
  }
  return used === 0 ? 1 << pickBit(adopted, scribe.rng.next()) : used;
}

/** Returns the number of one set bit, chosen by `u` in `[0, 1)`; some bit is set. */
function pickBit(bits: number, u: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  let skip = Math.floor(u * count);
  for (let bit = 0; ; bit++) {
    if ((bits & (1 << bit)) === 0) continue;
    if (skip-- === 0) return bit;
  }
}
