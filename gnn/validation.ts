/** Validation: how a network scores on labelled rows while it trains. */
import { type Seeds, takeSeeds } from "../graph/seeds.js";
import { type Gang, gangPart } from "../src/core/gang.js";
import { type Rng, shuffle } from "../src/core/random.js";
import { evaluateMetrics, primaryMetric, type ValueTaskType } from "../src/task/metrics.js";
import type { NeighborLoader } from "./batch.js";
import type { RelationalGnn } from "./model.js";
import { predictLogits } from "./predict.js";
import { type TargetScale, unscaleOutput } from "./target.js";

/** Labelled seeds. */
export interface LabelledSeeds {
  readonly seeds: Seeds;
  /** float64 `[N]`: numbers, 0 or 1, or class indices. */
  readonly targets: Float64Array;
}

/**
 * Scores a network on labelled rows, which the ranks of a gang share.
 *
 * @returns as {@link primaryScore}, the same on every rank.
 */
export function scoreRows(
  model: RelationalGnn,
  loader: NeighborLoader,
  rows: LabelledSeeds,
  { taskType, scale }: { readonly taskType: ValueTaskType; readonly scale: TargetScale },
  rng: Rng,
  gang: Gang | null,
): number | null {
  const logits = predictTogether(model, loader, rows.seeds, rng.split("validation"), gang);
  return primaryScore(taskType, logits, rows.targets, scale);
}

/**
 * Scores outputs by the metric that chooses epochs (see `primaryMetric`).
 *
 * @returns `null` where it cannot be computed, as AUROC with one class only.
 */
export function primaryScore(
  taskType: ValueTaskType,
  logits: Float32Array,
  targets: Float64Array,
  scale: TargetScale,
): number | null {
  const isClass = taskType === "multiclass_classification";
  const predictions = Float64Array.from(logits, (z) => (isClass ? z : unscaleOutput(scale, z)));
  return evaluateMetrics(taskType, predictions, targets)[primaryMetric(taskType).name] ?? null;
}

/** Draws labelled rows, in their order, where there are more than a limit. */
export function limitRows(rows: LabelledSeeds, limit: number, rng: Rng): LabelledSeeds {
  if (rows.seeds.rows.length <= limit) return rows;
  const order = Int32Array.from({ length: rows.seeds.rows.length }, (_, i) => i);
  shuffle(order, rng.split("validation rows"));
  const kept = order.subarray(0, limit).sort();
  return {
    seeds: takeSeeds(rows.seeds, kept),
    targets: Float64Array.from(kept, (row) => rows.targets[row]!),
  };
}

/** Predicts a part of the rows on each rank; zeros stand for the others', so the sum is exact. */
function predictTogether(
  model: RelationalGnn,
  loader: NeighborLoader,
  seeds: Seeds,
  rng: Rng,
  gang: Gang | null,
): Float32Array {
  if (gang === null) return predictLogits(model, loader, seeds, rng);
  const { outputs } = model.spec;
  const { from, to } = gangPart(gang, seeds.rows.length);
  const own = Int32Array.from({ length: to - from }, (_, i) => from + i);
  const logits = new Float32Array(seeds.rows.length * outputs);
  logits.set(predictLogits(model, loader, takeSeeds(seeds, own), rng), from * outputs);
  gang.sum(logits);
  return logits;
}
