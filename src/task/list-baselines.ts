/** Baselines of lists: what everyone has most, and what each entity had most before. */
import { addTime } from "../core/time.js";
import type { RankingValues } from "./prediction-table.js";
import { splitRows, type TrainingTable } from "./training-table.js";

/** The baselines of lists by name, as they stand in JSON. */
export type ListBaselineName = "global-popularity" | "past-visit" | "recent-visit";

/** Lists the baselines of a task whose targets are lists; those of the entity's recent past need a window. */
export function listBaselineNames({ task }: TrainingTable): readonly ListBaselineName[] {
  return task.window
    ? ["global-popularity", "past-visit", "recent-visit"]
    : ["global-popularity", "past-visit"];
}

/**
 * Recommends items for one part of a split.
 *
 * Popularity and past visits are counted on train for `val`, on train and val for `test`, as RelBench does it; recent visits on
 * all labels whose window has closed by the row's visible time. Equally frequent items come in the order of their codes; an entity
 * without enough of its own gets popular ones after them.
 *
 * @param name - the baseline.
 * @param labels - all labels, split; their targets are lists.
 * @param part - the part to predict.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see; only `recent-visit` reads it.
 * @param k - how many items are recommended.
 * @returns a list for each row of the part, in the order of `splitRows(labels, part)`.
 * @see relbench `examples/baseline_recommendation.py`.
 */
export function predictListBaseline(
  name: ListBaselineName,
  labels: TrainingTable,
  part: "val" | "test",
  visibleTimes: Float64Array,
  k: number,
): RankingValues {
  const before = [
    ...splitRows(labels, "train"),
    ...(part === "test" ? splitRows(labels, "val") : []),
  ];
  const popular = mostFrequent(countItems(labels, before), k);
  const rows = splitRows(labels, part);
  if (name === "global-popularity") return rankingOf(labels, rows.length, () => popular, k);
  const own = rowsByEntity(labels, name === "past-visit" ? before : labels.targets.keys());
  const closed = closingTimes(labels);
  return rankingOf(
    labels,
    rows.length,
    (i) => {
      const row = rows[i]!;
      const past = own.get(labels.entityRows[row]!) ?? [];
      const known =
        name === "past-visit" ? past : past.filter((other) => closed[other]! <= visibleTimes[row]!);
      const visited = mostFrequent(countItems(labels, known), k);
      return new Map([...visited, ...[...popular].filter(([item]) => !visited.has(item))]);
    },
    k,
  );
}

function countItems({ lists }: TrainingTable, rows: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) {
    for (let i = lists!.offsets[row]!; i < lists!.offsets[row + 1]!; i++) {
      const item = lists!.items[i]!;
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
  }
  return counts;
}

/** The k most frequent items with their counts, most frequent first. */
function mostFrequent(counts: ReadonlyMap<number, number>, k: number): Map<number, number> {
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
  return new Map(sorted.slice(0, k));
}

function rowsByEntity(
  { entityRows }: TrainingTable,
  rows: Iterable<number>,
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = groups.get(entityRows[row]!);
    if (group) group.push(row);
    else groups.set(entityRows[row]!, [row]);
  }
  return groups;
}

function closingTimes({ task, anchorTimes }: TrainingTable): Float64Array {
  const { window } = task;
  return anchorTimes.map((t) => (window ? addTime(t, window.end, window.unit) : Infinity));
}

/** Scores fall with the place: counts of items from two sources are not of one kind. */
function rankingOf(
  { classes }: TrainingTable,
  rows: number,
  itemsOf: (row: number) => ReadonlyMap<number, number>,
  k: number,
): RankingValues {
  const offsets = new Int32Array(rows + 1);
  const codes: number[] = [];
  const scores: number[] = [];
  for (let row = 0; row < rows; row++) {
    [...itemsOf(row).keys()].slice(0, k).forEach((item, place) => {
      codes.push(item);
      scores.push(1 / (place + 1));
    });
    offsets[row + 1] = codes.length;
  }
  return {
    kind: "ranking",
    items: classes ?? [],
    offsets,
    codes: Int32Array.from(codes),
    scores: Float64Array.from(scores),
  };
}
