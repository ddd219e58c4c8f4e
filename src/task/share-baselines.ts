/** Baselines of classes of which any number may come true: how often each was true before. */
import { splitRows, type TrainingTable } from "./training-table.js";

/** The baselines by name, as they stand in JSON. */
export const SHARE_BASELINES = ["prior", "entity-prior"] as const;

/**
 * Predicts one part by shares: of all rows before (`prior`), or of the entity's own, those of everybody counting as one row
 * more (`entity-prior`). Rows before are train for `val`, train and val for `test`.
 *
 * @returns float64 `[part rows, classes]`, row-major.
 */
export function predictShares(
  name: (typeof SHARE_BASELINES)[number],
  labels: TrainingTable,
  part: "val" | "test",
): Float64Array {
  const width = labels.classes?.length ?? 0;
  const before = [
    ...splitRows(labels, "train"),
    ...(part === "test" ? splitRows(labels, "val") : []),
  ];
  const { offsets, items } = labels.lists!;
  const add = (counts: Float64Array, row: number): void => {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) counts[items[i]!]!++;
  };
  const everybody = new Float64Array(width);
  for (const row of before) add(everybody, row);
  const prior = everybody.map((count) => count / Math.max(1, before.length));
  const own = new Map<number, { rows: number; counts: Float64Array }>();
  if (name === "entity-prior") {
    for (const row of before) {
      const entity = labels.entityRows[row]!;
      const held = own.get(entity) ?? { rows: 0, counts: new Float64Array(width) };
      held.rows++;
      add(held.counts, row);
      own.set(entity, held);
    }
  }
  const rows = splitRows(labels, part);
  const scores = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    const held = own.get(labels.entityRows[row]!);
    const shares = held
      ? prior.map((share, c) => (held.counts[c]! + share) / (held.rows + 1))
      : prior;
    scores.set(shares, i * width);
  });
  return scores;
}
