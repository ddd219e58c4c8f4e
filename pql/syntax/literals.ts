/** Literals as written to values: texts with escapes, dates in their loose spellings, numbers, names. */
import { parseTime } from "../../src/core/time.js";
import type { Complaint } from "./diagnostics.js";

/** A value, or why there is none; a value may come with a warning. */
export type Decoded<T> =
  | { readonly value: T; readonly warning?: Complaint }
  | { readonly error: Complaint };

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Decodes a text in quotes.
 *
 * @param image - the text with its quotes.
 * @returns the text; PQL004 for a backslash escape that the language does not have.
 */
export function decodeString(image: string): Decoded<string> {
  let value = "";
  const end = image.length - 1;
  for (let i = 1; i < end; i++) {
    const char = image[i]!;
    if (char !== "\\") {
      value += char;
      continue;
    }
    const next = image[++i]!;
    const plain = ESCAPES[next];
    const hex = image.slice(i + 1, i + 5);
    if (plain !== undefined) value += plain;
    else if (next === "u" && /^[0-9a-fA-F]{4}$/.test(hex)) {
      value += String.fromCharCode(Number.parseInt(hex, 16));
      i += 4;
    } else {
      const message = `\`\\${next}\` is no escape in a text`;
      const hint =
        "escapes: \\\" \\' \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX; write \\\\ for a backslash";
      return { error: { code: "PQL004", message, hint } };
    }
  }
  return { value };
}

/**
 * Decodes a date and an optional time of day, UTC. The year stands first or last; in `1/2/2024` the month
 * stands first, as pandas reads it, with a warning where the day could.
 *
 * @param date - such as `2024-01-31`, `1/31/2024`, `31.12.2024`.
 * @param time - such as `12:30:00` or `12:30:00.250`.
 * @returns milliseconds; PQL006 for a day or time that does not exist, PQL090 as the warning.
 */
export function decodeDateTime(date: string, time: string | undefined): Decoded<number> {
  const [first, second, third] = date.split(/[-/.]/) as [string, string, string];
  const yearFirst = first.length > 2;
  if (!yearFirst && third.length < 3) {
    const sign = date.includes("/") ? "/" : "-";
    const other = date.includes(".") ? "" : `, or put blanks around ${sign} to compute`;
    return notADate(date, `write the year with four digits${other}`);
  }
  const year = yearFirst ? first : third;
  const [a, b] = yearFirst ? [second, third] : [first, second];
  const dayFirst = Number(a) > 12;
  const [month, day] = dayFirst ? [b, a] : [a, b];
  const iso = `${year.padStart(4, "0")}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`;
  const clock = time?.replace(/(^|:)(?=\d(?!\d))/g, (start) => `${start}0`);
  const value = year.length > 4 ? null : parseTime(clock ? `${iso} ${clock}` : iso);
  if (value === null) {
    const shown = time ? `${date} ${time}` : date;
    return notADate(shown, "write year-month-day, such as 2024-02-29 or 2024-02-29 12:30:00");
  }
  if (yearFirst || dayFirst || a === b) return { value };
  const message = `\`${date}\` is read as month, day, year: ${iso}`;
  return { value, warning: { code: "PQL090", message, hint: "write year-month-day" } };
}

/** Tells whether a time can be written as a date: a year of four digits. */
export function isWrittenTime(time: number): boolean {
  return Number.isInteger(time) && time >= -62_167_219_200_000 && time < 253_402_300_800_000;
}

function notADate(shown: string, hint: string): { readonly error: Complaint } {
  return { error: { code: "PQL006", message: `\`${shown}\` is no date and time`, hint } };
}

/** Rewrites a whole number as the printer writes it: no leading zeros, no `-0`. */
export function canonicalInteger(image: string): string {
  const negative = image.startsWith("-");
  const digits = image.slice(negative ? 1 : 0).replace(/^0+(?=\d)/, "");
  return negative && digits !== "0" ? `-${digits}` : digits;
}

/** Writes a decimal number so that it is read back as the same decimal, never as a whole number. */
export function canonicalDecimal(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Splits `table.column` into names without backquotes; the dot inside backquotes does not split. */
export function splitName(image: string): readonly [table: string, column: string] {
  const dot = image.startsWith("`") ? image.indexOf("`", 1) + 1 : image.indexOf(".");
  return [unquote(image.slice(0, dot)), unquote(image.slice(dot + 1))];
}

/** Takes the backquotes off a name. */
export function unquote(name: string): string {
  return name.startsWith("`") ? name.slice(1, -1) : name;
}
