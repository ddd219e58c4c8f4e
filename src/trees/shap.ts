/** TreeSHAP: splits a raw score into a baseline and one exact Shapley value per column. */
import { ConfigError } from "../core/errors.js";
import { goesLeft, prepareColumns } from "./predict.js";
import type { FeatureColumn, Tree, TreeEnsemble } from "./types.js";

/** A raw score told as a sum. */
export interface TreeExplanation {
  /** The mean score of the training rows, as the trees know it. */
  readonly baseline: number;
  /** What each column adds to it, [features], in the order of `model.features`. */
  readonly contributions: Float64Array;
}

/**
 * Explains one raw score: baseline plus contributions is what `predictRaw` gives, up to rounding.
 *
 * The game is the path-dependent one: a column that is not known sends a row both ways, weighted by cover.
 *
 * @param model - a trained ensemble.
 * @param features - columns, found by name.
 * @param row - the row to explain.
 * @param output - the class, for `softmax`. Default 0.
 * @throws {@link ConfigError} CFG704 if there is no such row or output; {@link DataError} as `predictRaw`.
 * @see Lundberg, Erion and Lee 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", algorithm 2.
 */
export function treeShap(
  model: TreeEnsemble,
  features: readonly FeatureColumn[],
  row: number,
  output = 0,
): TreeExplanation {
  const rows = features[0]?.values.length ?? 0;
  checkIndex("row", row, features.length > 0 ? rows : row + 1);
  checkIndex("output", output, model.outputs);
  const { columns } = prepareColumns(model.features, features, row);
  const values = Float32Array.from(columns, (column) => column[0]!);
  const contributions = new Float64Array(model.features.length);
  let baseline = model.baseScores[output]!;
  for (let i = output; i < model.trees.length; i += model.outputs) {
    const tree = model.trees[i]!;
    baseline += meanValue(tree);
    if (tree.feature[0]! >= 0) explainTree(tree, values, contributions);
  }
  return { baseline, contributions };
}

function checkIndex(name: string, found: number, count: number): void {
  if (Number.isInteger(found) && found >= 0 && found < count) return;
  throw new ConfigError("CFG704", `\`${name}\` expects 0 … ${count - 1}, found ${found}`);
}

/** The mean of a tree's leaves, weighted by cover. */
function meanValue({ feature, value, cover }: Tree): number {
  let sum = 0;
  let total = 0;
  for (let node = 0; node < feature.length; node++) {
    if (feature[node]! >= 0) continue;
    sum += value[node]! * cover[node]!;
    total += cover[node]!;
  }
  return total > 0 ? sum / total : 0;
}

/**
 * The columns on the way from the root to a node, one entry each; a node's path is a copy of its parent's, further right
 * in the same arrays. Entry 0 stands for no column.
 */
interface Paths {
  readonly feature: Int32Array;
  /** Share of rows that go on here if the column is not known. */
  readonly zero: Float64Array;
  /** 1 if the explained row goes on here, else 0. */
  readonly one: Float64Array;
  /** Shares of the subsets of the path, by size. */
  readonly weight: Float64Array;
}

function explainTree(tree: Tree, values: Float32Array, contributions: Float64Array): void {
  const longest = depthOf(tree) + 2;
  const size = (longest * (longest + 1)) / 2;
  const paths: Paths = {
    feature: new Int32Array(size),
    zero: new Float64Array(size),
    one: new Float64Array(size),
    weight: new Float64Array(size),
  };
  const walk = { tree, values, contributions, paths };
  visit(walk, 0, 0, 0, 1, 1, -1);
}

interface Walk {
  readonly tree: Tree;
  readonly values: Float32Array;
  readonly contributions: Float64Array;
  readonly paths: Paths;
}

function depthOf({ feature, left, right }: Tree): number {
  const depths = new Int32Array(feature.length);
  let deepest = 0;
  for (let node = 0; node < feature.length; node++) {
    deepest = Math.max(deepest, depths[node]!);
    if (feature[node]! < 0) continue;
    depths[left[node]!] = depths[node]! + 1;
    depths[right[node]!] = depths[node]! + 1;
  }
  return deepest;
}

/**
 * Visits a node.
 *
 * @param parent - where the parent's path begins.
 * @param length - entries of the parent's path.
 * @param zero - share of rows that come here if the last column is not known.
 * @param one - 1 if the explained row comes here, as far as the last column decides.
 * @param column - the last column, −1 at the root.
 */
function visit(
  walk: Walk,
  node: number,
  parent: number,
  length: number,
  zero: number,
  one: number,
  column: number,
): void {
  if (zero === 0 && one === 0) return;
  const { tree, values, contributions, paths } = walk;
  const start = parent + length;
  copyPath(paths, parent, start, length);
  extend(paths, start, length, zero, one, column);
  const feature = tree.feature[node]!;
  if (feature < 0) {
    const value = tree.value[node]!;
    for (let i = 1; i <= length; i++) {
      const own = paths.one[start + i]! - paths.zero[start + i]!;
      contributions[paths.feature[start + i]!]! +=
        unwoundSum(paths, start, length, i) * own * value;
    }
    return;
  }
  let entries = length + 1;
  let [zeroBefore, oneBefore] = [1, 1];
  for (let i = 1; i <= length; i++) {
    if (paths.feature[start + i] !== feature) continue;
    zeroBefore = paths.zero[start + i]!;
    oneBefore = paths.one[start + i]!;
    unwind(paths, start, length, i);
    entries--;
    break;
  }
  const toLeft = goesLeft(tree, node, values[feature]!);
  const { left, right, cover } = tree;
  const share = (child: number): number =>
    cover[node]! > 0 ? (zeroBefore * cover[child]!) / cover[node]! : 0;
  const [l, r] = [left[node]!, right[node]!];
  visit(walk, l, start, entries, share(l), toLeft ? oneBefore : 0, feature);
  visit(walk, r, start, entries, share(r), toLeft ? 0 : oneBefore, feature);
}

function copyPath(
  { feature, zero, one, weight }: Paths,
  from: number,
  to: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    feature[to + i] = feature[from + i]!;
    zero[to + i] = zero[from + i]!;
    one[to + i] = one[from + i]!;
    weight[to + i] = weight[from + i]!;
  }
}

/** Appends an entry; weights of subsets are those without it and those with it. */
function extend(
  paths: Paths,
  start: number,
  length: number,
  zeroShare: number,
  oneShare: number,
  column: number,
): void {
  const { feature, zero, one, weight } = paths;
  feature[start + length] = column;
  zero[start + length] = zeroShare;
  one[start + length] = oneShare;
  weight[start + length] = length === 0 ? 1 : 0;
  for (let i = length - 1; i >= 0; i--) {
    weight[start + i + 1]! += (oneShare * weight[start + i]! * (i + 1)) / (length + 1);
    weight[start + i] = (zeroShare * weight[start + i]! * (length - i)) / (length + 1);
  }
}

/** Takes an entry out again; `length` is the index of the last one. */
function unwind(
  { feature, zero, one, weight }: Paths,
  start: number,
  length: number,
  index: number,
): void {
  const [oneShare, zeroShare] = [one[start + index]!, zero[start + index]!];
  let next = weight[start + length]!;
  for (let i = length - 1; i >= 0; i--) {
    if (oneShare !== 0) {
      const before = weight[start + i]!;
      weight[start + i] = (next * (length + 1)) / ((i + 1) * oneShare);
      next = before - (weight[start + i]! * zeroShare * (length - i)) / (length + 1);
    } else {
      weight[start + i] = (weight[start + i]! * (length + 1)) / (zeroShare * (length - i));
    }
  }
  for (let i = index; i < length; i++) {
    feature[start + i] = feature[start + i + 1]!;
    zero[start + i] = zero[start + i + 1]!;
    one[start + i] = one[start + i + 1]!;
  }
}

/** The sum of the weights that {@link unwind} would leave. */
function unwoundSum(
  { zero, one, weight }: Paths,
  start: number,
  length: number,
  index: number,
): number {
  const [oneShare, zeroShare] = [one[start + index]!, zero[start + index]!];
  let sum = 0;
  if (oneShare !== 0) {
    let next = weight[start + length]!;
    for (let i = length - 1; i >= 0; i--) {
      const part = next / ((i + 1) * oneShare);
      sum += part;
      next = weight[start + i]! - part * zeroShare * (length - i);
    }
  } else {
    for (let i = length - 1; i >= 0; i--) sum += weight[start + i]! / (zeroShare * (length - i));
  }
  return sum * (length + 1);
}
