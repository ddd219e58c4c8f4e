/** The footer of a Parquet file, and which of its columns can be read without the engine. */
import { open } from "node:fs/promises";
import type { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import type { ScanRange } from "../../event-scan.js";
import { nodeCodecs } from "./codecs.js";
import type { CellKind, Codec, ColumnPlace, ColumnPlan, ParquetPlan } from "./parquet-plan.js";

/** A column that is asked for. */
export interface WantedColumn {
  readonly name: string;
  /** Its place among the columns of the file, and its name there. */
  readonly index: number;
  readonly fileName: string;
  /** DuckDB's type of it. */
  readonly type: string;
  readonly integer: boolean;
}

/** The footer of a file. */
export interface ParquetFile {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly metadata: FileMetaData;
  readonly columns: readonly SchemaTree[];
}

/**
 * Reads the footer of a file.
 *
 * @param path - a local file.
 * @returns the footer; `null` where it cannot be read here.
 */
export async function readFooter(path: string): Promise<ParquetFile | null> {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
        const bytes = new Uint8Array(end - start);
        await file.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      };
      const metadata = await parquetMetadataAsync({ byteLength: size, slice });
      return { path, size, metadata, columns: parquetSchema(metadata).children };
    } finally {
      await file.close();
    }
  } catch {
    // The engine will say what is wrong.
    return null;
  }
}

/**
 * Plans how columns are read.
 *
 * @param file - the footer.
 * @param wanted - the columns.
 * @param range - rows that are enough: row groups whose times lie outside are left out.
 * @returns the plan; `null` where a column is nested, encrypted, of an odd type, or written in a way that only the engine
 * reads.
 */
export function planParquet(
  { path, size, metadata, columns }: ParquetFile,
  wanted: readonly WantedColumn[],
  range: { readonly column: WantedColumn; readonly times: ScanRange } | null,
): ParquetPlan | null {
  const groups = metadata.row_groups.filter(
    (group) => range === null || mayHold(group, range.column.fileName, range.times),
  );
  const planned: ColumnPlan[] = [];
  for (const { name, index, fileName, type, integer } of wanted) {
    const column = columns[index];
    if (!column || column.element.name !== fileName || column.children.length > 0) return null;
    const kind = cellKindOf(column, type);
    if (kind === null || column.element.repetition_type === "REPEATED") return null;
    const places = groups.map((group) => placeOf(group, fileName, size));
    if (places.includes(null)) return null;
    planned.push({
      name,
      kind,
      scale: column.element.scale ?? 0,
      width: column.element.type_length ?? 0,
      integer,
      isOptional: column.element.repetition_type === "OPTIONAL",
      places: places as ColumnPlace[],
    });
  }
  const rows = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return { path, rows, columns: planned };
}

const SMALL = new Set(["TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT"]);
const TIMES = /^TIMESTAMP(?:_NS| WITH TIME ZONE)?$/;
const UNITS = { MILLIS: "milliseconds", MICROS: "microseconds", NANOS: "nanoseconds" } as const;
/** Digits of a decimal that a double holds exactly. */
const EXACT_DIGITS = 15;

/** Tells how values are stored; `null` where only the engine knows. */
function cellKindOf({ element }: SchemaTree, type: string): CellKind | null {
  const isDecimal = type.startsWith("DECIMAL(") && (element.precision ?? 99) <= EXACT_DIGITS;
  switch (element.type) {
    case "INT32":
      if (SMALL.has(type)) return "int32";
      if (type === "UINTEGER") return "uint32";
      if (type === "DATE") return "days";
      return isDecimal ? "decimal32" : null;
    case "INT64": {
      if (type === "BIGINT") return "int64";
      if (isDecimal) return "decimal64";
      if (!TIMES.test(type)) return null;
      const { logical_type: logical, converted_type: converted } = element;
      if (logical?.type === "TIMESTAMP") return UNITS[logical.unit];
      if (converted === "TIMESTAMP_MILLIS") return "milliseconds";
      return converted === "TIMESTAMP_MICROS" ? "microseconds" : null;
    }
    case "FLOAT":
      return type === "FLOAT" ? "float" : null;
    case "DOUBLE":
      return type === "DOUBLE" ? "double" : null;
    case "BOOLEAN":
      return type === "BOOLEAN" ? "boolean" : null;
    case "FIXED_LEN_BYTE_ARRAY":
      return isDecimal ? "decimalBytes" : null;
    case "BYTE_ARRAY":
      return type === "VARCHAR" ? "text" : null;
    default:
      return null;
  }
}

const ENCODINGS = new Set(["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"]);

function isCodec(codec: ColumnMetaData["codec"]): codec is Codec {
  return codec === "SNAPPY" || codec === "UNCOMPRESSED" || codec in nodeCodecs();
}

/** Finds the pages of a column; `null` where they cannot be read here. */
function placeOf(group: RowGroup, name: string, size: number): ColumnPlace | null {
  const chunk = chunkOf(group, name);
  const meta = chunk?.meta_data;
  if (!chunk || !meta || chunk.file_path || chunk.crypto_metadata) return null;
  if (!isCodec(meta.codec) || !meta.encodings.every((one) => ENCODINGS.has(one))) return null;
  const offsets = [meta.dictionary_page_offset, meta.data_page_offset].map(Number);
  const start = Math.min(...offsets.filter((offset) => offset > 0));
  const [length, rows] = [Number(meta.total_compressed_size), Number(group.num_rows)];
  // What the footer says must lie within the file; else the engine says what is wrong.
  if (!(length >= 0 && start + length <= size && rows >= 0)) return null;
  return { start, length, rows, codec: meta.codec };
}

function chunkOf({ columns }: RowGroup, name: string): ColumnChunk | undefined {
  return columns.find(({ meta_data: meta }) => {
    return meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === name;
  });
}

/** Tells whether a row group may have times in a range, by its statistics. */
function mayHold(group: RowGroup, name: string, { after, until }: ScanRange): boolean {
  const stats = chunkOf(group, name)?.meta_data?.statistics;
  const [min, max] = [stats?.min_value ?? stats?.min, stats?.max_value ?? stats?.max];
  if (!(min instanceof Date && max instanceof Date)) return true;
  // Fractions of a millisecond are cut off.
  return !(max.getTime() + 1 < after || min.getTime() - 1 > until);
}
