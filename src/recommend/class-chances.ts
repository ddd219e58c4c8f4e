/** Chances of classes, any number of which may come true: boosted trees over pairs of entity and class. */
import type { Seeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { createRng } from "../core/random.js";
import type { Database } from "../data/database.js";
import type { Reasons } from "../experts/expert.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import { treesFromJson, treesToJson } from "../trees/json.js";
import { trainTreesInThreads } from "../trees/threads.js";
import type { TreeData, TreeEnsemble, TreeOptions } from "../trees/types.js";
import { chooseItemColumns, type ItemColumnSpec } from "./catalog.js";
import { learningPairs, mediansOf, type PairOptions, seedsOf } from "./learning-pairs.js";
import { explainPair, meanScores, openShelf, readPairs } from "./recommender.js";

/** A fitted model of chances. */
export interface ClassChances {
  /** The classes that are told, in the order of the labels. */
  readonly classes: readonly string[];
  /** @returns float64 `[seeds, classes]`, row-major, in 0 … 1. */
  predict(db: Database, seeds: Seeds, options?: WorkOptions): Float64Array;
  /** The reasons of one class of one seed, as chances; `null` where the class is no candidate there. */
  explain(db: Database, seeds: Seeds, name: string, top?: number): Reasons | null;
  /** Plain data. */
  state(): unknown;
}

interface ChancesSettings {
  readonly classes: readonly string[];
  readonly columns: readonly ItemColumnSpec[];
  readonly ensembles: readonly unknown[];
  readonly medians: readonly (number | null)[];
}

/** A fit, and what it said about validation rows before it learned from them. */
export interface ClassChancesFit {
  readonly model: ClassChances;
  readonly heldOut: Float64Array | null;
}

/** Options of {@link fitClassChances}. */
export interface ClassChancesOptions extends PairOptions {
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
  readonly refit?: boolean | "auto" | undefined;
}

const TREES = {
  objective: { kind: "logistic" },
  rounds: 300,
  learningRate: 0.05,
  leaves: 15,
  minRowsPerLeaf: 20,
  columnFraction: 0.6,
  l2: 5,
} as const;
const BAGS = 2;
const PATIENCE = 30;
const WITHOUT_VALIDATION = 100;

/**
 * Fits chances of classes.
 *
 * @param db - the database.
 * @param plan - of a query that lists classes.
 * @param labels - labelled rows with lists, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @throws {@link ConfigError} CFG192 if the lists are not of a plain column.
 */
export async function fitClassChances(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: ClassChancesOptions = {},
): Promise<ClassChancesFit> {
  const columns = chooseItemColumns(db, plan.task);
  const shelf = openShelf(db, plan, columns);
  const classes = labels.classes ?? [];
  const rng = createRng(options.seed ?? 0).split("classes");
  const all = Int32Array.from(labels.targets.keys());
  const trainRows = labels.split === null ? all : splitRows(labels, "train");
  const valRows = labels.split === null ? new Int32Array(0) : splitRows(labels, "val");
  // Rows of which nothing came true tell as much as the others.
  const how = { ...options, keepEmpty: true };
  const learn = (rows: Int32Array, name: string): TreeData => {
    const { data } = learningPairs(shelf, labels, visibleTimes, rows, rng.split(name), how);
    return { features: data.features, targets: data.targets };
  };
  const train = learn(trainRows, "train");
  const medians = mediansOf(train);
  const both = new Set(train.targets).size > 1;
  const settings = (runs: readonly TreeEnsemble[]): ChancesSettings => ({
    classes,
    columns,
    ensembles: runs.map(treesToJson),
    medians,
  });
  const grow = (data: TreeData, bag: number, more: Partial<TreeOptions>): Promise<TreeEnsemble> =>
    trainTreesInThreads(data, {
      ...TREES,
      rng: rng.split("bag", bag),
      threads: options.threads,
      signal: options.signal,
      ...more,
    });
  let runs: TreeEnsemble[] = [];
  const validation = valRows.length > 0 ? learn(valRows, "val") : null;
  const stops = validation !== null && new Set(validation.targets).size > 1;
  for (let bag = 0; bag < (both ? BAGS : 0); bag++) {
    checkAborted(options.signal, "fitting");
    options.onProgress?.({ stage: "classes", message: "trees", done: bag + 1, total: BAGS });
    const earlyStopping = stops ? { rounds: PATIENCE, validation } : undefined;
    runs.push(
      await grow(train, bag, earlyStopping ? { earlyStopping } : { rounds: WITHOUT_VALIDATION }),
    );
  }
  const before = makeChances(plan, settings(runs));
  const heldOut =
    valRows.length === 0
      ? null
      : before.predict(db, seedsOf(labels, visibleTimes, valRows), options);
  if (valRows.length > 0 && options.refit !== false && runs.length > 0) {
    const whole = learn(Int32Array.from([...trainRows, ...valRows]), "all");
    const again: TreeEnsemble[] = [];
    for (const [bag, run] of runs.entries()) {
      again.push(await grow(whole, bag, { rounds: Math.max(1, run.trees.length) }));
    }
    runs = again;
  }
  return { model: makeChances(plan, settings(runs)), heldOut };
}

/** Restores the chances of a model folder. */
export function restoreClassChances(plan: TrainingTablePlan, settings: unknown): ClassChances {
  return makeChances(plan, settings as ChancesSettings);
}

function makeChances(plan: TrainingTablePlan, settings: ChancesSettings): ClassChances {
  const { classes, columns, medians } = settings;
  const runs = settings.ensembles.map(treesFromJson);
  return {
    classes,
    predict(db, seeds, options = {}) {
      const shelf = openShelf(db, plan, columns);
      const codes = new Map(classes.map((name, code) => [name, code]));
      const placeOf = Int32Array.from(shelf.catalog.names, (name) => codes.get(name) ?? -1);
      const chances = new Float64Array(seeds.rows.length * classes.length);
      const block = readPairs(shelf, seeds, options.signal ? { signal: options.signal } : {});
      const scores = meanScores(runs, block.features);
      for (let row = 0; row < seeds.rows.length; row++) {
        for (let pair = block.offsets[row]!; pair < block.offsets[row + 1]!; pair++) {
          const place = placeOf[block.items[pair]!]!;
          if (place < 0 || runs.length === 0) continue;
          chances[row * classes.length + place] = chanceOf(scores[pair]!);
        }
      }
      return chances;
    },
    explain(db, seeds, name, top = 5) {
      const shelf = openShelf(db, plan, columns);
      const block = readPairs(shelf, seeds);
      const pair = block.items.findIndex((item) => shelf.catalog.names[item] === name);
      if (pair < 0) return null;
      return inChances(explainPair(shelf, runs, block, pair, medians, top));
    },
    state: () => settings,
  };
}

function chanceOf(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/** Contributions to the log-odds as contributions to the chance, by one common slope. */
function inChances(reasons: Reasons): Reasons {
  const prediction = chanceOf(reasons.prediction);
  const baseline = chanceOf(reasons.baseline);
  const moved = reasons.prediction - reasons.baseline;
  const slope = Math.abs(moved) < 1e-12 ? 0 : (prediction - baseline) / moved;
  return {
    prediction,
    baseline,
    contributions: reasons.contributions.map((one) => ({
      ...one,
      contribution: one.contribution * slope,
    })),
    other: { ...reasons.other, contribution: reasons.other.contribution * slope },
  };
}
