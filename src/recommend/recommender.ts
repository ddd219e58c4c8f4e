/** A recommender: candidates for an entity at a moment, pair signals, boosted trees that put them in order, reasons. */
import type { Seeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { listInteractions } from "../../pql/run/interactions.js";
import { ConfigError } from "../core/errors.js";
import { formatNumber } from "../core/pretty.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { suggestHint } from "../core/suggest.js";
import { approximateMs, MS_PER_DAY } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { Reasons } from "../experts/expert.js";
import type { RankingValues } from "../task/prediction-table.js";
import { treesFromJson, treesToJson } from "../trees/json.js";
import { predictRaw } from "../trees/predict.js";
import { treeShap } from "../trees/shap.js";
import type { FeatureColumn, TreeEnsemble } from "../trees/types.js";
import { type CandidateFinder, createCandidateFinder } from "./candidates.js";
import { type Catalog, type ItemColumnSpec, makeCatalog } from "./catalog.js";
import { type History, makeHistory } from "./history.js";
import { createPairReader, type PairReader, type PairSignal } from "./pair-signals.js";

/** Places of a recommendation where the query does not say. */
export const DEFAULT_PLACES = 10;

/** The parts of a database that recommendations read. */
export interface Shelf {
  readonly catalog: Catalog;
  readonly history: History;
  readonly candidates: CandidateFinder;
  readonly pairs: PairReader;
  /** Length of the target's window, ms. */
  readonly horizon: number;
}

/** A static target has no window; a year stands for it. */
const STATIC_HORIZON = 365 * MS_PER_DAY;

/**
 * Reads what recommendations need from a database; kept with it, since every question asks again.
 *
 * @param db - the database.
 * @param plan - of a query that lists items.
 * @param specs - the columns of items that the model reads.
 * @throws {@link ConfigError} CFG192 if the lists are not of a plain column.
 */
export function openShelf(
  db: Database,
  plan: TrainingTablePlan,
  specs: readonly ItemColumnSpec[],
): Shelf {
  return db.derived(`recommend ${plan.query} ${JSON.stringify(specs)}`, () => {
    const interactions = listInteractions(plan, db);
    if (interactions === null) {
      throw new ConfigError("CFG192", `there is no recommender for ${plan.task.targetName}`, {
        hint: "list a column or a key, LIST_DISTINCT(orders.item_id, 0, 30, days), without nested aggregations",
      });
    }
    const catalog = makeCatalog(db, plan.task, interactions, specs);
    const { window } = plan.task;
    const horizon = window ? approximateMs(window.end - window.start, window.unit) : STATIC_HORIZON;
    const entities = db.table(plan.task.entityTable).numRows;
    const codes = new Map(catalog.names.map((name, code) => [name, code]));
    const items = interactions.items.map((item) => codes.get(interactions.names[item]!)!);
    const history = makeHistory({ ...interactions, items }, entities, catalog.names.length);
    // What a static target asks for is what an entity has: its own pairs must stay hidden.
    const blind = window === null;
    const candidates = createCandidateFinder(catalog, history, { horizon, blind });
    const pairs = createPairReader(catalog, history, { horizon, blind });
    return { catalog, history, candidates, pairs, horizon };
  });
}

/** Pairs of some seeds, seed after seed. */
export interface PairBlock {
  /** int32 `[seeds + 1]`. */
  readonly offsets: Int32Array;
  /** int32 `[pairs]`. */
  readonly items: Int32Array;
  readonly features: readonly FeatureColumn[];
}

/**
 * Lists and measures the candidates of seeds.
 *
 * @param keep - which of a seed's candidates are measured; by default all.
 */
export function readPairs(
  { candidates, pairs }: Shelf,
  seeds: Seeds,
  { signal }: Pick<WorkOptions, "signal"> = {},
  keep: (items: Int32Array, seed: number) => Int32Array = (items) => items,
): PairBlock {
  const found: Int32Array[] = [];
  const together: Float64Array[] = [];
  const offsets = new Int32Array(seeds.rows.length + 1);
  seeds.rows.forEach((row, i) => {
    checkAborted(signal, "recommending");
    const items = keep(candidates.find(row, seeds.visibleTimes[i]!, seeds.anchorTimes[i]!), i);
    found.push(items);
    together.push(Float64Array.from(items, (item) => candidates.together[item]!));
    offsets[i + 1] = offsets[i]! + items.length;
  });
  const total = offsets.at(-1)!;
  const columns = pairs.signals.map(() => new Float32Array(total));
  const items = new Int32Array(total);
  const spread = new Float64Array(candidates.together.length);
  seeds.rows.forEach((row, i) => {
    const own = found[i]!;
    items.set(own, offsets[i]!);
    own.forEach((item, k) => {
      spread[item] = together[i]![k]!;
    });
    pairs.read(
      row,
      seeds.visibleTimes[i]!,
      seeds.anchorTimes[i]!,
      own,
      spread,
      columns,
      offsets[i]!,
    );
    for (const item of own) spread[item] = 0;
  });
  const features = pairs.signals.map(({ id, kind }, s) => ({
    name: id,
    kind,
    values: columns[s]!,
  }));
  return { offsets, items, features };
}

/** A fitted recommender. */
export interface FittedRecommender {
  /** Recommends the best `k` items of each seed. */
  predict(db: Database, seeds: Seeds, options?: WorkOptions): RankingValues;
  /**
   * Gives the reasons for one item.
   *
   * @param seeds - exactly one seed.
   * @param options - `item`: its name; by default the first recommended one.
   * @throws {@link ConfigError} CFG153 if there is no such item among the candidates.
   */
  explain(
    db: Database,
    seeds: Seeds,
    options?: { readonly top?: number | undefined; readonly item?: string | undefined },
  ): Reasons & { readonly of: string };
  /** Plain data. */
  state(): unknown;
}

/** What a model folder keeps. */
interface RecommenderSettings {
  readonly places: number;
  readonly columns: readonly ItemColumnSpec[];
  readonly ensembles: readonly unknown[];
  /** Medians of the signals over the candidates learned from, to tell what is usual. */
  readonly medians: readonly (number | null)[];
}

/** What a recommender is made of. */
export interface RecommenderParts {
  readonly plan: TrainingTablePlan;
  readonly places: number;
  readonly columns: readonly ItemColumnSpec[];
  readonly runs: readonly TreeEnsemble[];
  readonly medians: readonly (number | null)[];
}

/** Seeds that are measured at once: some hundred thousand pairs. */
const BLOCK = 1024;

/** Makes a recommender of trained trees. */
export function makeRecommender(parts: RecommenderParts): FittedRecommender {
  const { plan, places, columns, runs, medians } = parts;
  return {
    predict(db, seeds, options = {}) {
      const shelf = openShelf(db, plan, columns);
      const codes: number[] = [];
      const scores: number[] = [];
      const offsets = new Int32Array(seeds.rows.length + 1);
      for (let from = 0; from < seeds.rows.length; from += BLOCK) {
        const part = sliceSeeds(seeds, from, from + BLOCK);
        const block = readPairs(shelf, part, options);
        const values = meanScores(runs, block.features);
        part.rows.forEach((_, i) => {
          const best = bestOf(block, values, i, places);
          for (const place of best) {
            codes.push(block.items[place]!);
            scores.push(values[place]!);
          }
          offsets[from + i + 1] = codes.length;
        });
        const done = Math.min(seeds.rows.length, from + BLOCK);
        options.onProgress?.({
          stage: "predict",
          message: "recommending",
          done,
          total: seeds.rows.length,
        });
      }
      return {
        kind: "ranking",
        items: shelf.catalog.names,
        offsets,
        codes: Int32Array.from(codes),
        scores: Float64Array.from(scores),
      };
    },
    explain(db, seeds, { top = 5, item } = {}) {
      const shelf = openShelf(db, plan, columns);
      const block = readPairs(shelf, seeds);
      const values = meanScores(runs, block.features);
      const place = placeOf(shelf.catalog, block, values, item);
      const reasons = explainPair(shelf, runs, block, place, medians, top);
      return { ...reasons, of: shelf.catalog.names[block.items[place]!]! };
    },
    state: (): RecommenderSettings => ({
      places,
      columns,
      ensembles: runs.map(treesToJson),
      medians,
    }),
  };
}

/** Restores the recommender of a model folder. */
export function restoreRecommender(plan: TrainingTablePlan, settings: unknown): FittedRecommender {
  const { places, columns, ensembles, medians } = settings as RecommenderSettings;
  return makeRecommender({ plan, places, columns, medians, runs: ensembles.map(treesFromJson) });
}

function sliceSeeds({ rows, anchorTimes, visibleTimes }: Seeds, from: number, to: number): Seeds {
  return {
    rows: rows.subarray(from, to),
    anchorTimes: anchorTimes.subarray(from, to),
    visibleTimes: visibleTimes.subarray(from, to),
  };
}

/** Mean raw scores of the runs. */
export function meanScores(
  runs: readonly TreeEnsemble[],
  features: readonly FeatureColumn[],
): Float64Array {
  const mean = new Float64Array(features[0]?.values.length ?? 0);
  for (const run of runs) {
    predictRaw(run, features).forEach((score, i) => {
      mean[i]! += score / runs.length;
    });
  }
  return mean;
}

/** The places of the best pairs of a seed; equal scores stand in the order of the items. */
export function bestOf(
  { offsets }: PairBlock,
  values: Float64Array,
  seed: number,
  count: number,
): number[] {
  const from = offsets[seed]!;
  const places = Array.from({ length: offsets[seed + 1]! - from }, (_, i) => from + i);
  return places.sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

/**
 * Gives the reasons of one pair, on the scale of the trees.
 *
 * @param pair - its place in the block.
 * @param medians - what is usual for each signal.
 */
export function explainPair(
  { pairs, catalog }: Shelf,
  runs: readonly TreeEnsemble[],
  block: PairBlock,
  pair: number,
  medians: readonly (number | null)[],
  top: number,
): Reasons {
  const features = block.features.map((column) => ({
    ...column,
    values: column.values.slice(pair, pair + 1),
  }));
  return tell(pairs.signals, runs, features, catalog, medians, top);
}

function placeOf(
  { names }: Catalog,
  block: PairBlock,
  values: Float64Array,
  item: string | undefined,
): number {
  if (item === undefined) {
    const [best] = bestOf(block, values, 0, 1);
    if (best !== undefined) return best;
    throw new ConfigError("CFG153", "there is nothing to recommend, so nothing to explain", {
      hint: "no item is there yet at this time",
    });
  }
  const place = block.items.findIndex((code) => names[code] === item);
  if (place >= 0) return place;
  const known = Array.from(block.items, (code) => names[code]!);
  throw new ConfigError("CFG153", `\`${item}\` is no candidate here`, {
    hint: suggestHint(item, known, "candidates"),
  });
}

/** Contributions by family, the largest first, told by the strongest signal. */
function tell(
  signals: readonly PairSignal[],
  runs: readonly TreeEnsemble[],
  features: readonly FeatureColumn[],
  catalog: Catalog,
  medians: readonly (number | null)[],
  top: number,
): Reasons {
  const contributions = new Float64Array(signals.length);
  let baseline = 0;
  for (const run of runs) {
    const shap = treeShap(run, features, 0);
    baseline += shap.baseline / runs.length;
    shap.contributions.forEach((value, s) => {
      contributions[s]! += value / runs.length;
    });
  }
  const families = new Map<string, { score: number; strongest: number }>();
  signals.forEach(({ family }, s) => {
    const held = families.get(family) ?? { score: 0, strongest: s };
    held.score += contributions[s]!;
    if (Math.abs(contributions[s]!) > Math.abs(contributions[held.strongest]!)) held.strongest = s;
    families.set(family, held);
  });
  const order = [...families].sort((a, b) => Math.abs(b[1].score) - Math.abs(a[1].score));
  const size = order.reduce((sum, [, { score }]) => sum + Math.abs(score), 0) || 1;
  const shown = order.filter(([, { score }]) => score !== 0).slice(0, top);
  const rest = order.slice(shown.length);
  const prediction = baseline + contributions.reduce((a, b) => a + b, 0);
  return {
    prediction,
    baseline,
    contributions: shown.map(([family, { score, strongest }]) => {
      const value = features[strongest]!.values[0]!;
      const median = medians[strongest] ?? null;
      const isCode = signals[strongest]!.kind === "categorical";
      return {
        label: signals[strongest]!.label,
        value: Number.isNaN(value) || isCode ? null : value,
        display: display(signals[strongest]!, value, catalog),
        comparison:
          median === null || isCode
            ? null
            : `median ${display(signals[strongest]!, median, catalog)}`,
        contribution: score,
        share: Math.abs(score) / size,
        direction: score < 0 ? "down" : "up",
        family,
        evidence: [],
      };
    }),
    other: {
      contribution: rest.reduce((sum, [, { score }]) => sum + score, 0),
      share: rest.reduce((sum, [, { score }]) => sum + Math.abs(score), 0) / size,
    },
  };
}

function display({ id, kind, format }: PairSignal, value: number, { columns }: Catalog): string {
  if (Number.isNaN(value)) return "never";
  if (kind === "categorical") {
    const column = columns.find(({ name }) => id === `item.${name}`);
    return column?.categories[value] ?? formatNumber(value);
  }
  switch (format) {
    case "days":
      return `${formatNumber(value, 3)} days`;
    case "share":
      return `${Math.round(value * 100)} %`;
    default:
      return formatNumber(value, 3);
  }
}
