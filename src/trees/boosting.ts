/** The state of a training run and its rounds; who searches for splits is the caller's. */
import type { Rng } from "../core/random.js";
import { binFeatures } from "./bins.js";
import { chooseScale, type Scale, type Sums, writeCells } from "./cells.js";
import { checkLabels } from "./check.js";
import { type GrownNode, growTree, type Search } from "./grow.js";
import type { Loss } from "./losses/loss.js";
import { lossOf } from "./objective.js";
import { type ResolvedOptions, resolveOptions, rngOf } from "./options.js";
import { chooseRows, shareOf } from "./sampling.js";
import { modelFeature, toTree } from "./tree-parts.js";
import type {
  BinnedFeatures,
  BinnedTreeData,
  Tree,
  TreeData,
  TreeEnsemble,
  TreeLabels,
  TreeOptions,
} from "./types.js";
import { startValidation, type Validation } from "./validation.js";
import { createWorkspace, planWorkspace, type Workspace } from "./workspace.js";

/** A training run. */
export interface Boosting {
  readonly workspace: Workspace;
  /** Runs one round; returns whether there is another. */
  runRound(search: Search): boolean;
  finish(): TreeEnsemble;
}

/** Everything that stays the same from round to round. */
interface Setting {
  readonly options: TreeOptions;
  readonly limits: ResolvedOptions;
  readonly binned: BinnedFeatures;
  /** The column of the matrix that each search column is. */
  readonly used: Int32Array;
  readonly workspace: Workspace;
  readonly labels: TreeLabels;
  /** Rows with a weight, null for all. */
  readonly weighted: Int32Array | null;
  readonly loss: Loss;
  readonly rng: Rng;
  /** Raw scores and derivatives, [outputs × rows]. */
  readonly scores: Float64Array;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

/**
 * Checks data and options, puts columns into bins, and lays out the memory.
 *
 * @param data - what to learn from.
 * @param options - how.
 */
export function startBoosting(data: TreeData | BinnedTreeData, options: TreeOptions): Boosting {
  const limits = resolveOptions(options);
  const { targets, weights, groups } = data;
  const labels = { targets, weights, groups };
  const rng = rngOf(options);
  const binned = "binned" in data ? data.binned : binFeatures(data.features, { ...options, rng });
  checkLabels(labels, binned.features.length > 0 ? binned.rows : null, options.objective);
  const { layout, used } = planWorkspace({ ...binned, rows: targets.length }, limits);
  const loss = lossOf(options.objective, labels);
  const setting: Setting = {
    options,
    limits,
    binned,
    used,
    workspace: createWorkspace(layout, binned, used),
    labels,
    weighted: weights?.includes(0) ? rowsWithWeight(weights) : null,
    loss,
    rng,
    scores: new Float64Array(loss.outputs * targets.length),
    gradients: new Float64Array(loss.outputs * targets.length),
    hessians: new Float64Array(loss.outputs * targets.length),
  };
  return makeBoosting(setting);
}

function makeBoosting(setting: Setting): Boosting {
  const { options, limits, labels, loss, scores } = setting;
  const rows = labels.targets.length;
  const baseScores = loss.baseScores();
  baseScores.forEach((score, k) => {
    scores.fill(score, k * rows, (k + 1) * rows);
  });
  const features = setting.binned.features.map(modelFeature);
  const validation = options.earlyStopping
    ? startValidation(options.earlyStopping, options.objective, features, baseScores)
    : null;
  const trees: Tree[] = [];
  const losses: number[] = [];
  let round = 0;
  return {
    workspace: setting.workspace,
    runRound(search) {
      if (round >= limits.rounds || rows === 0) return false;
      const grown = growRound(setting, search, round);
      const sampled = limits.rowFraction < 1 || limits.columnFraction < 1;
      // Nothing would be different in the next round.
      if (!sampled && grown.every(({ feature }) => feature.length === 1) && round > 0) return false;
      trees.push(...grown);
      if (options.trainLoss) losses.push(loss.mean(scores));
      const goesOn = validation ? validation.add(grown) : true;
      report(options, ++round, limits.rounds, losses, validation);
      return goesOn && round < limits.rounds && !options.isTimeUp?.();
    },
    finish: () => {
      const bestRound = validation ? validation.bestRound() : round;
      return {
        objective: options.objective,
        features,
        outputs: loss.outputs,
        baseScores,
        trees: trees.slice(0, bestRound * loss.outputs),
        bestRound,
        losses: {
          train: Float64Array.from(losses),
          validation: Float64Array.from(validation?.losses ?? []),
        },
      };
    },
  };
}

function report(
  { onProgress }: TreeOptions,
  done: number,
  total: number,
  losses: readonly number[],
  validation: Validation | null,
): void {
  if (!onProgress) return;
  const values: Record<string, number> = {};
  if (losses.length > 0) values["train"] = losses.at(-1)!;
  if (validation) values["validation"] = validation.losses.at(-1)!;
  onProgress({ stage: "trees", message: `round ${done} of ${total}`, done, total, values });
}

function rowsWithWeight(weights: Float64Array): Int32Array {
  return Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
}

/** Grows the trees of a round and adds them to the scores. */
function growRound(setting: Setting, search: Search, round: number): Tree[] {
  const { loss, rng, scores, gradients, hessians } = setting;
  loss.derive(scores, gradients, hessians);
  const roundRng = rng.split("round", round);
  const sample = sampleRows(setting, roundRng.split("rows"));
  return Array.from({ length: loss.outputs }, (_, output) =>
    growOne(setting, search, sample, output, roundRng.split("tree", output)),
  );
}

/** Draws the rows of a round: rows with weight, or whole queries; null for all rows. */
function sampleRows(setting: Setting, rng: Rng): Int32Array | null {
  const { weighted, labels, limits } = setting;
  const { rowFraction } = limits;
  if (rowFraction === 1) return weighted;
  const { targets, groups, weights } = labels;
  if (groups) {
    const starts = Int32Array.from(groups.keys()).filter((i) => groups[i] !== groups[i - 1]);
    const picked = chooseRows(starts.length, shareOf(starts.length, rowFraction), rng);
    const rows: number[] = [];
    for (const q of picked) {
      for (let i = starts[q]!; i < (starts[q + 1] ?? groups.length); i++) {
        if (!weights || weights[i]! > 0) rows.push(i);
      }
    }
    return Int32Array.from(rows);
  }
  const count = weighted ? weighted.length : targets.length;
  if (count === 0) return weighted;
  const picked = chooseRows(count, shareOf(count, rowFraction), rng);
  return weighted ? picked.map((k) => weighted[k]!) : picked;
}

function growOne(
  setting: Setting,
  search: Search,
  sample: Int32Array | null,
  output: number,
  rng: Rng,
): Tree {
  const { workspace, limits, labels, binned, used, loss } = setting;
  const rows = labels.targets.length;
  const of = (values: Float64Array): Float64Array =>
    values.subarray(output * rows, (output + 1) * rows);
  const scores = of(setting.scores);
  const { sums, scale } = fillCells(workspace, of(setting.gradients), of(setting.hessians), sample);
  listRows(workspace, sample);
  const task = { limits, scale, sums, allRows: sample === null, rng };
  const nodes = growTree(workspace, search, task);
  const values = new Float64Array(nodes.length);
  const covers = new Float64Array(nodes.length);
  const first = workspace.layout.rowOrder / 4;
  for (const [node, { start, count, sums: own, split }] of nodes.entries()) {
    if (split) continue;
    const members = workspace.i32.subarray(first + start, first + start + count);
    const step = loss.leafValue
      ? loss.leafValue(members, scores)
      : newtonStep(own, scale, limits.l2);
    values[node] = step * limits.learningRate;
    covers[node] = labels.weights ? sumOf(labels.weights, members) : count;
  }
  for (const [node, { start, count, split }] of nodes.entries()) {
    if (split) continue;
    const value = values[node]!;
    const members = workspace.i32.subarray(first + start, first + start + count);
    for (let k = 0; k < count; k++) scores[members[k]!]! += value;
  }
  if (sample) addToOthers(workspace, nodes, values, sample, scores);
  return toTree(nodes, binned, used, values, covers);
}

function fillCells(
  { layout, i32 }: Workspace,
  gradients: Float64Array,
  hessians: Float64Array,
  sample: Int32Array | null,
): { sums: Sums; scale: Scale } {
  let [largestG, largestH] = [0, 0];
  for (let i = 0; i < gradients.length; i++) {
    const size = Math.abs(gradients[i]!);
    if (size > largestG) largestG = size;
    if (hessians[i]! > largestH) largestH = hessians[i]!;
  }
  const scale = chooseScale(largestG, largestH, gradients.length);
  const cells = i32.subarray(layout.cells / 4, layout.cells / 4 + 4 * layout.rows);
  return { scale, sums: writeCells(cells, gradients, hessians, sample, scale) };
}

function listRows({ layout, i32 }: Workspace, sample: Int32Array | null): void {
  const first = layout.rowOrder / 4;
  if (sample) i32.set(sample, first);
  else for (let row = 0; row < layout.rows; row++) i32[first + row] = row;
}

/** `−G / (H + l2)`, 0 where nothing is known of the curvature. */
function newtonStep({ gradients, hessians }: Sums, scale: Scale, l2: number): number {
  const below = hessians / scale.hessian + l2;
  return below > 0 ? -gradients / scale.gradient / below : 0;
}

function sumOf(values: Float64Array, rows: Int32Array): number {
  let sum = 0;
  for (let k = 0; k < rows.length; k++) sum += values[rows[k]!]!;
  return sum;
}

/** Adds a tree to the scores of the rows it was not grown on. */
function addToOthers(
  { layout, u8 }: Workspace,
  nodes: readonly GrownNode[],
  values: Float64Array,
  sample: Int32Array,
  scores: Float64Array,
): void {
  for (let row = 0, k = 0; row < layout.rows; row++) {
    if (row === sample[k]) {
      k++;
      continue;
    }
    let node = 0;
    for (let split = nodes[0]!.split; split; split = nodes[node]!.split) {
      const bin = u8[layout.bins + split.column * layout.rows + row]!;
      node = split.goesLeft[bin] === 1 ? split.left : split.right;
    }
    scores[row]! += values[node]!;
  }
}
