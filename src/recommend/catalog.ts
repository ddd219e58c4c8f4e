/** The catalogue: everything that can be recommended, with what its row tells and since when it is there. */
import type { Interactions } from "../../pql/run/interactions.js";
import { type Column, cellText, isValid } from "../data/column.js";
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

/** Columns of an item that are read, at most. */
const COLUMNS = 12;
/** More categories than this are no kinds, but names. */
const CATEGORIES = 200;

/**
 * Lists the items: those of the interactions first, then rows of the item table that nobody had yet, so that new items can be recommended.
 *
 * @param db - the database.
 * @param task - whose lists name rows of `itemTable`, or categories.
 * @param interactions - of the same database.
 */
export function makeCatalog(
  db: Database,
  { itemTable }: EntityTask,
  { names }: Pick<Interactions, "names">,
): Catalog {
  const primaryKey = itemTable === undefined ? null : db.tableSchema(itemTable).primaryKey;
  if (itemTable === undefined || primaryKey?.length !== 1) {
    return { names, created: new Float64Array(names.length).fill(-Infinity), columns: [] };
  }
  const key = db.table(itemTable).column(primaryKey[0]!);
  const known = new Map(names.map((name, item) => [name, item]));
  const all = [...names];
  const rowOf: number[] = new Array<number>(names.length).fill(-1);
  for (let row = 0; row < key.length; row++) {
    if (!isValid(key, row)) continue;
    const name = cellText(key, row)!;
    const item = known.get(name);
    if (item === undefined) {
      known.set(name, all.length);
      rowOf.push(row);
      all.push(name);
    } else if (rowOf[item]! < 0) rowOf[item] = row;
  }
  const rows = Int32Array.from(rowOf);
  const time = db.timeColumn(itemTable);
  const created = Float64Array.from(rows, (row) => {
    if (row < 0 || time === null) return -Infinity;
    return isValid(time, row) ? time.values[row]! : Infinity;
  });
  return { names: all, created, columns: itemColumns(db, itemTable, rows) };
}

function itemColumns(db: Database, itemTable: string, rows: Int32Array): ItemColumn[] {
  const { columns } = db.tableSchema(itemTable);
  return columns
    .filter(({ stype }) => stype === "numerical" || stype === "categorical")
    .slice(0, COLUMNS)
    .flatMap(({ name, knownFrom }): ItemColumn[] => {
      const column = db.table(itemTable).column(name);
      const since = knownFrom === null ? null : db.table(itemTable).column(knownFrom);
      const known =
        since?.kind === "timestamp"
          ? Float64Array.from(rows, (row) =>
              row >= 0 && isValid(since, row) ? since.values[row]! : Infinity,
            )
          : null;
      return readColumn(name, column, rows, known);
    });
}

function readColumn(
  name: string,
  column: Column,
  rows: Int32Array,
  known: Float64Array | null,
): ItemColumn[] {
  if (column.kind === "string") {
    if (column.dictionary.length > CATEGORIES) return [];
    const values = Float32Array.from(rows, (row) =>
      row >= 0 && isValid(column, row) ? column.codes[row]! : Number.NaN,
    );
    return [{ name, kind: "categorical", values, categories: column.dictionary, known }];
  }
  if (column.kind !== "number" && column.kind !== "boolean") return [];
  const values = Float32Array.from(rows, (row) =>
    row >= 0 && isValid(column, row) ? column.values[row]! : Number.NaN,
  );
  return [{ name, kind: "numerical", values, categories: [], known }];
}
