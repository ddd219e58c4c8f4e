/** Lists of words that several parts of the service offer or explain. */
import type { TimeUnit } from "../../src/core/time.js";

/** The units of windows, as they are suggested: the usual ones first. */
export const UNITS: readonly TimeUnit[] = [
  "days",
  "weeks",
  "months",
  "quarters",
  "years",
  "hours",
  "minutes",
  "seconds",
  "milliseconds",
];

/** The units that the published language has. */
export const PUBLISHED_UNITS: ReadonlySet<TimeUnit> = new Set<TimeUnit>([
  "days",
  "weeks",
  "months",
  "hours",
  "minutes",
  "seconds",
]);
