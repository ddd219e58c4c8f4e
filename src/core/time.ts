/** Times (milliseconds UTC in float64), durations with calendar months, and the one rule of windows. */
import { ConfigError } from "./errors.js";

/** Milliseconds since 1970-01-01T00:00:00Z, negative before; `NaN` is never a Timestamp. */
export type Timestamp = number;

/** A unit of a duration. `months`, `quarters` and `years` are calendar units. */
export type TimeUnit =
  | "milliseconds"
  | "seconds"
  | "minutes"
  | "hours"
  | "days"
  | "weeks"
  | "months"
  | "quarters"
  | "years";

/** A number of units; the number may be negative or `-Infinity` (no lower bound). */
export interface Duration {
  readonly count: number;
  readonly unit: TimeUnit;
}

/** A window relative to an anchor: `(anchor + start, anchor + end]` in one unit. */
export interface TimeWindow {
  /** Number of units, or `-Infinity`. */
  readonly start: number;
  readonly end: number;
  readonly unit: TimeUnit;
}

/** Milliseconds of a day. */
export const MS_PER_DAY = 86_400_000;

const FIXED_MS: Record<Exclude<TimeUnit, "months" | "quarters" | "years">, number> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
  days: MS_PER_DAY,
  weeks: 7 * MS_PER_DAY,
};
const MONTHS: Record<"months" | "quarters" | "years", number> = {
  months: 1,
  quarters: 3,
  years: 12,
};

/**
 * Adds a number of units to a time. Calendar units clamp to the month's end: 31 January + 1 month is 28 or 29 February.
 *
 * @param time - the time to start from; an infinite one stays as it is.
 * @param count - number of units, negative for earlier; `-Infinity` gives `-Infinity`.
 * @param unit - the unit.
 * @returns the resulting time.
 * @see pandas `DateOffset`, the rule of Kumo's executor (reference: PQL semantics, units).
 */
export function addTime(time: Timestamp, count: number, unit: TimeUnit): Timestamp {
  if (!Number.isFinite(count)) return count;
  if (!Number.isFinite(time)) return time;
  if (unit !== "months" && unit !== "quarters" && unit !== "years")
    return time + count * FIXED_MS[unit];
  const date = new Date(time);
  const month = date.getUTCMonth() + count * MONTHS[unit];
  const year = date.getUTCFullYear() + Math.floor(month / 12);
  const monthOfYear = ((month % 12) + 12) % 12;
  const day = Math.min(date.getUTCDate(), daysInMonth(year, monthOfYear));
  const timeOfDay = ((time % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
  return utcDay(year, monthOfYear, day) + timeOfDay;
}

/**
 * Places a window at an anchor. This function decides windows for labels, filters, signals and samples alike:
 * a row at `time` is inside iff `time > from && time <= to`.
 *
 * @param anchor - the anchor time.
 * @param window - the relative window.
 * @returns the open start (may be `-Infinity`) and the closed end.
 */
export function placeWindow(
  anchor: Timestamp,
  window: TimeWindow,
): { from: Timestamp; to: Timestamp } {
  return {
    from: addTime(anchor, window.start, window.unit),
    to: addTime(anchor, window.end, window.unit),
  };
}

/** Returns the length of a duration in milliseconds; calendar months count as 30 days, years as 365. */
export function approximateMs(count: number, unit: TimeUnit): number {
  if (unit === "months") return count * 30 * MS_PER_DAY;
  if (unit === "quarters") return count * 91 * MS_PER_DAY;
  if (unit === "years") return count * 365 * MS_PER_DAY;
  return count * FIXED_MS[unit];
}

const ISO =
  /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}:?(?:\d{2})?)?)?$/;

/**
 * Reads an ISO 8601 date or time; UTC where no zone is given.
 *
 * @param text - such as `2024-02-29`, `2024-02-29 12:30`, `2024-02-29T12:30:00.5+02:00`.
 * @returns milliseconds, or `null` when the text is no time or names a day that does not exist.
 */
export function parseTime(text: string): Timestamp | null {
  const match = ISO.exec(text.trim());
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const y = Number(year);
  const m = Number(month) - 1;
  const d = Number(day);
  if (m < 0 || m > 11 || d < 1 || d > daysInMonth(y, m)) return null;
  const h = Number(hour ?? 0);
  const min = Number(minute ?? 0);
  const s = Number(second ?? 0);
  if (h > 24 || min > 59 || s > 60 || (h === 24 && min + s > 0)) return null;
  const ms = fraction ? Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6) : 0;
  return utcDay(y, m, d) + h * 3_600_000 + min * 60_000 + s * 1000 + ms - zoneOffset(zone);
}

/**
 * Reads a time given as an option.
 *
 * @param text - ISO 8601.
 * @param option - the option's name, for the error.
 * @throws {@link ConfigError} CFG101 if the text is not a time.
 */
export function requireTime(text: string, option: string): Timestamp {
  const time = parseTime(text);
  if (time !== null) return time;
  throw new ConfigError("CFG101", `\`${option}\` expects a time, found \`${text}\``, {
    hint: "write ISO 8601, such as 2024-02-29 or 2024-02-29T12:30:00Z",
  });
}

const DURATION = /^\s*(\d+)\s*(ms|s|sec|m|min|h|d|w|mo|y|[a-z]+)\s*$/i;
const SHORT_UNITS: Record<string, TimeUnit> = {
  ms: "milliseconds",
  s: "seconds",
  sec: "seconds",
  m: "minutes",
  min: "minutes",
  h: "hours",
  d: "days",
  w: "weeks",
  mo: "months",
  y: "years",
};

/**
 * Reads a duration given as an option.
 *
 * @param text - such as `30d`, `12h`, `1mo`, `2 weeks`.
 * @param option - the option's name, for the error.
 * @throws {@link ConfigError} CFG102 if the text is not a positive duration.
 */
export function requireDuration(text: string, option: string): Duration {
  const match = DURATION.exec(text);
  const unit = match ? unitOf(match[2]!) : null;
  if (match && unit && Number(match[1]) > 0) return { count: Number(match[1]), unit };
  throw new ConfigError("CFG102", `\`${option}\` expects a duration, found \`${text}\``, {
    hint: "write a number and a unit, such as 30d, 12h, 15min, 2w, 1mo or 1y",
  });
}

function unitOf(word: string): TimeUnit | null {
  const lower = word.toLowerCase();
  if (lower in SHORT_UNITS) return SHORT_UNITS[lower]!;
  const plural = lower.endsWith("s") ? lower : `${lower}s`;
  return plural in FIXED_MS || plural in MONTHS ? (plural as TimeUnit) : null;
}

/**
 * Prints a time as ISO 8601 UTC: a bare date at midnight, else down to seconds or milliseconds.
 *
 * @param time - the time; infinite and NaN values print as words.
 */
export function formatTime(time: Timestamp): string {
  if (!Number.isFinite(time)) return time < 0 ? "-inf" : time > 0 ? "+inf" : "null";
  const iso = new Date(time).toISOString();
  if (time % MS_PER_DAY === 0) return iso.slice(0, iso.indexOf("T"));
  return time % 1000 === 0 ? `${iso.slice(0, iso.length - 5)}Z` : iso;
}

/** Prints a window as `(t, t + 30 days]`. */
export function formatWindow(window: TimeWindow): string {
  const bound = (count: number): string => {
    if (count === -Infinity) return "-inf";
    if (count === 0) return "t";
    return `t ${count < 0 ? "-" : "+"} ${Math.abs(count)} ${window.unit}`;
  };
  return `(${bound(window.start)}, ${bound(window.end)}]`;
}

function zoneOffset(zone: string | undefined): number {
  if (!zone || zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone[0] === "-" ? -minutes : minutes) * 60_000;
}

function daysInMonth(year: number, month: number): number {
  return new Date(utcDay(year, month + 1, 1) - MS_PER_DAY).getUTCDate();
}

/** Date.UTC without its special treatment of the years 0 to 99. */
function utcDay(year: number, month: number, day: number): Timestamp {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}
