/** Walks along links: which rows of a table lead to marked rows of others. */
import type { Database, Link } from "./database.js";

/** One step of a walk: up from a child to the parent its key names, down from a parent to the children that name it. */
export interface LinkStep {
  readonly direction: "up" | "down";
  readonly child: string;
  readonly parent: string;
  /** Name of the foreign key. */
  readonly key: string;
}

/** Steps one after the other; the rows met on the way are meant as well. */
export type Walk = readonly LinkStep[];

/** Marked rows by table: uint8 per row, 1 = marked. Tables without an entry have none. */
export type RowMarks = ReadonlyMap<string, Uint8Array>;

/** Makes a step up. */
export function stepUp(child: string, key: string, parent: string): LinkStep {
  return { direction: "up", child, parent, key };
}

/** Makes a step down. */
export function stepDown(parent: string, key: string, child: string): LinkStep {
  return { direction: "down", child, parent, key };
}

/**
 * Finds the rows of a table from which some walk meets a marked row. Times are not asked, so no row is missed that a prediction sees.
 *
 * @param databases - the database, then earlier states of it whose rows keep their numbers: a link of any of them counts.
 * @param table - where the walks begin.
 * @param walks - the walks; a row that is marked itself is always found.
 * @param marks - the marked rows, numbered as in the first database.
 * @returns uint8 per row of the table, 1 = found; `null` = none.
 */
export function rowsLeadingTo(
  databases: readonly [Database, ...Database[]],
  table: string,
  walks: readonly Walk[],
  marks: RowMarks,
): Uint8Array | null {
  const own = marks.get(table);
  let found = own?.includes(1) ? own.slice() : null;
  for (const [step, rests] of byFirstStep(walks)) {
    const next = step.direction === "up" ? step.parent : step.child;
    const there = rowsLeadingTo(databases, next, rests, marks);
    if (there === null) continue;
    found ??= new Uint8Array(databases[0].table(table).numRows);
    for (const db of databases) {
      const link = linkOf(db, step);
      if (link !== null) stepBack(step, link, there, found);
    }
  }
  return found;
}

/** What is left of the walks after each first step. */
function byFirstStep(walks: readonly Walk[]): Iterable<readonly [LinkStep, Walk[]]> {
  const groups = new Map<string, [LinkStep, Walk[]]>();
  for (const walk of walks) {
    const [step, ...rest] = walk;
    if (step === undefined) continue;
    const id = JSON.stringify([step.direction, step.child, step.parent, step.key]);
    const group = groups.get(id);
    if (group) group[1].push(rest);
    else groups.set(id, [step, [rest]]);
  }
  return groups.values();
}

/** A link that the database does not have leads nowhere. */
function linkOf(db: Database, { child, parent, key }: LinkStep): Link | null {
  if (!db.tables.some(({ name }) => name === child)) return null;
  const { foreignKeys } = db.tableSchema(child);
  const found = foreignKeys.find(({ name, table }) => name === key && table === parent);
  return found === undefined ? null : db.link(child, found);
}

/** Marks the rows from which a step leads to rows that are marked there. */
function stepBack(
  { direction }: LinkStep,
  { parentRows }: Link,
  there: Uint8Array,
  found: Uint8Array,
): void {
  for (let child = 0; child < parentRows.length; child++) {
    const parent = parentRows[child]!;
    if (parent < 0) continue;
    if (direction === "up") found[child]! |= there[parent]!;
    else found[parent]! |= there[child]!;
  }
}
