/** Table: named columns of equal length. */
import { DataError } from "../core/errors.js";
import { formatNumber, textTable } from "../core/pretty.js";
import { suggestHint } from "../core/suggest.js";
import { type CellValue, type Column, cellText, cellValue, takeRows } from "./column.js";
import { columnFromValues } from "./from-values.js";

/** A row as a plain object. */
export type TableRecord = Readonly<Record<string, unknown>>;

/**
 * An immutable table.
 *
 * @see arquero `Table`; relbench `Table` (keys and times live in the {@link Schema}, not here).
 */
export class Table {
  readonly name: string;
  readonly numRows: number;
  readonly columns: readonly Column[];

  /**
   * @param name - the table's name.
   * @param columns - columns of equal length with distinct names.
   * @throws {@link DataError} DAT101 if lengths differ, DAT102 if a name occurs twice.
   */
  constructor(name: string, columns: readonly Column[]) {
    this.name = name;
    this.columns = columns;
    this.numRows = columns[0]?.length ?? 0;
    const seen = new Set<string>();
    for (const column of columns) {
      const at = { table: name, column: column.name };
      if (column.length !== this.numRows) {
        const message = `column \`${column.name}\` has ${column.length} rows, expected ${this.numRows}`;
        throw new DataError("DAT101", message, { at, hint: "give every column the same length" });
      }
      if (seen.has(column.name)) {
        const message = `column \`${column.name}\` occurs twice`;
        throw new DataError("DAT102", message, { at, hint: "rename one of them" });
      }
      seen.add(column.name);
    }
  }

  /**
   * Makes a table from plain objects; kinds are found from the values (numbers, bigints, booleans, dates,
   * ISO 8601 strings, strings, arrays of strings or numbers).
   *
   * @param name - the table's name.
   * @param records - the rows; a missing or null property is a null.
   * @param columnNames - the columns, needed where there is no row to find them from.
   */
  static fromRecords(
    name: string,
    records: readonly TableRecord[],
    columnNames?: readonly string[],
  ): Table {
    const names = columnNames ?? [...new Set(records.flatMap((record) => Object.keys(record)))];
    const columns = names.map((column) =>
      columnFromValues(
        name,
        column,
        records.map((record) => record[column] ?? null),
      ),
    );
    return new Table(name, columns);
  }

  /** Finds a column by its exact name. */
  find(name: string): Column | undefined {
    return this.columns.find((column) => column.name === name);
  }

  /**
   * Returns a column by its exact name.
   *
   * @throws {@link DataError} DAT103 if there is none, with near matches.
   */
  column(name: string): Column {
    const column = this.find(name);
    if (column) return column;
    const names = this.columns.map((other) => other.name);
    throw new DataError("DAT103", `table \`${this.name}\` has no column \`${name}\``, {
      at: { table: this.name },
      hint: suggestHint(name, names, "columns"),
    });
  }

  /** Copies rows in a given order; `−1` gives a row of nulls. */
  take(rows: Int32Array): Table {
    return new Table(
      this.name,
      this.columns.map((column) => takeRows(column, rows)),
    );
  }

  /** Returns the rows as plain objects; times as milliseconds. For small results, not for hot paths. */
  toRecords(): Record<string, CellValue>[] {
    return Array.from({ length: this.numRows }, (_, row) =>
      Object.fromEntries(this.columns.map((column) => [column.name, cellValue(column, row)])),
    );
  }

  /** Prints the size and the first rows. */
  toString(limit = 10): string {
    const shown = Math.min(limit, this.numRows);
    const rows = Array.from({ length: shown }, (_, row) =>
      this.columns.map((column) => shownText(column, row)),
    );
    const title = `Table ${this.name}: ${this.numRows} rows x ${this.columns.length} columns`;
    const header = this.columns.map((column) => column.name);
    const align = this.columns.map((c) => (c.kind === "number" ? "right" : "left"));
    const rest = this.numRows > shown ? `\n… ${this.numRows - shown} more rows` : "";
    return `${title}\n${textTable(header, rows, align)}${rest}`;
  }
}

/** A cell for people: fractions rounded, everything else as it is. */
function shownText(column: Column, row: number): string {
  const value = cellValue(column, row);
  if (column.kind === "number" && !column.integer && typeof value === "number") {
    return formatNumber(value, 6);
  }
  return cellText(column, row) ?? "null";
}
