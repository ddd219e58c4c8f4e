/** Databases with a column more: noise, or the twin of a column that counts. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { createRng } from "../core/random.js";
import { type Column, numberColumn } from "../data/column.js";
import { Database } from "../data/database.js";
import type { ColumnSchema } from "../data/schema.js";
import { Table } from "../data/table.js";
import { familyWeights } from "./importance.js";

/** Adds a column to a table. */
function withColumn(db: Database, name: string, column: Column, like: ColumnSchema): Database {
  const tables = db.tables.map((table) =>
    table.name === name ? new Table(name, [...table.columns, column]) : table,
  );
  const schema = db.schema.tables.map((table) =>
    table.name === name ? { ...table, columns: [...table.columns, like] } : table,
  );
  return new Database(tables, { tables: schema }, db.notes);
}

/**
 * Adds the column `RELGRAPH_NOISE` of random numbers to a table.
 *
 * @param seed - of the numbers.
 */
export function withNoise(db: Database, name: string, seed: number): Database {
  const rng = createRng(seed).split("noise");
  const values = Array.from({ length: db.table(name).numRows }, () => rng.next());
  const schema: ColumnSchema = {
    name: "RELGRAPH_NOISE",
    kind: "number",
    stype: "numerical",
    unit: null,
    knownFrom: null,
  };
  return withColumn(db, name, numberColumn("RELGRAPH_NOISE", values), schema);
}

/** A database with a twin, and the names that its families may carry. */
export interface Twins {
  readonly db: Database;
  readonly columns: readonly string[];
}

/**
 * Doubles the column of the entity's table that counts most.
 *
 * @param explanations - of the model on `db`.
 * @returns `null` where no column of that table counts.
 */
export function withTwin(
  db: Database,
  name: string,
  explanations: readonly Explanation[],
): Twins | null {
  const weights = familyWeights(explanations);
  const schema = db.tableSchema(name);
  const found = schema.columns
    .filter(({ stype }) => stype === "numerical" || stype === "categorical")
    .map((column) => ({
      column,
      weight: [...weights]
        .filter(([family]) => family.includes(column.name))
        .reduce((sum, [, weight]) => sum + weight, 0),
    }))
    .sort((a, b) => b.weight - a.weight)[0];
  if (!found || found.weight === 0) return null;
  const twin = `${found.column.name}_TWIN`;
  const column = { ...db.table(name).column(found.column.name), name: twin };
  return {
    db: withColumn(db, name, column, { ...found.column, name: twin }),
    columns: [found.column.name, twin],
  };
}
