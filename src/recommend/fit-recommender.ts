/** Fits a recommender: LambdaRank on the candidates of labelled rows, stopped by validation rows, then on all rows. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { createRng } from "../core/random.js";
import type { Database } from "../data/database.js";
import type { RankingValues } from "../task/prediction-table.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import { trainTreesInThreads } from "../trees/threads.js";
import type { TreeData, TreeEnsemble, TreeOptions } from "../trees/types.js";
import { chooseItemColumns } from "./catalog.js";
import { type Learning, learningPairs, mediansOf, seedsOf, wholePairs } from "./learning-pairs.js";
import {
  DEFAULT_PLACES,
  type FittedRecommender,
  makeRecommender,
  openShelf,
} from "./recommender.js";

/** How a recommender is fitted. */
export interface RecommenderOptions extends WorkOptions {
  readonly seed?: number | undefined;
  readonly threads?: number | undefined;
  /** How far (ms) the data may lag behind the anchors to predict. */
  readonly maxLag?: number | undefined;
  /** Whether validation rows are learned from in the end; they are by default. */
  readonly refit?: boolean | "auto" | undefined;
  readonly trees?: Partial<RankerConfig> | undefined;
}

/** Settings of the trees. */
export interface RankerConfig {
  readonly rounds: number;
  readonly learningRate: number;
  readonly leaves: number;
  readonly minRowsPerLeaf: number;
  readonly columnFraction: number;
  readonly l2: number;
  /** Ensembles that are averaged. */
  readonly bags: number;
  /** Rounds without a better validation score before it stops. */
  readonly patience: number;
}

/** Conservative, not searched. */
const RANKER: RankerConfig = {
  rounds: 300,
  learningRate: 0.05,
  leaves: 15,
  minRowsPerLeaf: 20,
  columnFraction: 0.6,
  l2: 2,
  bags: 3,
  patience: 40,
};

/** A fitted recommender, and how good its candidates are. */
export interface RecommenderFit {
  readonly recommender: FittedRecommender;
  /** What was recommended to the validation rows before they were learned from; `null` without any. */
  readonly heldOut: RankingValues | null;
  readonly report: RecommenderReport;
  readonly warnings: readonly string[];
}

/** What a fit found. */
export interface RecommenderReport {
  /** Share of what came true in the validation rows that was among the candidates: no order can do better; `null` without any. */
  readonly candidateRecall: number | null;
  readonly rounds: number;
  /** Labelled rows with something to learn, and their candidates. */
  readonly groups: number;
  readonly pairs: number;
}

/**
 * Fits a recommender.
 *
 * @param db - the database.
 * @param plan - of a query that lists items.
 * @param labels - labelled rows with lists, split.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - seed, threads, sizes.
 * @throws {@link ConfigError} CFG192 if the lists are not of a plain column.
 * @see Burges 2010, From RankNet to LambdaRank to LambdaMART; RelBench, recommendation tasks.
 */
export async function fitRecommender(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: RecommenderOptions = {},
): Promise<RecommenderFit> {
  const columns = chooseItemColumns(db, plan.task);
  const shelf = openShelf(db, plan, columns);
  const config = { ...RANKER, ...options.trees };
  const rng = createRng(options.seed ?? 0).split("recommender");
  const places = plan.task.top ?? DEFAULT_PLACES;
  const isSplit = labels.split !== null;
  const trainRows = isSplit ? splitRows(labels, "train") : Int32Array.from(labels.targets.keys());
  const valRows = isSplit ? splitRows(labels, "val") : new Int32Array(0);
  const learn = (rows: Int32Array, name: string): Learning =>
    learningPairs(shelf, labels, visibleTimes, rows, rng.split(name), options);
  const train = learn(trainRows, "train");
  const objective = { kind: "lambdarank", truncation: Math.max(places, 5) } as const;
  const rank = (data: TreeData, bag: number, more: Partial<TreeOptions>): Promise<TreeEnsemble> =>
    trainTreesInThreads(data, {
      ...config,
      objective,
      rng: rng.split("bag", bag),
      threads: options.threads,
      signal: options.signal,
      ...more,
    });
  if (train.groups === 0) {
    const empty = makeRecommender({ plan, places, columns, runs: [], medians: [] });
    const warning =
      "there is nothing to learn an order from: items come in the order of their names";
    return { recommender: empty, heldOut: null, report: NOTHING, warnings: [warning] };
  }
  const validation = wholePairs(shelf, labels, visibleTimes, valRows, options);
  const stops = validation.groups >= LEAST_GROUPS;
  let runs: TreeEnsemble[] = [];
  for (let bag = 0; bag < config.bags; bag++) {
    checkAborted(options.signal, "fitting");
    options.onProgress?.({
      stage: "rank",
      message: "ordering candidates",
      done: bag + 1,
      total: config.bags,
    });
    const stopping = { rounds: config.patience, validation: validation.data };
    runs.push(
      await rank(
        train.data,
        bag,
        stops ? { earlyStopping: stopping } : { rounds: WITHOUT_VALIDATION },
      ),
    );
  }
  const parts = { plan, places, columns, medians: mediansOf(train.data) };
  const heldOut =
    valRows.length === 0
      ? null
      : makeRecommender({ ...parts, runs }).predict(
          db,
          seedsOf(labels, visibleTimes, valRows),
          options.signal ? { signal: options.signal } : {},
        );
  const rounds = Math.round(runs.reduce((sum, run) => sum + run.trees.length, 0) / runs.length);
  if (valRows.length > 0 && options.refit !== false) {
    options.onProgress?.({ stage: "refit", message: "ordering with all labelled rows" });
    const all = learn(Int32Array.from([...trainRows, ...valRows]), "all");
    const again: TreeEnsemble[] = [];
    for (const [bag, run] of runs.entries()) {
      again.push(await rank(all.data, bag, { rounds: Math.max(1, run.trees.length) }));
    }
    runs = again;
  }
  return {
    recommender: makeRecommender({ ...parts, runs }),
    heldOut,
    report: {
      candidateRecall: validation.recall,
      rounds,
      groups: train.groups,
      pairs: train.data.targets.length,
    },
    warnings: poorCandidates(validation.recall),
  };
}

const NOTHING: RecommenderReport = { candidateRecall: null, rounds: 0, groups: 0, pairs: 0 };
/** Fewest validation rows with something that came true to stop by. */
const LEAST_GROUPS = 20;
const WITHOUT_VALIDATION = 50;
/** Below this share of what came true the order matters little. */
const POOR_RECALL = 0.3;

function poorCandidates(recall: number | null): string[] {
  if (recall === null || recall >= POOR_RECALL) return [];
  return [
    `only ${Math.round(recall * 100)} % of what came true was among the candidates: most of it was new to everyone`,
  ];
}
