/** What a training table by hand says of its target: numbers, a yes or no, or classes; with times or without. */
import { DataError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import type { Duration, TimeWindow } from "../core/time.js";
import { type Column, isValid } from "../data/column.js";
import type { Table } from "../data/table.js";

/** A target whose values are given in a table by hand; plain data that a model folder keeps. */
export interface GivenTarget {
  /** `binary`: truth values, or numbers that are all 0 or 1. */
  readonly kind: "binary" | "number" | "class";
  /** Whether rows have a TIMESTAMP; otherwise each entity has its own time, or none. */
  readonly timed: boolean;
  /** How far a target looks ahead of its TIMESTAMP; `null` = unknown, so that no target is known to be over. */
  readonly window: TimeWindow | null;
}

/** The columns of a training table by hand; the entity's key has its own names. */
export type GivenColumn = "ENTITY" | "TIMESTAMP" | "TARGET" | "SPLIT";

/**
 * Says what kind of target a training table by hand holds.
 *
 * @param table - its column TARGET is read; a TIMESTAMP makes it timed.
 * @param step - how far each target looks ahead, where the user says so.
 * @throws {@link DataError} DAT130 if there is no column TARGET, DAT133 if it holds nothing that can be predicted.
 */
export function describeGivenTarget(table: Table, step: Duration | null = null): GivenTarget {
  const target = requireGivenColumn(table, "TARGET");
  const timed = findGivenColumn(table, "TIMESTAMP") !== null;
  const window = timed && step ? { start: 0, end: step.count, unit: step.unit } : null;
  return { kind: kindOf(table, target), timed, window };
}

/** Finds a column of a training table by hand, in any letter case; `null` where there is none. */
export function findGivenColumn(table: Table, name: string): Column | null {
  const exact = table.columns.find((column) => column.name === name);
  return exact ?? table.columns.find((column) => same(column.name, name)) ?? null;
}

/**
 * Finds a column of a training table by hand.
 *
 * @param table - the table.
 * @param name - the column.
 * @param what - words for the column in the message, its name by default.
 * @throws {@link DataError} DAT130 if there is none, with near matches.
 */
export function requireGivenColumn(table: Table, name: string, what = `\`${name}\``): Column {
  const found = findGivenColumn(table, name);
  if (found) return found;
  const names = table.columns.map((column) => column.name);
  throw new DataError("DAT130", `the training table has no column ${what}`, {
    at: { table: table.name },
    hint: suggestHint(name, names, "columns"),
  });
}

function kindOf(table: Table, target: Column): GivenTarget["kind"] {
  const at = { table: table.name, column: target.name };
  switch (target.kind) {
    case "boolean":
      break;
    case "string":
      if (someRow(target, () => true)) return "class";
      break;
    case "number":
      if (!someRow(target, (row) => !Number.isNaN(target.values[row]!))) break;
      return someRow(target, (row) => !(target.values[row] === 0 || target.values[row] === 1))
        ? "number"
        : "binary";
    default: {
      const message = `\`${target.name}\` holds ${target.kind}s, which cannot be predicted from a training table`;
      const hint = "give numbers, truth values or names of classes";
      throw new DataError("DAT133", message, { at, hint });
    }
  }
  if (someRow(target, () => true)) return "binary";
  throw new DataError("DAT133", `\`${target.name}\` has no value`, {
    at,
    hint: "a target that is missing everywhere cannot be learned",
  });
}

function someRow(column: Column, holds: (row: number) => boolean): boolean {
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row) && holds(row)) return true;
  }
  return false;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
