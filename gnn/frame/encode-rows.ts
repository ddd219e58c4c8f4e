/** Rows to sparse features: the fixed part of the row encoder, before any learned weight. */
import { mix } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { type Column, isValid } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import {
  type CategoricalEncoding,
  type ColumnEncoding,
  categoryName,
  type MulticategoricalEncoding,
  type NumberScale,
  splitItems,
  type TableEncoding,
} from "./encoding.js";
import { createSink, type FeatureSink } from "./sink.js";

/** Encodes rows of one table. */
export interface RowEncoder {
  readonly encoding: TableEncoding;
  /**
   * Encodes rows as sparse features.
   *
   * @param rows - int32 `[N]`: row numbers.
   * @param states - uint8 `[N]`: a bit per known-time group, 1 = known; `null` = all known.
   * @returns sparse `[N, width]`, in each row the constant first, then the encodings in order.
   */
  encode(rows: Int32Array, states: Uint8Array | null): SparseRows;
}

/** Writes the features of one cell. */
type Emit = (row: number, known: boolean, out: FeatureSink) => void;

/**
 * Prepares the encoding of a table's rows: categories are looked up once per dictionary entry, not once per row.
 *
 * @param db - the database the rows belong to; may differ from the one the encoding was fitted on.
 * @param encoding - the fitted encoding.
 */
export function createRowEncoder(db: Database, encoding: TableEncoding): RowEncoder {
  const table = db.table(encoding.table);
  const times = db.timeColumn(encoding.table);
  const emits = encoding.encodings.map((e) => createEmit(e, table.find(e.column), times));
  return {
    encoding,
    encode(rows, states) {
      const out = createSink(rows.length, 1 + encoding.encodings.length * 3);
      for (let i = 0; i < rows.length; i++) {
        out.push(0, 1);
        for (let e = 0; e < emits.length; e++) {
          const { group } = encoding.encodings[e]!;
          const known = group < 0 || states === null || (states[i]! & (1 << group)) !== 0;
          emits[e]!(rows[i]!, known, out);
        }
        out.endRow();
      }
      return out.finish();
    },
  };
}

/** Writes a number as its place between knots, its standardised value and its standardised logarithm. */
function pushNumber(
  out: FeatureSink,
  value: number,
  spec: NumberScale & { readonly firstCode: number },
): void {
  const { knots, firstCode } = spec;
  const last = knots.length - 1;
  if (value <= knots[0]!) out.push(firstCode, 1);
  else if (value >= knots[last]!) out.push(firstCode + last, 1);
  else {
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (knots[middle]! <= value) low = middle;
      else high = middle;
    }
    const share = (value - knots[low]!) / (knots[high]! - knots[low]!);
    out.push(firstCode + low, 1 - share);
    out.push(firstCode + high, share);
  }
  const log = Math.sign(value) * Math.log1p(Math.abs(value) / spec.logUnit);
  out.push(firstCode + knots.length, bounded((value - spec.mean) / spec.scale));
  out.push(firstCode + knots.length + 1, bounded((log - spec.logMean) / spec.logScale));
}

/** Keeps a standardised value within what training can have seen. */
function bounded(standard: number): number {
  return Math.max(-4, Math.min(4, standard));
}

function createEmit(
  encoding: ColumnEncoding,
  column: Column | undefined,
  rowTimes: (Column & { readonly kind: "timestamp" }) | null,
): Emit {
  const nullCode = encoding.firstCode + encoding.width - 1;
  const emitNull: Emit = (_row, _known, out) => out.push(nullCode, 1);
  if (!column) return emitNull;
  const guarded =
    (emit: (row: number, out: FeatureSink) => void): Emit =>
    (row, known, out) => {
      if (known && isValid(column, row)) emit(row, out);
      else out.push(nullCode, 1);
    };
  switch (encoding.kind) {
    case "numerical": {
      if (column.kind !== "number" && column.kind !== "boolean") return emitNull;
      const { values } = column;
      return guarded((row, out) => {
        const value = values[row]!;
        if (Number.isFinite(value)) pushNumber(out, value, encoding);
        else out.push(nullCode, 1);
      });
    }
    case "elapsed": {
      if (column.kind !== "timestamp" || !rowTimes) return emitNull;
      return guarded((row, out) => {
        if (!isValid(rowTimes, row)) out.push(nullCode, 1);
        else pushNumber(out, (column.values[row]! - rowTimes.values[row]!) / MS_PER_DAY, encoding);
      });
    }
    case "categorical":
      return guarded(categoryEmit(encoding, column));
    case "multicategorical":
      return guarded(itemsEmit(encoding, column));
    case "calendar": {
      if (column.kind !== "timestamp") return emitNull;
      return guarded((row, out) => pushCalendar(out, column.values[row]!, encoding.firstCode));
    }
    case "text": {
      if (column.kind !== "string") return emitNull;
      return guarded((row, out) => {
        pushWords(
          out,
          column.dictionary[column.codes[row]!]!,
          encoding.firstCode,
          encoding.buckets,
        );
      });
    }
    case "embedding": {
      if (column.kind !== "vector" || column.dimension !== encoding.means.length) return emitNull;
      const { dimension, values } = column;
      return guarded((row, out) => {
        for (let k = 0; k < dimension; k++) {
          const standard =
            (values[row * dimension + k]! - encoding.means[k]!) / encoding.scales[k]!;
          out.push(encoding.firstCode + k, Number.isFinite(standard) ? standard : 0);
        }
      });
    }
  }
}

function categoryEmit(
  encoding: CategoricalEncoding,
  column: Column,
): (row: number, out: FeatureSink) => void {
  const codes = new Map(encoding.categories.map((name, i) => [name, encoding.firstCode + i]));
  const other = encoding.firstCode + encoding.categories.length;
  if (column.kind === "string") {
    const byCode = Int32Array.from(column.dictionary, (name) => codes.get(name) ?? other);
    return (row, out) => out.push(byCode[column.codes[row]!]!, 1);
  }
  return (row, out) => out.push(codes.get(categoryName(column, row)) ?? other, 1);
}

function itemsEmit(
  encoding: MulticategoricalEncoding,
  column: Column,
): (row: number, out: FeatureSink) => void {
  const codes = new Map(encoding.categories.map((name, i) => [name, encoding.firstCode + i]));
  const other = encoding.firstCode + encoding.categories.length;
  const sizeCode = other + 1;
  const codeOf = (name: string): number => codes.get(name) ?? other;
  const pushBag = (out: FeatureSink, items: ArrayLike<number>, from: number, to: number): void => {
    for (let i = from; i < to; i++) out.push(items[i]!, 1 / (to - from));
    out.push(sizeCode, Math.log1p(to - from));
  };
  if (column.kind === "list") {
    const byCode = Int32Array.from(column.dictionary, codeOf);
    const flat = Int32Array.from(column.codes, (code) => byCode[code]!);
    return (row, out) => pushBag(out, flat, column.offsets[row]!, column.offsets[row + 1]!);
  }
  if (column.kind === "string") {
    const { delimiter } = encoding;
    const bags = column.dictionary.map((text) => splitItems(text, delimiter ?? ",").map(codeOf));
    return (row, out) => {
      const bag = bags[column.codes[row]!]!;
      pushBag(out, bag, 0, bag.length);
    };
  }
  return (_row, out) => out.push(sizeCode + 1, 1);
}

/** Writes month, weekday and four-hour part of the day of a time (UTC). */
export function pushCalendar(out: FeatureSink, time: number, firstCode: number): void {
  const date = new Date(time);
  out.push(firstCode + date.getUTCMonth(), 1);
  out.push(firstCode + 12 + date.getUTCDay(), 1);
  out.push(firstCode + 19 + (date.getUTCHours() >> 2), 1);
}

function pushWords(out: FeatureSink, text: string, firstCode: number, buckets: number): void {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const weight = 1 / Math.sqrt(Math.max(1, words.length));
  for (const word of words) {
    let hash = 0x1234567;
    for (let i = 0; i < word.length; i++) hash = mix(hash, word.charCodeAt(i));
    out.push(firstCode + ((hash >>> 0) % buckets), weight);
  }
}
