/** Collects the values of one SQLite column, where every cell may be of another type. */
import { parseTime } from "../../../core/time.js";
import { castToStype } from "../../cast.js";
import { type Column, createDictionary, type StringColumn } from "../../column.js";
import { createValidityBuilder, grow, trim } from "../growable.js";

/** A value as the driver gives it. */
export type SqliteValue = number | bigint | string | Uint8Array | null;

/** What the declared type says about the values; SQLite itself does not hold to it. */
export type Affinity = "boolean" | "time" | "other";

/** Takes the values of one column, row by row. */
export interface CellSink {
  append(value: SqliteValue): void;
  /** Returns the column of all rows taken with what there is to say; `null` where all values are bytes. */
  finish(): { readonly column: Column | null; readonly remark: string | null };
}

/** Reads the affinity from a declared type, such as `DATETIME` or `bool`. */
export function affinityOf(declared: string): Affinity {
  if (/bool/i.test(declared)) return "boolean";
  return /date|time/i.test(declared) ? "time" : "other";
}

/**
 * Makes a sink. Numbers stay numbers while all values are; the first text turns the whole column into texts, the first integer
 * beyond 2^53 into exact digits. Bytes are read as null.
 *
 * @param table - the table's name.
 * @param name - the column's name.
 * @param affinity - `boolean`: 0 and 1 are truth values; `time`: whole numbers are seconds or, from 10^11 on, milliseconds since 1970.
 */
export function createCellSink(table: string, name: string, affinity: Affinity): CellSink {
  let numbers = new Float64Array(0);
  let codes: Int32Array | null = null;
  const texts = createDictionary();
  let length = 0;
  let present = 0;
  let written = 0;
  let bytes = 0;
  let integer = true;
  let wide = false;
  const validity = createValidityBuilder();
  const toTexts = (): Int32Array => {
    const all = new Int32Array(Math.max(numbers.length, length + 1));
    for (let row = 0; row < length; row++) {
      all[row] = Number.isNaN(numbers[row]!) ? -1 : texts.encode(String(numbers[row]!));
    }
    numbers = new Float64Array(0);
    return all;
  };
  const appendText = (text: string | null): void => {
    codes ??= toTexts();
    if (length === codes.length) codes = grow(codes, length + 1);
    codes[length++] = text === null ? -1 : texts.encode(text);
  };
  return {
    append(value) {
      if (value === null || value instanceof Uint8Array) {
        if (value !== null) bytes++;
        validity.clear(length);
        if (codes !== null) appendText(null);
        else {
          if (length === numbers.length) numbers = grow(numbers, length + 1);
          numbers[length++] = Number.NaN;
        }
        return;
      }
      present++;
      if (typeof value === "string") written++;
      if (typeof value === "bigint") wide = true;
      if (typeof value !== "number" || codes !== null) {
        appendText(String(value));
        return;
      }
      if (length === numbers.length) numbers = grow(numbers, length + 1);
      // An infinity is no number here.
      if (!Number.isFinite(value)) validity.clear(length);
      if (!Number.isInteger(value)) integer = false;
      numbers[length++] = Number.isFinite(value) ? value : Number.NaN;
    },
    finish() {
      validity.append(null, length);
      const bits = validity.finish();
      const remark = bytes > 0 && present > 0 ? `${bytes} values of bytes are read as null` : null;
      if (bytes > 0 && present === 0) return { column: null, remark: "it holds bytes" };
      const base = { name, length, validity: bits };
      if (codes === null) return { column: asMeant(base, trim(numbers, length)), remark };
      const dictionary = texts.entries;
      const all = { ...base, kind: "string", codes: trim(codes, length), dictionary } as const;
      const column: StringColumn = { ...all, int64: wide && written === 0 && integer };
      const times = dictionary.length > 0 && dictionary.every((text) => parseTime(text) !== null);
      if (times && !column.int64)
        return { column: castToStype(table, column, "timestamp"), remark };
      if (written === 0 || written === present) return { column, remark };
      const mixed = "it mixes numbers and texts and is read as text";
      return { column, remark: remark ? `${mixed}; ${remark}` : mixed };
    },
  };

  function asMeant(
    base: { readonly name: string; readonly length: number; readonly validity: Uint8Array | null },
    values: Float64Array,
  ): Column {
    if (affinity === "boolean" && values.every((v) => v === 0 || v === 1 || Number.isNaN(v))) {
      const truths = Uint8Array.from(values, (value) => (value === 1 ? 1 : 0));
      return { ...base, kind: "boolean", values: truths };
    }
    if (affinity === "time" && present > 0 && integer) {
      const times = values.map((value) => (Math.abs(value) < 1e11 ? value * 1000 : value));
      return { ...base, kind: "timestamp", values: times };
    }
    return { ...base, kind: "number", values, integer };
  }
}
