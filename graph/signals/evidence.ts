/** Evidence: the rows behind the value of a signal. */
import { isValid } from "../../src/data/column.js";
import { nodeTypeIndex } from "../hetero-graph.js";
import { checkSeeds, type Seeds } from "../seeds.js";
import { visibleLimit } from "../visible.js";
import { createBlock, type SeedBlock } from "./block.js";
import { type CategorySeries, codeOf } from "./category-series.js";
import type { SignalIndexes } from "./indexes.js";
import type { Ordering } from "./ordering.js";
import { findRoots } from "./roots.js";
import { listTable } from "./steps.js";
import type { Signal, SignalEvidence } from "./types.js";

/**
 * Finds the rows behind the value of a signal: rows of its list inside its window, of one category where it counts that;
 * for the last or first values these rows alone; for a cell of a row this row.
 *
 * @param indexes - the database.
 * @param signal - the signal.
 * @param seeds - one seed.
 * @param limit - rows at most; default 50.
 * @throws {@link GraphError} GRF102 to GRF104 if the seed does not fit.
 */
export function findEvidence(
  indexes: SignalIndexes,
  signal: Signal,
  seeds: Seeds,
  limit = 50,
): SignalEvidence {
  const { primitive, path } = signal;
  if (primitive.kind === "cohort") return findEvidence(indexes, primitive.of, seeds, limit);
  const { graph } = indexes.data;
  checkSeeds(graph, nodeTypeIndex(graph, path.entity), seeds);
  const { rows, anchorTimes: anchors, visibleTimes: visible } = seeds;
  const block = createBlock(findRoots(indexes, path, { rows, anchors, visible }));
  const table = listTable(path);
  if (path.downs.length === 0 && path.union.length === 0 && path.roots.at(-1)?.kind !== "all") {
    return { table, rows: block.rows.filter((row) => row >= 0).slice(0, limit) };
  }
  const { ordering, matches } = listOf(indexes, signal);
  const found: { readonly row: number; readonly time: number }[] = [];
  for (let i = 0; i < block.rows.length; i++) {
    const [lo, hi] = run(signal, block, ordering, i);
    for (let p = hi - 1, kept = 0; p >= lo && kept < limit; p--) {
      if (!matches(p) || hasEnded(indexes, signal, ordering.rows[p]!, block.visible[i]!)) continue;
      found.push({ row: ordering.rows[p]!, time: ordering.times?.[p] ?? 0 });
      kept++;
    }
  }
  // Several roots each bring their own newest rows.
  if (block.offsets !== null) found.sort((a, b) => b.time - a.time || b.row - a.row);
  const kept = found.slice(0, limit).map(({ row }) => row);
  return path.union.length === 0
    ? { table, rows: Int32Array.from(kept) }
    : ofOneTable(indexes, signal, kept);
}

/** The list a signal reads, and which of its positions count. */
function listOf(
  indexes: SignalIndexes,
  { path, column, primitive }: Signal,
): { readonly ordering: Ordering; readonly matches: (position: number) => boolean } {
  const every = (): boolean => true;
  const ofCode = (series: CategorySeries, code: number): ReturnType<typeof listOf> => ({
    ordering: series.ordering,
    matches: (position) => series.codes[position] === code,
  });
  switch (primitive.kind) {
    case "share":
    case "countOf":
    case "position": {
      const series =
        path.union.length > 0 ? indexes.unionTables(path) : indexes.categories(path, column!);
      return ofCode(series, codeOf(series, primitive.category));
    }
    case "openOf": {
      const series = indexes.categories(path, primitive.of);
      return ofCode(series, codeOf(series, primitive.category));
    }
    case "contains":
      return ofCode(indexes.items(path, column!, primitive.category), 1);
    case "pair": {
      const { series, first, second } = indexes.pairs(path, column!, primitive.other);
      const [a, b] = [first.get(primitive.category), second.get(primitive.otherCategory)];
      return ofCode(series, a === undefined || b === undefined ? -2 : a * second.size + b);
    }
    case "sum":
    case "mean":
    case "std":
    case "min":
    case "max":
    case "trend":
    case "last":
    case "first":
    case "lag":
    case "lastMean":
    case "slope":
    case "change":
      return { ordering: indexes.numbers(path, column!).ordering, matches: every };
    case "entropy":
    case "nth":
    case "bigram":
      return path.union.length > 0
        ? { ordering: indexes.ordering(path), matches: every }
        : { ordering: indexes.categories(path, column!).ordering, matches: every };
    default:
      return { ordering: indexes.ordering(path), matches: every };
  }
}

/** Whether a row that is counted while it is open has ended by a time. */
function hasEnded(
  { data, known }: SignalIndexes,
  { primitive, path, column: name }: Signal,
  row: number,
  visible: number,
): boolean {
  if (primitive.kind !== "open" && primitive.kind !== "openOf") return false;
  const table = listTable(path);
  const column = data.db.table(table).column(name!);
  if (column.kind !== "timestamp" || !isValid(column, row)) return false;
  const time = Math.max(column.values[row]!, known(table, name!)?.[row] ?? -Infinity);
  return time <= visibleLimit(visible);
}

/** The positions behind the value of root `i`. */
function run(signal: Signal, block: SeedBlock, ordering: Ordering, i: number): [number, number] {
  const start = block.starts(ordering)[i]!;
  const end = block.ends(ordering)[i]!;
  const begin = block.begins(ordering, signal.window)[i]!;
  if (begin < 0) return [0, 0];
  const { primitive } = signal;
  switch (primitive.kind) {
    case "last":
    case "sinceLast":
      return [Math.max(start, end - 1), end];
    case "lag":
    case "nth":
      return [Math.max(start, end - primitive.k), Math.max(start, end - primitive.k + 1)];
    case "lastMean":
    case "slope":
      return [Math.max(start, end - primitive.k), end];
    case "change":
      return [Math.max(start, end - 2), end];
    case "first":
    case "sinceFirst":
      return [start, Math.min(start + 1, end)];
    default:
      return [begin, end];
  }
}

/** Rows of a union stand one table after the other: those of the newest row's table are told. */
function ofOneTable(
  { data }: SignalIndexes,
  { path }: Signal,
  rows: readonly number[],
): SignalEvidence {
  const places = path.union.map(({ table }) => ({ table, size: data.db.table(table).numRows }));
  let base = 0;
  for (const { table, size } of places) {
    const from = base;
    base += size;
    if (rows[0] === undefined || rows[0] >= base) continue;
    const own = rows.filter((row) => row >= from && row < from + size).map((row) => row - from);
    return { table, rows: Int32Array.from(own) };
  }
  return { table: path.union[0]!.table, rows: new Int32Array(0) };
}
