/** Drafts of signals: what a plan decides, before ids and labels. */

import type { ColumnSchema } from "../../src/data/schema.js";
import { findColumn, keyColumns } from "../../src/data/schema.js";
import type { SignalStatistics } from "./statistics.js";
import type { SignalData } from "./steps.js";
import type { Signal, SignalGroup, SignalPath, SignalWindow } from "./types.js";

/** A signal to be; lower priorities are kept first. */
export type SignalDraft = Omit<Signal, "id" | "table" | "family" | "label"> & {
  readonly priority: number;
};

/** What drafts are made from. */
export interface PathContext {
  readonly data: SignalData;
  readonly statistics: SignalStatistics;
  /** The nearest to the horizon first. */
  readonly windows: readonly SignalWindow[];
  readonly hidden: readonly { readonly table: string; readonly column: string }[];
  readonly isOn: (group: SignalGroup) => boolean;
}

/** What a tier of primitives adds to the priority, against 1 for a step of the path. */
export const TIER = 0.5;

/** What a further column adds to the priority, so that a table of many leaves room for others. */
export const COLUMN = 0.03;

/** Columns looked at, by the whole distance of a path. */
const MOST_COLUMNS = [4096, 512, 64, 24] as const;

/**
 * Lists the columns of a table that may be read: no keys, no ids, nothing hidden, nothing known from hidden times.
 *
 * @param context - the database and what is hidden.
 * @param table - the table.
 * @param distance - how far away the path is: far ones read fewer columns.
 */
export function readableColumns(
  { data, hidden }: PathContext,
  table: string,
  distance: number,
): ColumnSchema[] {
  const schema = data.db.tableSchema(table);
  const keys = keyColumns(schema);
  const isHidden = (name: string): boolean =>
    hidden.some((one) => one.table === table && one.column === name);
  const readable = schema.columns.filter(
    ({ name, stype, knownFrom }) =>
      !keys.has(name) &&
      stype !== "id" &&
      !isHidden(name) &&
      !(knownFrom !== null && isHidden(knownFrom)),
  );
  return readable.slice(0, MOST_COLUMNS[Math.min(3, Math.max(0, Math.ceil(distance)))]!);
}

/** Tells what a column is read as: numbers of truth values are shares, whole texts only have a length. */
export function readAs(
  column: ColumnSchema,
): "number" | "truth" | "category" | "list" | "time" | "text" | "vector" | null {
  switch (column.stype) {
    case "numerical":
      return column.kind === "number" ? "number" : column.kind === "boolean" ? "truth" : null;
    case "categorical":
      if (column.kind === "boolean") return "truth";
      return column.kind === "string" || column.kind === "number" ? "category" : null;
    case "multicategorical":
      return column.kind === "list" ? "list" : null;
    case "timestamp":
      return column.kind === "timestamp" ? "time" : null;
    case "text":
      return column.kind === "string" ? "text" : null;
    case "embedding":
      return column.kind === "vector" ? "vector" : null;
    case "id":
      return null;
  }
}

/** Makes a draft of a number. */
export function draft(
  path: SignalPath,
  column: string | null,
  primitive: Signal["primitive"],
  priority: number,
  details: Partial<Pick<Signal, "window" | "unit" | "format" | "categories">> = {},
): SignalDraft {
  const { window = null, unit = null, format = "number", categories = null } = details;
  const kind = categories === null ? "numerical" : "categorical";
  return { path, column, primitive, window, unit, format, categories, kind, priority };
}

/** Finds the columns that end a row: its end time, and times that other cells become known at. */
export function endColumns(context: PathContext, table: string): string[] {
  const schema = context.data.db.tableSchema(table);
  const names = new Set<string>();
  if (schema.endTimeColumn !== null) names.add(schema.endTimeColumn);
  for (const { knownFrom } of schema.columns) if (knownFrom !== null) names.add(knownFrom);
  return [...names].filter((name) => {
    const column = findColumn(schema, name);
    const isHidden = context.hidden.some((one) => one.table === table && one.column === name);
    return column?.kind === "timestamp" && name !== schema.timeColumn && !isHidden;
  });
}
