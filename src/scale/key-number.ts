/** The number of a key, as `keyNumberSql` writes it. */
import { createHash } from "node:crypto";
import { type Column, cellText, isValid } from "../data/column.js";

/**
 * Returns the number of a key: 48 bits of the MD5 of its text.
 *
 * @param text - the key; a whole number in digits.
 */
export function keyNumber(text: string): number {
  return createHash("md5").update(text, "utf8").digest().readUIntBE(0, 6);
}

/**
 * Returns the numbers of a column of keys.
 *
 * @returns float64 `[rows]`, NaN where there is no key.
 */
export function keyNumbers(column: Column): Float64Array {
  const numbers = new Float64Array(column.length).fill(Number.NaN);
  if (column.kind === "string") {
    const known = column.dictionary.map(keyNumber);
    for (let row = 0; row < column.length; row++) {
      if (isValid(column, row)) numbers[row] = known[column.codes[row]!]!;
    }
    return numbers;
  }
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row)) numbers[row] = keyNumber(cellText(column, row)!);
  }
  return numbers;
}
