/** A forest: trained trees as an expert that predicts, explains and is kept. */
import type { Seeds } from "../../graph/seeds.js";
import type { SignalMatrix } from "../../graph/signals/types.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import { treesFromJson, treesToJson } from "../trees/json.js";
import { predictRaw } from "../trees/predict.js";
import { treeShap } from "../trees/shap.js";
import type { FeatureColumn, TreeEnsemble } from "../trees/types.js";
import type { FittedExpert, Quantiles } from "./expert.js";
import { type ScoreSpace, toOutputs } from "./score.js";
import type { SignalFrame } from "./signal-frame.js";
import { signalReasons } from "./signal-reasons.js";

/** What a model folder keeps; the frame is kept beside it. */
export interface TreesSettings {
  readonly space: ScoreSpace;
  readonly ensembles: readonly unknown[];
  /** One ensemble a level, for numbers. */
  readonly quantiles: readonly { readonly level: number; readonly ensemble: unknown }[];
}

/** Trained trees. */
export interface Forest {
  readonly space: ScoreSpace;
  /** The runs that are averaged. */
  readonly runs: readonly TreeEnsemble[];
  readonly quantiles: readonly { readonly level: number; readonly ensemble: TreeEnsemble }[];
}

/** Restores the trees of a model folder. */
export function restoreTrees(frame: SignalFrame, settings: unknown): FittedExpert {
  const { space, ensembles, quantiles } = settings as TreesSettings;
  return makeTrees(frame, {
    space,
    runs: ensembles.map(treesFromJson),
    quantiles: quantiles.map(({ level, ensemble }) => ({
      level,
      ensemble: treesFromJson(ensemble),
    })),
  });
}

/** Makes the expert of trained trees. */
export function makeTrees(frame: SignalFrame, forest: Forest): FittedExpert {
  const { space, runs, quantiles } = forest;
  const featuresAt = (db: Database, seeds: Seeds, options?: WorkOptions): FeatureColumn[] =>
    featuresOf(frame.compute(db, seeds, options));
  return {
    name: "trees",
    predict(db, seeds, options) {
      return toOutputs(space, meanScores(forest, featuresAt(db, seeds, options)));
    },
    ...(quantiles.length > 0 && {
      quantiles: (db: Database, seeds: Seeds, options?: WorkOptions) =>
        quantilesOf(forest, featuresAt(db, seeds, options)),
    }),
    explain(db, seeds, { top, output = 0 } = {}) {
      const features = featuresAt(db, seeds);
      const contributions = new Float64Array(features.length);
      let baseline = 0;
      for (const run of runs) {
        const shap = treeShap(run, features, 0, output);
        baseline += shap.baseline / runs.length;
        for (let j = 0; j < contributions.length; j++) {
          contributions[j]! += shap.contributions[j]! / runs.length;
        }
      }
      const scores = meanScores(forest, features);
      const found = { space, scores, baseline, contributions, output, top };
      return signalReasons(db, frame, seeds, found);
    },
    reads: (db) => frame.reads(db),
    state: () => {
      const settings: TreesSettings = {
        space,
        ensembles: runs.map(treesToJson),
        quantiles: quantiles.map(({ level, ensemble }) => ({
          level,
          ensemble: treesToJson(ensemble),
        })),
      };
      return { name: "trees", settings, weights: {}, frame: frame.settings };
    },
    dispose: () => undefined,
  };
}

/** Signals as the columns of trees. */
export function featuresOf({ signals, columns }: SignalMatrix): FeatureColumn[] {
  return signals.map(({ id, kind }, j) => ({ name: id, kind, values: columns[j]! }));
}

/** Mean raw scores of the runs, which are in the score space. */
export function meanScores(
  { space, runs }: Forest,
  features: readonly FeatureColumn[],
): Float64Array {
  const rows = features[0]?.values.length ?? 0;
  const mean = new Float64Array(rows * space.outputs);
  for (const run of runs) {
    const scores = predictRaw(run, features);
    for (let i = 0; i < mean.length; i++) mean[i]! += scores[i]! / runs.length;
  }
  return mean;
}

/** Quantiles in the unit of the target, sorted along each row because each level was learned by itself. */
export function quantilesOf(
  { space, quantiles }: Forest,
  features: readonly FeatureColumn[],
): Quantiles {
  const levels = quantiles.map(({ level }) => level);
  const rows = features[0]?.values.length ?? 0;
  const values = new Float64Array(rows * levels.length);
  quantiles.forEach(({ ensemble }, k) => {
    toOutputs(space, predictRaw(ensemble, features)).forEach((value, i) => {
      values[i * levels.length + k] = value;
    });
  });
  for (let i = 0; i < rows; i++) values.subarray(i * levels.length, (i + 1) * levels.length).sort();
  return { levels, values };
}
