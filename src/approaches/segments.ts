/** Groups of rows in which approaches differ: little history, many in one group, something still open. */
import { MS_PER_DAY } from "../core/time.js";
import { isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import { knownTimes } from "../data/known.js";
import type { TrainingTable } from "../task/training-table.js";

/** A group of rows. */
export interface Segment {
  readonly name: string;
  /** uint8 `[rows]`, 1 = belongs to it. */
  readonly mask: Uint8Array;
}

const SHORT_DAYS = 90;
const MANY = 3;

/**
 * Finds the groups that a schema offers, as of each row's anchor: entities younger than 90 days; entities that share a
 * parent with at least two others; entities with a child row that has begun and not ended.
 *
 * @param db - the database.
 * @param rows - labelled rows.
 * @returns groups that neither hold all rows nor fewer than a hundredth.
 */
export function findSegments(db: Database, rows: TrainingTable): readonly Segment[] {
  const found = [shortHistory(db, rows), ...sharedParents(db, rows), ...openChildren(db, rows)];
  return found.filter((segment): segment is Segment => {
    if (segment === null) return false;
    const inside = segment.mask.reduce((sum, bit) => sum + bit, 0);
    return inside >= Math.max(5, rows.targets.length / 100) && inside < rows.targets.length;
  });
}

function shortHistory(
  db: Database,
  { task, entityRows, anchorTimes }: TrainingTable,
): Segment | null {
  const created = db.timeColumn(task.entityTable);
  if (created === null) return null;
  const mask = Uint8Array.from(entityRows, (row, i) =>
    isValid(created, row) && anchorTimes[i]! - created.values[row]! < SHORT_DAYS * MS_PER_DAY
      ? 1
      : 0,
  );
  return { name: `history under ${SHORT_DAYS} days`, mask };
}

/** Counts, for each anchor, the entities of a parent that were there. */
function sharedParents(db: Database, rows: TrainingTable): (Segment | null)[] {
  const { entityTable } = rows.task;
  const { foreignKeys } = db.tableSchema(entityTable);
  const created = db.timeColumn(entityTable);
  return foreignKeys
    .filter(({ table }) => table !== entityTable)
    .map((foreignKey) => {
      const { parentRows } = db.link(entityTable, foreignKey);
      const parents = db.table(foreignKey.table).numRows;
      const counts = new Map<number, Int32Array>();
      const countsAt = (anchor: number): Int32Array => {
        const known = counts.get(anchor);
        if (known) return known;
        const made = new Int32Array(parents);
        parentRows.forEach((parent, row) => {
          const isThere =
            created === null || (isValid(created, row) && created.values[row]! <= anchor);
          if (parent >= 0 && isThere) made[parent]!++;
        });
        counts.set(anchor, made);
        return made;
      };
      const mask = Uint8Array.from(rows.entityRows, (row, i) => {
        const parent = parentRows[row]!;
        return parent >= 0 && countsAt(rows.anchorTimes[i]!)[parent]! >= MANY ? 1 : 0;
      });
      return { name: `${MANY} or more ${entityTable} in one of ${foreignKey.table}`, mask };
    });
}

/** Children with a time that is known from itself on: what begins, and ends later. */
function openChildren(db: Database, rows: TrainingTable): Segment[] {
  const { entityTable } = rows.task;
  return db.schema.tables.flatMap((child) => {
    const foreignKey = child.foreignKeys.find(({ table }) => table === entityTable);
    const begins = db.timeColumn(child.name);
    const end = child.columns.find(
      ({ name, kind, knownFrom }) => kind === "timestamp" && knownFrom === name,
    );
    if (!foreignKey || begins === null || !end) return [];
    const { parentRows } = db.link(child.name, foreignKey);
    const ends = knownTimes(db, child.name, end.name);
    const mask = new Uint8Array(rows.entityRows.length);
    const rowsOf = new Map<number, number[]>();
    rows.entityRows.forEach((entity, i) => {
      const own = rowsOf.get(entity) ?? [];
      own.push(i);
      rowsOf.set(entity, own);
    });
    parentRows.forEach((entity, row) => {
      for (const i of rowsOf.get(entity) ?? []) {
        const anchor = rows.anchorTimes[i]!;
        const hasBegun = isValid(begins, row) && begins.values[row]! <= anchor;
        // A missing end is NaN or infinite: it has not ended.
        if (hasBegun && !(ends !== null && ends[row]! <= anchor)) mask[i] = 1;
      }
    });
    return [{ name: `open ${child.name}`, mask }];
  });
}
