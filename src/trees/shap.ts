/** TreeSHAP: splits a raw score into a baseline and one exact Shapley value per column. */
import { ConfigError } from "../core/errors.js";
import { goesLeft, prepareColumns } from "./predict.js";
import { gaussLegendre, type Quadrature } from "./quadrature.js";
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
 * @param model - a trained ensemble.
 * @param features - columns, found by name.
 * @param row - the row to explain.
 * @param output - the class, for `softmax`. Default 0.
 * @throws {@link ConfigError} CFG704 if there is no such row or output; {@link DataError} as `predictRaw`.
 */
export function treeShap(
  model: TreeEnsemble,
  features: readonly FeatureColumn[],
  row: number,
  output = 0,
): TreeExplanation {
  return explainRows(model, features, [row], output)[0]!;
}

/**
 * Explains raw scores of several rows; what does not depend on the row is done once.
 *
 * The game is the path-dependent one: a column that is not known sends a row both ways, weighted by cover. At a leaf of
 * value `v` it is `v · Π w_i`, with `w_i` 1 or 0 for a known column `i` and its share `z_i` for an unknown one. The Shapley
 * value of such a product is the integral of `v · (o_i − z_i) · Π_{j ≠ i} (z_j · (1 − t) + o_j · t)` over `t` from 0 to 1 (Owen
 * 1972), a polynomial, so that a few points give it exactly; leaves below a split share their factors.
 *
 * @param model - a trained ensemble.
 * @param features - columns, found by name.
 * @param rows - the rows to explain.
 * @param output - the class, for `softmax`. Default 0.
 * @returns an explanation per row, in order.
 * @throws as {@link treeShap}.
 * @see Lundberg, Erion and Lee 2018 for the game; Yu et al. 2022, "Linear TreeShap", for sharing factors.
 */
export function explainRows(
  model: TreeEnsemble,
  features: readonly FeatureColumn[],
  rows: readonly number[],
  output = 0,
): TreeExplanation[] {
  checkIndex("output", output, model.outputs);
  const count = features[0]?.values.length ?? Number.POSITIVE_INFINITY;
  for (const row of rows) checkIndex("row", row, count);
  const { columns } = prepareColumns(model.features, features, rows);
  const trees = model.trees.filter((_, i) => i % model.outputs === output);
  const depths = trees.map(depthOf);
  const baseline = trees.reduce((sum, tree) => sum + meanValue(tree), model.baseScores[output]!);
  const values = new Float32Array(columns.length);
  const walks = Array.from({ length: Math.max(0, ...depths) + 1 }, (_, depth) =>
    startWalk(values, depth),
  );
  return rows.map((_, k) => {
    for (let f = 0; f < columns.length; f++) values[f] = columns[f]![k]!;
    const contributions = new Float64Array(columns.length);
    for (let i = 0; i < trees.length; i++) {
      visit(walks[depths[i]!]!, trees[i]!, contributions, 0, 0);
    }
    return { baseline, contributions };
  });
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

/** The most splits from root to leaf. */
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

/** The state of a walk over the nodes of trees. */
interface Walk {
  readonly values: Float32Array;
  /** Points `t` of the integral. */
  readonly points: Quadrature;
  /** For each column on the way here: the share `z` that its splits leave, and `o`, whether the row passes them all. */
  readonly zero: Float64Array;
  readonly one: Float64Array;
  /** Product of the factors of all columns at each point, [depth × points]. */
  readonly product: Float64Array;
  /** Sum over the leaves below of value times product, [depth × points]. */
  readonly below: Float64Array;
  /** Weight over the factor of the last column, as it is and as it was, at each point, [depth × points]. */
  readonly narrowed: Float64Array;
  readonly before: Float64Array;
}

function startWalk(values: Float32Array, depth: number): Walk {
  // A way through `depth` columns has a polynomial of degree `depth − 1`; n points are exact up to 2n − 1.
  const points = gaussLegendre(Math.max(1, Math.ceil(depth / 2)));
  const size = (depth + 1) * points.at.length;
  return {
    values,
    points,
    zero: new Float64Array(values.length).fill(1),
    one: new Float64Array(values.length).fill(1),
    product: new Float64Array(size).fill(1, 0, points.at.length),
    below: new Float64Array(size),
    narrowed: new Float64Array(size),
    before: new Float64Array(size),
  };
}

/** Visits the nodes below one; leaves `below` of its depth filled. */
function visit(
  walk: Walk,
  tree: Tree,
  contributions: Float64Array,
  node: number,
  depth: number,
): void {
  const { points, product, below } = walk;
  const count = points.at.length;
  const here = depth * count;
  const feature = tree.feature[node]!;
  if (feature < 0) {
    const value = tree.value[node]!;
    for (let p = 0; p < count; p++) below[here + p] = value * product[here + p]!;
    return;
  }
  below.fill(0, here, here + count);
  const toLeft = goesLeft(tree, node, walk.values[feature]!);
  visitChild(walk, tree, contributions, node, tree.left[node]!, toLeft, depth);
  visitChild(walk, tree, contributions, node, tree.right[node]!, !toLeft, depth);
}

/** Visits a child with the split's column narrowed, and gives the column what the leaves below the child are to it. */
function visitChild(
  walk: Walk,
  tree: Tree,
  contributions: Float64Array,
  node: number,
  child: number,
  passes: boolean,
  depth: number,
): void {
  const { points, product, below, narrowed, before, zero, one } = walk;
  const { at, weight } = points;
  const count = at.length;
  const here = depth * count;
  const feature = tree.feature[node]!;
  const cover = tree.cover[node]!;
  const [z0, o0] = [zero[feature]!, one[feature]!];
  const z1 = cover > 0 ? (z0 * tree.cover[child]!) / cover : 0;
  const o1 = passes ? o0 : 0;
  if (z1 === 0 && o1 === 0) return;
  for (let p = 0; p < count; p++) {
    const t = at[p]!;
    const factor = z1 * (1 - t) + o1 * t;
    const old = 1 / (z0 * (1 - t) + o0 * t);
    product[here + count + p] = product[here + p]! * factor * old;
    narrowed[here + p] = weight[p]! / factor;
    before[here + p] = weight[p]! * old;
  }
  zero[feature] = z1;
  one[feature] = o1;
  visit(walk, tree, contributions, child, depth + 1);
  zero[feature] = z0;
  one[feature] = o0;
  let [given, taken] = [0, 0];
  for (let p = here; p < here + count; p++) {
    const sum = below[p + count]!;
    below[p]! += sum;
    given += narrowed[p]! * sum;
    taken += before[p]! * sum;
  }
  // What an earlier split on the same column was given for these leaves is the later one's now.
  contributions[feature]! += (o1 - z1) * given - (o0 - z0) * taken;
}
