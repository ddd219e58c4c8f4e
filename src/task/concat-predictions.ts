/** Predictions and labels of several parts, regimes or seeds put below each other. */
import { invariant } from "../core/assert.js";
import type {
  BinaryValues,
  ClassValues,
  ForecastValues,
  PredictionTable,
  PredictionValues,
  RankingValues,
  RegressionValues,
} from "./prediction-table.js";
import type { TargetLists, TrainingTable } from "./training-table.js";

/**
 * Puts predictions of the same task below each other.
 *
 * @param tables - at least one; all of one kind, with the same classes, items or steps.
 */
export function concatPredictions(tables: readonly PredictionTable[]): PredictionTable {
  const first = tables[0];
  invariant(first, "there is a table to concatenate");
  if (tables.length === 1) return first;
  return {
    task: first.task,
    entityRows: concatInt32(tables.map((table) => table.entityRows)),
    anchorTimes: concatFloat64(tables.map((table) => table.anchorTimes)),
    values: concatValues(tables.map((table) => table.values)),
  };
}

/**
 * Puts split labels of the same task below each other.
 *
 * @param tables - at least one; all split, with the same classes.
 */
export function concatLabels(tables: readonly TrainingTable[]): TrainingTable {
  const first = tables[0];
  invariant(first, "there is a table to concatenate");
  if (tables.length === 1) return first;
  const split = new Uint8Array(tables.reduce((rows, table) => rows + table.targets.length, 0));
  tables.reduce((at, table) => {
    invariant(table.split, "labels to concatenate are split");
    split.set(table.split, at);
    return at + table.split.length;
  }, 0);
  return {
    ...first,
    entityRows: concatInt32(tables.map((table) => table.entityRows)),
    anchorTimes: concatFloat64(tables.map((table) => table.anchorTimes)),
    targets: concatFloat64(tables.map((table) => table.targets)),
    ...(first.lists && { lists: concatLists(tables.map((table) => table.lists!)) }),
    ...(first.steps && { steps: concatInt32(tables.map((table) => table.steps!)) }),
    split,
  };
}

function concatLists(parts: readonly TargetLists[]): TargetLists {
  const offsets = [0];
  for (const part of parts) {
    const base = offsets.at(-1)!;
    for (let row = 1; row < part.offsets.length; row++) offsets.push(base + part.offsets[row]!);
  }
  const items = concatInt32(parts.map((part) => part.items));
  return { offsets: Int32Array.from(offsets), items, numeric: parts[0]!.numeric };
}

function concatValues(all: readonly PredictionValues[]): PredictionValues {
  const first = all[0]!;
  const message = "predictions of one task are of one kind, with the same classes and steps";
  const same = <V extends PredictionValues>(kind: V["kind"]): V[] => {
    invariant(
      all.every((values) => values.kind === kind),
      message,
    );
    return all as V[];
  };
  switch (first.kind) {
    case "regression":
      return { kind: "regression", ...concatPoints(same<RegressionValues>("regression")) };
    case "forecast": {
      const parts = same<ForecastValues>("forecast");
      invariant(
        parts.every((part) => part.steps === first.steps),
        message,
      );
      return { kind: "forecast", steps: first.steps, ...concatPoints(parts) };
    }
    case "binary": {
      const parts = same<BinaryValues>("binary");
      return { kind: "binary", probability: concatFloat64(parts.map((part) => part.probability)) };
    }
    case "multiclass":
    case "multilabel": {
      const parts = same<ClassValues>(first.kind);
      invariant(
        parts.every((part) => part.classes.join("\0") === first.classes.join("\0")),
        message,
      );
      return { ...first, scores: concatFloat64(parts.map((part) => part.scores)) };
    }
    case "ranking":
      return concatRankings(same<RankingValues>("ranking"));
  }
}

interface Points {
  readonly point: Float64Array;
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
}

function concatPoints(parts: readonly Points[]): Points {
  const bounds = (pick: (part: Points) => Float64Array | null): Float64Array | null => {
    const all = parts.map(pick);
    return all.some((bound) => bound === null) ? null : concatFloat64(all as Float64Array[]);
  };
  return {
    point: concatFloat64(parts.map((part) => part.point)),
    lower: bounds((part) => part.lower),
    upper: bounds((part) => part.upper),
  };
}

function concatRankings(parts: readonly RankingValues[]): RankingValues {
  const { items } = parts[0]!;
  invariant(
    parts.every((part) => part.items === items || part.items.join("\0") === items.join("\0")),
    "rankings of one task recommend from the same items",
  );
  const rows = parts.reduce((sum, part) => sum + part.offsets.length - 1, 0);
  const offsets = new Int32Array(rows + 1);
  let row = 0;
  let base = 0;
  for (const part of parts) {
    for (let r = 1; r < part.offsets.length; r++) offsets[++row] = base + part.offsets[r]!;
    base += part.codes.length;
  }
  return {
    kind: "ranking",
    items,
    offsets,
    codes: concatInt32(parts.map((part) => part.codes)),
    scores: concatFloat64(parts.map((part) => part.scores)),
  };
}

function concatFloat64(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function concatInt32(parts: readonly Int32Array[]): Int32Array {
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
