/** The oracle: simulates many futures of a company from its hidden state, as no model can. */
import type { Rng } from "../core/random.js";
import { type CompanyState, copyState, driftOf, NEVER } from "./company.js";
import { advanceDay, drawPoisson } from "./evolve.js";
import { TRUTH_WINDOW_DAYS } from "./options.js";
import { SAAS_PARAMETERS } from "./parameters.js";

/** Totals drawn from each simulated future. */
const TOTALS_PER_FUTURE = 4;

/** What the oracle says of each member at an anchor; entries of members already gone are unspecified. */
export interface Forecast {
  readonly members: number;
  /** Whether the member's account is open at the anchor. */
  readonly eligible: Uint8Array;
  /** Expected total minutes within the window: the best prediction for squared error. */
  readonly mean: Float64Array;
  /** Median total minutes: the best prediction for absolute error, up to the noise of the draws. */
  readonly median: Float64Array;
  /** Chance that there is no session within the window. */
  readonly zero: Float64Array;
}

/**
 * Forecasts the next {@link TRUTH_WINDOW_DAYS} days of every member given the hidden state at an anchor. New members, tickets, adoptions,
 * drifts and moods to come are drawn; sessions given a future are Poisson, so means and chances are exact per future.
 *
 * @param state - the state at the anchor's midnight; not changed but for moods of days to come, which are written anew later.
 * @param anchor - the day that begins at the anchor.
 * @param season - log factor of each day.
 * @param draws - number of futures.
 * @param rng - the stream of this forecast.
 */
export function forecastCompany(
  state: CompanyState,
  anchor: number,
  season: Float64Array,
  draws: number,
  rng: Rng,
): Forecast {
  const { members } = state;
  const mean = new Float64Array(members);
  const zero = new Float64Array(members);
  const totals = new Float64Array(members * draws * TOTALS_PER_FUTURE);
  const sessions = new Float64Array(members);
  const minutes = new Float64Array(members);
  for (let draw = 0; draw < draws; draw++) {
    simulateFuture(copyState(state), anchor, season, rng.split(draw), sessions, minutes);
    const totalsRng = rng.split(draw, "totals");
    for (let user = 0; user < members; user++) {
      mean[user]! += minutes[user]! / draws;
      zero[user]! += Math.exp(-sessions[user]!) / draws;
      for (let i = 0; i < TOTALS_PER_FUTURE; i++) {
        const at = (user * draws + draw) * TOTALS_PER_FUTURE + i;
        totals[at] = drawTotal(sessions[user]!, minutes[user]!, totalsRng);
      }
    }
  }
  const median = new Float64Array(members);
  const size = draws * TOTALS_PER_FUTURE;
  for (let user = 0; user < members; user++) {
    const own = totals.subarray(user * size, (user + 1) * size).sort();
    median[user] = (own[(size - 1) >> 1]! + own[size >> 1]!) / 2;
  }
  const eligible = new Uint8Array(members);
  for (let user = 0; user < members; user++) eligible[user] = state.endDay[user] === NEVER ? 1 : 0;
  return { members, eligible, mean, median, zero };
}

/**
 * Returns the expected minutes of one session of a member at a drift.
 *
 * @param state - the company's state.
 * @param user - the member.
 * @param drift - how far the member's drift has come, in `[0, 1]`.
 */
export function meanMinutes(state: CompanyState, user: number, drift: number): number {
  const { duration } = SAAS_PARAMETERS;
  const log = state.member.logMinutes[user]! + duration.atDriftEnd * drift;
  return Math.exp(log + (duration.sd * duration.sd) / 2);
}

function simulateFuture(
  state: CompanyState,
  anchor: number,
  season: Float64Array,
  rng: Rng,
  sessions: Float64Array,
  minutes: Float64Array,
): void {
  const members = sessions.length;
  const settled = Float64Array.from(sessions, (_, user) => meanMinutes(state, user, 0));
  sessions.fill(0);
  minutes.fill(0);
  for (let day = anchor; day < anchor + TRUTH_WINDOW_DAYS; day++) {
    advanceDay(state, day, season[day]!, rng, null);
    for (let user = 0; user < members; user++) {
      if (state.endDay[user]! <= day) continue;
      const expected = state.intensity[user]!;
      sessions[user]! += expected;
      const drift = driftOf(state, user, day);
      minutes[user]! += expected * (drift > 0 ? meanMinutes(state, user, drift) : settled[user]!);
    }
  }
}

/** Draws a total of log-normal minutes over a Poisson number of sessions. */
function drawTotal(sessions: number, minutes: number, rng: Rng): number {
  if (sessions <= 0) return 0;
  const { sd } = SAAS_PARAMETERS.duration;
  const log = Math.log(minutes / sessions) - (sd * sd) / 2;
  const count = drawPoisson(Math.min(sessions, 600), rng);
  let total = 0;
  for (let i = 0; i < count; i++) total += Math.exp(log + sd * rng.normal());
  return total;
}
