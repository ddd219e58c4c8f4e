/** Labels: what the target is worth for an entity at an anchor, as the number a model learns. */
import type { Database } from "../src/data/database.js";
import type { EntityTask } from "../src/task/task.js";
import type { BoundOperand, BoundTarget } from "./bound.js";
import type { ClauseReader } from "./entity-values.js";
import { compareDigits, compareTexts, UNKNOWN } from "./filter.js";
import { type RowValues, readRows } from "./values-of-rows.js";

/** Turns a target into labels. */
export interface Labeller {
  /** The classes of a multiclass target, ordered; all of the column, so that every table has the same. */
  readonly classes: readonly string[] | null;
  /** Whether every label is an integer. */
  readonly integer: boolean;
  /** float64 `[entities]`: the label of every entity at an anchor of the tile, NaN = none. */
  labels(reader: ClauseReader, anchor: number): Float64Array;
}

/**
 * Makes the labeller of a target.
 *
 * @param db - the database, for the classes.
 * @param task - the task.
 * @param target - the bound target.
 */
export function createLabeller(db: Database, task: EntityTask, target: BoundTarget): Labeller {
  if (target.kind !== "column" && target.kind !== "aggregation") {
    const labels: Labeller["labels"] = (reader, anchor) => {
      const truth = reader.label(target, anchor);
      const numbers = new Float64Array(truth);
      for (let row = 0; row < truth.length; row++) {
        if (truth[row] === UNKNOWN) numbers[row] = Number.NaN;
      }
      return numbers;
    };
    return { classes: null, integer: true, labels };
  }
  if (task.taskType === "multiclass_classification") return classLabeller(db, target);
  return {
    classes: null,
    integer: task.integer || holdsIntegers(db, target),
    labels: (reader, anchor) => toNumbers(reader.values(target, anchor)),
  };
}

function holdsIntegers(db: Database, target: BoundOperand): boolean {
  if (!target.column || (target.kind === "aggregation" && target.name === "AVG")) return false;
  const column = db.table(target.table.name).column(target.column.name);
  return column.kind === "boolean" || (column.kind === "number" && column.integer);
}

function toNumbers({ data, nulls }: RowValues): Float64Array {
  const numbers = new Float64Array(data);
  if (nulls === null) return numbers;
  for (let row = 0; row < numbers.length; row++) if (nulls[row] === 1) numbers[row] = Number.NaN;
  return numbers;
}

function classLabeller(db: Database, target: BoundOperand): Labeller {
  const all = readRows(db, target.table.name, target.column!.name, Infinity);
  if (all.dictionary === null) {
    const distinct = Float64Array.from(new Set(toNumbers(all).filter((v) => !Number.isNaN(v))));
    const numbers = distinct.sort();
    const index = new Map(Array.from(numbers, (value, i) => [value, i]));
    const labels: Labeller["labels"] = (reader, anchor) =>
      toNumbers(reader.values(target, anchor)).map((value) => index.get(value) ?? Number.NaN);
    return { classes: Array.from(numbers, String), integer: true, labels };
  }
  const { dictionary } = all;
  const used = new Uint8Array(dictionary.length);
  for (let row = 0; row < all.data.length; row++)
    if (all.nulls?.[row] !== 1) used[all.data[row]!] = 1;
  const compare = all.int64 ? compareDigits : compareTexts;
  const classes = dictionary.filter((_, code) => used[code] === 1).sort(compare);
  const index = new Map(classes.map((text, i) => [text, i]));
  const labels: Labeller["labels"] = (reader, anchor) => {
    const values = reader.values(target, anchor);
    const byCode = Float64Array.from(values.dictionary!, (text) => index.get(text) ?? Number.NaN);
    return toNumbers(values).map((code) => byCode[code] ?? Number.NaN);
  };
  return { classes, integer: true, labels };
}
