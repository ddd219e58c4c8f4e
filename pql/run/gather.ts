/** The last steps of an aggregation: which joined rows count, and how cells become values of the owners. */
import { approximateMs, type TimeWindow } from "../../src/core/time.js";
import type { Measured } from "../aggregate/aggregate.js";
import type { BoundAggregation } from "../bind/bound.js";
import { distanceUnit } from "../bind/windows.js";
import type { JoinedRows } from "./joined-rows.js";
import { countUp, type Lists, type Moment, type RowValues } from "./values-of-rows.js";

/** Returns what an aggregation is worth for every owner at the anchor of an index; must not be changed. */
export type ValuesAt = (index: number) => RowValues;

/** Keeps the last answer: an anchor is asked about several times in a row. */
export function remember(valuesAt: ValuesAt): ValuesAt {
  let held = -1;
  let values: RowValues | null = null;
  return (index) => {
    if (values === null || held !== index) values = valuesAt(index);
    held = index;
    return values;
  };
}

/** Leaves out joined rows that are not there yet, that the filter drops, or whose value is null. */
export function keepOwners(
  joined: JoinedRows,
  moment: Moment,
  mask: Uint8Array | null,
  nulls: Uint8Array | null,
): Int32Array {
  const { owners } = joined;
  // To the full truth every joined row that has an owner is there.
  const known = moment === Infinity ? null : joined.known;
  if (known === null && mask === null && nulls === null) return owners;
  const kept = owners.slice();
  if (known !== null) {
    for (let i = 0; i < kept.length; i++) {
      const at = typeof moment === "number" ? moment : moment[i]!;
      if (!(known[i]! <= at)) kept[i] = -1;
    }
  }
  // Of the three truth values only TRUE, which is 1, keeps a row.
  if (mask !== null) for (let i = 0; i < kept.length; i++) if (mask[i] !== 1) kept[i] = -1;
  if (nulls !== null) for (let i = 0; i < kept.length; i++) if (nulls[i] === 1) kept[i] = -1;
  return kept;
}

/** Milliseconds of the unit in which the time to the next row is told. */
export function unitMs(window: TimeWindow | null): number {
  return approximateMs(1, distanceUnit(window));
}

/** The lists that `FIRST` and `LAST` of a list column choose from. */
export function listsOf({ type }: BoundAggregation, argument: RowValues | null): Lists | null {
  return type === "list" ? (argument?.list ?? null) : null;
}

/** Reads the cells of one anchor as values of the owners. */
export function ownersValues(
  { values, dictionary, int64, lists }: Measured,
  chosenFrom: Lists | null,
  base: number,
  owners: number,
): RowValues {
  const data = values.subarray(base, base + owners);
  let nulls: Uint8Array | null = null;
  for (let row = 0; row < owners; row++) {
    if (!Number.isNaN(data[row]!)) continue;
    nulls ??= new Uint8Array(owners);
    nulls[row] = 1;
  }
  if (lists === null) return { data, nulls, dictionary, int64, list: chosenFrom };
  return { data: countUp(base, owners), nulls, dictionary: null, int64: false, list: lists };
}
