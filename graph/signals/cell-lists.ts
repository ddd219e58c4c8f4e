/** Which rows of a path take part in a list of cells, and from when. */
import { isValid, type TimestampColumn } from "../../src/data/column.js";
import { knownTimes } from "../../src/data/known.js";
import { numberCells } from "./cells.js";
import { type Chain, latest, type SideRows, type SignalData } from "./steps.js";
import type { SignalStep } from "./types.js";

/** What of a cell is read along a path. */
export interface CellRequest {
  readonly sides: readonly SignalStep[];
  readonly column: string;
  /** `number`, `category`: rows whose cell is that; `ended`: rows whose time cell has come; `row`: the side row itself. */
  readonly as: "number" | "category" | "list" | "ended" | "row";
}

/** Reads codes through the sides: `−1` where no row is reached. */
export function through({ rows }: SideRows, codes: Int32Array): Int32Array {
  return rows === null ? codes : rows.map((row) => (row < 0 ? -1 : codes[row]!));
}

/** Tells which rows have the cell at all; `null` = all. */
export function usableRows(
  data: SignalData,
  side: SideRows,
  cell: CellRequest,
  codesOf: (table: string, column: string) => { readonly codes: Int32Array },
): ((row: number) => boolean) | null {
  const own = usableCells(data, side.table, cell, codesOf);
  const { rows } = side;
  if (rows === null) return own;
  if (own === null) return (row) => rows[row]! >= 0;
  return (row) => rows[row]! >= 0 && own(rows[row]!);
}

function usableCells(
  data: SignalData,
  table: string,
  { column: name, as }: CellRequest,
  codesOf: (table: string, column: string) => { readonly codes: Int32Array },
): ((row: number) => boolean) | null {
  if (as === "row") return null;
  const column = data.db.table(table).column(name);
  switch (as) {
    case "number": {
      const { read } = numberCells(data, table, column);
      return (row) => Number.isFinite(read(row));
    }
    case "category": {
      const { codes } = codesOf(table, name);
      return (row) => codes[row]! >= 0;
    }
    case "list":
      return (row) => isValid(column, row);
    case "ended":
      return (row) => isValid(column, row) && column.kind === "timestamp";
  }
}

/** Returns when the cells are known, given that the row of the path is; `null` = with it. */
export function cellTimes(
  data: SignalData,
  side: SideRows,
  cell: CellRequest,
): Float64Array | null {
  const { db } = data;
  if (cell.as === "row") return side.known;
  let own = knownTimes(db, side.table, cell.column);
  if (cell.as === "ended") {
    const column = db.table(side.table).column(cell.column) as TimestampColumn;
    const ends = column.values.map((end, row) => (isValid(column, row) ? end : Infinity));
    own = latest(own, ends);
  }
  if (own === null || side.rows === null) return latest(side.known, own);
  const { rows } = side;
  const times = own;
  const reached = Float64Array.from(rows, (row) => (row < 0 ? -Infinity : times[row]!));
  return latest(side.known, reached);
}

/** Tells whether every row that has a root takes part. */
export function everyRow({ roots }: Chain, usable: (row: number) => boolean): boolean {
  for (let row = 0; row < roots.length; row++) if (roots[row]! >= 0 && !usable(row)) return false;
  return true;
}

/** Tells whether some row is known later than its own time says. */
export function isLater({ roots, times }: Chain, extra: Float64Array): boolean {
  for (let row = 0; row < roots.length; row++) {
    if (roots[row]! < 0) continue;
    if (extra[row]! > (times === null ? -Infinity : times[row]!)) return true;
  }
  return false;
}
