/** Labels of a query and labels of SQL in one form, so that tests can compare them row by row. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { invariant } from "../../src/core/assert.js";
import type { Database } from "../../src/data/database.js";
import type { TrainingTable } from "../../src/task/training-table.js";

/** A label: the anchor, the entity's key, and the value; the items of a list are sorted and joined by commas. */
export type Label = readonly [time: number, key: number, value: number | string];

/** The rows of a training table as labels, in the order of time and key. */
export function labelsOf(db: Database, table: TrainingTable): Label[] {
  const keys = keysOf(db, table.task.entityTable);
  const { lists, classes } = table;
  const labelOf = (row: number, target: number): number | string => {
    if (lists) {
      const found = lists.items.subarray(lists.offsets[row], lists.offsets[row + 1]);
      const numbers = Array.from(found, (item) => Number(classes![item]));
      return numbers.sort((a, b) => a - b).join(",");
    }
    return rounded(classes === null ? target : Number(classes[target]));
  };
  const rows = Array.from(table.targets, (target, row): Label => {
    return [table.anchorTimes[row]!, keys[table.entityRows[row]!]!, labelOf(row, target)];
  });
  return rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/**
 * Runs a task's SQL over anchors, which it finds as `anchors(t)`.
 *
 * @returns the labels of entities that exist at their anchor, in the order of time and key, and how many others there are.
 */
export async function labelsOfSql(
  connection: DuckDBConnection,
  sql: string,
  anchors: Iterable<number>,
): Promise<{ readonly existing: Label[]; readonly others: number }> {
  const values = Array.from(anchors, (time) => `(make_timestamp(${time * 1000}))`);
  const read = await connection.runAndReadAll(`
    WITH anchors(t) AS (VALUES ${values.join(", ")}), labels(t, key, label, existing) AS (${sql})
    SELECT ${milliseconds("t")}, CAST(key AS DOUBLE), CAST(label AS VARCHAR), coalesce(existing, false)
    FROM labels WHERE label IS NOT NULL ORDER BY 1, 2`);
  const rows = read.getRows() as unknown as (readonly [number, number, string, boolean])[];
  const existing = rows
    .filter((row) => row[3])
    .map(([time, key, label]): Label => [time, key, valueOfText(label)]);
  return { existing, others: rows.length - existing.length };
}

/** A time as a number in SQL. */
export function milliseconds(time: string): string {
  return `CAST(epoch_us(${time}) AS DOUBLE) / 1000`;
}

function valueOfText(text: string): number | string {
  if (text.startsWith("[")) return text.slice(1, -1).replaceAll(" ", "");
  return text === "true" ? 1 : text === "false" ? 0 : rounded(Number(text));
}

/** Sums in another order differ in their last digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function keysOf(db: Database, table: string): ArrayLike<number> {
  const column = db.table(table).column(db.tableSchema(table).primaryKey![0]!);
  invariant(column.kind === "number", "keys are numbers");
  return column.values;
}
