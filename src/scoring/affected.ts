/** Which entities new or changed rows can have to do with: along links, more rather than fewer. */
import { allAggregations, type Hop } from "../../pql/bind/bound.js";
import type { Database } from "../data/database.js";
import type { BoundMetric } from "./metrics.js";

/** Rows by table: int32 row numbers. */
export type RowsByTable = ReadonlyMap<string, Int32Array>;

/**
 * Finds the entities whose metrics some rows may change: whoever the rows belong to over links up, and everybody who shares a parent with them.
 *
 * @param db - the database; rows of earlier states of it are found there too, by `before`.
 * @param entity - the entity table.
 * @param metrics - what is measured.
 * @param changed - the rows.
 * @param before - the database as it was, where rows may have had other parents.
 * @returns uint8 per row of the entity table, 1 = affected; `null` = it may be anybody, such as after a change to a table that all share.
 */
export function affectedRows(
  db: Database,
  entity: string,
  metrics: readonly BoundMetric[],
  changed: RowsByTable,
  before: Database,
): Uint8Array | null {
  const above = ancestorsOf(db, entity);
  const rows = [...changed].filter(([, of]) => of.length > 0);
  const isOwned = (table: string): boolean =>
    above.has(table) || [...ancestorsOf(db, table)].some((one) => above.has(one));
  if (!rows.every(([table]) => isOwned(table))) return null;
  if (rows.length > 0 && !metrics.every((metric) => staysNear(metric, above))) return null;
  const marks = new Map(
    db.tables.map(({ name, numRows }) => [name, new Uint8Array(numRows)] as const),
  );
  for (const [table, of] of rows) markUp([db, before], table, of, marks);
  markDown(db, above, marks);
  return marks.get(entity)!;
}

/** A table and everything that it belongs to, directly or not. */
function ancestorsOf(db: Database, table: string): ReadonlySet<string> {
  const found = new Set([table]);
  for (const name of found) {
    for (const { table: parent } of db.tableSchema(name).foreignKeys) found.add(parent);
  }
  return found;
}

/** Whether a metric reads only what belongs to the entity and its parents, not what shares a feature or an item with it. */
function staysNear({ feature }: BoundMetric, above: ReadonlySet<string>): boolean {
  const isNear = ({ direction, from }: Hop, place: number): boolean =>
    direction === "up" || place === 0 || above.has(from.name);
  return allAggregations(feature.value).every(({ path }) => path.hops.every(isNear));
}

function markUp(
  databases: readonly Database[],
  table: string,
  rows: Iterable<number>,
  marks: ReadonlyMap<string, Uint8Array>,
): void {
  const open: [table: string, row: number][] = Array.from(rows, (row) => [table, row]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [name, row] = next;
    const marked = marks.get(name)!;
    if (marked[row] === 1) continue;
    marked[row] = 1;
    for (const db of databases) {
      if (row >= db.table(name).numRows) continue;
      for (const key of db.tableSchema(name).foreignKeys) {
        const parent = db.link(name, key).parentRows[row]!;
        if (parent >= 0) open.push([key.table, parent]);
      }
    }
  }
}

/** Spreads marks from parents to everything above and at the entity that belongs to them. */
function markDown(
  db: Database,
  above: ReadonlySet<string>,
  marks: ReadonlyMap<string, Uint8Array>,
): void {
  for (let moved = true; moved; ) {
    moved = false;
    for (const name of above) {
      const own = marks.get(name)!;
      for (const key of db.tableSchema(name).foreignKeys) {
        const { parentRows } = db.link(name, key);
        const parents = marks.get(key.table)!;
        for (let row = 0; row < own.length; row++) {
          if (own[row] === 1 || parentRows[row]! < 0 || parents[parentRows[row]!] !== 1) continue;
          own[row] = 1;
          moved = true;
        }
      }
    }
  }
}
