/** Scores of rows: every tree is walked on the columns as they are. */
import { DataError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import { assignCategories } from "./category-bins.js";
import { applyLink } from "./objective.js";
import type { FeatureColumn, ModelFeature, Tree, TreeEnsemble } from "./types.js";

/** Columns in the order of a model: values of numerical ones, bins of categorical ones. */
export interface PreparedColumns {
  readonly rows: number;
  readonly columns: readonly Float32Array[];
}

/**
 * Returns the raw scores of rows.
 *
 * @param model - a trained ensemble.
 * @param features - columns, found by name; others are passed over.
 * @returns [rows], or [rows × outputs] row by row for `softmax`.
 * @throws {@link DataError} DAT410 for a column that is missing or of another kind, DAT401 for unequal lengths.
 */
export function predictRaw(model: TreeEnsemble, features: readonly FeatureColumn[]): Float64Array {
  const prepared = prepareColumns(model.features, features);
  const { rows } = prepared;
  const { outputs, baseScores, trees } = model;
  const scores = new Float64Array(rows * outputs);
  for (let k = 0; k < outputs; k++) scores.fill(baseScores[k]!, k * rows, (k + 1) * rows);
  for (const [i, tree] of trees.entries()) {
    const first = (i % outputs) * rows;
    addTree(tree, prepared, scores.subarray(first, first + rows));
  }
  return byRow(scores, outputs);
}

/**
 * Returns predictions: probabilities for `logistic` and `softmax`, means for `poisson` and `tweedie`, else the raw scores.
 *
 * @param model - a trained ensemble.
 * @param features - columns, found by name.
 * @returns [rows], or [rows × classes] row by row for `softmax`.
 * @throws as {@link predictRaw}.
 */
export function predictTrees(
  model: TreeEnsemble,
  features: readonly FeatureColumn[],
): Float64Array {
  return applyLink(model.objective, predictRaw(model, features));
}

/**
 * Puts columns in the order of a model; categories become bins.
 *
 * @param known - the model's columns.
 * @param features - at least these columns.
 * @param only - the rows to prepare; all when left out.
 * @throws {@link DataError} DAT410, DAT401.
 */
export function prepareColumns(
  known: readonly ModelFeature[],
  features: readonly FeatureColumn[],
  only?: readonly number[],
): PreparedColumns {
  const rows = features[0]?.values.length ?? 0;
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const columns = known.map(({ name, kind, codes }) => {
    const feature = byName.get(name);
    if (!feature) {
      throw new DataError("DAT410", `the model needs a column \`${name}\``, {
        hint: suggestHint(name, [...byName.keys()], "columns"),
      });
    }
    if (feature.kind !== kind) {
      throw new DataError("DAT410", `expected a ${kind} column, found a ${feature.kind} one`, {
        at: { column: name },
      });
    }
    if (feature.values.length !== rows) {
      const message = `expected ${rows} values as in other columns, found ${feature.values.length}`;
      throw new DataError("DAT401", message, { at: { column: name } });
    }
    const values = only ? Float32Array.from(only, (row) => feature.values[row]!) : feature.values;
    return kind === "numerical" ? values : binsOf(values, codes);
  });
  return { rows: only ? only.length : rows, columns };
}

function binsOf(values: Float32Array, codes: Int32Array): Float32Array {
  const bins = new Uint8Array(values.length);
  assignCategories(values, codes, bins);
  return Float32Array.from(bins);
}

/**
 * Adds a tree to scores.
 *
 * @param tree - the tree.
 * @param prepared - columns in the order of its model.
 * @param scores - [rows], changed in place.
 */
export function addTree(
  tree: Tree,
  { rows, columns }: PreparedColumns,
  scores: Float64Array,
): void {
  const { feature, threshold, left, right, missingLeft, value, categorySet } = tree;
  const numerical = tree.categorySets.length === 0;
  for (let row = 0; row < rows; row++) {
    let node = 0;
    for (let f = feature[0]!; f >= 0; f = feature[node]!) {
      const found = columns[f]![row]!;
      let goesLeft: boolean;
      if (numerical || categorySet[node]! < 0) {
        goesLeft = found <= threshold[node]! || (Number.isNaN(found) && missingLeft[node] === 1);
      } else goesLeft = inSet(tree, node, found);
      node = goesLeft ? left[node]! : right[node]!;
    }
    scores[row]! += value[node]!;
  }
}

/** Whether a bin goes left at a node that splits by category. */
function inSet({ categorySet, categorySets }: Tree, node: number, bin: number): boolean {
  return ((categorySets[8 * categorySet[node]! + (bin >> 5)]! >>> (bin & 31)) & 1) === 1;
}

/** Whether a value goes left at an inner node. */
export function goesLeft(tree: Tree, node: number, value: number): boolean {
  if (tree.categorySet[node]! >= 0) return inSet(tree, node, value);
  if (Number.isNaN(value)) return tree.missingLeft[node] === 1;
  return value <= tree.threshold[node]!;
}

/** Turns scores [outputs × rows] into [rows × outputs]. */
export function byRow(scores: Float64Array, outputs: number): Float64Array {
  if (outputs === 1) return scores;
  const rows = scores.length / outputs;
  return Float64Array.from(
    scores,
    (_, i) => scores[(i % outputs) * rows + Math.floor(i / outputs)]!,
  );
}
