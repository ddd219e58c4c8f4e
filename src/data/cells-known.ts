/** A database as it stood at a time, as far as cells go: what became known later is null. */
import type { Timestamp } from "../core/time.js";
import { createBits, setBit } from "./bitset.js";
import { type Column, isValid } from "./column.js";
import { Database } from "./database.js";
import { knownTimes } from "./known.js";
import { Table } from "./table.js";

/**
 * Empties the cells that became known after a time. Rows stay, later ones too: whoever keeps to the time does not see them.
 *
 * @param db - the database.
 * @param time - what is known at the time itself stays.
 * @returns the same database where no cell became known later.
 */
export function cellsKnownAt(db: Database, time: Timestamp): Database {
  let changed = false;
  const tables = db.tables.map((table) => {
    const columns = table.columns.map((column) => {
      const known = knownTimes(db, table.name, column.name);
      if (known === null || !known.some((from) => from > time && from < Infinity)) return column;
      changed = true;
      return { ...column, validity: validBefore(column, known, time) };
    });
    return new Table(table.name, columns);
  });
  return changed ? new Database(tables, db.schema, db.notes) : db;
}

function validBefore(column: Column, known: Float64Array, time: Timestamp): Uint8Array {
  const bits = createBits(column.length);
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row) && known[row]! <= time) setBit(bits, row);
  }
  return bits;
}
