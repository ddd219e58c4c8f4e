/** The rows that an aggregation runs over: rows of its table joined along its path with the rows that own them. */
import type { Database } from "../../src/data/database.js";
import type { BoundAggregation, Hop } from "../bind/bound.js";
import { type ColumnReader, isAscending } from "./values-of-rows.js";

/** Joined rows, in the order of the aggregated table; where a hop leads down to several children, these in their order. */
export interface JoinedRows {
  readonly length: number;
  /** int32 `[length]` per position of the path, negative = none; `null` = the joined row's own number. The last are the owners. */
  readonly rows: readonly (Int32Array | null)[];
  /** int32 `[length]`: the owner's row, negative = belongs to nobody. */
  readonly owners: Int32Array;
  /** float64 `[length]`: what places them in windows, NaN = in none; `null` = no table of the path has a time. */
  readonly times: Float64Array | null;
  /** Whether the times ascend. */
  readonly sorted: boolean;
  /**
   * float64 `[length]`: from when on a joined row is there, by the times of its rows (but those of the clock and of the
   * owner) and of its keys, `+Infinity` = to the full truth only, NaN = never, as where the owner is missing; `null` = from
   * its own time on. Worked out when it is first read: the full truth never asks.
   */
  readonly known: Float64Array | null;
}

/**
 * Joins the rows of a path. A single hop up copies nothing.
 *
 * @param columns - the database.
 * @param aggregation - whose path is followed.
 */
export function joinPath(
  columns: ColumnReader,
  { path, table }: Pick<BoundAggregation, "path" | "table">,
): JoinedRows {
  const { db } = columns;
  let length = db.table(table.name).numRows;
  let rows: (Int32Array | null)[] = [null];
  for (const hop of path.hops) {
    const last = rows.at(-1)!;
    if (hop.direction === "up") {
      rows.push(parentsOf(db, hop, last));
    } else {
      const { origins, children } = childrenOf(db, hop, last, length);
      rows = [...rows.map((held) => (held === null ? origins : pick(held, origins))), children];
      length = children.length;
    }
  }
  const owners = rows.at(-1)!;
  const names = [table.name, ...path.hops.map((hop) => hop.to.name)];
  const clock = path.clock === null ? null : columns.times(names[path.clock]!);
  const times = clock && gatherTimes(clock, rows[path.clock!]!);
  const ownClock = path.clock !== null && rows[path.clock] === null;
  const sorted = ownClock
    ? columns.ascends(names[path.clock!]!)
    : times !== null && isAscending(times);
  let known: Float64Array | null | undefined;
  return {
    length,
    rows,
    owners,
    times,
    sorted,
    get known() {
      if (known === undefined) known = knownFrom(columns, names, path, rows, length);
      return known;
    },
  };
}

/**
 * Returns the parents of rows; the link's own array where they are all rows of a table.
 *
 * @param db - the database.
 * @param hop - a hop up.
 * @param rows - int32: rows of its child table, negative = none; `null` = all rows.
 */
export function parentsOf(db: Database, hop: Hop, rows: Int32Array | null): Int32Array {
  const { parentRows } = db.link(hop.from.name, hop.foreignKey);
  return rows === null ? parentRows : pick(parentRows, rows);
}

/** Lists the children of each row, one row after the other. */
function childrenOf(
  db: Database,
  hop: Hop,
  rows: Int32Array | null,
  length: number,
): { readonly origins: Int32Array; readonly children: Int32Array } {
  const { parentRows } = db.link(hop.to.name, hop.foreignKey);
  const groups = groupRows(parentRows, db.table(hop.from.name).numRows);
  return expand(groups, rows, length);
}

/** Members by group: group `g` has `members[offsets[g] … offsets[g + 1] - 1]`, ascending. */
interface Groups {
  readonly offsets: Int32Array;
  readonly members: Int32Array;
}

function groupRows(groupOf: Int32Array, groups: number): Groups {
  const offsets = new Int32Array(groups + 1);
  for (let i = 0; i < groupOf.length; i++) if (groupOf[i]! >= 0) offsets[groupOf[i]! + 1]!++;
  for (let group = 0; group < groups; group++) offsets[group + 1]! += offsets[group]!;
  const members = new Int32Array(offsets[groups]!);
  const next = offsets.slice(0, groups);
  for (let i = 0; i < groupOf.length; i++) {
    if (groupOf[i]! >= 0) members[next[groupOf[i]!]!++] = i;
  }
  return { offsets, members };
}

function expand(
  { offsets, members }: Groups,
  rows: Int32Array | null,
  length: number,
): { readonly origins: Int32Array; readonly children: Int32Array } {
  let total = 0;
  for (let i = 0; i < length; i++) {
    const row = rows === null ? i : rows[i]!;
    if (row >= 0) total += offsets[row + 1]! - offsets[row]!;
  }
  const origins = new Int32Array(total);
  const children = new Int32Array(total);
  for (let i = 0, at = 0; i < length; i++) {
    const row = rows === null ? i : rows[i]!;
    if (row < 0) continue;
    for (let k = offsets[row]!; k < offsets[row + 1]!; k++, at++) {
      origins[at] = i;
      children[at] = members[k]!;
    }
  }
  return { origins, children };
}

/** The values of an array at some places; negative places stay negative. */
function pick(values: Int32Array, places: Int32Array): Int32Array {
  const picked = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) picked[i] = places[i]! < 0 ? -1 : values[places[i]!]!;
  return picked;
}

function gatherTimes(times: Float64Array, rows: Int32Array | null): Float64Array {
  if (rows === null) return times;
  const gathered = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) gathered[i] = rows[i]! < 0 ? Number.NaN : times[rows[i]!]!;
  return gathered;
}

/** A row without its time is there, but no anchor knows of it. */
function neverBefore(time: number): number {
  return Number.isNaN(time) ? Infinity : time;
}

function knownFrom(
  columns: ColumnReader,
  names: readonly string[],
  path: BoundAggregation["path"],
  rows: readonly (Int32Array | null)[],
  length: number,
): Float64Array | null {
  let known: Float64Array | null = null;
  const wait = (times: Float64Array | null, position: number): void => {
    if (times === null) return;
    known ??= new Float64Array(length).fill(-Infinity);
    const held = rows[position]!;
    for (let i = 0; i < length; i++) {
      const row = held === null ? i : held[i]!;
      const time = row < 0 ? Number.NaN : neverBefore(times[row]!);
      // Written so that a missing time (NaN) enters and stays.
      if (!(time <= known[i]!)) known[i] = known[i]! <= Infinity ? time : Number.NaN;
    }
  };
  names.slice(0, -1).forEach((name, position) => {
    if (position !== path.clock) wait(columns.times(name), position);
  });
  path.hops.forEach(({ direction, from, to, foreignKey }, i) => {
    const [child, position] = direction === "up" ? [from, i] : [to, i + 1];
    for (const key of foreignKey.columns) wait(columns.known(child.name, key), position);
  });
  return known;
}

/**
 * Gives joined rows to new owners: each of some rows gets the joined rows of the owner that it names.
 *
 * @param joined - the joined rows.
 * @param owners - int32: the owner's row for each new owner, negative = none; `null` = each row's own number.
 * @param length - number of new owners.
 */
export function giveToEach(
  joined: JoinedRows,
  owners: Int32Array | null,
  length: number,
): JoinedRows {
  let most = 0;
  for (let i = 0; i < joined.length; i++) most = Math.max(most, joined.owners[i]! + 1);
  if (owners) for (let i = 0; i < length; i++) most = Math.max(most, owners[i]! + 1);
  else most = Math.max(most, length);
  const { origins, children } = expand(groupRows(joined.owners, most), owners, length);
  return { ...takeJoined(joined, children), owners: origins, sorted: false };
}

/**
 * Takes some of the joined rows.
 *
 * @param joined - the joined rows.
 * @param picked - their numbers, ascending to keep the order of times.
 */
export function takeJoined(joined: JoinedRows, picked: Int32Array): JoinedRows {
  return {
    length: picked.length,
    rows: joined.rows.map((held) => (held === null ? picked : pick(held, picked))),
    owners: pick(joined.owners, picked),
    times: joined.times && gatherTimes(joined.times, picked),
    sorted: joined.sorted,
    known: joined.known && gatherTimes(joined.known, picked),
  };
}

/** Names the path of an aggregation: equal for aggregations over the same joined rows. */
export function pathName({ path, table }: Pick<BoundAggregation, "path" | "table">): string {
  const hops = path.hops.map(({ direction, from, to, foreignKey }) =>
    JSON.stringify([direction, from.name, foreignKey.name, to.name]),
  );
  return `${JSON.stringify(table.name)} ${hops.join(" ")} ${path.clock}`;
}
