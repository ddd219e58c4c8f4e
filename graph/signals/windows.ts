/** Windows of signals: which lengths suit a horizon and the data, where they begin, and their names. */
import { approximateMs, MS_PER_DAY, placeWindow, type Timestamp } from "../../src/core/time.js";
import type { SignalWindow } from "./types.js";

/** Lengths in days that are tried beside multiples of the horizon. */
const COMMON_DAYS = [7, 30, 90] as const;
/** Multiples of the horizon: paths far away have the first two, which differ most. */
const MULTIPLES = [1, 12, 3] as const;

/**
 * Chooses windows: the horizon with its multiples, then 7, 30 and 90 days, within what the data can fill.
 *
 * @param horizon - length of the target's window; `null` for static targets.
 * @param span - milliseconds the data cover.
 * @param cadence - mean milliseconds between rows of one entity; 0 = unknown. Common lengths below half of it are left out.
 * @returns windows, the most useful first; windows that are nearly equal occur once.
 */
export function chooseWindows(
  horizon: SignalWindow | null,
  span: number,
  cadence = 0,
): SignalWindow[] {
  const chosen: SignalWindow[] = [];
  const add = (window: SignalWindow, least: number): void => {
    const length = windowMs(window);
    const isDouble = chosen.some((other) => Math.abs(Math.log(windowMs(other) / length)) < 0.2);
    if (length > 0 && length < span && length >= least && !isDouble) chosen.push(window);
  };
  if (horizon !== null) {
    for (const times of MULTIPLES) add({ count: horizon.count * times, unit: horizon.unit }, 0);
  }
  for (const count of [30, ...COMMON_DAYS]) add({ count, unit: "days" }, cadence / 2);
  return chosen;
}

/** Returns the length of a window in milliseconds; calendar months count as 30 days. */
export function windowMs(window: SignalWindow): number {
  return approximateMs(window.count, window.unit);
}

/**
 * Finds where a window begins.
 *
 * @param visible - the end of the window.
 * @param window - its length.
 * @param periods - 1 for the window itself, 2 for the beginning of the one before it.
 * @returns the open start, milliseconds; NaN where the end is infinite.
 */
export function windowStart(visible: Timestamp, window: SignalWindow, periods = 1): Timestamp {
  if (!Number.isFinite(visible)) return Number.NaN;
  return placeWindow(visible, { start: -window.count * periods, end: 0, unit: window.unit }).from;
}

/** Names a window in short: `30d`, `12h`, `3mo`; `all time` for everything known. */
export function windowName(window: SignalWindow | null): string {
  if (window === null) return "all time";
  const { count, unit } = window;
  switch (unit) {
    case "months":
      return `${count}mo`;
    case "quarters":
      return `${3 * count}mo`;
    case "years":
      return `${count}y`;
    default: {
      const length = windowMs(window);
      if (length >= MS_PER_DAY) return `${trim(length / MS_PER_DAY)}d`;
      if (length >= 3_600_000) return `${trim(length / 3_600_000)}h`;
      return length >= 60_000 ? `${trim(length / 60_000)}min` : `${trim(length / 1000)}s`;
    }
  }
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}
