/** Models as JSON: everything a prediction needs, readable by people and other programs. */
import { ModelError } from "../core/errors.js";
import type { ModelFeature, Objective, Tree, TreeEnsemble } from "./types.js";

const FORMAT = "relgraph-trees";
const VERSION = 1;

/** An ensemble as plain JSON values. */
export interface TreesJson {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly objective: Objective;
  readonly features: readonly {
    readonly name: string;
    readonly kind: string;
    readonly codes?: readonly number[];
  }[];
  readonly outputs: number;
  readonly baseScores: readonly number[];
  readonly bestRound: number;
  readonly losses: { readonly train: readonly number[]; readonly validation: readonly number[] };
  readonly trees: readonly TreeJson[];
}

/** A tree as arrays over its nodes; a threshold of null is infinite. */
export interface TreeJson {
  readonly feature: readonly number[];
  readonly threshold: readonly (number | null)[];
  readonly categorySet: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly missingLeft: readonly number[];
  readonly value: readonly number[];
  readonly cover: readonly number[];
  readonly gain: readonly number[];
  readonly categorySets: readonly number[];
}

/**
 * Writes a model as JSON values; read back it predicts the same to the last bit.
 *
 * @param model - a trained ensemble.
 */
export function treesToJson(model: TreeEnsemble): TreesJson {
  const { objective, features, outputs, baseScores, bestRound, losses, trees } = model;
  return {
    format: FORMAT,
    version: VERSION,
    objective,
    features: features.map(({ name, kind, codes }) =>
      kind === "categorical" ? { name, kind, codes: [...codes] } : { name, kind },
    ),
    outputs,
    baseScores: [...baseScores],
    bestRound,
    losses: { train: [...losses.train], validation: [...losses.validation] },
    trees: trees.map(treeToJson),
  };
}

function treeToJson(tree: Tree): TreeJson {
  return {
    feature: [...tree.feature],
    threshold: Array.from(tree.threshold, (cut) => (Number.isFinite(cut) ? cut : null)),
    categorySet: [...tree.categorySet],
    left: [...tree.left],
    right: [...tree.right],
    missingLeft: [...tree.missingLeft],
    value: [...tree.value],
    cover: [...tree.cover],
    gain: [...tree.gain],
    categorySets: [...tree.categorySets],
  };
}

/**
 * Reads a model.
 *
 * @param json - of {@link treesToJson}, after any number of trips through text.
 * @throws {@link ModelError} MOD401 if it is not such a model or of another version, MOD402 if its trees are broken.
 */
export function treesFromJson(json: unknown): TreeEnsemble {
  const { format, version } = (json ?? {}) as Partial<TreesJson>;
  if (format !== FORMAT || version !== VERSION) {
    const found = `\`${format}\` version ${version}`;
    throw new ModelError("MOD401", `expected \`${FORMAT}\` version ${VERSION}, found ${found}`);
  }
  const model = json as TreesJson;
  const features = model.features.map(
    ({ name, kind, codes }): ModelFeature => ({
      name,
      kind: kind === "categorical" ? kind : "numerical",
      codes: Int32Array.from(codes ?? []),
    }),
  );
  return {
    objective: model.objective,
    features,
    outputs: model.outputs,
    baseScores: Float64Array.from(model.baseScores),
    trees: model.trees.map((tree, index) => treeFromJson(tree, features.length, index)),
    bestRound: model.bestRound,
    losses: {
      train: Float64Array.from(model.losses.train),
      validation: Float64Array.from(model.losses.validation),
    },
  };
}

function treeFromJson(json: TreeJson, features: number, index: number): Tree {
  const tree: Tree = {
    feature: Int32Array.from(json.feature),
    threshold: Float64Array.from(json.threshold, (cut) => cut ?? Number.POSITIVE_INFINITY),
    categorySet: Int32Array.from(json.categorySet),
    left: Int32Array.from(json.left),
    right: Int32Array.from(json.right),
    missingLeft: Uint8Array.from(json.missingLeft),
    value: Float64Array.from(json.value),
    cover: Float64Array.from(json.cover),
    gain: Float64Array.from(json.gain),
    categorySets: Uint32Array.from(json.categorySets),
  };
  if (isSound(tree, features)) return tree;
  throw new ModelError("MOD402", `tree ${index} of the model is broken`, {
    hint: "write the model again with treesToJson",
  });
}

/** Whether a walk over the tree ends and stays inside its arrays. */
function isSound(tree: Tree, features: number): boolean {
  const { feature, left, right, categorySet, categorySets, value } = tree;
  const count = feature.length;
  const later = (child: number, node: number): boolean => child > node && child < count;
  return (
    count > 0 &&
    Object.values(tree).every((array) => array.length === count || array === categorySets) &&
    feature.every((f, node) => {
      if (f < 0) return Number.isFinite(value[node]);
      if (f >= features || 8 * (categorySet[node]! + 1) > categorySets.length) return false;
      return later(left[node]!, node) && later(right[node]!, node);
    })
  );
}
