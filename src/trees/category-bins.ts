/** Bins of categorical columns: the most frequent categories get one each, the others share bin 0. */
import { DataError } from "../core/errors.js";

/** Codes must stay exact in a float32. */
const CODES = 2 ** 24;

/**
 * Chooses the categories that get a bin.
 *
 * @param name - the column, for errors.
 * @param values - codes, [rows]; NaN is missing.
 * @param maxBins - how many at most.
 * @returns codes, the most frequent first, of equally many rows the smaller first.
 * @throws {@link DataError} DAT403 if a value is no code.
 */
export function chooseCategories(name: string, values: Float32Array, maxBins: number): Int32Array {
  const counts = countCodes(name, values);
  const codes: number[] = [];
  for (let code = 0; code < counts.length; code++) if (counts[code]! > 0) codes.push(code);
  codes.sort((a, b) => counts[b]! - counts[a]! || a - b);
  return Int32Array.from(codes.slice(0, maxBins));
}

function countCodes(name: string, values: Float32Array): Int32Array {
  let largest = -1;
  for (let i = 0; i < values.length; i++) {
    const code = values[i]!;
    if (Number.isNaN(code)) continue;
    if (!(code >= 0 && code < CODES) || code !== Math.floor(code)) {
      throw new DataError(
        "DAT403",
        `expected a category code 0, 1, 2, … below 2^24, found ${code}`,
        {
          at: { column: name, row: i + 1 },
          hint: "number the categories, NaN where there is none",
        },
      );
    }
    if (code > largest) largest = code;
  }
  const counts = new Int32Array(largest + 1);
  for (const code of values) if (!Number.isNaN(code)) counts[code]!++;
  return counts;
}

/**
 * Looks up the bins of codes.
 *
 * @param values - codes, [rows]; what is not a known code gets bin 0.
 * @param codes - of {@link chooseCategories}.
 * @param out - [rows], receives the bins.
 * @returns whether a row got bin 0.
 */
export function assignCategories(
  values: Float32Array,
  codes: Int32Array,
  out: Uint8Array,
): boolean {
  const binOf = new Uint8Array(codes.reduce((most, code) => Math.max(most, code), -1) + 1);
  codes.forEach((code, i) => {
    binOf[code] = i + 1;
  });
  let hasMissing = false;
  for (let i = 0; i < values.length; i++) {
    const bin = binOf[values[i]!] ?? 0;
    out[i] = bin;
    if (bin === 0) hasMissing = true;
  }
  return hasMissing;
}
