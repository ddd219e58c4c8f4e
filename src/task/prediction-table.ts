/** PredictionTable: a prediction for each (entity, anchor time), by kind of answer. */
import { formatNumber, textTable } from "../core/pretty.js";
import { formatTime } from "../core/time.js";
import type { EntityTask } from "./task.js";

/** Predicted numbers with their interval. */
export interface RegressionValues {
  readonly kind: "regression";
  /** float64 `[rows]`, in the target's unit. */
  readonly point: Float64Array;
  /** float64 `[rows]` each, infinite = unbounded; `null` when no interval was fitted. */
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
}

/** Chances of a yes. */
export interface BinaryValues {
  readonly kind: "binary";
  /** float64 `[rows]`, in [0, 1]. */
  readonly probability: Float64Array;
}

/** Scores of classes: one true class a row (`multiclass`, scores add up to 1) or any number (`multilabel`). */
export interface ClassValues {
  readonly kind: "multiclass" | "multilabel";
  readonly classes: readonly string[];
  /** float64 `[rows, classes]`, row-major. */
  readonly scores: Float64Array;
}

/** Recommended items, best first, as many as asked for or fewer. */
export interface RankingValues {
  readonly kind: "ranking";
  /** The items by code, such as keys of the recommended table. */
  readonly items: readonly string[];
  /** int32 `[rows + 1]`: row `r` holds the entries `offsets[r] … offsets[r + 1] − 1`. */
  readonly offsets: Int32Array;
  /** int32 `[entries]`: index into `items`. */
  readonly codes: Int32Array;
  /** float64 `[entries]`, descending within a row. */
  readonly scores: Float64Array;
}

/** Predicted numbers for several windows one after the other. */
export interface ForecastValues {
  readonly kind: "forecast";
  readonly steps: number;
  /** float64 `[rows, steps]`, row-major. */
  readonly point: Float64Array;
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
}

/** What is predicted, by kind of answer. */
export type PredictionValues =
  | RegressionValues
  | BinaryValues
  | ClassValues
  | RankingValues
  | ForecastValues;

/**
 * Predictions in the order they were asked for.
 *
 * @see Kumo's prediction output (ENTITY, ANCHOR_TIMESTAMP, TARGET_PRED …).
 */
export interface PredictionTable {
  readonly task: EntityTask;
  /** int32 `[rows]`: row numbers of the entity table. */
  readonly entityRows: Int32Array;
  /** float64 `[rows]`: milliseconds UTC; `+Infinity` for a static task on tables without time. */
  readonly anchorTimes: Float64Array;
  readonly values: PredictionValues;
  /** Of a query with several targets: the answers to each, of the same rows; `task` and `values` are those of the first. */
  readonly targets?: readonly NamedAnswers[];
  /** What the user should know about who is predicted. */
  readonly warnings?: readonly string[];
}

/** The answers to one of several targets. */
export interface NamedAnswers {
  readonly name: string;
  readonly task: EntityTask;
  readonly values: PredictionValues;
}

/** Tells whether a binary prediction is a yes: more likely than not. */
export function isYes(probability: number): boolean {
  return probability > 0.5;
}

/** Prints the size, the anchors and the spread of the predictions. */
export function summarizePredictions(table: PredictionTable): string {
  const { task, values } = table;
  const anchors = new Set(table.anchorTimes);
  const span = [...anchors].sort((a, b) => a - b);
  const title = `PredictionTable ${task.taskType}: ${task.targetName} per ${task.entityTable}`;
  const shown = values.kind === "binary" ? values.probability : mainNumbers(values);
  const sorted = shown.slice().sort();
  const at = (q: number): string => formatNumber(sorted[Math.floor(q * (sorted.length - 1))]);
  const row = [
    formatNumber(table.entityRows.length),
    String(anchors.size),
    span.length === 0 ? "-" : `${formatTime(span[0]!)} … ${formatTime(span.at(-1)!)}`,
    at(0),
    at(0.5),
    at(1),
  ];
  const header = ["rows", "anchors", "from … to", "lowest", "median", "highest"];
  return `${title}\n${textTable(header, [row], ["right", "right", "left", "right", "right", "right"])}`;
}

function mainNumbers(values: Exclude<PredictionValues, BinaryValues>): Float64Array {
  return values.kind === "regression" || values.kind === "forecast" ? values.point : values.scores;
}
