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
  const { depths, mean } = measure(trees);
  const baseline = model.baseScores[output]! + mean;
  const shared = {
    values: new Float32Array(columns.length),
    zero: new Float64Array(columns.length).fill(1),
    one: new Float64Array(columns.length).fill(1),
  };
  // A way through `depth` columns has a polynomial of degree `depth − 1`; n points are exact up to 2n − 1.
  const points = depths.map((depth) => Math.max(1, (depth + 1) >> 1));
  const walks: Walk[] = [];
  for (const count of new Set(points)) walks[count] = { ...shared, ...startWalk(count) };
  return rows.map((_, k) => {
    for (let f = 0; f < columns.length; f++) shared.values[f] = columns[f]![k]!;
    const contributions = new Float64Array(columns.length);
    for (let i = 0; i < trees.length; i++) {
      if (depths[i]! > 0) visit(walks[points[i]!]!, trees[i]!, contributions, 0, 0);
    }
    return { baseline, contributions };
  });
}

function checkIndex(name: string, found: number, count: number): void {
  if (Number.isInteger(found) && found >= 0 && found < count) return;
  throw new ConfigError("CFG704", `\`${name}\` expects 0 … ${count - 1}, found ${found}`);
}

/** Finds the most splits from root to leaf of each tree, and the sum of their mean values, weighted by cover. */
function measure(trees: readonly Tree[]): { depths: Int32Array; mean: number } {
  const depths = new Int32Array(trees.length);
  const depth = new Int32Array(trees.reduce((most, tree) => Math.max(most, tree.value.length), 0));
  let mean = 0;
  for (let i = 0; i < trees.length; i++) {
    const { feature, left, right, value, cover } = trees[i]!;
    let sum = 0;
    let deepest = 0;
    depth[0] = 0;
    for (let node = 0; node < feature.length; node++) {
      const own = depth[node]!;
      if (feature[node]! < 0) {
        sum += value[node]! * cover[node]!;
        if (own > deepest) deepest = own;
      } else {
        depth[left[node]!] = own + 1;
        depth[right[node]!] = own + 1;
      }
    }
    depths[i] = deepest;
    if (cover[0]! > 0) mean += sum / cover[0]!;
  }
  return { depths, mean };
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
  /** The same without the column of the split; weight over that column's factor; over the one it gets below the split. */
  readonly others: Float64Array;
  readonly before: Float64Array;
  readonly narrowed: Float64Array;
  /** Sum over the leaves below of value times product, [depth × points]. */
  readonly below: Float64Array;
}

/** Makes the arrays of a walk with so many points, for trees of up to twice as many splits in a row. */
function startWalk(count: number): Omit<Walk, "values" | "zero" | "one"> {
  const size = (2 * count + 1) * count;
  return {
    points: gaussLegendre(count),
    product: new Float64Array(size).fill(1, 0, count),
    others: new Float64Array(size),
    before: new Float64Array(size),
    narrowed: new Float64Array(size),
    below: new Float64Array(size),
  };
}

/** Visits an inner node and all below; leaves `below` of its depth filled. */
function visit(
  walk: Walk,
  tree: Tree,
  contributions: Float64Array,
  node: number,
  depth: number,
): void {
  const { at, weight } = walk.points;
  const { product, others, before, below } = walk;
  const count = at.length;
  const here = depth * count;
  const feature = tree.feature[node]!;
  const z0 = walk.zero[feature]!;
  const o0 = walk.one[feature]!;
  for (let p = 0; p < count; p++) {
    const t = at[p]!;
    const inverse = 1 / (z0 * (1 - t) + o0 * t);
    others[here + p] = product[here + p]! * inverse;
    before[here + p] = weight[p]! * inverse;
    below[here + p] = 0;
  }
  const cover = tree.cover[node]!;
  const toLeft = goesLeft(tree, node, walk.values[feature]!);
  let given = 0;
  for (let side = 0; side < 2; side++) {
    const child = side === 0 ? tree.left[node]! : tree.right[node]!;
    const z1 = cover > 0 ? (z0 * tree.cover[child]!) / cover : 0;
    const o1 = toLeft === (side === 0) ? o0 : 0;
    if (z1 === 0 && o1 === 0) continue;
    if (tree.feature[child]! < 0) {
      given += (o1 - z1) * addLeaf(walk, tree.value[child]!, here, z1, o1);
    } else {
      given += (o1 - z1) * visitInner(walk, tree, contributions, feature, child, depth, z1, o1);
    }
  }
  // What an earlier split on the same column was given for these leaves is this one's now.
  let taken = 0;
  if (o0 !== z0) {
    for (let p = here; p < here + count; p++) taken += before[p]! * below[p]!;
  }
  contributions[feature]! += given - (o0 - z0) * taken;
}

/** Adds a leaf to `below`; returns the integral of its value times the factors of other columns. */
function addLeaf(walk: Walk, value: number, here: number, z1: number, o1: number): number {
  const { at, weight } = walk.points;
  const { others, below } = walk;
  let sum = 0;
  for (let p = 0; p < at.length; p++) {
    const t = at[p]!;
    const part = value * others[here + p]!;
    sum += weight[p]! * part;
    below[here + p]! += part * (z1 * (1 - t) + o1 * t);
  }
  return sum;
}

/** Visits an inner child and adds its leaves to `below`; returns the integral as {@link addLeaf} does. */
function visitInner(
  walk: Walk,
  tree: Tree,
  contributions: Float64Array,
  feature: number,
  child: number,
  depth: number,
  z1: number,
  o1: number,
): number {
  const { at, weight } = walk.points;
  const { zero, one, product, others, narrowed, below } = walk;
  const count = at.length;
  const here = depth * count;
  for (let p = 0; p < count; p++) {
    const t = at[p]!;
    const factor = z1 * (1 - t) + o1 * t;
    product[here + count + p] = others[here + p]! * factor;
    narrowed[here + p] = weight[p]! / factor;
  }
  const z0 = zero[feature]!;
  const o0 = one[feature]!;
  zero[feature] = z1;
  one[feature] = o1;
  visit(walk, tree, contributions, child, depth + 1);
  zero[feature] = z0;
  one[feature] = o0;
  let sum = 0;
  for (let p = here; p < here + count; p++) {
    const part = below[p + count]!;
    below[p]! += part;
    sum += narrowed[p]! * part;
  }
  return sum;
}
