/** Units that column names state: `DURATION_MIN` is in minutes, `amount_usd` in USD. */
import { nameWords } from "./names.js";

const UNITS: Readonly<Record<string, string>> = {
  ms: "milliseconds",
  millis: "milliseconds",
  milliseconds: "milliseconds",
  sec: "seconds",
  secs: "seconds",
  seconds: "seconds",
  mins: "minutes",
  minutes: "minutes",
  hr: "hours",
  hrs: "hours",
  hours: "hours",
  days: "days",
  weeks: "weeks",
  months: "months",
  usd: "USD",
  eur: "EUR",
  gbp: "GBP",
  pct: "%",
  percent: "%",
  bytes: "bytes",
  kb: "KB",
  mb: "MB",
  gb: "GB",
  km: "km",
  kg: "kg",
};
const SPANS = /^(?:duration|time|length|wait|delay|elapsed|latency|age|session)s?$/;

/**
 * Reads the unit off the last word of a column's name.
 *
 * @param name - the column's name.
 * @returns the unit in the words of `units` in schema.json, or `null`; `min` is minutes only after a word of time,
 * since `PRICE_MIN` is a minimum.
 */
export function unitFromName(name: string): string | null {
  const words = nameWords(name);
  const last = words.at(-1) ?? "";
  if (words.length < 2)
    return ["minutes", "seconds", "milliseconds", "hours"].find((u) => u === last) ?? null;
  if (last === "min") return words.slice(0, -1).some((word) => SPANS.test(word)) ? "minutes" : null;
  return Object.hasOwn(UNITS, last) ? UNITS[last]! : null;
}
