/** Options of training with their defaults, checked. */
import { ConfigError } from "../core/errors.js";
import { createRng } from "../core/random.js";
import { checkObjective } from "./objective.js";
import type { TreeOptions } from "./types.js";

/** Numbers that decide how a tree grows. */
export interface GrowthLimits {
  readonly leaves: number;
  readonly maxDepth: number;
  readonly minRowsPerLeaf: number;
  readonly minHessian: number;
  readonly l2: number;
  readonly minGain: number;
  readonly columnFraction: number;
  readonly columnFractionPerNode: number;
  readonly categoricalSmoothing: number;
  readonly categoricalL2: number;
  readonly maxCategoriesPerSplit: number;
}

/** All options, filled in. */
export interface ResolvedOptions extends GrowthLimits {
  readonly rounds: number;
  readonly learningRate: number;
  readonly rowFraction: number;
  readonly maxBins: number;
}

const DEFAULTS: ResolvedOptions = {
  rounds: 100,
  learningRate: 0.1,
  leaves: 31,
  maxDepth: 64,
  minRowsPerLeaf: 20,
  minHessian: 1e-3,
  l2: 1,
  minGain: 0,
  columnFraction: 1,
  columnFractionPerNode: 1,
  rowFraction: 1,
  maxBins: 255,
  categoricalSmoothing: 10,
  categoricalL2: 10,
  maxCategoriesPerSplit: 32,
};

interface Range {
  readonly expected: string;
  readonly holds: (value: number) => boolean;
}

const FROM_ZERO: Range = {
  expected: "a finite number of at least 0",
  holds: (value) => value >= 0 && value < Number.POSITIVE_INFINITY,
};
const FRACTION: Range = {
  expected: "a number above 0 and up to 1",
  holds: (value) => value > 0 && value <= 1,
};

const RANGES: Readonly<Record<keyof ResolvedOptions, Range>> = {
  rounds: wholeFrom(0),
  learningRate: {
    expected: "a finite number above 0",
    holds: (value) => value > 0 && value < Number.POSITIVE_INFINITY,
  },
  leaves: wholeFrom(1),
  maxDepth: wholeFrom(0),
  minRowsPerLeaf: wholeFrom(1),
  minHessian: FROM_ZERO,
  l2: FROM_ZERO,
  minGain: FROM_ZERO,
  columnFraction: FRACTION,
  columnFractionPerNode: FRACTION,
  rowFraction: FRACTION,
  maxBins: {
    expected: "a whole number 2 … 255",
    holds: (value) => Number.isInteger(value) && value >= 2 && value <= 255,
  },
  categoricalSmoothing: FROM_ZERO,
  categoricalL2: FROM_ZERO,
  maxCategoriesPerSplit: wholeFrom(1),
};

function wholeFrom(least: number): Range {
  return {
    expected: `a whole number from ${least} to 2^31 − 1`,
    holds: (value) => Number.isInteger(value) && value >= least && value < 2 ** 31,
  };
}

/**
 * Fills in the defaults.
 *
 * @param options - as given.
 * @returns all numbers, each within its range.
 * @throws {@link ConfigError} CFG702 for a number out of range, CFG703 for a setting of the objective.
 */
export function resolveOptions(options: TreeOptions): ResolvedOptions {
  checkObjective(options.objective);
  const names = Object.keys(DEFAULTS) as (keyof ResolvedOptions)[];
  const entries = names.map((name) => [name, options[name] ?? DEFAULTS[name]] as const);
  for (const [name, value] of entries) checkRange(name, value, RANGES[name]);
  const { earlyStopping, threads } = options;
  if (earlyStopping) checkRange("earlyStopping.rounds", earlyStopping.rounds, wholeFrom(1));
  if (threads !== undefined) checkRange("threads", threads, wholeFrom(1));
  return Object.fromEntries(entries) as Record<keyof ResolvedOptions, number>;
}

function checkRange(name: string, value: number, { expected, holds }: Range): void {
  if (holds(value)) return;
  throw new ConfigError("CFG702", `\`${name}\` expects ${expected}, found ${value}`);
}

/** Returns the generator of the options. */
export function rngOf({ rng }: TreeOptions) {
  return rng ?? createRng(0);
}
