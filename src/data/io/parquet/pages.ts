/** The pages of a column, read one after the other and unpacked into memory that is used again. */
import { readSync } from "node:fs";
import type { PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { nodeCodecs } from "./codecs.js";
import { isOneRun, readHybrid } from "./hybrid.js";
import type { Codec, ColumnPlace, ColumnPlan } from "./parquet-plan.js";
import { SLACK, unpackSnappy } from "./snappy.js";

/** A page; it holds until the next one is asked for. */
export interface Page {
  readonly isDictionary: boolean;
  /** How the values are written. */
  readonly encoding: string;
  /** Rows, nulls included. */
  readonly rows: number;
  /** Values: rows that are not null. */
  readonly present: number;
  /** int32 `[rows]`, 1 = not null; `null` = no nulls. The array may be longer. */
  readonly valid: Int32Array | null;
  /** The values from byte 0 of the buffer on, which is longer. */
  readonly bytes: Uint8Array;
  /** Bytes of the values. */
  readonly length: number;
}

/** Bytes that hold the header of any page. */
const HEAD = 1 << 16;
/** A page of more unpacked bytes or rows than these is taken for damaged: writers end pages at about a megabyte. */
const MOST_BYTES = 1 << 30;
const MOST_ROWS = 1 << 26;
/** Bytes read at once, at least. */
const BLOCK = 1 << 20;

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
  let levels = new Int32Array(0);
  let place = -1;
  let [at, end] = [0, 0];

  const toPage = (header: PageHeader, packed: Uint8Array, codec: Codec): Page => {
    const first = header.data_page_header;
    const second = header.data_page_header_v2;
    const about = first ?? second ?? header.dictionary_page_header;
    if (!about) throw new Error("a page does not say what it holds");
    const { num_values: rows, encoding } = about;
    if (!(rows >= 0 && rows <= MOST_ROWS)) throw new Error(`a page says that it has ${rows} rows`);
    const apart = second
      ? second.definition_levels_byte_length + second.repetition_levels_byte_length
      : 0;
    if (!(apart >= 0 && apart <= packed.length)) {
      throw new Error("the levels of a page end behind it");
    }
    const bytes = unpack(packed, second?.is_compressed === false ? "UNCOMPRESSED" : codec, {
      apart,
      size: header.uncompressed_page_size,
    });
    const isDictionary = !first && !second;
    let [start, stop, present] = [0, apart, rows];
    if (first && isOptional) {
      if (first.definition_level_encoding !== "RLE")
        throw new Error("levels are written in an old way");
      start = 4;
      stop = 4 + new DataView(bytes.buffer).getUint32(0, true);
    }
    const length = header.uncompressed_page_size - stop;
    if (length < 0) throw new Error("a page is shorter than its levels");
    if (isOptional && !isDictionary && !isOneRun(bytes, start, stop, rows)) {
      if (levels.length < rows) levels = new Int32Array(rows);
      readHybrid(bytes, start, stop, 1, levels, rows);
      present = countOnes(levels, 0, rows);
    }
    // Values begin at 0, where they can be viewed as words.
    bytes.copyWithin(0, stop, stop + length);
    const valid = present === rows ? null : levels;
    return { isDictionary, encoding, rows, present, valid, bytes, length };
  };

  return () => {
    for (;;) {
      while (at >= end) {
        const next: ColumnPlace | undefined = places[++place];
        if (!next) return null;
        [at, end] = [next.start, next.start + next.length];
      }
      const head = window(at, Math.min(end - at, HEAD));
      const reader = {
        view: new DataView(head.buffer, head.byteOffset, head.byteLength),
        offset: 0,
      };
      const header = parquetHeader(reader);
      const { compressed_page_size: size } = header;
      at += reader.offset;
      if (!(size >= 0 && at + size <= end)) throw new Error("a page ends behind its column");
      const packed = window(at, size);
      at += size;
      if (header.type !== "INDEX_PAGE") return toPage(header, packed, places[place]!.codec);
    }
  };
}

/** Counts the ones in a stretch. */
export function countOnes(flags: Int32Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) count += flags[i]!;
  return count;
}

/** Reads stretches of a file, block by block. */
function createWindow(file: number): (start: number, length: number) => Uint8Array {
  let block = new Uint8Array(0);
  let [first, held] = [0, 0];
  return (start, length) => {
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
  };
}

/** What a packing can make of some bytes at most; the others have no such bound. */
function mostUnpacked(packed: number, codec: Codec): number {
  switch (codec) {
    case "UNCOMPRESSED":
      return packed;
    case "SNAPPY":
      return packed * 24;
    case "GZIP":
      return packed * 1040;
    default:
      return MOST_BYTES;
  }
}

/** Unpacks pages, but for the levels that stand apart before them, into a buffer that grows to the size of the largest. */
function createUnpacker() {
  const codecs = nodeCodecs();
  let buffer = new Uint8Array(0);
  return (packed: Uint8Array, codec: Codec, { apart, size }: { apart: number; size: number }) => {
    if (!(size >= apart)) throw new Error("a page does not have the size that it says");
    if (size > MOST_BYTES || size - apart > mostUnpacked(packed.length - apart, codec)) {
      throw new Error(`a page of ${packed.length} bytes says that it unpacks to ${size}`);
    }
    if (buffer.length < size + SLACK) buffer = new Uint8Array(size + SLACK);
    buffer.set(packed.subarray(0, apart));
    const input = packed.subarray(apart);
    if (codec === "SNAPPY" && size > apart) {
      unpackSnappy(input, buffer.subarray(apart), size - apart);
      return buffer;
    }
    const isPlain = codec === "UNCOMPRESSED" || codec === "SNAPPY" || size === apart;
    const output = isPlain ? input : codecs[codec]!(input, size - apart);
    if (output.length !== size - apart) {
      throw new Error("a page does not have the size that it says");
    }
    buffer.set(output, apart);
    return buffer;
  };
}
