/** The truth beside the data: hidden traits, monthly expectations, and the oracle's forecasts at the anchors. */
import type { Rng } from "../core/random.js";
import { MS_PER_DAY } from "../core/time.js";
import type { Table } from "../data/table.js";
import { type CompanyState, driftOf, moodOn, NEVER } from "./company.js";
import { type Forecast, forecastCompany, meanMinutes } from "./forecast.js";
import {
  type GrowingNumbers,
  growingCodes,
  growingDecimals,
  growingIntegers,
  growingTimes,
} from "./growing.js";
import { type Calendar, dayTime, TRUTH_WINDOW_DAYS } from "./options.js";
import type { AnchorScores } from "./oracle-scores.js";
import { type ChunkRange, idText, takeTable } from "./rows.js";

/** The growing truth tables of a run. */
export interface TruthRows {
  readonly users: ReturnType<typeof latentRows>;
  readonly months: ReturnType<typeof monthRows>;
  readonly anchors: ReturnType<typeof anchorRows>;
}

/** Collects the truth of one company while it lives. */
export interface TruthCollector {
  /** Before a day begins: the oracle speaks if the day is an anchor. */
  beforeDay(day: number): void;
  /** After a day's intensities are set. */
  afterDay(day: number): void;
  session(user: number, day: number, minutes: number): void;
  /** After the last day. */
  close(): void;
}

/** Makes the growing truth tables. */
export function createTruthRows(range: ChunkRange): TruthRows {
  const userKey = (): GrowingNumbers =>
    growingCodes(
      () => {
        const { from, to } = range.users;
        return Array.from({ length: to - from }, (_, i) => idText("U", from + i));
      },
      () => range.users.from,
    );
  return {
    users: latentRows(userKey()),
    months: monthRows(userKey()),
    anchors: anchorRows(userKey()),
  };
}

/** Cuts off what has grown of the truth. */
export function takeTruthTables(rows: TruthRows): Table[] {
  return [
    takeTable("LATENT_USERS", rows.users),
    takeTable("USER_MONTHS", rows.months),
    takeTable("ANCHORS", rows.anchors),
  ];
}

/**
 * Makes the collector of a company's truth.
 *
 * @param rows - where the truth grows.
 * @param scores - scores of the oracle, by anchor, over the whole run.
 * @param calendar - the run's calendar.
 * @param state - the company's state, watched day by day.
 * @param firstUser - number of the company's first user.
 * @param season - log factor of each day.
 * @param draws - futures for each anchor.
 * @param rng - the company's stream of futures.
 */
export function collectTruth(
  rows: TruthRows,
  scores: readonly AnchorScores[],
  calendar: Calendar,
  state: CompanyState,
  firstUser: number,
  season: Float64Array,
  draws: number,
  rng: Rng,
): TruthCollector {
  const { places } = state.traits;
  const { anchors, monthStarts } = calendar;
  const forecasts: (Forecast | null)[] = Array.from(anchors, () => null);
  // Window 0 lies before the first anchor, window i + 1 after anchor i.
  const windows = anchors.length + 1;
  const firstDay = anchors[0]! - TRUTH_WINDOW_DAYS;
  const minutes = new Float64Array(places * windows);
  const sessions = new Int32Array(places * windows);
  const month = createMonthSums(places);
  let monthNumber = monthStarts.findLastIndex((start) => start <= state.traits.created);

  return {
    beforeDay(day) {
      const anchor = anchors.indexOf(day);
      if (anchor < 0) return;
      forecasts[anchor] = forecastCompany(state, day, season, draws, rng.split(day));
    },
    afterDay(day) {
      for (let user = 0; user < state.members; user++) {
        if (state.endDay[user]! <= day) continue;
        const drift = driftOf(state, user, day);
        const felt = moodOn(state, day - state.member.lag[user]!);
        const expected = state.intensity[user]!;
        month.days[user]!++;
        month.sessions[user]! += expected;
        month.minutes[user]! += expected * meanMinutes(state, user, drift);
        month.mood[user]! += state.member.sensitivity[user]! * felt;
        month.lift[user]! += state.lift[user]!;
        month.drift[user]! += drift;
        if (state.tickets[user]! & 0b1100) month.blocked[user]!++;
      }
      if (day + 1 < monthStarts[monthNumber + 1]!) return;
      writeMonth(
        rows,
        month,
        state.members,
        firstUser,
        dayTime(calendar, monthStarts[monthNumber]!),
      );
      monthNumber++;
    },
    session(user, day, duration) {
      const window = Math.floor((day - firstDay) / TRUTH_WINDOW_DAYS);
      if (window < 0) return;
      minutes[user * windows + window]! += duration;
      sessions[user * windows + window]!++;
    },
    close() {
      writeLatent(rows, state, firstUser, calendar);
      forecasts.forEach((forecast, i) => {
        if (forecast === null) return;
        for (let user = 0; user < forecast.members; user++) {
          if (forecast.eligible[user] === 0) continue;
          const at = user * windows + i;
          const { anchors: table } = rows;
          table.USER_ID.push(firstUser + user);
          table.ANCHOR.push(dayTime(calendar, anchors[i]!));
          table.MEAN_MINUTES.push(forecast.mean[user]!);
          table.MEDIAN_MINUTES.push(forecast.median[user]!);
          table.ZERO_PROB.push(forecast.zero[user]!);
          table.ACTUAL_MINUTES.push(minutes[at + 1]!);
          table.ACTUAL_SESSIONS.push(sessions[at + 1]!);
          scores[i]!.add({
            mean: forecast.mean[user]!,
            median: forecast.median[user]!,
            zero: forecast.zero[user]!,
            actual: minutes[at + 1]!,
            actualSessions: sessions[at + 1]!,
            last: minutes[at]!,
            lastSessions: sessions[at]!,
          });
        }
      });
    },
  };
}

interface MonthSums {
  readonly days: Float64Array;
  readonly sessions: Float64Array;
  readonly minutes: Float64Array;
  readonly mood: Float64Array;
  readonly lift: Float64Array;
  readonly drift: Float64Array;
  readonly blocked: Float64Array;
}

function createMonthSums(places: number): MonthSums {
  const zeros = (): Float64Array => new Float64Array(places);
  return {
    days: zeros(),
    sessions: zeros(),
    minutes: zeros(),
    mood: zeros(),
    lift: zeros(),
    drift: zeros(),
    blocked: zeros(),
  };
}

function writeMonth(
  rows: TruthRows,
  sums: MonthSums,
  members: number,
  firstUser: number,
  time: number,
): void {
  const { months } = rows;
  for (let user = 0; user < members; user++) {
    const days = sums.days[user]!;
    if (days === 0) continue;
    months.USER_ID.push(firstUser + user);
    months.MONTH.push(time);
    months.DAYS.push(days);
    months.EXPECTED_SESSIONS.push(sums.sessions[user]!);
    months.EXPECTED_MINUTES.push(sums.minutes[user]!);
    months.MOOD.push(sums.mood[user]! / days);
    months.LIFT.push(sums.lift[user]! / days);
    months.DRIFT.push(sums.drift[user]! / days);
    months.BLOCKED_DAYS.push(sums.blocked[user]!);
  }
  for (const column of Object.values(sums) as Float64Array[]) column.fill(0);
}

function writeLatent(
  rows: TruthRows,
  state: CompanyState,
  firstUser: number,
  calendar: Calendar,
): void {
  const { users } = rows;
  const { member } = state;
  const whenever = (day: number): number =>
    day === NEVER || day === -NEVER ? Number.NaN : calendar.start + day * MS_PER_DAY;
  for (let user = 0; user < state.members; user++) {
    users.USER_ID.push(firstUser + user);
    users.LOG_RATE.push(member.rate[user]!);
    users.LOG_MINUTES.push(member.logMinutes[user]!);
    users.MOOD_LAG_DAYS.push(member.lag[user]!);
    users.MOOD_SENSITIVITY.push(member.sensitivity[user]!);
    users.DRIFT_FROM.push(whenever(state.driftFrom[user]!));
    users.COMPANY_DECLINE_FROM.push(whenever(state.declineFrom));
  }
}

function latentRows(key: GrowingNumbers) {
  return {
    USER_ID: key,
    LOG_RATE: growingDecimals(),
    LOG_MINUTES: growingDecimals(),
    MOOD_LAG_DAYS: growingIntegers(),
    MOOD_SENSITIVITY: growingDecimals(),
    DRIFT_FROM: growingTimes(),
    COMPANY_DECLINE_FROM: growingTimes(),
  };
}

function monthRows(key: GrowingNumbers) {
  return {
    USER_ID: key,
    MONTH: growingTimes(),
    DAYS: growingIntegers(),
    EXPECTED_SESSIONS: growingDecimals(),
    EXPECTED_MINUTES: growingDecimals(),
    MOOD: growingDecimals(),
    LIFT: growingDecimals(),
    DRIFT: growingDecimals(),
    BLOCKED_DAYS: growingIntegers(),
  };
}

function anchorRows(key: GrowingNumbers) {
  return {
    USER_ID: key,
    ANCHOR: growingTimes(),
    MEAN_MINUTES: growingDecimals(),
    MEDIAN_MINUTES: growingDecimals(),
    ZERO_PROB: growingDecimals(),
    ACTUAL_MINUTES: growingDecimals(),
    ACTUAL_SESSIONS: growingIntegers(),
  };
}
