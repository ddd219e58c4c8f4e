/** Comparisons of two expressions with each other, row by row. */
import type { RelationOperator } from "../bind/bound.js";
import { FALSE, TRUE, UNKNOWN } from "./filter.js";
import { compareDigits, compareTexts } from "./text-order.js";
import { joinNulls, type RowValues } from "./values-of-rows.js";

/**
 * Compares two values of each row: numbers and times by value, texts by code units, digits of integers by value.
 *
 * @param left - the left values.
 * @param operator - the operator.
 * @param right - the right values, of the same type.
 * @param length - number of rows.
 * @returns uint8 `[length]`; a missing value on either side is unknown.
 */
export function relateValues(
  left: RowValues,
  operator: RelationOperator,
  right: RowValues,
  length: number,
): Uint8Array {
  const texts = left.dictionary !== null && right.dictionary !== null;
  const [a, b] = texts ? ranksOf(left, right, length) : [left.data, right.data];
  const truth = new Uint8Array(length);
  relateNumbers(a, operator, b, truth);
  const nulls = joinNulls([left.nulls, right.nulls]);
  if (nulls) for (let row = 0; row < length; row++) if (nulls[row] === 1) truth[row] = UNKNOWN;
  return truth;
}

function relateNumbers(
  a: RowValues["data"],
  operator: RelationOperator,
  b: RowValues["data"],
  truth: Uint8Array,
): void {
  const { length } = truth;
  switch (operator) {
    case "=":
      for (let row = 0; row < length; row++) truth[row] = a[row] === b[row] ? TRUE : FALSE;
      return;
    case "!=":
      for (let row = 0; row < length; row++) truth[row] = a[row] !== b[row] ? TRUE : FALSE;
      return;
    case "<":
      for (let row = 0; row < length; row++) truth[row] = a[row]! < b[row]! ? TRUE : FALSE;
      return;
    case "<=":
      for (let row = 0; row < length; row++) truth[row] = a[row]! <= b[row]! ? TRUE : FALSE;
      return;
    case ">":
      for (let row = 0; row < length; row++) truth[row] = a[row]! > b[row]! ? TRUE : FALSE;
      return;
    case ">=":
      for (let row = 0; row < length; row++) truth[row] = a[row]! >= b[row]! ? TRUE : FALSE;
  }
}

/** Numbers the texts of both dictionaries by one order; equal texts have one number. */
function ranksOf(left: RowValues, right: RowValues, length: number): [Int32Array, Int32Array] {
  const compare = left.int64 && right.int64 ? compareDigits : compareTexts;
  const texts = [...new Set([...left.dictionary!, ...right.dictionary!])].sort(compare);
  const rank = new Map(texts.map((text, i) => [text, i]));
  const ranked = ({ data, dictionary }: RowValues): Int32Array => {
    const byCode = Int32Array.from(dictionary!, (text) => rank.get(text)!);
    const ranks = new Int32Array(length);
    for (let row = 0; row < length; row++) ranks[row] = byCode[data[row]!] ?? -1;
    return ranks;
  };
  return [ranked(left), ranked(right)];
}
