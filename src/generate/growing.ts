/** Columns that grow row by row and are cut off in chunks: flat arrays, no objects per row. */
import { clearBit, createBits } from "../data/bitset.js";
import {
  type Column,
  type ListColumn,
  numberColumn,
  type StringColumn,
  timestampColumn,
} from "../data/column.js";

/** A column that grows; `take` hands out what has grown and starts empty again. */
export interface Growing {
  take(name: string): Column;
}

/** A growing column of numbers or codes. */
export interface GrowingNumbers extends Growing {
  /** Rows that have not been taken yet. */
  readonly length: number;
  push(value: number): void;
  /** Replaces the value of a row that has not been taken yet. */
  set(row: number, value: number): void;
}

/** Makes a growing column of integers; `NaN` is null. */
export function growingIntegers(): GrowingNumbers {
  return growing((name, values) => numberColumn(name, values, { integer: true }));
}

/** Makes a growing column of decimals; `NaN` is null. */
export function growingDecimals(): GrowingNumbers {
  return growing((name, values) => numberColumn(name, values, { integer: false }));
}

/** Makes a growing column of times in milliseconds; `NaN` is null. */
export function growingTimes(): GrowingNumbers {
  return growing((name, values) => timestampColumn(name, values));
}

/**
 * Makes a growing column of strings from a known vocabulary; a negative code is null.
 *
 * @param vocabulary - returns the dictionary when a chunk is taken.
 * @param base - returns the number that is subtracted from every code when a chunk is taken.
 */
export function growingCodes(
  vocabulary: () => readonly string[],
  base: () => number = () => 0,
): GrowingNumbers {
  return growing((name, values): StringColumn => {
    const length = values.length;
    const codes = new Int32Array(length);
    let validity: Uint8Array | null = null;
    for (let row = 0; row < length; row++) {
      codes[row] = values[row]! < 0 ? -1 : values[row]! - base();
      if (values[row]! >= 0) continue;
      validity ??= createBits(length, true);
      clearBit(validity, row);
    }
    return {
      kind: "string",
      name,
      length,
      codes,
      dictionary: vocabulary(),
      validity,
      int64: false,
    };
  });
}

/** A growing column of free strings. */
export interface GrowingStrings extends Growing {
  push(value: string): void;
}

/** Makes a growing column of free strings, such as names; equal strings share an entry of the dictionary. */
export function growingStrings(): GrowingStrings {
  let entries: string[] = [];
  let known = new Map<string, number>();
  const codes = growingCodes(() => entries);
  return {
    push(value) {
      let code = known.get(value);
      if (code === undefined) {
        code = entries.push(value) - 1;
        known.set(value, code);
      }
      codes.push(code);
    },
    take(name) {
      const column = codes.take(name);
      entries = [];
      known = new Map();
      return column;
    },
  };
}

/** A growing column of sets from a small vocabulary, given as bits. */
export interface GrowingSets extends Growing {
  push(bits: number): void;
}

/** Makes a growing list column whose rows are subsets of up to 31 words, in the order of the vocabulary. */
export function growingSets(vocabulary: readonly string[]): GrowingSets {
  const sets = growingIntegers();
  return {
    push: sets.push,
    take(name): ListColumn {
      const taken = sets.take(name) as { readonly values: Float64Array };
      const length = taken.values.length;
      const offsets = new Int32Array(length + 1);
      for (let row = 0; row < length; row++) {
        offsets[row + 1] = offsets[row]! + bitCount(taken.values[row]!);
      }
      const codes = new Int32Array(offsets[length]!);
      let at = 0;
      for (let row = 0; row < length; row++) {
        for (let bits = taken.values[row]!, code = 0; bits > 0; bits >>= 1, code++) {
          if (bits & 1) codes[at++] = code;
        }
      }
      const dictionary = vocabulary;
      return {
        kind: "list",
        name,
        length,
        offsets,
        codes,
        dictionary,
        validity: null,
        numeric: false,
      };
    },
  };
}

function growing(finish: (name: string, values: Float64Array) => Column): GrowingNumbers {
  let values = new Float64Array(64);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const grown = new Float64Array(2 * length);
        grown.set(values);
        values = grown;
      }
      values[length++] = value;
    },
    set(row, value) {
      values[row] = value;
    },
    take(name) {
      const column = finish(name, values.slice(0, length));
      length = 0;
      return column;
    },
  };
}

function bitCount(bits: number): number {
  let count = 0;
  for (; bits > 0; bits >>= 1) count += bits & 1;
  return count;
}
