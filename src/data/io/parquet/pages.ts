/** The pages of a column, read one after the other and unpacked into memory that is used again. */
import { readSync } from "node:fs";
import { nodeCodecs } from "./codecs.js";
import { isOneRun, readHybrid } from "./hybrid.js";
import { type PageEncoding, type PageHeader, readPageHeader } from "./page-header.js";
import type { Codec, ColumnPlace, ColumnPlan } from "./parquet-plan.js";
import { SLACK, unpackSnappy } from "./snappy.js";

/** A page; it holds until the next one is asked for. */
export interface Page {
  readonly isDictionary: boolean;
  readonly encoding: PageEncoding;
  /** Rows, nulls included. */
  readonly rows: number;
  /** Values: rows that are not null. */
  readonly present: number;
  /** One byte a row, 1 = not null; `null` = no nulls. */
  readonly valid: Uint8Array | null;
  /** The values from byte 0 on; the buffer is longer. */
  readonly bytes: Uint8Array;
  /** Bytes of the values. */
  readonly length: number;
}

/**
 * Makes a reader of pages.
 *
 * @param file - descriptor of the open file.
 * @param plan - the column.
 * @returns a function that returns the next page, `null` behind the last one; it throws an Error if the file is damaged.
 */
export function createPageReader(
  file: number,
  { places, isOptional }: ColumnPlan,
): () => Page | null {
  const window = createWindow(file);
  const unpack = createUnpacker();
  let valid = new Uint8Array(0);
  let place = -1;
  let [at, end] = [0, 0];

  const toPage = (header: PageHeader, packed: Uint8Array, codec: Codec): Page => {
    const { rows, bytes, length, levels } = unpack(header, packed, codec);
    const page = { isDictionary: header.type === "dictionary", encoding: header.encoding, rows };
    let from = levels;
    let [levelStart, levelEnd] = [0, levels];
    if (header.type === "data" && isOptional) {
      if (!header.levelRuns) throw new Error("definition levels are written in an old way");
      levelStart = 4;
      levelEnd = 4 + new DataView(bytes.buffer).getUint32(0, true);
      from = levelEnd;
    }
    if (from > length) throw new Error("a page is shorter than its levels");
    let present = rows;
    if (isOptional && !page.isDictionary) {
      if (!isOneRun(bytes, levelStart, levelEnd, rows)) {
        if (valid.length < rows) valid = new Uint8Array(rows);
        readHybrid(bytes, levelStart, levelEnd, 1, valid, rows);
        present = countOnes(valid, 0, rows);
      }
    }
    // Values begin at 0, where they can be viewed as words.
    bytes.copyWithin(0, from, length);
    return {
      ...page,
      present,
      valid: present === rows ? null : valid,
      bytes,
      length: length - from,
    };
  };

  return () => {
    for (;;) {
      while (at >= end) {
        const next: ColumnPlace | undefined = places[++place];
        if (!next) return null;
        [at, end] = [next.start, next.start + next.length];
      }
      const head = window.view(at, Math.min(end - at, HEAD));
      const header = readPageHeader(head, 0);
      at += header.length;
      if (at + header.packed > end) throw new Error("a page ends behind its column");
      const packed = window.view(at, header.packed);
      at += header.packed;
      if (header.type !== "other") return toPage(header, packed, places[place]!.codec);
    }
  };
}

/** Bytes that hold the header of any page. */
const HEAD = 1 << 16;
/** Bytes read at once, at least. */
const BLOCK = 1 << 20;

/** Counts the ones in a stretch. */
export function countOnes(flags: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) count += flags[i]!;
  return count;
}

/** Reads stretches of a file, block by block. */
function createWindow(file: number): { view(start: number, length: number): Uint8Array } {
  let block = new Uint8Array(0);
  let [first, held] = [0, 0];
  return {
    view(start, length) {
      if (start < first || start + length > first + held) {
        if (block.length < length) block = new Uint8Array(Math.max(BLOCK, length));
        [first, held] = [start, 0];
        while (held < length) {
          const read = readSync(file, block, held, block.length - held, start + held);
          if (read === 0) throw new Error("the file is shorter than its footer says");
          held += read;
        }
      }
      return block.subarray(start - first, start - first + length);
    },
  };
}

interface Unpacked {
  readonly rows: number;
  /** Levels, then values. */
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Bytes of the levels of version 2. */
  readonly levels: number;
}

/** Unpacks pages into a buffer that grows to the size of the largest. */
function createUnpacker(): (header: PageHeader, packed: Uint8Array, codec: Codec) => Unpacked {
  const codecs = nodeCodecs();
  let buffer = new Uint8Array(0);
  return ({ values: rows, unpacked, levels, isPacked }, packed, codec) => {
    if (buffer.length < unpacked + SLACK) buffer = new Uint8Array(unpacked + SLACK);
    buffer.set(packed.subarray(0, levels));
    const input = packed.subarray(levels);
    const size = unpacked - levels;
    if (codec === "SNAPPY" && isPacked && size > 0) {
      unpackSnappy(input, buffer.subarray(levels), size);
      return { rows, bytes: buffer, length: unpacked, levels };
    }
    const isPlain = codec === "UNCOMPRESSED" || codec === "SNAPPY" || !isPacked || size === 0;
    const output = isPlain ? input : codecs[codec]!(input);
    if (output.length !== size) throw new Error("a page does not have the size that it says");
    buffer.set(output, levels);
    return { rows, bytes: buffer, length: unpacked, levels };
  };
}
