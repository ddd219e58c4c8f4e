/** Arrow tables in and out: buffers are read and made as a whole, never cell by cell. */
import type { Table as ArrowTable, Data, DataType } from "apache-arrow";
import { readArrowData } from "./arrow-read.js";
import { makeArrowData } from "./arrow-write.js";
import type { Column } from "./column.js";
import { concatColumns } from "./concat.js";
import { Table } from "./table.js";

/**
 * Makes a table from an Arrow table.
 *
 * Integers beyond 2^53 become exact digits, decimals numbers, dates and timestamps of every unit milliseconds UTC
 * (nanoseconds keep microseconds), dictionaries strings, lists lists, fixed-size lists of floats vectors, structs JSON.
 *
 * @param name - the table's name.
 * @param table - the Arrow table, in any number of chunks; it is not changed.
 * @throws {@link DataError} DAT107 for a column of bytes or of another type without a meaning here.
 */
export function tableFromArrow(name: string, table: ArrowTable): Table {
  return new Table(
    name,
    table.schema.fields.map((_, place) => columnFromArrow(name, table, place)),
  );
}

/**
 * Makes a column of one of an Arrow table.
 *
 * @param name - the table's name, for errors.
 * @param table - the Arrow table.
 * @param place - the column's place in it.
 * @throws {@link DataError} DAT107 as {@link tableFromArrow}.
 */
export function columnFromArrow(name: string, table: ArrowTable, place: number): Column {
  const field = table.schema.fields[place]!;
  const chunks = (table.getChildAt(place)?.data ?? []) as readonly Data[];
  const parts = chunks.map((chunk) => readArrowData(name, field.name, chunk));
  return parts.length > 0 ? concatColumns(parts) : readEmpty(name, field.name, field.type);
}

/** A table without batches still has its columns. */
function readEmpty(table: string, name: string, type: DataType) {
  const values = new Uint8Array(0);
  const empty = { type, length: 0, offset: 0, values, children: [], valueOffsets: [0] };
  return readArrowData(table, name, empty as unknown as Data);
}

/**
 * Makes an Arrow table of one record batch.
 *
 * @param table - the table.
 * @returns Int32, Int64 or Float64 numbers, Bool, Timestamp (milliseconds, or microseconds where there are fractions),
 * dictionary-coded Utf8, List, and FixedSizeList of Float32; buffers are shared where the layouts agree.
 */
export async function toArrow(table: Table): Promise<ArrowTable> {
  const arrow = await import("apache-arrow");
  const data = table.columns.map((column) => makeArrowData(arrow, column));
  const fields = table.columns.map(
    (column, c) => new arrow.Field(column.name, data[c]!.type as DataType, true),
  );
  const struct = arrow.makeData({
    type: new arrow.Struct(fields),
    length: table.numRows,
    nullCount: 0,
    children: data,
  });
  const schema = new arrow.Schema(fields);
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]);
}
