/** The database as it was at a time: rows that came later are not there. */
import { isValid, takeRows } from "../data/column.js";
import type { Database } from "../data/database.js";
import { Table } from "../data/table.js";

/**
 * Leaves out the rows of each table that are later than a time; tables without time stay whole.
 *
 * @param db - the database.
 * @param time - milliseconds UTC.
 * @returns a database whose row numbers may differ.
 */
export function upTo(db: Database, time: number): Database {
  return db.schema.tables.reduce((cut, { name }) => {
    const times = db.timeColumn(name);
    if (times === null) return cut;
    return dropRows(cut, name, (row) => isValid(times, row) && times.values[row]! > time);
  }, db);
}

/**
 * Leaves some rows of a table out.
 *
 * @param drop - tells which, by row number.
 */
export function dropRows(db: Database, name: string, drop: (row: number) => boolean): Database {
  const { columns, numRows } = db.table(name);
  const kept = Int32Array.from({ length: numRows }, (_, row) => row).filter((row) => !drop(row));
  if (kept.length === numRows) return db;
  return db.withRows(
    new Table(
      name,
      columns.map((column) => takeRows(column, kept)),
    ),
  );
}
