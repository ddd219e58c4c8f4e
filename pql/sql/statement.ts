/** The statement under construction: engine, names and the parts that are written so far. */
import { findTable, type Schema, type TableSchema } from "../../src/data/schema.js";
import type { NullLogic } from "../bind/bound.js";
import { engineOf, type SqlDialect } from "./dialect.js";
import type { Engine } from "./engine.js";
import type { Part } from "./layout.js";
import { createNames, type Names } from "./names.js";

/** A statement under construction. */
export interface Statement {
  readonly engine: Engine;
  readonly names: Names;
  readonly logic: NullLogic;
  /** Whether rows have an order: keys can repeat then, and rows of one time count in their order. */
  readonly rowOrder: boolean;
  /** In the order in which they are written. */
  readonly parts: readonly Part[];
  /**
   * Adds a part, once for equal bodies.
   *
   * @param words - what its name is made of.
   * @returns its name.
   */
  add(words: readonly string[], comment: string, body: readonly string[]): string;
  /** Returns what to read a table from where its rows are found by key: the table, or its numbered rows. */
  keyed(table: TableSchema): string;
}

/**
 * Begins a statement.
 *
 * @param schema - the schema, for its names.
 * @param options - the engine, the logic of missing values, whether rows have an order.
 */
export function beginStatement(
  schema: Schema,
  options: {
    readonly dialect: SqlDialect;
    readonly logic: NullLogic;
    readonly rowOrder: boolean;
  },
): Statement {
  const engine = engineOf(options.dialect);
  const names = createNames(schema);
  const { logic, rowOrder } = options;
  const parts: Part[] = [];
  const known = new Map<string, string>();
  const add: Statement["add"] = (words, comment, body) => {
    const id = JSON.stringify(body);
    const held = known.get(id);
    if (held !== undefined) return held;
    const name = names.fresh(...words);
    known.set(id, name);
    parts.push({ name, comment, body });
    return name;
  };
  const keyed: Statement["keyed"] = (table) => {
    const own = engine.quote(table.name);
    const key = findTable(schema, table.name)?.primaryKey ?? table.primaryKey;
    if (!rowOrder || key === null) return own;
    const { rowNumber, firstRow } = names.columns;
    const partition = key.map((name) => engine.quote(name)).join(", ");
    const first = `min(rowid) OVER (PARTITION BY ${partition})`;
    return add([table.name, "rows"], `the first row of each key of ${table.name} counts`, [
      `SELECT *, rowid AS ${rowNumber}, ${first} AS ${firstRow}`,
      `FROM ${own}`,
    ]);
  };
  return { engine, names, logic, rowOrder, parts, add, keyed };
}
