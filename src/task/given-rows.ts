/** The rows of a training table by hand: whose, when, which target, and in which part. */
import { DataError } from "../core/errors.js";
import { suggest } from "../core/suggest.js";
import { formatTime, parseTime } from "../core/time.js";
import { type Column, cellText, isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { Table } from "../data/table.js";
import { findGivenColumn, type GivenTarget, requireGivenColumn } from "./given-target.js";
import { SPLITS, type SplitName } from "./training-table.js";

/** Labelled rows as a user gives them, in the order of anchor time, then entity row. */
export interface GivenRows {
  readonly entityRows: Int32Array;
  /** Milliseconds UTC; `+Infinity` where neither the table nor the entity has a time. */
  readonly anchorTimes: Float64Array;
  readonly targets: Float64Array;
  /** The classes in order; `null` for numbers and truth values. */
  readonly classes: readonly string[] | null;
  readonly integer: boolean;
  /** Indexes into `SPLITS`; `null` = the table does not say. */
  readonly split: Uint8Array | null;
  /** Rows left out, because their target is missing, or their entity's own time. */
  readonly dropped: { readonly target: number; readonly time: number };
  readonly warnings: readonly string[];
}

/**
 * Reads the rows of a training table by hand.
 *
 * @param db - the database that holds the entities.
 * @param entityTable - their table.
 * @param table - the columns of the key under their own names, or ENTITY; TIMESTAMP (may lack), TARGET, SPLIT (may lack).
 * @param given - what {@link describeGivenTarget} says of it.
 * @throws {@link DataError} DAT130 for a missing column, DAT131 for entities that do not exist, DAT132 for times that
 * cannot be read, DAT134 for words that name no part.
 */
export function readGivenRows(
  db: Database,
  entityTable: string,
  table: Table,
  given: GivenTarget,
): GivenRows {
  const entities = readEntities(db, entityTable, table);
  const time = given.timed ? readTimes(table) : null;
  const own = time ? null : db.timeColumn(entityTable);
  const { targets, classes, integer } = readTargets(requireGivenColumn(table, "TARGET"), given);
  const split = readSplit(table);
  const dropped = { target: 0, time: 0 };
  const rows: number[] = [];
  const times = new Float64Array(table.numRows).fill(Infinity);
  for (let row = 0; row < table.numRows; row++) {
    if (Number.isNaN(targets[row]!)) dropped.target++;
    else if (own && !isValid(own, entities[row]!)) dropped.time++;
    else rows.push(row);
    if (time) times[row] = time[row]!;
    else if (own && isValid(own, entities[row]!)) times[row] = own.values[entities[row]!]!;
  }
  const order = Int32Array.from(rows).sort((a, b) =>
    times[a] === times[b] ? entities[a]! - entities[b]! || a - b : times[a]! - times[b]!,
  );
  const taken = {
    entityRows: order.map((row) => entities[row]!),
    anchorTimes: Float64Array.from(order, (row) => times[row]!),
    targets: Float64Array.from(order, (row) => targets[row]!),
    split: split && Uint8Array.from(order, (row) => split[row]!),
  };
  const named = (row: number): string => keyText(db, entityTable, taken.entityRows[row]!);
  const warnings = [
    ...droppedWords(dropped),
    ...notYetThere(db, entityTable, taken, time !== null, named),
    ...repeated(taken, named),
  ];
  return { ...taken, classes, integer, dropped, warnings };
}

function readEntities(db: Database, entityTable: string, table: Table): Int32Array {
  const key = db.tableSchema(entityTable).primaryKey ?? [];
  const columns = key.map((name) => {
    const own = findGivenColumn(table, name);
    if (own) return own;
    const general = key.length === 1 ? findGivenColumn(table, "ENTITY") : null;
    const or = key.length === 1 ? " or `ENTITY`" : "";
    return general ?? requireGivenColumn(table, name, `\`${name}\`${or}, the entity's key`);
  });
  const rows = db.keyIndex(entityTable).lookup(columns);
  const first = rows.findIndex((row) => row < 0);
  if (first < 0) return rows;
  const missing = rows.reduce((count, row) => count + (row < 0 ? 1 : 0), 0);
  const shown = columns.map((column) => cellText(column, first) ?? "null").join(", ");
  const some = db.table(entityTable).numRows > 0 ? keyText(db, entityTable, 0) : null;
  const message = `${missing} of ${table.numRows} rows name no row of \`${entityTable}\`, the first is \`${shown}\``;
  throw new DataError("DAT131", message, {
    at: { table: table.name, column: columns[0]!.name, row: first + 1 },
    hint:
      some === null ? "that table is empty" : `keys look like \`${some}\`; leave other rows out`,
  });
}

function keyText(db: Database, table: string, row: number): string {
  const key = db.tableSchema(table).primaryKey ?? [];
  return key.map((name) => cellText(db.table(table).column(name), row) ?? "null").join(", ");
}

function readTimes(table: Table): Float64Array {
  const column = requireGivenColumn(table, "TIMESTAMP");
  const refuse = (row: number, found: string): DataError =>
    new DataError("DAT132", `\`${column.name}\` expects a time in each row, found ${found}`, {
      at: { table: table.name, column: column.name, row: row + 1 },
      hint: "write ISO 8601, or leave the column out for a static target",
    });
  if (column.kind !== "timestamp" && column.kind !== "string") throw refuse(0, `${column.kind}s`);
  const texts = column.kind === "string" ? column.dictionary.map((text) => parseTime(text)) : [];
  return Float64Array.from({ length: column.length }, (_, row) => {
    if (!isValid(column, row)) throw refuse(row, "nothing");
    const time = column.kind === "string" ? texts[column.codes[row]!]! : column.values[row]!;
    if (time === null) throw refuse(row, `\`${cellText(column, row)}\``);
    return time;
  });
}

function readTargets(
  column: Column,
  { kind }: GivenTarget,
): Pick<GivenRows, "targets" | "classes" | "integer"> {
  const targets = new Float64Array(column.length).fill(Number.NaN);
  if (kind === "class" && column.kind === "string") {
    const used = new Set<number>();
    for (let row = 0; row < column.length; row++) {
      if (isValid(column, row)) used.add(column.codes[row]!);
    }
    const classes = [...used].map((code) => column.dictionary[code]!).sort();
    const place = new Map(classes.map((name, i) => [name, i]));
    for (let row = 0; row < column.length; row++) {
      if (isValid(column, row)) targets[row] = place.get(column.dictionary[column.codes[row]!]!)!;
    }
    return { targets, classes, integer: false };
  }
  const values = column.kind === "number" || column.kind === "boolean" ? column.values : [];
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row)) targets[row] = values[row]!;
  }
  const integer = targets.every((value) => Number.isNaN(value) || Number.isInteger(value));
  return { targets, classes: null, integer };
}

function readSplit(table: Table): Uint8Array | null {
  const column = findGivenColumn(table, "SPLIT");
  if (!column) return null;
  return Uint8Array.from({ length: column.length }, (_, row) => {
    const text = cellText(column, row);
    const code = column.kind === "number" ? Number(text) : partOf(text);
    if (text !== null && (code === 0 || code === 1 || code === 2)) return code;
    const near = suggest(text ?? "", SPLITS)[0];
    const hint = near === undefined ? "" : `did you mean \`${near}\`? `;
    const found = text === null ? "nothing" : `\`${text}\``;
    throw new DataError("DAT134", `\`${column.name}\` expects train, val or test, found ${found}`, {
      at: { table: table.name, column: column.name, row: row + 1 },
      hint: `${hint}leave the column out for the default split`,
    });
  });
}

function partOf(text: string | null): number {
  const word = text?.trim().toLowerCase();
  return SPLITS.indexOf((word === "validation" ? "val" : word) as SplitName);
}

function droppedWords({ target, time }: GivenRows["dropped"]): string[] {
  const words = (count: number, what: string): string =>
    `${count} ${count === 1 ? "row" : "rows"} of the training table left out: ${what}`;
  return [
    ...(target > 0 ? [words(target, "no target")] : []),
    ...(time > 0 ? [words(time, "the entity has no time of its own")] : []),
  ];
}

type Taken = Pick<GivenRows, "entityRows" | "anchorTimes" | "targets" | "split">;

/** Rows that ask about an entity before its own row was there. */
function notYetThere(
  db: Database,
  entityTable: string,
  { entityRows, anchorTimes }: Taken,
  timed: boolean,
  named: (row: number) => string,
): string[] {
  const created = timed ? db.timeColumn(entityTable) : null;
  if (!created) return [];
  const early = (row: number): boolean =>
    isValid(created, entityRows[row]!) && created.values[entityRows[row]!]! > anchorTimes[row]!;
  const rows = [...entityRows.keys()].filter(early);
  if (rows.length === 0) return [];
  const first = `${named(rows[0]!)} at ${formatTime(anchorTimes[rows[0]!]!)}`;
  return [
    `${rows.length} rows of the training table are earlier than their row of \`${entityTable}\`, such as ${first}: nothing is known of these entities yet`,
  ];
}

/** The same entity at the same time with another target. */
function repeated(
  { entityRows, anchorTimes, targets }: Taken,
  named: (row: number) => string,
): string[] {
  const rows = [...entityRows.keys()].filter(
    (row) =>
      row > 0 &&
      entityRows[row] === entityRows[row - 1] &&
      anchorTimes[row] === anchorTimes[row - 1] &&
      targets[row] !== targets[row - 1],
  );
  const [row] = rows;
  if (row === undefined) return [];
  const time = anchorTimes[row]!;
  const when = Number.isFinite(time) ? ` at ${formatTime(time)}` : "";
  return [
    `${rows.length} rows of the training table repeat an entity and time with another target, such as ${named(row)}${when}`,
  ];
}
