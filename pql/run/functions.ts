/** The functions of the language over the values of rows. */
import { assertNever } from "../../src/core/assert.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import type { FunctionName } from "../syntax/ast.js";
import { finiteNumbers } from "./arithmetic.js";
import { coalesce } from "./coalesce.js";
import type { RowValues } from "./values-of-rows.js";

/**
 * Calls a function for each row.
 *
 * @param name - the function; `LOG` is the natural logarithm, `WEEKDAY` is 1 for Monday to 7 for Sunday, times are UTC.
 * @param args - the values of its arguments.
 * @param length - number of rows.
 * @returns null where the argument is, or where the result is no finite number.
 */
export function callFunction(
  name: FunctionName,
  args: readonly RowValues[],
  length: number,
): RowValues {
  const [first] = args;
  switch (name) {
    case "COALESCE":
      return coalesce(args, length);
    case "ABS":
      return mapNumbers(first!, Math.abs, length);
    case "LOG":
      return mapNumbers(first!, Math.log, length);
    case "LENGTH":
      return lengths(first!, length);
    case "YEAR":
      return mapNumbers(first!, yearOf, length);
    case "MONTH":
      return mapNumbers(first!, monthOf, length);
    case "WEEKDAY":
      return mapNumbers(first!, weekdayOf, length);
    default:
      return assertNever(name);
  }
}

function mapNumbers(
  { data, nulls }: RowValues,
  apply: (value: number) => number,
  length: number,
): RowValues {
  const mapped = new Float64Array(length);
  for (let row = 0; row < length; row++) mapped[row] = apply(data[row]!);
  return finiteNumbers(mapped, nulls);
}

/** Counts code points, once for each text of the dictionary. */
function lengths({ data, nulls, dictionary }: RowValues, length: number): RowValues {
  const byCode = Float64Array.from(dictionary ?? [], (text) => {
    let count = 0;
    for (const _ of text) count++;
    return count;
  });
  const counts = new Float64Array(length);
  for (let row = 0; row < length; row++) counts[row] = byCode[data[row]!] ?? 0;
  return { data: counts, nulls, dictionary: null, int64: false, list: null };
}

function yearOf(time: number): number {
  const { yearFromMarch, monthFromMarch } = civilDate(time);
  return yearFromMarch + (monthFromMarch >= 10 ? 1 : 0);
}

function monthOf(time: number): number {
  const { monthFromMarch } = civilDate(time);
  return monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
}

/** 1 January 1970 was a Thursday. */
function weekdayOf(time: number): number {
  const days = Math.floor(time / MS_PER_DAY) + 3;
  return days - Math.floor(days / 7) * 7 + 1;
}

/**
 * Year and month of a time, with years that begin in March so that the leap day is a year's last.
 *
 * @see Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
 */
function civilDate(time: number): {
  readonly yearFromMarch: number;
  /** 0 = March. */
  readonly monthFromMarch: number;
} {
  const days = Math.floor(time / MS_PER_DAY) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  return {
    yearFromMarch: yearOfEra + era * 400,
    monthFromMarch: Math.floor((5 * dayOfYear + 2) / 153),
  };
}
