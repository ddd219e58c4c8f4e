/** Headers of Parquet pages, in Thrift's compact protocol. */

/** What a page holds. */
export type PageType = "data" | "data2" | "dictionary" | "other";

/** How values are written, as far as it is read here. */
export type PageEncoding = "plain" | "dictionary" | "runs" | "other";

/** The header of a page. */
export interface PageHeader {
  readonly type: PageType;
  /** Bytes of the header itself. */
  readonly length: number;
  /** Bytes of the page in the file. */
  readonly packed: number;
  readonly unpacked: number;
  /** Values, nulls included. */
  readonly values: number;
  readonly encoding: PageEncoding;
  /** Whether definition levels are written as runs; always so in version 2. */
  readonly levelRuns: boolean;
  /** Bytes of the levels that stand unpacked before the values; version 2 alone. */
  readonly levels: number;
  /** Whether the values are packed by the column's codec. */
  readonly isPacked: boolean;
}

const TYPES: readonly PageType[] = ["data", "other", "dictionary", "data2"];
const RLE = 3;
const ENCODINGS: Readonly<Record<number, PageEncoding>> = {
  0: "plain",
  2: "dictionary",
  [RLE]: "runs",
  8: "dictionary",
};

type Fields = ReadonlyMap<number, number | boolean | Map<number, unknown>>;

/**
 * Reads the header of a page.
 *
 * @param bytes - where it lies.
 * @param start - its first byte.
 * @throws Error if it is damaged.
 * @see parquet.thrift, `PageHeader`.
 */
export function readPageHeader(bytes: Uint8Array, start: number): PageHeader {
  const cursor = { bytes, at: start };
  const fields = readStruct(cursor, 0);
  const type = TYPES[numberOf(fields, 1)] ?? "other";
  const inner = (fields.get({ data: 5, other: 6, dictionary: 7, data2: 8 }[type]) ??
    new Map()) as Fields;
  const code = numberOf(inner, type === "data2" ? 4 : 2);
  const header: PageHeader = {
    type,
    length: cursor.at - start,
    packed: numberOf(fields, 3),
    unpacked: numberOf(fields, 2),
    values: numberOf(inner, 1),
    encoding: ENCODINGS[code] ?? "other",
    levelRuns: type !== "data" || numberOf(inner, 3) === RLE,
    levels: type === "data2" ? numberOf(inner, 5) + numberOf(inner, 6) : 0,
    isPacked: type !== "data2" || inner.get(7) !== false,
  };
  if (!(header.packed >= 0 && header.unpacked >= 0 && header.values >= 0)) throw damaged();
  return header;
}

function numberOf(fields: Fields, id: number): number {
  const value = fields.get(id);
  return typeof value === "number" ? value : 0;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const damaged = (): Error => new Error("the header of a page is damaged");

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw damaged();
  return byte;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = readByte(cursor);
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    if (factor > 2 ** 56) throw damaged();
  }
}

const unzigzag = (n: number): number => (n % 2 === 0 ? n / 2 : -(n + 1) / 2);

/** Reads numbers, truth values and structs; bytes and lists, which no field that counts here is, are stepped over. */
function readStruct(cursor: Cursor, depth: number): Fields {
  if (depth > 8) throw damaged();
  const fields = new Map<number, number | boolean | Map<number, unknown>>();
  for (let id = 0; ; ) {
    const byte = readByte(cursor);
    if (byte === 0) return fields;
    id = byte >> 4 === 0 ? unzigzag(readVarint(cursor)) : id + (byte >> 4);
    const kind = byte & 15;
    if (kind === 1 || kind === 2) fields.set(id, kind === 1);
    else fields.set(id, readValue(cursor, kind, depth) as number);
  }
}

function readValue(cursor: Cursor, kind: number, depth: number): number | Fields {
  switch (kind) {
    case 3:
      return readByte(cursor);
    case 4:
    case 5:
    case 6:
      return unzigzag(readVarint(cursor));
    case 7:
      cursor.at += 8;
      return 0;
    case 8:
      cursor.at += readVarint(cursor);
      return 0;
    case 12:
      return readStruct(cursor, depth + 1);
    default:
      throw damaged();
  }
}
