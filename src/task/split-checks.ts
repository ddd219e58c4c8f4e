/** Splits that let the future into training: targets that reach into the next part, parts that interleave, rows in two parts. */
import { formatTime, type TimeWindow } from "../core/time.js";
import { labelEnd } from "./splits.js";
import { SPLITS, splitRows, type TrainingTable } from "./training-table.js";

type Pair = readonly [before: "train" | "val", after: "val" | "test"];

const PAIRS: readonly Pair[] = [
  ["train", "val"],
  ["train", "test"],
  ["val", "test"],
];

/**
 * Looks for rows of a part that know what a later part is asked.
 *
 * @param labels - labelled rows, split by time.
 * @param labelWindows - how far labels look ahead; none = unknown or not at all.
 * @returns a warning for each pair of parts that interleave or whose windows cross, and one for rows in two parts.
 */
export function splitWarnings(
  labels: TrainingTable,
  labelWindows: readonly TimeWindow[],
): string[] {
  const { split, anchorTimes } = labels;
  if (!split) return [];
  const timed = anchorTimes.length > 0 && anchorTimes.every(Number.isFinite);
  const crossing = timed ? PAIRS.flatMap((pair) => crossed(labels, labelWindows, pair)) : [];
  return [...crossing, ...rowsInTwoParts(labels)];
}

function crossed(
  labels: TrainingTable,
  labelWindows: readonly TimeWindow[],
  [before, after]: Pair,
): string[] {
  const { anchorTimes } = labels;
  const begins = splitRows(labels, after).reduce(
    (a, row) => Math.min(a, anchorTimes[row]!),
    Infinity,
  );
  const rows = splitRows(labels, before);
  const late = rows.filter((row) => anchorTimes[row]! >= begins).length;
  const over = rows.filter((row) => labelEnd(anchorTimes[row]!, labelWindows) > begins).length;
  if (over === 0 && late === 0) return [];
  const what =
    late > 0
      ? `are not earlier than ${after}, which begins at ${formatTime(begins)}`
      : `have targets that end after ${after} begins at ${formatTime(begins)}`;
  return [`split: ${Math.max(late, over)} of ${rows.length} ${before} rows ${what}`];
}

/**
 * Looks for an entity at one time in two parts.
 *
 * @param labels - labelled rows, split.
 */
export function rowsInTwoParts({ entityRows, anchorTimes, split }: TrainingTable): string[] {
  if (!split) return [];
  const earlier = (a: number, b: number): number =>
    anchorTimes[a] === anchorTimes[b] ? 0 : anchorTimes[a]! - anchorTimes[b]!;
  const order = Int32Array.from(entityRows.keys()).sort(
    (a, b) => entityRows[a]! - entityRows[b]! || earlier(a, b) || split[a]! - split[b]!,
  );
  let count = 0;
  let example = "";
  for (let i = 1; i < order.length; i++) {
    const [a, b] = [order[i - 1]!, order[i]!];
    if (entityRows[a] !== entityRows[b] || earlier(a, b) !== 0 || split[a] === split[b]) continue;
    count++;
    example ||= `${SPLITS[split[a]!]} and ${SPLITS[split[b]!]}`;
  }
  return count === 0 ? [] : [`split: ${count} rows are in two parts at once (${example})`];
}
