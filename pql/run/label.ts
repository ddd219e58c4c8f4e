/** Labels: what the target is worth for an entity at an anchor, as the number a model learns, or as a list of items. */
import type { EntityTask } from "../../src/task/task.js";
import {
  type BoundExpression,
  type BoundTarget,
  isBoundCondition,
  plainColumn,
} from "../bind/bound.js";
import { findClasses } from "./classes.js";
import type { ClauseReader } from "./entity-values.js";
import { UNKNOWN } from "./filter.js";
import { type ClassLists, classLists } from "./label-lists.js";
import type { ColumnReader, RowValues } from "./values-of-rows.js";

/** The labels of all entities at one anchor. */
export interface Labels {
  /** float64 `[entities]`: the number, the class's index or the number of items; NaN = no label. */
  readonly numbers: Float64Array;
  /** The items of lists; `null` for single values. */
  readonly lists: ClassLists | null;
}

/** Turns a target into labels. */
export interface Labeller {
  /** The classes of a multiclass target or the items of lists, ordered; all of the database, so that every table has the same. */
  readonly classes: readonly string[] | null;
  /** Whether the classes are numbers, so that writers give numbers back. */
  readonly numeric: boolean;
  /** Whether the labels are lists. */
  readonly listed: boolean;
  /** Whether every label is an integer. */
  readonly integer: boolean;
  /** Labels every entity at an anchor of the reader's tile. */
  labels(reader: ClauseReader, anchor: number): Labels;
}

/**
 * Makes the labeller of a target.
 *
 * @param columns - the database, for the classes.
 * @param task - the task.
 * @param target - the bound target.
 */
export function createLabeller(
  columns: ColumnReader,
  task: EntityTask,
  target: BoundTarget,
): Labeller {
  const plain = { classes: null, numeric: false, listed: false };
  if (isBoundCondition(target)) {
    const labels: Labeller["labels"] = (reader, anchor) => {
      const truth = reader.label(anchor);
      const numbers = new Float64Array(truth);
      for (let row = 0; row < truth.length; row++) {
        if (truth[row] === UNKNOWN) numbers[row] = Number.NaN;
      }
      return { numbers, lists: null };
    };
    return { ...plain, integer: true, labels };
  }
  if (target.type === "list") return listLabeller(columns, target);
  if (task.taskType === "multiclass_classification") return classLabeller(columns, target);
  return {
    ...plain,
    integer: task.integer || isInteger(columns, target),
    labels: (reader, anchor) => ({ numbers: toNumbers(reader.values(anchor)), lists: null }),
  };
}

const INTEGER_CALLS: ReadonlySet<string> = new Set(["LENGTH", "YEAR", "MONTH", "WEEKDAY"]);
const KEEPING: ReadonlySet<string> = new Set(["SUM", "MIN", "MAX", "FIRST", "LAST", "MODE"]);

/** Tells whether an expression has integers only. */
function isInteger(columns: ColumnReader, node: BoundExpression): boolean {
  switch (node.kind) {
    case "column": {
      const column = columns.db.table(node.table.name).column(node.column.name);
      return column.kind === "boolean" || (column.kind === "number" && column.integer);
    }
    case "constant":
      return Number.isInteger(node.value);
    case "arithmetic":
      return (
        node.operator !== "/" && isInteger(columns, node.left) && isInteger(columns, node.right)
      );
    case "negative":
      return isInteger(columns, node.operand);
    case "call":
      if (INTEGER_CALLS.has(node.name)) return true;
      return node.name !== "LOG" && node.args.every((arg) => isInteger(columns, arg));
    case "aggregation":
      if (node.name.startsWith("COUNT")) return true;
      return KEEPING.has(node.name) && node.argument !== null && isInteger(columns, node.argument);
    case "anchor":
      return false;
  }
}

/** Returns labels, which nobody changes. */
function toNumbers({ data, nulls }: RowValues): Float64Array {
  if (nulls === null && data instanceof Float64Array) return data;
  const numbers = new Float64Array(data);
  if (nulls === null) return numbers;
  for (let row = 0; row < numbers.length; row++) if (nulls[row] === 1) numbers[row] = Number.NaN;
  return numbers;
}

function classLabeller(columns: ColumnReader, target: BoundExpression): Labeller {
  const classes = findClasses(columns, target);
  const labels: Labeller["labels"] = (reader, anchor) => {
    const { data, nulls, dictionary } = reader.values(anchor);
    const indexes = classes.indexesOf(data, dictionary);
    const numbers = new Float64Array(indexes);
    for (let row = 0; row < numbers.length; row++) {
      if (indexes[row]! < 0 || nulls?.[row] === 1) numbers[row] = Number.NaN;
    }
    return { numbers, lists: null };
  };
  const { names, numeric } = classes;
  return { classes: names, numeric, listed: false, integer: true, labels };
}

/** A list without items is no label. */
function listLabeller(columns: ColumnReader, target: BoundExpression): Labeller {
  const { names, indexesOf, numeric } = findClasses(columns, target);
  const labels: Labeller["labels"] = (reader, anchor) => {
    const values = reader.values(anchor);
    const lists = classLists(values, indexesOf);
    const numbers = new Float64Array(values.data.length);
    for (let row = 0; row < numbers.length; row++) {
      const size = lists.offsets[row + 1]! - lists.offsets[row]!;
      numbers[row] = size === 0 ? Number.NaN : size;
    }
    return { numbers, lists };
  };
  const listsNumbers = numeric || numericItems(columns, target);
  return { classes: names, numeric: listsNumbers, listed: true, integer: true, labels };
}

/** A column of lists tells whether its items were numbers. */
function numericItems(columns: ColumnReader, target: BoundExpression): boolean {
  const plain = plainColumn(target);
  if (plain === null) return false;
  const column = columns.db.table(plain.table.name).column(plain.column.name);
  return column.kind === "list" && column.numeric;
}
