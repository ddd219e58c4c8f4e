/** The catalogue: everything that can be recommended, with what its row tells and since when it is there. */
import type { Interactions } from "../../pql/run/interactions.js";
import { cellText, isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { EntityTask } from "../task/task.js";

/** What a column of the item table tells of each item. */
export interface ItemColumn {
  readonly name: string;
  readonly kind: "numerical" | "categorical";
  /** float32 `[items]`: numbers, or codes of `categories`; NaN = missing. */
  readonly values: Float32Array;
  /** What codes mean, of a categorical column. */
  readonly categories: readonly string[];
  /** float64 `[items]`: from when on the cell is known. */
  readonly known: Float64Array | null;
}

/** Everything that can be recommended. */
export interface Catalog {
  /** By item: names as the labels have them. */
  readonly names: readonly string[];
  /** float64 `[items]`: when the item came to be; `-Infinity` where nobody says. */
  readonly created: Float64Array;
  readonly columns: readonly ItemColumn[];
}

/** A column of the item table as a model learned it: codes mean the same whatever state of the database is read. */
export interface ItemColumnSpec {
  readonly name: string;
  readonly kind: "numerical" | "categorical";
  /** By code. */
  readonly categories: readonly string[];
}

/** Columns of an item that are read, at most. */
const COLUMNS = 12;
/** More categories than this are no kinds, but names. */
const CATEGORIES = 200;

/**
 * Chooses the columns of the item table that a model reads.
 *
 * @param task - its hidden columns are left out.
 */
export function chooseItemColumns(
  db: Database,
  { itemTable, hiddenColumns }: EntityTask,
): readonly ItemColumnSpec[] {
  if (itemTable === undefined) return [];
  return db
    .tableSchema(itemTable)
    .columns.filter(
      ({ name, stype }) =>
        (stype === "numerical" || stype === "categorical") &&
        !hiddenColumns.some(({ table, column }) => table === itemTable && column === name),
    )
    .slice(0, COLUMNS)
    .flatMap(({ name }): ItemColumnSpec[] => {
      const column = db.table(itemTable).column(name);
      if (column.kind === "string") {
        if (column.dictionary.length > CATEGORIES) return [];
        return [{ name, kind: "categorical", categories: [...column.dictionary] }];
      }
      const isNumber = column.kind === "number" || column.kind === "boolean";
      return isNumber ? [{ name, kind: "numerical", categories: [] }] : [];
    });
}

/**
 * Lists the items in the order of their names, those that nobody had yet as well, so that new items can be recommended. What comes
 * later adds items, and changes the order of none.
 *
 * @param db - the database.
 * @param task - whose lists name rows of `itemTable`, or categories.
 * @param interactions - of the same database.
 * @param specs - the columns that a model reads.
 */
export function makeCatalog(
  db: Database,
  { itemTable }: EntityTask,
  interactions: Interactions,
  specs: readonly ItemColumnSpec[],
): Catalog {
  const primaryKey = itemTable === undefined ? null : db.tableSchema(itemTable).primaryKey;
  const rowOf = new Map<string, number>();
  if (itemTable !== undefined && primaryKey?.length === 1) {
    const key = db.table(itemTable).column(primaryKey[0]!);
    for (let row = 0; row < key.length; row++) {
      const name = isValid(key, row) ? cellText(key, row)! : null;
      if (name !== null && !rowOf.has(name)) rowOf.set(name, row);
    }
  }
  const names = [...new Set([...interactions.names, ...rowOf.keys()])].sort(byName);
  const rows = Int32Array.from(names, (name) => rowOf.get(name) ?? -1);
  const created = firstSeen(interactions, names);
  const time = itemTable === undefined ? null : db.timeColumn(itemTable);
  rows.forEach((row, item) => {
    if (row < 0) return;
    if (time === null) created[item] = -Infinity;
    else created[item] = isValid(time, row) ? time.values[row]! : Infinity;
  });
  const columns = specs.map((spec) => readColumn(db, itemTable!, spec, rows));
  return { names, created, columns };
}

/** Numbers by value, then texts by code units. */
function byName(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What has no row of its own is there from when somebody first had it. */
function firstSeen(
  { items, times, names: codes }: Interactions,
  names: readonly string[],
): Float64Array {
  const first = new Float64Array(codes.length).fill(Infinity);
  items.forEach((item, i) => {
    first[item] = Math.min(first[item]!, times[i]!);
  });
  const byItem = new Map(codes.map((name, code) => [name, first[code]!]));
  return Float64Array.from(names, (name) => byItem.get(name) ?? Infinity);
}

function readColumn(
  db: Database,
  itemTable: string,
  { name, kind, categories }: ItemColumnSpec,
  rows: Int32Array,
): ItemColumn {
  const table = db.table(itemTable);
  const { knownFrom } = db.tableSchema(itemTable).columns.find((column) => column.name === name)!;
  const since = knownFrom === null ? null : table.column(knownFrom);
  const known =
    since?.kind === "timestamp"
      ? Float64Array.from(rows, (row) =>
          row >= 0 && isValid(since, row) ? since.values[row]! : Infinity,
        )
      : null;
  const column = table.column(name);
  const codes = new Map(categories.map((text, code) => [text, code]));
  const values = Float32Array.from(rows, (row) => {
    if (row < 0 || !isValid(column, row)) return Number.NaN;
    if (column.kind === "string")
      return codes.get(column.dictionary[column.codes[row]!]!) ?? Number.NaN;
    return column.kind === "number" || column.kind === "boolean" ? column.values[row]! : Number.NaN;
  });
  return { name, kind, values, categories, known };
}
