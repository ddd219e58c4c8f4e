/** Growth of a table: rows added, rows corrected, rows taken away. */
import { DataError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import { castToStype } from "./cast.js";
import { type Column, cellValue, isValid, nullCount, sliceColumn, takeRows } from "./column.js";
import { concatColumns } from "./concat.js";
import { buildKeyIndex, type KeyIndex } from "./key-index.js";
import { findColumn, type TableSchema } from "./schema.js";
import type { Stype } from "./stype.js";
import { Table, type TableRecord } from "./table.js";

/** Options of {@link appendRows}. */
export interface AppendOptions {
  /**
   * What becomes of a row whose primary key is there already: `refuse` gives an error, `replace` puts the new row in the place of the old
   * one, for corrections.
   */
  readonly onDuplicate?: "refuse" | "replace" | undefined;
}

/** A table that grows, with its settled schema and the index over its primary key, made when it is needed. */
export interface GrowingTable {
  readonly table: Table;
  readonly schema: TableSchema;
  readonly keyIndex: () => KeyIndex;
}

/** The key of a row; of a composite key the parts in order. */
export type RowKey = string | number | readonly (string | number)[];

/**
 * Adds rows to a table, after those that are there.
 *
 * @param growing - the table.
 * @param rows - a table with the same columns in any order, or records with these properties.
 * @param options - what becomes of keys that are there already.
 * @throws {@link DataError} DAT110 for columns that are missing or unknown, DAT111 for a column of another kind, DAT112 for a key without
 * a value, DAT113 for a key that occurs twice or is there already; SchemaError SCH106 for a value that does not fit its stype.
 */
export function appendRows(
  { table: old, schema, keyIndex }: GrowingTable,
  rows: Table | readonly TableRecord[],
  { onDuplicate = "refuse" }: AppendOptions = {},
): Table {
  const { name } = old;
  const names = old.columns.map((column) => column.name);
  const given = rows instanceof Table ? rows : Table.fromRecords(name, rows, names);
  const offered = rows instanceof Table ? rows.columns.map((column) => column.name) : keysOf(rows);
  checkColumns(name, names, offered, rows instanceof Table);
  if (given.numRows === 0) return old;
  const added = old.columns.map((column) => {
    const stype = findColumn(schema, column.name)?.stype ?? null;
    return conform(name, given.column(column.name), column, stype);
  });
  const { primaryKey } = schema;
  const places = primaryKey && keyPlaces(name, primaryKey, keyIndex(), added, onDuplicate);
  const joined = old.columns.map((column, c) => concatColumns([column, added[c]!]));
  const table = new Table(name, joined);
  const order = places && replacing(old.numRows, places);
  return order ? table.take(order) : table;
}

/**
 * Takes rows away.
 *
 * @param growing - the table, which has a primary key.
 * @param keys - the keys of the rows.
 * @throws {@link DataError} DAT114 for a key that no row has; then nothing is taken.
 */
export function removeRows({ table, keyIndex }: GrowingTable, keys: readonly RowKey[]): Table {
  const { name, numRows } = table;
  const index = keyIndex();
  const gone = new Uint8Array(numRows);
  for (const key of keys) {
    const parts = (Array.isArray(key) ? key : [key]) as readonly (string | number)[];
    const row = index.find(parts);
    if (row < 0) {
      throw new DataError("DAT114", `\`${name}\` has no row with the key \`${parts.join(", ")}\``, {
        at: { table: name },
        hint: "nothing was removed; leave the key out",
      });
    }
    gone[row] = 1;
  }
  const kept = Int32Array.from(gone.keys()).filter((row) => gone[row] === 0);
  return table.take(kept);
}

function keysOf(records: readonly TableRecord[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

/** Records may leave properties out, which are null then; a table gives every column. */
function checkColumns(
  table: string,
  names: readonly string[],
  offered: readonly string[],
  whole: boolean,
): void {
  const unknown = offered.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new DataError("DAT110", `\`${table}\` has no column \`${unknown}\``, {
      at: { table, column: unknown },
      hint: suggestHint(unknown, names, "columns"),
    });
  }
  const missing = whole ? names.find((name) => !offered.includes(name)) : undefined;
  if (missing === undefined) return;
  throw new DataError("DAT110", `the rows for \`${table}\` lack the column \`${missing}\``, {
    at: { table, column: missing },
    hint: "give every column; cells may be null",
  });
}

/** Brings a column into the kind of the table's; one without any value takes every kind. */
function conform(table: string, column: Column, old: Column, stype: Stype | null): Column {
  const { name } = old;
  if (column.kind !== old.kind && nullCount(column) === column.length) {
    return takeRows(sliceColumn(old, 0, 0), new Int32Array(column.length).fill(-1));
  }
  const toDigits = old.kind === "string" && old.int64;
  if (toDigits && column.kind === "number" && column.integer) return column;
  const cast = column.kind === old.kind ? column : castToStype(table, column, stype);
  const [found, expected] = [shapeOf(cast), shapeOf(old)];
  if (found === expected) return cast;
  throw new DataError("DAT111", `\`${name}\` of \`${table}\` holds ${expected}, found ${found}`, {
    at: { table, column: name },
    hint: "give values of the same kind; a change of kind needs the database opened anew",
  });
}

/** What must be the same of two columns to be joined. */
function shapeOf(column: Column): string {
  if (column.kind === "vector") return `vectors of ${column.dimension} numbers`;
  if (column.kind === "string" && column.int64) return "integers beyond 2^53";
  return `${column.kind}s`;
}

/** Finds the old row of each new key, −2 where there is none. */
function keyPlaces(
  name: string,
  primaryKey: readonly string[],
  index: KeyIndex,
  added: readonly Column[],
  onDuplicate: "refuse" | "replace",
): Int32Array {
  const key = primaryKey.map((column) => added.find((other) => other.name === column)!);
  const own = buildKeyIndex(key);
  const text = (row: number): string =>
    key.map((column) => String(cellValue(column, row))).join(", ");
  const refuse = (code: string, row: number, why: string, hint: string): DataError =>
    new DataError(code, `row ${row + 1} of those for \`${name}\` ${why}`, {
      at: { table: name, column: primaryKey.join("+"), row: row + 1 },
      hint,
    });
  if (own.nulls > 0) throw refuse("DAT112", firstNull(key), "has no key", "give every row its key");
  if (own.duplicates > 0) {
    const row = own.firstDuplicate;
    throw refuse(
      "DAT113",
      row,
      `has the key \`${text(row)}\`, as an earlier one of them`,
      "give each key once, the last state of its row",
    );
  }
  const places = index.lookup(key);
  const taken = places.findIndex((row) => row >= 0);
  if (taken < 0 || onDuplicate === "replace") return places;
  throw refuse(
    "DAT113",
    taken,
    `has the key \`${text(taken)}\`, which is there already`,
    'for a correction say { onDuplicate: "replace" }',
  );
}

function firstNull(key: readonly Column[]): number {
  let row = 0;
  while (key.every((column) => isValid(column, row))) row++;
  return row;
}

/** The order of rows in which new ones stand in the place of the old; `null` where nothing is replaced. */
function replacing(oldRows: number, places: Int32Array): Int32Array | null {
  if (places.every((row) => row < 0)) return null;
  const order = Int32Array.from({ length: oldRows }, (_, row) => row);
  const fresh: number[] = [];
  for (let i = 0; i < places.length; i++) {
    if (places[i]! >= 0) order[places[i]!] = oldRows + i;
    else fresh.push(oldRows + i);
  }
  return Int32Array.from([...order, ...fresh]);
}
