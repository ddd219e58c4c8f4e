/** Baselines that learn nothing but averages of past labels: the floor that every model has to clear. */
import { assertNever, invariant } from "../core/assert.js";
import { createRng } from "../core/random.js";
import { addTime } from "../core/time.js";
import type { EntityTask } from "./task.js";
import { type SplitName, splitRows, type TrainingTable } from "./training-table.js";

/** Whose labels a baseline summarises, and how. */
interface Recipe {
  readonly scope: "global" | "entity" | "recent" | "random";
  readonly statistic: Statistic;
}

const RECIPES = {
  "global-zero": { scope: "global", statistic: zero },
  "global-mean": { scope: "global", statistic: mean },
  "global-median": { scope: "global", statistic: median },
  "entity-mean": { scope: "entity", statistic: mean },
  "entity-median": { scope: "entity", statistic: median },
  "recent-mean": { scope: "recent", statistic: mean },
  prior: { scope: "global", statistic: shares },
  majority: { scope: "global", statistic: majority },
  "entity-prior": { scope: "entity", statistic: shares },
  "recent-prior": { scope: "recent", statistic: shares },
  random: { scope: "random", statistic: zero },
} as const satisfies Record<string, Recipe>;

/**
 * The baselines by name, as they stand in JSON. Numbers and truth values take means and medians; classes take shares
 * (`prior`); `majority` is the most frequent class or truth value, `random` guesses. Models on the entity's own row (`entity-row-…`) are baselines too,
 * but learn, and so live with the other models.
 *
 * @see relbench `examples/baseline_entity.py` (global and entity statistics).
 */
export type BaselineName = keyof typeof RECIPES;

/** How many of its last complete windows a `recent-…` baseline looks at. */
export const RECENT_WINDOWS = 12;

/**
 * Lists the baselines that make sense for a task: those of the entity's past need a target with a window.
 *
 * @returns names in the order tools print them; none where targets are lists, see `listBaselineNames`.
 */
export function baselineNames(task: EntityTask): readonly BaselineName[] {
  const names = namesByType(task);
  if (task.window) return names;
  // Rows at different times may be of one entity, though nobody knows when their targets are over.
  const repeats = task.given?.timed === true;
  return names.filter((name) => {
    const { scope } = RECIPES[name];
    return scope !== "recent" && (repeats || scope !== "entity");
  });
}

/**
 * Predicts one part of a split from past labels.
 *
 * Global and entity baselines are fitted on train for `val`, on train and val for `test`; an entity without labels there
 * gets 0 (no share of any class). A recent baseline summarises the entity's last {@link RECENT_WINDOWS} labels, of any
 * split, whose window has closed by the row's visible time; without any it is the statistic of all of train. Random guesses are
 * the same in every run.
 *
 * @param name - the baseline.
 * @param table - all labels, split.
 * @param part - the part to predict.
 * @param visibleTimes - float64 `[table rows]`: up to when each row may see; only `recent-…` reads it.
 * @returns `[part rows]` in the order of `splitRows(table, part)`, for classes `[part rows, classes]`. NaN where there
 *   is no label at all to learn from.
 */
export function predictBaseline(
  name: BaselineName,
  table: TrainingTable,
  part: Exclude<SplitName, "train">,
  visibleTimes: Float64Array,
): Float64Array {
  const recipe = RECIPES[name];
  const { scope } = recipe;
  const { targets, entityRows } = table;
  const classwise = recipe.statistic === shares || (name === "majority" && table.classes !== null);
  const statistic = name === "majority" && !classwise ? majorityLabel : recipe.statistic;
  if (scope === "random") return guess(table, part);
  const width = classwise ? (table.classes?.length ?? 0) : 1;
  invariant(width > 0, `baseline \`${name}\` needs a target with classes`);
  const rows = splitRows(table, part);
  const out = new Float64Array(rows.length * width);
  switch (scope) {
    case "global": {
      const common = new Float64Array(width);
      statistic(targets, rowsBefore(table, part), common, 0, width);
      for (let i = 0; i < rows.length; i++) out.set(common, i * width);
      return out;
    }
    case "entity": {
      const past = groupByEntity(table, rowsBefore(table, part));
      for (let i = 0; i < rows.length; i++) {
        const own = past.of(entityRows[rows[i]!]!);
        if (own.length > 0) statistic(targets, own, out, i * width, width);
      }
      return out;
    }
    case "recent": {
      const fallback = new Float64Array(width);
      statistic(targets, splitRows(table, "train"), fallback, 0, width);
      const past = groupByEntity(table, Int32Array.from(targets.keys()));
      const closes = windowEnds(table);
      for (let i = 0; i < rows.length; i++) {
        const own = past.of(entityRows[rows[i]!]!);
        const closed = countUpTo(closes, own, visibleTimes[rows[i]!]!);
        const recent = own.subarray(Math.max(0, closed - RECENT_WINDOWS), closed);
        if (recent.length === 0) out.set(fallback, i * width);
        else statistic(targets, recent, out, i * width, width);
      }
      return out;
    }
    default:
      return assertNever(scope);
  }
}

function namesByType({ taskType }: EntityTask): readonly BaselineName[] {
  const numeric = [
    "global-mean",
    "global-median",
    "entity-mean",
    "entity-median",
    "recent-mean",
  ] as const;
  switch (taskType) {
    case "regression":
    case "forecasting":
      return ["global-zero", ...numeric];
    case "binary_classification":
      return [...numeric, "majority", "random"];
    case "multiclass_classification":
      return ["prior", "majority", "random", "entity-prior", "recent-prior"];
    case "multilabel_classification":
    case "multilabel_ranking":
    case "temporal_link_prediction":
    case "static_link_prediction":
      return [];
    default:
      return assertNever(taskType);
  }
}

/** Rows that a part's fitted baselines may learn from: train for val, train and val for test. */
function rowsBefore(table: TrainingTable, part: "val" | "test"): Int32Array {
  const train = splitRows(table, "train");
  if (part === "val") return train;
  const val = splitRows(table, "val");
  const both = new Int32Array(train.length + val.length);
  both.set(train);
  both.set(val, train.length);
  return both;
}

/** Guesses: a number in [0, 1) for truth values, one class for classes. */
function guess(table: TrainingTable, part: "val" | "test"): Float64Array {
  const rng = createRng(0).split("random baseline", part);
  const rows = splitRows(table, part).length;
  const width = table.classes?.length;
  if (width === undefined) return Float64Array.from({ length: rows }, () => rng.next());
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i++) out[i * width + rng.int(width)] = 1;
  return out;
}

/** When the window of each label ends, that of a forecast's later steps later; a static target is never over. */
function windowEnds({ task, anchorTimes, steps }: TrainingTable): Float64Array {
  const { window } = task;
  return anchorTimes.map((t, row) => {
    if (!window) return Infinity;
    const later = ((steps?.[row] ?? 1) - 1) * (window.end - window.start);
    return addTime(t, window.end + later, window.unit);
  });
}

/** Label rows by entity. */
interface EntityGroups {
  /** Returns an entity's rows in the order of their anchors. */
  of(entityRow: number): Int32Array;
}

/** Groups label rows by entity (counting sort), each group in the order of time. */
function groupByEntity(table: TrainingTable, rows: Int32Array): EntityGroups {
  const { entityRows, anchorTimes } = table;
  let entities = 0;
  for (let i = 0; i < rows.length; i++) entities = Math.max(entities, entityRows[rows[i]!]! + 1);
  const offsets = new Int32Array(entities + 1);
  for (let i = 0; i < rows.length; i++) offsets[entityRows[rows[i]!]! + 1]!++;
  for (let e = 0; e < entities; e++) offsets[e + 1]! += offsets[e]!;
  const next = offsets.slice(0, entities);
  const order = new Int32Array(rows.length);
  let sorted = true;
  for (let i = 0; i < rows.length; i++) {
    order[next[entityRows[rows[i]!]!]!++] = rows[i]!;
    if (i > 0 && anchorTimes[rows[i - 1]!]! > anchorTimes[rows[i]!]!) sorted = false;
  }
  const of = (e: number): Int32Array =>
    e < entities ? order.subarray(offsets[e]!, offsets[e + 1]!) : order.subarray(0, 0);
  if (!sorted) {
    for (let e = 0; e < entities; e++) of(e).sort((a, b) => anchorTimes[a]! - anchorTimes[b]!);
  }
  return { of };
}

/** Counts the leading rows whose value is at most a limit; values ascend along the rows. */
function countUpTo(values: Float64Array, rows: Int32Array, limit: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[rows[middle]!]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Summarises the targets of some rows into `width` numbers from `out[at]` on. */
type Statistic = (
  targets: Float64Array,
  rows: Int32Array,
  out: Float64Array,
  at: number,
  width: number,
) => void;

function zero(_targets: Float64Array, _rows: Int32Array, out: Float64Array, at: number): void {
  out[at] = 0;
}

function mean(targets: Float64Array, rows: Int32Array, out: Float64Array, at: number): void {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += targets[rows[i]!]!;
  out[at] = sum / rows.length;
}

function median(targets: Float64Array, rows: Int32Array, out: Float64Array, at: number): void {
  const sorted = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) sorted[i] = targets[rows[i]!]!;
  sorted.sort();
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  out[at] = sorted.length % 2 === 1 ? upper : (sorted[(sorted.length >> 1) - 1]! + upper) / 2;
}

function majorityLabel(
  targets: Float64Array,
  rows: Int32Array,
  out: Float64Array,
  at: number,
): void {
  mean(targets, rows, out, at);
  out[at] = Number.isNaN(out[at]) ? Number.NaN : out[at]! > 0.5 ? 1 : 0;
}

function shares(
  targets: Float64Array,
  rows: Int32Array,
  out: Float64Array,
  at: number,
  width: number,
): void {
  out.fill(0, at, at + width);
  for (let i = 0; i < rows.length; i++) out[at + targets[rows[i]!]!]! += 1;
  for (let c = 0; c < width; c++) out[at + c]! /= rows.length;
}

function majority(
  targets: Float64Array,
  rows: Int32Array,
  out: Float64Array,
  at: number,
  width: number,
): void {
  shares(targets, rows, out, at, width);
  let winner = at;
  for (let c = at; c < at + width; c++) if (out[c]! > out[winner]!) winner = c;
  for (let c = at; c < at + width; c++) out[c] = c === winner ? 1 : 0;
}
