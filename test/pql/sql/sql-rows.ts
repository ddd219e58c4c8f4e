/** Training tables of both kinds as plain rows, so that they can be held against each other. */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TrainingTablePlan } from "../../../pql/plan/plan.js";
import type { LabelTable } from "../../../pql/run/execute.js";
import { formatTime } from "../../../src/core/time.js";
import { cellValue } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";

/** Key, time, step of a forecast, target; lists hold texts. */
export type PlainRow = readonly (number | string | boolean | readonly string[] | null)[];

/** Runs a statement of `planToSql`; an error becomes a row, so that it is shown with its statement. */
export async function rowsOfDuckdb(connection: DuckDBConnection, sql: string): Promise<PlainRow[]> {
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRows().map((row) => row.map(plainValue));
  } catch (error) {
    return [[String(error)]];
  }
}

function plainValue(value: unknown): PlainRow[number] {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value === null || typeof value !== "object") return value as PlainRow[number];
  if ("micros" in value) return Number(value.micros) / 1000;
  if ("items" in value) return (value.items as unknown[]).map(textOf);
  return Number(String(value));
}

function textOf(item: unknown): string {
  const isTime = item !== null && typeof item === "object" && "micros" in item;
  return isTime ? formatTime(Number(item.micros) / 1000) : String(item);
}

/** Reads the rows of a table of `runPlan`. */
export function rowsOfTable(db: Database, plan: TrainingTablePlan, table: LabelTable): PlainRow[] {
  const { name } = plan.entity.table;
  const keys = plan.entity.keys.map((key) => db.table(name).column(key.name));
  const { classes, lists, steps, targets, anchorTimes } = table;
  return Array.from(table.entityRows, (row, i) => {
    const items = lists && [...lists.items.subarray(lists.offsets[i], lists.offsets[i + 1])];
    const target = targets[i]!;
    const time = anchorTimes[i]!;
    return [
      ...keys.map((key) => cellValue(key, row) as string | number),
      time === Infinity ? null : time,
      ...(steps ? [steps[i]!] : []),
      items ? items.map((item) => classes![item]!) : (classes?.[target] ?? target),
    ];
  });
}

/** Makes what is equal look equal: counts and texts exactly, other numbers by the digits that rounding leaves alone. */
export function alike(rows: readonly PlainRow[]): unknown[] {
  return rows.map((row) => row.map((value) => (Array.isArray(value) ? value : rounded(value))));
}

function rounded(value: PlainRow[number]): unknown {
  const digits = typeof value === "string" && /^-?\d{16,}$/.test(value);
  if (digits || value === "" || value === null) return value;
  const number = Number(value);
  if (Number.isNaN(number)) return value;
  return Math.abs(number) < 1e-9 ? 0 : Number(number.toPrecision(10));
}
