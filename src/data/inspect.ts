/** Inspects a database: what is in it, and what looks wrong or dangerous for predictions. */
import { nullCount } from "./column.js";
import type { Database } from "./database.js";
import { countValues, sampleRows } from "./infer/values.js";
import type { Suspicion } from "./inspect/suspicion.js";
import { findSuspicions } from "./inspect/suspicions.js";
import { type ColumnSchema, keyColumns } from "./schema.js";

export type { Suspicion, SuspicionKind } from "./inspect/suspicion.js";

/** A column as inspected. */
export interface ColumnInspection extends ColumnSchema {
  readonly nulls: number;
  /** Distinct values, counted over at most 100,000 rows; `null` for lists and vectors. */
  readonly distinct: number | null;
  /** What the column is to its table. */
  readonly role: "key" | "time" | "end time" | "link" | "feature";
}

/** A link as inspected. */
export interface LinkInspection {
  readonly name: string;
  readonly table: string;
  readonly nulls: number;
  /** Rows whose key has no row in the parent table. */
  readonly dangling: number;
}

/** A table as inspected. */
export interface TableInspection {
  readonly name: string;
  readonly rows: number;
  readonly primaryKey: readonly string[] | null;
  readonly timeColumn: string | null;
  readonly endTimeColumn: string | null;
  /** First and last row time in milliseconds; `null` where no row has one. */
  readonly timeSpan: { readonly min: number; readonly max: number } | null;
  readonly columns: readonly ColumnInspection[];
  readonly links: readonly LinkInspection[];
}

/** What an inspection finds; plain data. */
export interface Inspection {
  readonly tables: readonly TableInspection[];
  readonly suspicions: readonly Suspicion[];
  /** The remarks made while reading and inferring. */
  readonly notes: readonly string[];
}

/**
 * Inspects a database.
 *
 * @param db - the database.
 * @returns tables, links and suspicious things; counts of nulls, duplicates and dangling keys are exact, the rest is
 * judged by at most 100,000 rows a table. No clock is read: a date is late only against the other dates.
 */
export function inspectDatabase(db: Database): Inspection {
  const tables = db.tables.map((table): TableInspection => {
    const schema = db.tableSchema(table.name);
    const keys = keyColumns(schema);
    const roleOf = (name: string): ColumnInspection["role"] => {
      if (schema.primaryKey?.includes(name)) return "key";
      if (keys.has(name)) return "link";
      if (schema.timeColumn === name) return "time";
      return schema.endTimeColumn === name ? "end time" : "feature";
    };
    return {
      name: table.name,
      rows: table.numRows,
      primaryKey: schema.primaryKey,
      timeColumn: schema.timeColumn,
      endTimeColumn: schema.endTimeColumn,
      timeSpan: db.timeSpan([table.name]),
      columns: schema.columns.map((column): ColumnInspection => {
        const values = table.column(column.name);
        const counted = values.kind !== "list" && values.kind !== "vector";
        return {
          ...column,
          nulls: nullCount(values),
          distinct: counted ? countValues(sampleRows(values)).distinct : null,
          role: roleOf(column.name),
        };
      }),
      links: schema.foreignKeys.map((key): LinkInspection => {
        const { nulls, dangling } = db.link(table.name, key);
        return { name: key.name, table: key.table, nulls, dangling };
      }),
    };
  });
  return { tables, suspicions: findSuspicions(db), notes: db.notes };
}
