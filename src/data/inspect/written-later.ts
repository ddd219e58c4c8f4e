/** Columns whose cells seem to be written later than their row: used as they are, they tell the future. */
import { type Column, isValid, type TimestampColumn, takeRows } from "../column.js";
import { nameWords } from "../infer/names.js";
import { timeRole } from "../infer/time-column.js";
import { type ColumnSchema, keyColumns, type TableSchema } from "../schema.js";
import { Table } from "../table.js";
import type { Suspicion } from "./suspicion.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Words of outcomes and running totals. */
const OUTCOME = words(
  "churn churned last latest current total lifetime cumulative resolved resolution closed satisfaction response outcome cancelled canceled accepted won lost escalation escalated upgrade downgrade final",
);
/** Words of totals, suspicious where others link to the table: an event may well carry a count of its own. */
const TOTAL = words("count counts views votes score reputation followers");

/** Rows looked at. */
const SAMPLE = 100_000;

/**
 * Finds columns that look written later than their row.
 *
 * @param table - the table.
 * @param schema - its schema; columns with `knownFrom`, keys, the row's time and its end time are settled.
 * @param isParent - whether other tables link to it.
 * @returns one suspicion a column, with the setting that would mend it.
 */
export function findWrittenLater(
  table: Table,
  schema: TableSchema,
  isParent: boolean,
): Suspicion[] {
  const { timeColumn } = schema;
  const rows = sampled(table.numRows);
  const sample =
    rows === null
      ? table
      : new Table(
          table.name,
          table.columns.map((column) => takeRows(column, rows)),
        );
  const time = timeColumn === null ? null : (sample.column(timeColumn) as TimestampColumn);
  const ends = sample.columns.filter(
    (column): column is TimestampColumn =>
      column.kind === "timestamp" &&
      column.name !== timeColumn &&
      isLater(column, time, table.name),
  );
  const keys = keyColumns(schema);
  const found: Suspicion[] = [];
  for (const column of sample.columns) {
    const settled = schema.columns.find(({ name }) => name === column.name)!;
    if (keys.has(column.name) || column.name === timeColumn || isSettled(schema, settled)) continue;
    const reason = laterReason(column, table.name, time, ends, isParent);
    if (reason === null) continue;
    found.push({
      kind: "written-later",
      table: table.name,
      column: column.name,
      rows: null,
      message: `\`${table.name}.${column.name}\` ${reason.message}`,
      hint: reason.hint,
    });
  }
  return found;
}

function sampled(length: number): Int32Array | null {
  if (length <= SAMPLE) return null;
  return Int32Array.from({ length: SAMPLE }, (_, i) => Math.floor((i * length) / SAMPLE));
}

function isSettled(schema: TableSchema, column: ColumnSchema): boolean {
  return column.knownFrom !== null || schema.endTimeColumn === column.name;
}

interface Reason {
  readonly message: string;
  readonly hint: string;
}

function laterReason(
  column: Column,
  table: string,
  time: TimestampColumn | null,
  ends: readonly TimestampColumn[],
  isParent: boolean,
): Reason | null {
  const { name } = column;
  if (ends.includes(column as TimestampColumn)) return endReason(name, table, isParent);
  if (column.kind === "timestamp") return null;
  const end = ends.find((candidate) => isFilledWith(column, candidate));
  if (end) {
    return {
      message: `is filled only where \`${end.name}\` is: it seems known only from then`,
      hint: `set "knownFrom": { "${name}": "${end.name}" } for \`${table}\``,
    };
  }
  const old = time && onlyOldValue(column, time);
  if (old) {
    return {
      message: `is ${old} in old rows only: it seems to be set later than the row`,
      hint: `exclude it, or name the time it is known from: "knownFrom": { "${name}": "…" }`,
    };
  }
  const parts = nameWords(name);
  const outcome = parts.some((word) => OUTCOME.has(word));
  const total = isParent && parts.some((word) => TOTAL.has(word));
  if ((!outcome && !total) || time === null) return null;
  const closing = ends.find((candidate) => timeRole(candidate.name, table) === "end");
  const known =
    outcome && closing ? `set "knownFrom": { "${name}": "${closing.name}" }` : 'set "knownFrom"';
  return {
    message: `is named like ${outcome ? "an outcome" : "a running total"}: is it known when the row is written?`,
    hint: `if not, exclude it or ${known} for \`${table}\``,
  };
}

function endReason(name: string, table: string, isParent: boolean): Reason {
  const end = timeRole(name, table) === "end" && isParent;
  return {
    message: "lies after the row's time: it is known only when it has come",
    hint: end
      ? `set "endTimeColumn": "${name}" for \`${table}\`, or "knownFrom": { "${name}": "${name}" }`
      : `set "knownFrom": { "${name}": "${name}" } for \`${table}\`, or exclude it`,
  };
}

/** An end or a change by name, or a time that is mostly later than the row's. */
function isLater(column: TimestampColumn, time: TimestampColumn | null, table: string): boolean {
  const role = timeRole(column.name, table);
  if (role === "birth") return false;
  if (time === null) return role === "changed" || role === "end";
  let present = 0;
  let later = 0;
  for (let row = 0; row < column.length; row++) {
    if (!isValid(column, row) || !isValid(time, row)) continue;
    present++;
    if (column.values[row]! > time.values[row]!) later++;
  }
  if (present === 0) return role === "end" || role === "changed";
  return later / present > (role === "end" || role === "changed" ? 0.2 : 0.9);
}

/** Null wherever the end is null, and mostly there where the end is. */
function isFilledWith(column: Column, end: TimestampColumn): boolean {
  let open = 0;
  let openFilled = 0;
  let closed = 0;
  let closedFilled = 0;
  for (let row = 0; row < column.length; row++) {
    const filled = isValid(column, row);
    if (isValid(end, row)) {
      closed++;
      if (filled) closedFilled++;
    } else {
      open++;
      if (filled) openFilled++;
    }
  }
  return open >= 3 && closed >= 3 && openFilled <= open * 0.02 && closedFilled >= closed * 0.3;
}

/** Finds a value of a flag or a status that the newest tenth of the rows lacks although a tenth of the others has it. */
function onlyOldValue(column: Column, time: TimestampColumn): string | null {
  if (column.kind !== "boolean" && column.kind !== "string") return null;
  if (column.kind === "string" && column.dictionary.length > 12) return null;
  const times = time.values.filter((_, row) => isValid(time, row)).sort();
  if (times.length < 100) return null;
  const recent = times[Math.floor(times.length * 0.9)]!;
  const codes = column.kind === "string" ? column.codes : column.values;
  const size = column.kind === "string" ? column.dictionary.length : 2;
  const old = new Float64Array(size);
  const fresh = new Float64Array(size);
  let oldRows = 0;
  let freshRows = 0;
  for (let row = 0; row < column.length; row++) {
    if (!isValid(column, row) || !isValid(time, row)) continue;
    const isFresh = time.values[row]! > recent;
    if (isFresh) freshRows++;
    else oldRows++;
    (isFresh ? fresh : old)[codes[row]!]!++;
  }
  for (let code = 0; code < size; code++) {
    const expected = (old[code]! / Math.max(1, oldRows)) * freshRows;
    if (old[code]! < oldRows * 0.1 || expected < 10 || fresh[code]! > expected * 0.1) continue;
    return column.kind === "string" ? `\`${column.dictionary[code]}\`` : String(code === 1);
  }
  return null;
}
