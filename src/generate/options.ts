/** The options of the generated SaaS company, their defaults and limits, and the calendar they give. */

import { invariant } from "../core/assert.js";
import { ConfigError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import { addTime, MS_PER_DAY, parseTime, type Timestamp } from "../core/time.js";

/** What a caller may choose about the generated company. */
export interface SaasOptions extends WorkOptions {
  /** Number of users, exactly; from 1 to 5,000,000. */
  readonly users: number;
  /** Any integer; the same seed gives the same bytes. Default 0. */
  readonly seed?: number | undefined;
  /** Length of the calendar, which starts on 2024-01-01; from 4 to 120. Default 18. */
  readonly months?: number | undefined;
  /**
   * Mean number of sessions a user has within 18 months, about; other lengths of the calendar give more or fewer in
   * proportion. Scales every user's rate. Default 50.
   */
  readonly sessionsPerUser?: number | undefined;
  /** Rows of the largest table after which a chunk is handed out; no effect on the rows. Default 65,536. */
  readonly chunkRows?: number | undefined;
  /** Whether the truth beside the data is computed too; no effect on the rows. Default true. */
  readonly truth?: boolean | undefined;
  /** The truth at the anchors is simulated for about the first so many users. Default 5,000. */
  readonly truthUsers?: number | undefined;
  /** Futures simulated for each company and anchor. Default 32. */
  readonly truthDraws?: number | undefined;
}

/** Options with every default filled in. */
export interface SaasSettings {
  readonly users: number;
  readonly seed: number;
  readonly months: number;
  readonly sessionsPerUser: number;
  readonly chunkRows: number;
  readonly truth: boolean;
  readonly truthUsers: number;
  readonly truthDraws: number;
}

/**
 * Fills in defaults and checks limits.
 *
 * @param options - the caller's options.
 * @throws {@link ConfigError} CFG130 if a number is out of its range or no integer where one is needed.
 */
export function settleSaasOptions(options: SaasOptions): SaasSettings {
  const seed = options.seed ?? 0;
  return {
    users: whole("users", options.users, 1, 5_000_000),
    seed: whole("seed", seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    months: whole("months", options.months ?? 18, 4, 120),
    sessionsPerUser: within("sessionsPerUser", options.sessionsPerUser ?? 50, 0.1, 1000),
    chunkRows: whole("chunkRows", options.chunkRows ?? 65_536, 1, Number.MAX_SAFE_INTEGER),
    truth: options.truth ?? true,
    truthUsers: whole("truthUsers", options.truthUsers ?? 5_000, 1, 5_000_000),
    truthDraws: whole("truthDraws", options.truthDraws ?? 32, 1, 10_000),
  };
}

/** The days of a run; day 0 is 2024-01-01, the product's first day. */
export interface Calendar {
  /** Midnight of day 0. */
  readonly start: Timestamp;
  /** Number of days; the last one is `days − 1`. */
  readonly days: number;
  /** First day of each month, ascending, and `days` at the end: `[months + 1]`. */
  readonly monthStarts: Int32Array;
  /** Days at whose midnight the truth is told: 90, 60 and 30 days before the end. */
  readonly anchors: Int32Array;
}

/** Days of the window that the truth looks ahead. */
export const TRUTH_WINDOW_DAYS = 30;

/** Lays out the calendar of a run. */
export function createCalendar(months: number): Calendar {
  const start = parseTime("2024-01-01");
  invariant(start !== null, "the calendar's start is a time");
  const monthStarts = new Int32Array(months + 1);
  for (let month = 0; month <= months; month++) {
    monthStarts[month] = (addTime(start, month, "months") - start) / MS_PER_DAY;
  }
  const days = monthStarts[months]!;
  const anchors = Int32Array.of(3, 2, 1).map((windows) => days - windows * TRUTH_WINDOW_DAYS);
  return { start, days, monthStarts, anchors };
}

/** Returns the midnight that begins a day. */
export function dayTime(calendar: Calendar, day: number): Timestamp {
  return calendar.start + day * MS_PER_DAY;
}

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw outOfRange(name, value, `an integer from ${min} to ${max}`);
}

function within(name: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw outOfRange(name, value, `a number from ${min} to ${max}`);
}

function outOfRange(name: string, value: number, expected: string): ConfigError {
  return new ConfigError("CFG130", `\`${name}\` expects ${expected}, found \`${value}\``, {
    hint: `pass a value of \`${name}\` within that range`,
  });
}
