/** Literals that the engines share. */
import type { Timestamp } from "../../src/core/time.js";

/** Quotes a name or text by doubling the quotes inside it. */
export function doubleQuotes(value: string, quote: string): string {
  return `${quote}${value.replaceAll(quote, quote + quote)}${quote}`;
}

const FIRST = Date.parse("0001-01-01");
const LAST = Date.UTC(10_000, 0) - 1;

/**
 * Writes a time as a literal, in UTC.
 *
 * @param time - milliseconds; fractions are kept to the microsecond.
 * @param first - what stands for times before the year 1, without quotes.
 * @param last - what stands for times after the year 9999.
 */
export function timeLiteral(time: Timestamp, first: string, last: string): string {
  return `TIMESTAMP '${time < FIRST ? first : time > LAST ? last : timeText(time)}'`;
}

function timeText(time: Timestamp): string {
  const micros = Math.round(time * 1000);
  const [date, clock] = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -5).split("T");
  const fraction = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  const digits = String(fraction).padStart(6, "0").replace(/0+$/, "");
  return digits === "" ? `${date} ${clock}` : `${date} ${clock}.${digits}`;
}

/** Writes a number; a negative one in brackets, since two signs in a row would start a comment. */
export function numberLiteral(value: number): string {
  return value < 0 || Object.is(value, -0) ? `(${value})` : String(value);
}
