/** From a grown tree, in bins, to the tree of a model, in values. */
import type { GrownNode } from "./grow.js";
import type { BinnedFeatures, FeatureBins, ModelFeature, Tree } from "./types.js";

/**
 * Writes a grown tree as flat arrays.
 *
 * @param nodes - the grown tree.
 * @param binned - the matrix, for the values of cuts.
 * @param used - the column of the matrix that each search column is.
 * @param values - what each leaf adds, [nodes].
 * @param covers - weight of the rows of each leaf, [nodes]; inner nodes get the sum of their children.
 */
export function toTree(
  nodes: readonly GrownNode[],
  binned: BinnedFeatures,
  used: Int32Array,
  values: Float64Array,
  covers: Float64Array,
): Tree {
  const count = nodes.length;
  const tree = {
    feature: new Int32Array(count).fill(-1),
    threshold: new Float64Array(count),
    categorySet: new Int32Array(count).fill(-1),
    left: new Int32Array(count),
    right: new Int32Array(count),
    missingLeft: new Uint8Array(count),
    value: values,
    cover: covers,
    gain: new Float64Array(count),
  };
  const sets: number[] = [];
  for (const [node, { split }] of nodes.entries()) {
    if (!split) continue;
    const feature = used[split.column]!;
    const bins = binned.features[feature]!;
    tree.feature[node] = feature;
    tree.left[node] = split.left;
    tree.right[node] = split.right;
    tree.missingLeft[node] = split.goesLeft[0]!;
    tree.gain[node] = split.gain;
    if (bins.kind === "numerical") {
      tree.threshold[node] = bins.uppers[split.bin - 1]!;
    } else {
      tree.categorySet[node] = sets.length / 8;
      sets.push(...bitsOf(split.goesLeft));
    }
  }
  for (let node = count - 1; node >= 0; node--) {
    if (tree.feature[node]! < 0) continue;
    covers[node] = covers[tree.left[node]!]! + covers[tree.right[node]!]!;
  }
  return { ...tree, categorySets: Uint32Array.from(sets) };
}

function bitsOf(flags: Uint8Array): Uint32Array {
  const bits = new Uint32Array(8);
  flags.forEach((flag, b) => {
    if (flag === 1) bits[b >> 5]! |= 1 << (b & 31);
  });
  return bits;
}

/** Describes a binned column for a model. */
export function modelFeature(bins: FeatureBins): ModelFeature {
  const codes = bins.kind === "categorical" ? bins.codes : new Int32Array(0);
  return { name: bins.name, kind: bins.kind, codes };
}
