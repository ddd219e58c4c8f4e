/** Chunks of a Parquet file: the next rows of all columns, decoded into slots that are used in turn. */
import { closeSync, openSync } from "node:fs";
import type { Column } from "../../column.js";
import { type CellArray, createCells } from "./cells.js";
import { createColumnReader } from "./column-reader.js";
import type { ColumnPlan, ParquetPlan } from "./parquet-plan.js";

/** Memory for one column of a chunk. */
export interface SlotColumn {
  readonly values: CellArray;
  /** Bits, least significant first, 1 = not null; filled only where the chunk has nulls. */
  readonly validity: Uint8Array;
}

/** Memory for a chunk. */
export type Slot = readonly SlotColumn[];

/** What a slot was filled with; plain data. */
export interface Filled {
  /** Rows; 0 = there are no more. */
  readonly rows: number;
  /** Whether a column has nulls, by column. */
  readonly nulls: readonly boolean[];
  /** Texts that are new in the dictionary of a column, by column. */
  readonly texts: readonly (readonly string[])[];
  /** A column with an integer that does not fit; `null` = all fit. */
  readonly unfit: string | null;
}

/**
 * Makes the memory for chunks.
 *
 * @param columns - the columns.
 * @param rows - rows of a chunk, at most.
 * @param shared - whether other threads may write to it.
 */
export function createSlot(columns: readonly ColumnPlan[], rows: number, shared: boolean): Slot {
  const bytes = Math.ceil(rows / 8);
  return columns.map(({ kind }) => ({
    values: createCells(kind, rows, shared),
    validity: shared ? new Uint8Array(new SharedArrayBuffer(bytes)) : new Uint8Array(bytes),
  }));
}

/** Reads a file chunk by chunk. */
export interface ChunkReader {
  /**
   * Fills a slot with the next rows.
   *
   * @throws Error if the file cannot be read or is damaged.
   */
  fill(slot: Slot): Filled;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens a file.
 *
 * @param plan - what to read.
 * @param rows - rows of a chunk.
 * @throws Error if it cannot be opened.
 */
export function openChunkReader(plan: ParquetPlan, rows: number): ChunkReader {
  const file = openSync(plan.path, "r");
  const readers = plan.columns.map((column) => createColumnReader(file, column));
  const told = readers.map(() => 0);
  let left = plan.rows;
  return {
    fill(slot) {
      const count = Math.min(rows, left);
      left -= count;
      let unfit: string | null = null;
      const nulls = readers.map((reader, c) => {
        const read = reader.read(count, slot[c]!.values, slot[c]!.validity);
        if (!read.fits) unfit = plan.columns[c]!.name;
        return read.nulls;
      });
      const texts = readers.map((reader, c) => {
        const added = reader.texts.slice(told[c]);
        told[c] = reader.texts.length;
        return added;
      });
      return { rows: count, nulls, texts, unfit };
    },
    close: () => closeSync(file),
  };
}

/**
 * Views a filled slot as columns.
 *
 * @param plan - the columns.
 * @param slot - the slot; the columns hold until it is filled again.
 * @param filled - what it was filled with.
 * @param dictionaries - all texts so far, by column.
 */
export function columnsOf(
  plan: readonly ColumnPlan[],
  slot: Slot,
  { rows, nulls }: Filled,
  dictionaries: readonly (readonly string[])[],
): readonly Column[] {
  return plan.map(({ name, kind, integer }, c): Column => {
    const { values, validity: bits } = slot[c]!;
    const validity = nulls[c] ? bits : null;
    const base = { name, length: rows, validity };
    const part = values.subarray(0, rows);
    switch (kind) {
      case "boolean":
        return { ...base, kind: "boolean", values: part as Uint8Array };
      case "text": {
        const dictionary = dictionaries[c]!;
        return { ...base, kind: "string", codes: part as Int32Array, dictionary, int64: false };
      }
      case "days":
      case "milliseconds":
      case "microseconds":
      case "nanoseconds":
        return { ...base, kind: "timestamp", values: part as Float64Array };
      default:
        return { ...base, kind: "number", values: part as Float64Array | Int32Array, integer };
    }
  });
}
