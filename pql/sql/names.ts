/** Names that a statement makes up, none of which a table or column of the schema has. */
import type { Schema } from "../../src/data/schema.js";

/** Makes up names. */
export interface Names {
  /** Columns that the statement adds to those of the schema. */
  readonly columns: {
    readonly anchor: string;
    readonly value: string;
    /** An item of a list. */
    readonly item: string;
    readonly step: string;
    readonly split: string;
    /** A row's place in its table. */
    readonly rowNumber: string;
    /** The place of the first row with a row's key. */
    readonly firstRow: string;
  };
  /**
   * Returns a name for a part of the statement that nothing else has.
   *
   * @param words - what it is about, in any letters.
   */
  fresh(...words: readonly string[]): string;
}

/** PostgreSQL cuts names at 63 bytes. */
const LONGEST = 48;

/**
 * Starts making up names.
 *
 * @param schema - whose names are taken.
 */
export function createNames(schema: Schema): Names {
  const lower = (names: readonly string[]): Set<string> =>
    new Set(names.map((name) => name.toLowerCase()));
  const columns = lower(schema.tables.flatMap((table) => table.columns.map(({ name }) => name)));
  const taken = lower(schema.tables.map((table) => table.name));
  const reserve = (among: Set<string>, base: string): string => {
    let name = base;
    for (let n = 2; among.has(name); n++) name = `${base}_${n}`;
    among.add(name);
    return name;
  };
  return {
    columns: {
      anchor: reserve(columns, "anchor"),
      value: reserve(columns, "value"),
      item: reserve(columns, "item"),
      step: reserve(columns, "step"),
      split: reserve(columns, "split"),
      rowNumber: reserve(columns, "row_nr"),
      firstRow: reserve(columns, "first_row"),
    },
    fresh: (...words) => {
      const plain = words.map((word) => word.toLowerCase().replace(/[^a-z0-9]+/g, "_"));
      return reserve(taken, plain.join("_").replace(/_+/g, "_").slice(0, LONGEST));
    },
  };
}
