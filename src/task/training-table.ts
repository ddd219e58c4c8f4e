/** TrainingTable: rows (entity, anchor time, target) with their split; where queries and models meet. */
import { invariant } from "../core/assert.js";
import { formatNumber, textTable } from "../core/pretty.js";
import { formatTime } from "../core/time.js";
import type { EntityTask } from "./task.js";

/** The parts of a split, in the order of their codes. */
export const SPLITS = ["train", "val", "test"] as const;

/** A part of a split. */
export type SplitName = (typeof SPLITS)[number];

/** Tells whether a column of an entity table says which part each row belongs to. */
export function isSplitColumn(name: string): boolean {
  return name.toUpperCase() === "SPLIT";
}

/** A list per row: row `r` holds `classes[items[offsets[r] … offsets[r + 1] - 1]]`. */
export interface TargetLists {
  /** int32 `[rows + 1]`, ascending from 0. */
  readonly offsets: Int32Array;
  /** int32: indexes into `classes`, distinct within a row, in order of first appearance. */
  readonly items: Int32Array;
  /** Whether the items are numbers, so that writers give numbers back. */
  readonly numeric: boolean;
}

/**
 * Labelled rows in the order of anchor time, then entity row.
 *
 * @see relbench `task.get_table(split)`; Kumo's training table (ENTITY, TIMESTAMP, TARGET, SPLIT).
 */
export interface TrainingTable {
  readonly task: EntityTask;
  /** int32 `[rows]`: row numbers of the entity table. */
  readonly entityRows: Int32Array;
  /** float64 `[rows]`: milliseconds UTC; `+Infinity` for a static task on tables without time. */
  readonly anchorTimes: Float64Array;
  /**
   * float64 `[rows]`: the number, 0 or 1 for binary targets, the class index for multiclass, the number of items of a list;
   * never NaN.
   */
  readonly targets: Float64Array;
  /** The classes of a multiclass target, the items of lists, by index; `null` otherwise. */
  readonly classes: readonly string[] | null;
  /** The lists of a ranking, link prediction or multilabel target; absent: the target is a single value. */
  readonly lists?: TargetLists;
  /** int32 `[rows]`: which window of a forecast, from 1; absent: there is one window. */
  readonly steps?: Int32Array;
  /** uint8 `[rows]`: index into {@link SPLITS}; `null` when the rows are not split. */
  readonly split: Uint8Array | null;
}

/** Returns the row numbers (of the training table) that belong to a part of the split, ascending. */
export function splitRows(table: TrainingTable, name: SplitName): Int32Array {
  invariant(table.split, "the training table is split");
  const code = SPLITS.indexOf(name);
  const { split } = table;
  let count = 0;
  for (let i = 0; i < split.length; i++) if (split[i] === code) count++;
  const rows = new Int32Array(count);
  for (let i = 0, at = 0; i < split.length; i++) if (split[i] === code) rows[at++] = i;
  return rows;
}

/** Copies rows of a training table in a given order. */
export function takeTrainingRows<Table extends TrainingTable>(
  table: Table,
  rows: Int32Array,
): Table {
  return {
    ...table,
    entityRows: Int32Array.from(rows, (row) => table.entityRows[row]!),
    anchorTimes: Float64Array.from(rows, (row) => table.anchorTimes[row]!),
    targets: Float64Array.from(rows, (row) => table.targets[row]!),
    ...(table.lists && { lists: takeLists(table.lists, rows) }),
    ...(table.steps && { steps: rows.map((row) => table.steps![row]!) }),
    split: table.split && Uint8Array.from(rows, (row) => table.split![row]!),
  };
}

function takeLists({ offsets, items, numeric }: TargetLists, rows: Int32Array): TargetLists {
  const taken = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    taken[i + 1] = taken[i]! + offsets[row + 1]! - offsets[row]!;
  });
  const kept = new Int32Array(taken[rows.length]!);
  rows.forEach((row, i) => {
    kept.set(items.subarray(offsets[row]!, offsets[row + 1]!), taken[i]!);
  });
  return { offsets: taken, items: kept, numeric };
}

/** Prints rows, anchors and target statistics per split. */
export function summarizeTrainingTable(table: TrainingTable): string {
  const parts: readonly (SplitName | "all")[] = table.split ? SPLITS : ["all"];
  const lines = parts.map((name) => {
    const part = name === "all" ? table : takeTrainingRows(table, splitRows(table, name));
    const anchors = [...new Set(part.anchorTimes)].sort((a, b) => a - b);
    const n = part.targets.length;
    const mean = part.targets.reduce((sum, y) => sum + y, 0) / n;
    const span = n === 0 ? "-" : `${formatTime(anchors[0]!)} … ${formatTime(anchors.at(-1)!)}`;
    return [
      name,
      formatNumber(n),
      String(anchors.length),
      span,
      n === 0 ? "-" : formatNumber(mean),
    ];
  });
  const title = `TrainingTable ${table.task.taskType}: ${table.task.targetName} per ${table.task.entityTable}`;
  const header = ["split", "rows", "anchors", "from … to", "mean target"];
  return `${title}\n${textTable(header, lines, ["left", "right", "right", "left", "right"])}`;
}
