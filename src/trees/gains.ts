/** How much each column helped in training. */
import type { TreeEnsemble } from "./types.js";

/**
 * Sums the gains of splits by column.
 *
 * @param model - a trained ensemble.
 * @returns [features], in the order of `model.features`.
 */
export function featureGains(model: TreeEnsemble): Float64Array {
  const gains = new Float64Array(model.features.length);
  for (const { feature, gain } of model.trees) {
    for (let node = 0; node < feature.length; node++) {
      if (feature[node]! >= 0) gains[feature[node]!]! += gain[node]!;
    }
  }
  return gains;
}
