/** What boosted trees take and give: columns and targets in, an ensemble of flat trees out. */
import type { WorkOptions } from "../core/progress.js";
import type { Rng } from "../core/random.js";

/** One column of a matrix. */
export interface FeatureColumn {
  readonly name: string;
  readonly kind: "numerical" | "categorical";
  /** One value per row; NaN is missing. Categories are codes 0, 1, 2, … below 2^24, written as floats. */
  readonly values: Float32Array;
}

/** What belongs to rows besides their features. */
export interface TreeLabels {
  /** One target per row: a number; 0 or 1; a class 0, 1, 2, …; a grade of relevance 0 … 30. */
  readonly targets: Float64Array;
  /** One finite weight of at least 0 per row; all 1 when left out. */
  readonly weights?: Float64Array | undefined;
  /** The query of each row, for `lambdarank`; rows of a query stand together. */
  readonly groups?: Int32Array | undefined;
}

/** A matrix with its targets. */
export interface TreeData extends TreeLabels {
  readonly features: readonly FeatureColumn[];
}

/** A matrix whose values were put into bins once, to train several models on the same rows. */
export interface BinnedTreeData extends TreeLabels {
  readonly binned: BinnedFeatures;
}

/** The bins of one column. Bin 0 holds what is missing, and categories too rare to be kept. */
export type FeatureBins =
  | {
      readonly name: string;
      readonly kind: "numerical";
      /** Number of bins, bin 0 included. */
      readonly count: number;
      /** `uppers[b − 1]` is the largest value of bin `b`; the last one is Infinity. */
      readonly uppers: Float64Array;
      readonly hasMissing: boolean;
    }
  | {
      readonly name: string;
      readonly kind: "categorical";
      readonly count: number;
      /** `codes[b − 1]` is the category of bin `b`, the most frequent first. */
      readonly codes: Int32Array;
      readonly hasMissing: boolean;
    };

/** Columns as bins. */
export interface BinnedFeatures {
  readonly rows: number;
  readonly features: readonly FeatureBins[];
  /** Bin of each value, [features × rows]: column after column. */
  readonly bins: Uint8Array;
}

/** What the trees minimise; `y` is the target, `s` the raw score. */
export type Objective =
  /** Log loss of a 0/1 target; the score is the log-odds. */
  | { readonly kind: "logistic" }
  /** Cross entropy of a class 0 … classes − 1; one score per class. */
  | { readonly kind: "softmax"; readonly classes: number }
  /** `(y − s)² / 2`. */
  | { readonly kind: "l2" }
  /** `|y − s|`; leaves are medians. */
  | { readonly kind: "l1" }
  /** Squared within `delta` of the target, absolute beyond (Huber 1964). */
  | { readonly kind: "huber"; readonly delta: number }
  /** Pinball loss: the quantile `alpha` in (0, 1); leaves are quantiles. */
  | { readonly kind: "quantile"; readonly alpha: number }
  /** Poisson deviance of a target of at least 0; the score is the log of the mean. */
  | { readonly kind: "poisson" }
  /** Tweedie deviance, `power` in (1, 2), of a target of at least 0; the score is the log of the mean. */
  | { readonly kind: "tweedie"; readonly power: number }
  /** LambdaRank (Burges 2010) for NDCG of the first `truncation` ranks. */
  | { readonly kind: "lambdarank"; readonly truncation: number };

/** When to stop before all rounds are done. */
export interface EarlyStopping {
  /** Stops after this many rounds without a better validation loss. */
  readonly rounds: number;
  readonly validation: TreeData;
  /** Loss of raw scores ([rows] or [rows × classes]), lower is better; default the objective's own. */
  readonly metric?: ((scores: Float64Array, targets: Float64Array) => number) | undefined;
}

/** Options of training; all but the objective have a default. */
export interface TreeOptions extends WorkOptions {
  readonly objective: Objective;
  /** Boosting rounds; `softmax` grows a tree per class in each. Default 100. */
  readonly rounds?: number | undefined;
  /** What each tree is multiplied by. Default 0.1. */
  readonly learningRate?: number | undefined;
  /** Most leaves of a tree, at least 1. Default 31. */
  readonly leaves?: number | undefined;
  /** Most splits from root to leaf. Default 64. */
  readonly maxDepth?: number | undefined;
  /** Fewest training rows of a leaf, at least 1. Default 20. */
  readonly minRowsPerLeaf?: number | undefined;
  /** Least sum of second derivatives of a leaf. Default 0.001. */
  readonly minHessian?: number | undefined;
  /** Penalty on squared leaf values. Default 1. */
  readonly l2?: number | undefined;
  /** What a split must gain at least. Default 0. */
  readonly minGain?: number | undefined;
  /** Share of the columns that a tree may use, in (0, 1]. Default 1. */
  readonly columnFraction?: number | undefined;
  /** Share of a tree's columns that a node may use, in (0, 1]. Default 1. */
  readonly columnFractionPerNode?: number | undefined;
  /** Share of the rows, or of the queries, that a tree is grown on, in (0, 1]. Default 1. */
  readonly rowFraction?: number | undefined;
  /** Bins of a column besides the one for missing values, 2 … 255; not asked where bins are given. Default 255. */
  readonly maxBins?: number | undefined;
  /** Added to the hessian when categories are put in order; smaller categories stay on the right. Default 10. */
  readonly categoricalSmoothing?: number | undefined;
  /** Penalty that splits by category pay in addition to `l2`. Default 10. */
  readonly categoricalL2?: number | undefined;
  /** Most categories on the smaller side of a split. Default 32. */
  readonly maxCategoriesPerSplit?: number | undefined;
  /** Default a generator of seed 0. */
  readonly rng?: Rng | undefined;
  /** Threads of {@link trainTreesInThreads}. Default the cores of the machine. */
  readonly threads?: number | undefined;
  /** Computes the training loss of each round, which costs a few percent. Default false. */
  readonly trainLoss?: boolean | undefined;
  readonly earlyStopping?: EarlyStopping | undefined;
  /** Asked after each round; training ends with the rounds done once it is true. */
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** One tree as flat arrays over its nodes; node 0 is the root and children come after their parent. */
export interface Tree {
  /** The column a node splits, −1 for a leaf. */
  readonly feature: Int32Array;
  /** Numerical splits: values up to and including this one go left. */
  readonly threshold: Float64Array;
  /** Categorical splits: which set of `categorySets` goes left, else −1. */
  readonly categorySet: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where missing values, and categories the node does not know, go left. */
  readonly missingLeft: Uint8Array;
  /** What a leaf adds to the raw score, learning rate included; 0 for inner nodes. */
  readonly value: Float64Array;
  /** Weight of the training rows that reached a node. */
  readonly cover: Float64Array;
  /** What a split gained: twice what it takes from the loss, to second order; 0 for leaves. */
  readonly gain: Float64Array;
  /** Sets of bins, 256 bits each, [sets × 8]; bit `b` stands for `codes[b − 1]` of the column. */
  readonly categorySets: Uint32Array;
}

/** A column as a model knows it. */
export interface ModelFeature {
  readonly name: string;
  readonly kind: "numerical" | "categorical";
  /** Categories that have a bin of their own; `codes[b − 1]` is bin `b`. Empty for numerical columns. */
  readonly codes: Int32Array;
}

/** A trained model; plain data. */
export interface TreeEnsemble {
  readonly objective: Objective;
  readonly features: readonly ModelFeature[];
  /** Raw scores per row: the classes of `softmax`, else 1. */
  readonly outputs: number;
  /** The score before any tree, [outputs]. */
  readonly baseScores: Float64Array;
  /** Trees in order of rounds; tree `i` adds to output `i % outputs`. */
  readonly trees: readonly Tree[];
  /** Rounds kept; with early stopping those up to the best one. */
  readonly bestRound: number;
  /** Mean loss after each round trained; empty where it was not asked for. */
  readonly losses: { readonly train: Float64Array; readonly validation: Float64Array };
}
