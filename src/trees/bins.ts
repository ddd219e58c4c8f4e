/** Columns to bins: done once for a matrix, used by every tree and by every model on the same rows. */
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { createRng, type Rng } from "../core/random.js";
import { assignCategories, chooseCategories } from "./category-bins.js";
import { checkFeatures } from "./check.js";
import { assignBins, chooseCuts } from "./numerical-bins.js";
import { chooseRows } from "./sampling.js";
import { sortFloats } from "./sort-floats.js";
import type { BinnedFeatures, FeatureBins, FeatureColumn } from "./types.js";

/** Options of {@link binFeatures}. */
export interface BinOptions extends WorkOptions {
  /** Bins of a column besides the one for missing values, 2 … 255. Default 255. */
  readonly maxBins?: number | undefined;
  /** Draws the rows that cuts are chosen from where there are more than 200,000. Default a generator of seed 0. */
  readonly rng?: Rng | undefined;
}

const SAMPLE_ROWS = 200_000;

/**
 * Puts the values of columns into bins.
 *
 * @param features - columns of equal length.
 * @param options - how many bins, which generator.
 * @returns the bins of each column and of each value.
 * @throws {@link DataError} DAT401 for columns of different lengths, DAT402 for equal names, DAT403 for a value that is no
 *   category code; {@link ConfigError} CFG701 for `maxBins` out of range; {@link AbortedError} CFG900.
 */
export function binFeatures(
  features: readonly FeatureColumn[],
  options: BinOptions = {},
): BinnedFeatures {
  const { maxBins = 255, rng = createRng(0), signal } = options;
  const rows = checkFeatures(features, maxBins);
  const sample = rows > SAMPLE_ROWS ? chooseRows(rows, SAMPLE_ROWS, rng.split("bins")) : null;
  const bins = new Uint8Array(features.length * rows);
  const found = features.map((feature, f) => {
    checkAborted(signal, "binning");
    return binFeature(feature, maxBins, sample, bins.subarray(f * rows, (f + 1) * rows));
  });
  return { rows, features: found, bins };
}

function binFeature(
  { name, kind, values }: FeatureColumn,
  maxBins: number,
  sample: Int32Array | null,
  out: Uint8Array,
): FeatureBins {
  if (kind === "categorical") {
    const codes = chooseCategories(name, values, maxBins);
    const hasMissing = assignCategories(values, codes, out);
    return { name, kind, count: codes.length + 1, codes, hasMissing };
  }
  const uppers = chooseCuts(knownSorted(values, sample), maxBins);
  const hasMissing = assignBins(values, uppers, out);
  return { name, kind, count: uppers.length + 1, uppers, hasMissing };
}

/** Returns the known values of some rows in ascending order. */
function knownSorted(values: Float32Array, sample: Int32Array | null): Float32Array {
  const known = new Float32Array(sample ? sample.length : values.length);
  let count = 0;
  for (let i = 0; i < known.length; i++) {
    const value = values[sample ? sample[i]! : i]!;
    if (!Number.isNaN(value)) known[count++] = value;
  }
  return sortFloats(known.subarray(0, count));
}
