/** Bounds on the rows of a training table: where a part has more, an even share of entities and anchors is kept. */
import { mix } from "../core/random.js";
import { SPLITS, type SplitName, type TrainingTable, takeTrainingRows } from "./training-table.js";

/** Rows of each part that are kept at most, about; a part that is left out is kept whole. */
export type RowLimits = Readonly<Partial<Record<SplitName, number>>>;

/** A bounded training table. */
export interface BoundedRows<Table extends TrainingTable> {
  /** The table as it was where no part is too long. */
  readonly table: Table;
  /** The parts that were cut, with their rows before and after. */
  readonly cut: readonly { readonly part: SplitName; readonly from: number; readonly to: number }[];
}

const HASHES = 2 ** 32;

/**
 * Keeps rows whose entity and anchor hash low enough, so that what is kept depends on no other row, and the windows of a
 * forecast stay together.
 *
 * @param table - labelled rows; kept whole where they are not split.
 * @param limits - rows of each part.
 * @param seed - of the hash.
 * @returns about as many rows of a part as its limit, in their order.
 * @see consistent sampling by hash, as SQL engines sample by `hash(key) % n`.
 */
export function boundRows<Table extends TrainingTable>(
  table: Table,
  limits: RowLimits,
  seed: number,
): BoundedRows<Table> {
  const { split, entityRows, anchorTimes } = table;
  if (split === null) return { table, cut: [] };
  const counts = countCodes(split);
  const highest = SPLITS.map((part, code) => {
    const limit = limits[part] ?? Infinity;
    return counts[code]! > limit ? (limit / counts[code]!) * HASHES : HASHES;
  });
  if (highest.every((bound) => bound === HASHES)) return { table, cut: [] };
  const kept = new Int32Array(split.length);
  let count = 0;
  for (let row = 0; row < split.length; row++) {
    const bound = highest[split[row]!]!;
    if (bound === HASHES || hashOf(entityRows[row]!, anchorTimes[row]!, seed) < bound) {
      kept[count++] = row;
    }
  }
  const bounded = takeTrainingRows(table, kept.subarray(0, count));
  const left = countCodes(bounded.split!);
  const cut = SPLITS.flatMap((part, code) =>
    left[code] === counts[code] ? [] : [{ part, from: counts[code]!, to: left[code]! }],
  );
  return { table: bounded, cut };
}

/** A uint32 of an entity at an anchor. */
function hashOf(entityRow: number, anchorTime: number, seed: number): number {
  const low = Number.isFinite(anchorTime) ? anchorTime >>> 0 : 0;
  const high = Number.isFinite(anchorTime) ? Math.floor(anchorTime / HASHES) : 0;
  return mix(mix(mix(mix(0x2545f491, seed), entityRow), low), high) >>> 0;
}

function countCodes(split: Uint8Array): number[] {
  const counts = SPLITS.map(() => 0);
  for (let row = 0; row < split.length; row++) counts[split[row]!]!++;
  return counts;
}
