/** Whether what an aggregation runs over depends on when it is looked at. */
import {
  allAggregations,
  allColumns,
  type BoundAggregation,
  type BoundColumn,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  boundParts,
  insideOf,
} from "../bind/bound.js";
import { type JoinedRows, parentsOf } from "./joined-rows.js";
import type { ColumnReader } from "./values-of-rows.js";

/** Tells whether the value of an aggregation's rows depends on the anchor, apart from its window. */
export function readsAnchor(aggregation: BoundAggregation): boolean {
  return insideOf(aggregation).some(
    (node) =>
      namesAnchor(node) ||
      boundAggregations(node).some((inner) => inner.window !== null || readsAnchor(inner)),
  );
}

function namesAnchor(node: BoundTarget): boolean {
  return node.kind === "anchor" || boundParts(node).some(namesAnchor);
}

/**
 * Tells whether a row of an aggregation can be seen otherwise at one anchor than at another whose window holds it, too.
 *
 * @param aggregation - the aggregation.
 * @param joined - its joined rows.
 * @param columns - the database.
 * @param first - the first anchor.
 * @param last - the last anchor.
 */
export function changesBetween(
  aggregation: BoundAggregation,
  joined: JoinedRows,
  columns: ColumnReader,
  first: number,
  last: number,
): boolean {
  const inside = insideOf(aggregation);
  if (first === last) return false;
  // Nested aggregations read rows of their own.
  if (inside.some((node) => boundAggregations(node).length > 0)) return true;
  const changes = (known: Float64Array | null, rows: Int32Array | null): boolean =>
    known !== null && comesBetween(known, rows, joined, first, last);
  if (changes(joined.known, null)) return true;
  return inside.flatMap(boundColumns).some((node) => {
    let rows = joined.rows[node.position] ?? null;
    for (const hop of node.steps) {
      for (const key of hop.foreignKey.columns) {
        if (changes(columns.known(hop.from.name, key), rows)) return true;
      }
      rows = parentsOf(columns.db, hop, rows);
      if (changes(columns.times(hop.to.name), rows)) return true;
    }
    return changes(columns.known(node.table.name, node.column.name), rows);
  });
}

/** A joined row counts from its own time on, at the earliest at the first anchor. */
function comesBetween(
  known: Float64Array,
  rows: Int32Array | null,
  { owners, times }: JoinedRows,
  first: number,
  last: number,
): boolean {
  for (let i = 0; i < owners.length; i++) {
    const row = rows === null ? i : rows[i]!;
    if (row < 0 || owners[i]! < 0) continue;
    const time = known[row]!;
    if (time > first && time <= last && (times === null || time > times[i]!)) return true;
  }
  return false;
}

/**
 * Tells whether a label can rest on something that becomes known after the row that its window holds: a late cell, or
 * a row of another table that comes later. Such a label has no closing time at which it is safe to show.
 *
 * @param target - the target or ASSUMING.
 */
export function restsOnLateCells(target: BoundTarget): boolean {
  const isLate = ({ table, column, steps }: BoundColumn): boolean =>
    column.knownFrom !== null ||
    column.name === table.endTimeColumn ||
    steps.some((hop) => hop.to.timeColumn !== null || isLateKey(hop));
  return (
    allColumns(target).some(isLate) ||
    allAggregations(target).some(({ path, table }) => {
      const tables = [table, ...path.hops.map((hop) => hop.to)];
      const others = tables.slice(0, -1).filter((_, position) => position !== path.clock);
      return others.some((other) => other.timeColumn !== null) || path.hops.some(isLateKey);
    })
  );
}

function isLateKey({
  direction,
  from,
  to,
  foreignKey,
}: BoundAggregation["path"]["hops"][number]): boolean {
  const child = direction === "up" ? from : to;
  return foreignKey.columns.some((name) => {
    const column = child.columns.find((candidate) => candidate.name === name);
    return column !== undefined && column.knownFrom !== null;
  });
}
