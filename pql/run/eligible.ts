/** Who is in the table at an anchor: keys, creation and end; and how many are not, by reason. */
import type { Timestamp } from "../../src/core/time.js";
import type { Database } from "../../src/data/database.js";
import { TRUE } from "./filter.js";
import { timesOf } from "./values-of-rows.js";

/** Why rows are not in a table: triples of entity, anchor and window of a forecast, each counted under its first reason. */
export interface DropCounts {
  /** The entity's key is null. */
  nullKey: number;
  /** An earlier row of the entity table has the same key. */
  duplicateKey: number;
  /** The entity's time is after the anchor, or missing. */
  notYetCreated: number;
  /** The entity's end time is at the anchor or before. */
  ended: number;
  /** The WHERE condition does not hold. */
  where: number;
  /** The ASSUMING condition does not hold. */
  assuming: number;
  /** The target has no value. */
  undefinedLabel: number;
}

/** Makes counts of zero. */
export function noDrops(): DropCounts {
  return {
    nullKey: 0,
    duplicateKey: 0,
    notYetCreated: 0,
    ended: 0,
    where: 0,
    assuming: 0,
    undefinedLabel: 0,
  };
}

/** The state of the entity table that eligibility needs. */
export interface Population {
  readonly size: number;
  /** float64 `[entities]`: when each came to be, NaN = never known; `null` = always there. */
  readonly created: Float64Array | null;
  /**
   * Marks who exists at an anchor, and counts the others.
   *
   * @param anchor - the anchor, or a time for each entity.
   * @param dropped - the counts to add to.
   * @returns uint8 `[entities]`, 1 = eligible.
   */
  at(anchor: Timestamp | Float64Array, dropped: DropCounts): Uint8Array;
}

/**
 * Reads keys, creation and end times of the entity table. The rule: the key is there, `time <= anchor`, and the end
 * is missing or `> anchor`.
 *
 * @param db - the database.
 * @param table - the entity table's name.
 */
export function readPopulation(db: Database, table: string): Population {
  const schema = db.tableSchema(table);
  const size = db.table(table).numRows;
  const created = readTimes(db, table, schema.timeColumn);
  const ended = readTimes(db, table, schema.endTimeColumn);
  const keys = db.keyIndex(table);
  const clean = keys.nulls === 0 && keys.duplicates === 0;
  const columns = (schema.primaryKey ?? []).map((name) => db.table(table).column(name));
  const firstRows = clean ? null : keys.lookup(columns);
  const at: Population["at"] = (anchor, dropped) => {
    const eligible = new Uint8Array(size).fill(1);
    if (firstRows === null && created === null && ended === null) return eligible;
    for (let row = 0; row < size; row++) {
      const first = firstRows === null ? row : firstRows[row]!;
      const time = typeof anchor === "number" ? anchor : anchor[row]!;
      if (first === -1) dropped.nullKey++;
      else if (first !== row) dropped.duplicateKey++;
      else if (created !== null && !(created[row]! <= time)) dropped.notYetCreated++;
      // Without an anchor (+Infinity) there is no moment at which a row could have ended.
      else if (ended !== null && time !== Infinity && ended[row]! <= time) dropped.ended++;
      else continue;
      eligible[row] = 0;
    }
    return eligible;
  };
  return { size, created, at };
}

function readTimes(db: Database, table: string, name: string | null): Float64Array | null {
  if (name === null) return null;
  const column = db.table(table).column(name);
  return column.kind === "timestamp" ? timesOf(column) : null;
}

/**
 * Removes the entities for which a condition does not hold.
 *
 * @param eligible - uint8 `[entities]`, changed in place.
 * @param truth - uint8 `[entities]`, as filters give it.
 * @returns how many were removed.
 */
export function dropUnlessTrue(eligible: Uint8Array, truth: Uint8Array): number {
  let removed = 0;
  for (let row = 0; row < eligible.length; row++) {
    if (eligible[row] === 0 || truth[row] === TRUE) continue;
    eligible[row] = 0;
    removed++;
  }
  return removed;
}

/**
 * Removes the entities without a label, or those with one.
 *
 * @param eligible - uint8 `[entities]`, changed in place.
 * @param labels - float64 `[entities]`, NaN = no label.
 * @param labelled - which are kept.
 * @returns how many were removed.
 */
export function keepLabelled(
  eligible: Uint8Array,
  labels: Float64Array,
  labelled: boolean,
): number {
  let removed = 0;
  for (let row = 0; row < eligible.length; row++) {
    if (eligible[row] === 0 || Number.isNaN(labels[row]!) !== labelled) continue;
    eligible[row] = 0;
    removed++;
  }
  return removed;
}
