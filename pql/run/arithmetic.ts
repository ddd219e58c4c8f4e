/** Arithmetic of values, row by row: null in, null out; what is no finite number is null. */
import type { BoundArithmetic } from "../bind/bound.js";
import { joinNulls, type RowValues } from "./values-of-rows.js";

/**
 * Adds, subtracts, multiplies or divides the values of each row, in float64.
 *
 * @param left - numbers or truth values.
 * @param operator - the operator; a division by 0 is null.
 * @param right - numbers or truth values.
 * @param length - number of rows.
 */
export function calculate(
  left: RowValues,
  operator: BoundArithmetic["operator"],
  right: RowValues,
  length: number,
): RowValues {
  const a = left.data;
  const b = right.data;
  const data = new Float64Array(length);
  switch (operator) {
    case "+":
      for (let row = 0; row < length; row++) data[row] = a[row]! + b[row]!;
      break;
    case "-":
      for (let row = 0; row < length; row++) data[row] = a[row]! - b[row]!;
      break;
    case "*":
      for (let row = 0; row < length; row++) data[row] = a[row]! * b[row]!;
      break;
    case "/":
      for (let row = 0; row < length; row++) data[row] = a[row]! / b[row]!;
      break;
  }
  return finiteNumbers(data, joinNulls([left.nulls, right.nulls]));
}

/** Changes the sign of the values of each row. */
export function negate({ data, nulls }: RowValues, length: number): RowValues {
  const negative = new Float64Array(length);
  for (let row = 0; row < length; row++) negative[row] = 0 - data[row]!;
  return finiteNumbers(negative, nulls);
}

/**
 * Makes values of computed numbers.
 *
 * @param data - the numbers; what is not finite becomes null.
 * @param nulls - what is null already; not changed.
 */
export function finiteNumbers(data: Float64Array, nulls: Uint8Array | null): RowValues {
  let marks = nulls;
  for (let row = 0; row < data.length; row++) {
    // The difference of a number that is not finite with itself is NaN.
    if (data[row]! - data[row]! === 0) continue;
    if (marks === null) marks = new Uint8Array(data.length);
    else if (marks === nulls) marks = nulls.slice();
    marks[row] = 1;
  }
  return { data, nulls: marks, dictionary: null, int64: false, list: null };
}
