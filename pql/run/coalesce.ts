/** COALESCE: of several values for each row the first that is not null. */
import type { RowValues } from "./values-of-rows.js";

/**
 * Takes the first value that is there.
 *
 * @param args - values of one type: all numbers, times and truth values, or all texts, whose dictionaries are merged.
 * @param length - number of rows.
 * @returns null where all are.
 */
export function coalesce(args: readonly RowValues[], length: number): RowValues {
  const texts = args.some((values) => values.dictionary !== null);
  return texts ? coalesceTexts(args, length) : firstValues(args, length);
}

/** The first value of each row that is not null, in float64. */
function firstValues(args: readonly RowValues[], length: number): RowValues {
  const data = new Float64Array(length);
  const nulls = new Uint8Array(length).fill(1);
  let missing = length;
  for (const values of args) {
    for (let row = 0; row < length; row++) {
      if (nulls[row] === 0 || values.nulls?.[row] === 1) continue;
      data[row] = values.data[row]!;
      nulls[row] = 0;
      missing--;
    }
    if (missing === 0) break;
  }
  const marks = missing === 0 ? null : nulls;
  return { data, nulls: marks, dictionary: null, int64: false, list: null };
}

function coalesceTexts(args: readonly RowValues[], length: number): RowValues {
  const codes = new Map<string, number>();
  const recoded = args.map((values): RowValues => {
    const byCode = Int32Array.from(values.dictionary ?? [], (text) => {
      const code = codes.get(text) ?? codes.size;
      codes.set(text, code);
      return code;
    });
    const data = new Int32Array(length);
    for (let row = 0; row < length; row++) data[row] = byCode[values.data[row]!] ?? -1;
    return { ...values, data };
  });
  const { data, nulls } = firstValues(recoded, length);
  const dictionary = [...codes.keys()];
  // A constant among digits is digits, too.
  const int64 =
    args.some((values) => values.int64) && dictionary.every((text) => /^-?\d+$/.test(text));
  return { data, nulls, dictionary, int64, list: null };
}
