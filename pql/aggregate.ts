/** The nine aggregations: what a cell keeps while events stream by, and what it is worth in the end. */
import { mix } from "../src/core/random.js";
import type { AggregateName } from "./ast.js";
import { compareDigits, compareTexts } from "./filter.js";
import type { Visit } from "./sweep.js";
import type { RowValues } from "./values-of-rows.js";

/** Gathers events into cells. */
export interface Accumulator {
  readonly visit: Visit;
  /** Returns float64 `[cells]`, NaN = null: numbers, times, 0 and 1, or codes of `dictionary`. */
  finish(): Float64Array;
  readonly dictionary: readonly string[] | null;
}

/**
 * Makes the accumulator of an aggregation. Rows with a null value must not be visited.
 *
 * @param name - the aggregation; `LIST_DISTINCT` yields the number of values, null where there is none.
 * @param values - the aggregated column; `null` for `COUNT(t.*)`.
 * @param times - the events' times; `null` = in row order.
 * @param cells - number of cells.
 */
export function createAccumulator(
  name: AggregateName,
  values: RowValues | null,
  times: Float64Array | null,
  cells: number,
): Accumulator {
  const dictionary = values?.dictionary ?? null;
  switch (name) {
    case "COUNT":
      return count(cells);
    case "SUM":
      return sum(values!.data, cells);
    case "AVG":
      return average(values!.data, cells);
    case "COUNT_DISTINCT":
      return countDistinct(values!.data, cells);
    case "MIN":
    case "MAX": {
      if (dictionary === null) return extreme(name, values!.data, cells, null);
      const { ranks, ordered } = rankTexts(dictionary, values!.int64);
      const codes = values!.data;
      const ranked = new Int32Array(codes.length);
      for (let row = 0; row < codes.length; row++) ranked[row] = ranks[codes[row]!] ?? -1;
      return extreme(name, ranked, cells, ordered);
    }
    case "FIRST":
    case "LAST":
      return outermost(name, values!.data, times, cells, dictionary);
    case "LIST_DISTINCT":
      return { ...nullWhereZero(count(cells)), dictionary: null };
  }
}

/** An empty window counts 0. */
function count(cells: number): Accumulator {
  const counts = new Int32Array(cells);
  return {
    visit: (cell) => {
      counts[cell]!++;
    },
    finish: () => new Float64Array(counts),
    dictionary: null,
  };
}

function nullWhereZero(inner: Accumulator): Accumulator {
  return { ...inner, finish: () => inner.finish().map((n) => (n === 0 ? Number.NaN : n)) };
}

/** An empty window sums to 0; values are added in row order, in float64. */
function sum(data: RowValues["data"], cells: number): Accumulator {
  const sums = new Float64Array(cells);
  return {
    visit: (cell, row) => {
      sums[cell]! += data[row]!;
    },
    finish: () => sums,
    dictionary: null,
  };
}

function average(data: RowValues["data"], cells: number): Accumulator {
  const sums = new Float64Array(cells);
  const counts = new Int32Array(cells);
  return {
    visit: (cell, row) => {
      sums[cell]! += data[row]!;
      counts[cell]!++;
    },
    // 0 / 0 is NaN, the null of an empty window.
    finish: () => sums.map((total, cell) => total / counts[cell]!),
    dictionary: null,
  };
}

function extreme(
  name: "MIN" | "MAX",
  data: RowValues["data"],
  cells: number,
  dictionary: readonly string[] | null,
): Accumulator {
  const best = new Float64Array(cells).fill(Number.NaN);
  // A comparison with NaN is false, so the first value of a cell always enters.
  const visit: Visit =
    name === "MIN"
      ? (cell, row) => {
          if (!(best[cell]! <= data[row]!)) best[cell] = data[row]!;
        }
      : (cell, row) => {
          if (!(best[cell]! >= data[row]!)) best[cell] = data[row]!;
        };
  return { visit, finish: () => best, dictionary };
}

/** The earliest or latest event by time; of events at the same time the first or last by row. */
function outermost(
  name: "FIRST" | "LAST",
  data: RowValues["data"],
  times: Float64Array | null,
  cells: number,
  dictionary: readonly string[] | null,
): Accumulator {
  const rows = new Int32Array(cells).fill(-1);
  const visit: Visit =
    name === "FIRST"
      ? (cell, row) => {
          const held = rows[cell]!;
          if (held < 0 || (times !== null && times[row]! < times[held]!)) rows[cell] = row;
        }
      : (cell, row) => {
          const held = rows[cell]!;
          if (held < 0 || times === null || times[row]! >= times[held]!) rows[cell] = row;
        };
  const finish = (): Float64Array => {
    const found = new Float64Array(cells).fill(Number.NaN);
    for (let cell = 0; cell < cells; cell++) if (rows[cell]! >= 0) found[cell] = data[rows[cell]!]!;
    return found;
  };
  return { visit, finish, dictionary };
}

/** Counts distinct values per cell with one open-addressing table of (cell, value) pairs. */
function countDistinct(data: RowValues["data"], cells: number): Accumulator {
  const counts = new Int32Array(cells);
  let capacity = 1024;
  let used = 0;
  let heldCells = new Int32Array(capacity).fill(-1);
  let heldValues = new Float64Array(capacity);
  const slotOf = (cell: number, value: number): number => {
    const low = value | 0;
    const rest = low === value ? 0 : Math.imul(hashFraction(value), 0x2c1b3c6d);
    let slot = mix(mix(cell, low), rest) & (capacity - 1);
    while (heldCells[slot]! >= 0 && (heldCells[slot] !== cell || heldValues[slot] !== value)) {
      slot = (slot + 1) & (capacity - 1);
    }
    return slot;
  };
  const grow = (): void => {
    const [oldCells, oldValues] = [heldCells, heldValues];
    capacity *= 2;
    heldCells = new Int32Array(capacity).fill(-1);
    heldValues = new Float64Array(capacity);
    for (let i = 0; i < oldCells.length; i++) {
      if (oldCells[i]! < 0) continue;
      const slot = slotOf(oldCells[i]!, oldValues[i]!);
      heldCells[slot] = oldCells[i]!;
      heldValues[slot] = oldValues[i]!;
    }
  };
  const visit: Visit = (cell, row) => {
    // Adding 0 turns -0 into 0, which are the same value.
    const value = data[row]! + 0;
    const slot = slotOf(cell, value);
    if (heldCells[slot]! >= 0) return;
    heldCells[slot] = cell;
    heldValues[slot] = value;
    counts[cell]!++;
    if (++used * 2 > capacity) grow();
  };
  return { visit, finish: () => new Float64Array(counts), dictionary: null };
}

function hashFraction(value: number): number {
  const high = Math.floor(value / 4294967296);
  const fraction = (value - Math.floor(value)) * 4294967296;
  return mix(mix(value >>> 0, high | 0), fraction >>> 0);
}

/**
 * Orders a dictionary.
 *
 * @returns the rank of each code, and the texts by rank.
 */
export function rankTexts(
  dictionary: readonly string[],
  int64: boolean,
): { readonly ranks: Int32Array; readonly ordered: readonly string[] } {
  const compare = int64 ? compareDigits : compareTexts;
  const codes = Array.from(dictionary, (_, code) => code);
  codes.sort((a, b) => compare(dictionary[a]!, dictionary[b]!));
  const ranks = new Int32Array(dictionary.length);
  codes.forEach((code, rank) => {
    ranks[code] = rank;
  });
  return { ranks, ordered: codes.map((code) => dictionary[code]!) };
}
