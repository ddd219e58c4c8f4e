/** Roots: the rows from which the lists of a path hang, as known to each seed. */
import { visibleLimit } from "../visible.js";
import type { SignalIndexes } from "./indexes.js";
import { firstAfter } from "./ordering.js";
import { findEdge, rowTimes } from "./steps.js";
import { RECENT_ROOTS, RECENT_ROWS, type SignalPath, type SignalStep } from "./types.js";

/** Some seeds: their rows, when predictions are made, and when the database is seen. */
export interface SeedRows {
  /** int32 `[seeds]`; negative where no row is known. */
  readonly rows: Int32Array;
  readonly anchors: Float64Array;
  readonly visible: Float64Array;
}

/** Roots of some seeds. */
export interface Roots extends SeedRows {
  /** int32 `[seeds + 1]`: the roots of each seed where there are several; `null` = one each. */
  readonly offsets: Int32Array | null;
}

/**
 * Finds the roots of seeds.
 *
 * @param indexes - the database.
 * @param path - the path; its `roots` are followed.
 * @param seeds - rows of the entity table; these and their keys are given, everything beyond must be known.
 */
export function findRoots(indexes: SignalIndexes, path: SignalPath, seeds: SeedRows): Roots {
  let found: Roots = { ...seeds, offsets: null };
  let table = path.entity;
  for (const step of path.roots) {
    found = follow(indexes, table, step, found);
    table = step.table;
  }
  return found;
}

function follow(indexes: SignalIndexes, table: string, step: SignalStep, from: Roots): Roots {
  switch (step.kind) {
    case "all":
      return { ...from, rows: new Int32Array(from.rows.length) };
    case "parent":
      return { ...from, rows: parents(indexes, table, step.key, step.table, from) };
    case "newest":
    case "children":
      return { ...from, rows: newest(indexes, table, step, from) };
    case "recent":
      return recent(indexes, table, step, from);
  }
}

function parents(
  { data, link: linkOf }: SignalIndexes,
  table: string,
  key: string,
  to: string,
  { rows, visible }: SeedRows,
): Int32Array {
  const edge = findEdge(data.graph, table, key, to);
  const link = linkOf(edge);
  const times = rowTimes(data.graph, to);
  return rows.map((row, i) => {
    const parent = row < 0 ? -1 : edge.parentRows[row]!;
    const limit = visibleLimit(visible[i]!);
    if (parent < 0 || (link !== null && !(link[row]! <= limit))) return -1;
    return times === null || times[parent]! <= limit ? parent : -1;
  });
}

function newest(
  indexes: SignalIndexes,
  table: string,
  step: { readonly key: string; readonly table: string },
  { rows, visible }: SeedRows,
): Int32Array {
  const { offsets, rows: children, times } = indexes.ordering(listOf(table, step));
  return rows.map((root, i) => {
    if (root < 0) return -1;
    const start = offsets[root]!;
    const end = offsets[root + 1]!;
    const hi = times === null ? end : firstAfter(times, start, end, visibleLimit(visible[i]!));
    return hi > start ? children[hi - 1]! : -1;
  });
}

function recent(
  indexes: SignalIndexes,
  table: string,
  step: Extract<SignalStep, { kind: "recent" }>,
  { rows, anchors, visible }: Roots,
): Roots {
  const { data } = indexes;
  const list = indexes.ordering(listOf(table, { key: step.key, table: step.via }));
  const edge = findEdge(data.graph, step.via, step.otherKey, step.table);
  const link = indexes.link(edge);
  const times = rowTimes(data.graph, step.table);
  const offsets = new Int32Array(rows.length + 1);
  const found: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const first = found.length;
    const root = rows[i]!;
    if (root >= 0) {
      const limit = visibleLimit(visible[i]!);
      const start = list.offsets[root]!;
      const end = list.offsets[root + 1]!;
      const hi = list.times === null ? end : firstAfter(list.times, start, end, limit);
      const lo = Math.max(start, hi - RECENT_ROWS);
      for (let p = hi - 1; p >= lo && found.length - first < RECENT_ROOTS; p--) {
        const row = list.rows[p]!;
        const parent = edge.parentRows[row]!;
        if (parent < 0 || (link !== null && !(link[row]! <= limit))) continue;
        if (times !== null && !(times[parent]! <= limit)) continue;
        if (found.indexOf(parent, first) < 0) found.push(parent);
      }
    }
    offsets[i + 1] = found.length;
  }
  const spread = (values: Float64Array): Float64Array => {
    const result = new Float64Array(found.length);
    for (let i = 0; i < values.length; i++) result.fill(values[i]!, offsets[i]!, offsets[i + 1]!);
    return result;
  };
  return {
    rows: Int32Array.from(found),
    anchors: spread(anchors),
    visible: spread(visible),
    offsets,
  };
}

/** The path of a table's children. */
function listOf(table: string, step: { readonly key: string; readonly table: string }): SignalPath {
  const down = { kind: "children", key: step.key, table: step.table } as const;
  return { entity: table, roots: [], downs: [down], sides: [], union: [] };
}
