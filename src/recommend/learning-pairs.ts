/** Labelled rows as pairs to learn from: candidates of each, with what came true. */
import type { Seeds } from "../../graph/seeds.js";
import type { WorkOptions } from "../core/progress.js";
import { type Rng, shuffle } from "../core/random.js";
import type { TrainingTable } from "../task/training-table.js";
import type { TreeData } from "../trees/types.js";
import { readPairs, type Shelf } from "./recommender.js";

/** How pairs are made. */
export interface PairOptions extends WorkOptions {
  /** How far (ms) the data may lag behind the anchors to predict. */
  readonly maxLag?: number | undefined;
  /** Whether rows of which nothing came true are learned from too: of no use for an order, needed for chances. */
  readonly keepEmpty?: boolean | undefined;
}

/** Labelled rows learned from, and candidates of each but those that came true. */
const LIMITS = { groups: 2_000, negatives: 100 } as const;

/** Pairs to learn from. */
export interface Learning {
  readonly data: TreeData;
  /** Rows with something to learn. */
  readonly groups: number;
  /** Share of true items among the candidates. */
  readonly recall: number | null;
}

/** Labelled rows as seeds. */
export function seedsOf(
  labels: TrainingTable,
  visibleTimes: Float64Array,
  rows: Int32Array,
): Seeds {
  return {
    rows: Int32Array.from(rows, (row) => labels.entityRows[row]!),
    anchorTimes: Float64Array.from(rows, (row) => labels.anchorTimes[row]!),
    visibleTimes: Float64Array.from(rows, (row) => visibleTimes[row]!),
  };
}

/** Draws rows that have something true, half of them stale where predictions will be; of candidates as many as pay. */
export function learningPairs(
  shelf: Shelf,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  rows: Int32Array,
  rng: Rng,
  options: PairOptions,
): Learning {
  const { offsets } = labels.lists!;
  const useful = options.keepEmpty ? rows : rows.filter((row) => offsets[row + 1]! > offsets[row]!);
  const chosen = newestRows(labels, useful, rng.split("rows"));
  const { maxLag = 0 } = options;
  const stale = visibleTimes.map((time, row) => {
    if (maxLag <= 0 || !Number.isFinite(time)) return time;
    const draw = rng.split("lag", labels.anchorTimes[row]!);
    return draw.next() < 0.5 ? time - draw.next() * maxLag : time;
  });
  return pairsOf(shelf, labels, stale, chosen, options, (items, truth, group) => {
    const negatives = items.filter((item) => !truth.has(item));
    if (negatives.length <= LIMITS.negatives) return items;
    shuffle(negatives, rng.split("negatives", group));
    const kept = new Set([...negatives.subarray(0, LIMITS.negatives), ...truth]);
    return items.filter((item) => kept.has(item));
  });
}

/** The newest rows, drawn evenly among those of the oldest moment that still counts: what is had changes with time. */
function newestRows({ anchorTimes }: TrainingTable, rows: Int32Array, rng: Rng): Int32Array {
  if (rows.length <= LIMITS.groups) return rows;
  const drawn = rows.slice();
  shuffle(drawn, rng);
  drawn.sort((a, b) => anchorTimes[b]! - anchorTimes[a]!);
  return drawn.slice(0, LIMITS.groups).sort();
}

/** Validation rows with all their candidates. */
export function wholePairs(
  shelf: Shelf,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  rows: Int32Array,
  options: PairOptions,
): Learning {
  const { offsets } = labels.lists!;
  const useful = rows.filter((row) => offsets[row + 1]! > offsets[row]!).subarray(0, LIMITS.groups);
  return pairsOf(shelf, labels, visibleTimes, useful, options, (items) => items);
}

function pairsOf(
  shelf: Shelf,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  rows: Int32Array,
  options: PairOptions,
  keep: (items: Int32Array, truth: ReadonlySet<number>, group: number) => Int32Array,
): Learning {
  const { offsets, items: listed } = labels.lists!;
  const codeOf = codesIn(shelf, labels);
  const truths = Array.from(
    rows,
    (row) =>
      new Set(
        Array.from(listed.subarray(offsets[row]!, offsets[row + 1]!), (item) => codeOf[item]!),
      ),
  );
  let found = 0;
  let wanted = 0;
  const seeds = seedsOf(labels, visibleTimes, rows);
  const block = readPairs(shelf, seeds, options, (items, group) => {
    const truth = truths[group]!;
    const hits = items.reduce((sum, item) => sum + (truth.has(item) ? 1 : 0), 0);
    found += hits;
    wanted += truth.size;
    // Without a hit there is no order to learn.
    return hits === 0 && !options.keepEmpty ? new Int32Array(0) : keep(items, truth, group);
  });
  const targets = new Float64Array(block.items.length);
  const groups = new Int32Array(block.items.length);
  let used = 0;
  rows.forEach((_, group) => {
    const [from, to] = [block.offsets[group]!, block.offsets[group + 1]!];
    if (to > from) used++;
    for (let pair = from; pair < to; pair++) {
      targets[pair] = truths[group]!.has(block.items[pair]!) ? 1 : 0;
      groups[pair] = group;
    }
  });
  return {
    data: { features: block.features, targets, groups },
    groups: used,
    recall: wanted === 0 ? null : found / wanted,
  };
}

/** Where the items of the labels stand in the catalogue. */
function codesIn({ catalog }: Shelf, { classes }: TrainingTable): Int32Array {
  const codes = new Map(catalog.names.map((name, code) => [name, code]));
  return Int32Array.from(classes ?? [], (name) => codes.get(name) ?? -1);
}

/** The middle value of each signal, where it is a number; `null` where it has none. */
export function mediansOf({ features }: TreeData): (number | null)[] {
  return features.map(({ kind, values }) => {
    if (kind === "categorical") return null;
    const known = values.filter((value) => !Number.isNaN(value)).sort();
    return known.length === 0 ? null : known[known.length >> 1]!;
  });
}
