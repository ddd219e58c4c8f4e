/** Suspicious things: broken keys, odd dates, and columns that seem to know the future of their row. */
import { formatNumber } from "../../core/pretty.js";
import { formatTime, MS_PER_DAY } from "../../core/time.js";
import { isValid, nullCount, type StringColumn, type TimestampColumn } from "../column.js";
import type { Database } from "../database.js";
import { keyName } from "../infer/names.js";
import { sampleRows } from "../infer/values.js";
import { keyColumns, type TableSchema } from "../schema.js";
import type { Table } from "../table.js";
import type { Suspicion } from "./suspicion.js";
import { findWrittenLater } from "./written-later.js";

/** Finds what is suspicious in a database, table by table. */
export function findSuspicions(db: Database): Suspicion[] {
  const parents = new Set(
    db.schema.tables.flatMap((table) => table.foreignKeys.map((key) => key.table)),
  );
  return db.tables.flatMap((table) => {
    const schema = db.tableSchema(table.name);
    return [
      ...brokenKeys(db, schema),
      ...danglingLinks(db, schema),
      ...oddTimes(db, schema),
      ...findWrittenLater(table, schema, parents.has(table.name)),
      ...nullTexts(table, schema),
      ...unlinkedIds(schema),
    ];
  });
}

function brokenKeys(db: Database, { name, primaryKey }: TableSchema): Suspicion[] {
  if (!primaryKey) return [];
  const { duplicates, firstDuplicate, nulls } = db.keyIndex(name);
  const column = primaryKey.join("+");
  const found: Suspicion[] = [];
  if (duplicates > 0) {
    found.push({
      kind: "duplicate-key",
      table: name,
      column,
      rows: duplicates,
      message: `${count(duplicates, "row")} of \`${name}\` repeat the key of an earlier row (first: row ${firstDuplicate + 1})`,
      hint: "links go to the first row of a key: remove the others or choose another key",
    });
  }
  if (nulls > 0) {
    found.push({
      kind: "null-key",
      table: name,
      column,
      rows: nulls,
      message: `${count(nulls, "row")} of \`${name}\` have no key`,
      hint: "no link can reach such a row: fill the key or remove the rows",
    });
  }
  return found;
}

function danglingLinks(db: Database, { name, foreignKeys }: TableSchema): Suspicion[] {
  return foreignKeys.flatMap((key): Suspicion[] => {
    const { dangling } = db.link(name, key);
    if (dangling === 0) return [];
    return [
      {
        kind: "dangling-link",
        table: name,
        column: key.name,
        rows: dangling,
        message: `${count(dangling, "value")} of \`${name}.${key.name}\` have no row in \`${key.table}\``,
        hint: `such rows count for no row of \`${key.table}\`: were rows deleted there?`,
      },
    ];
  });
}

/** Times far outside the bulk: three interquartile ranges, and at least 30 days, from the quartiles (Tukey 1977). */
function oddTimes(db: Database, { name, timeColumn }: TableSchema): Suspicion[] {
  const times = timeColumn === null ? null : db.timeColumn(name);
  if (!times || timeColumn === null) return [];
  const found: Suspicion[] = [];
  const missing = nullCount(times);
  if (missing > 0) {
    found.push({
      kind: "missing-time",
      table: name,
      column: timeColumn,
      rows: missing,
      message: `${count(missing, "row")} of \`${name}\` have no \`${timeColumn}\``,
      hint: "a row without a time is never known: fill the time or choose another time column",
    });
  }
  const sample = sampleRows(times);
  const sorted = sample.values.filter((_, row) => isValid(sample, row)).sort();
  if (sorted.length < 4) return found;
  const q1 = sorted[Math.floor(sorted.length * 0.25)]!;
  const q3 = sorted[Math.floor(sorted.length * 0.75)]!;
  const reach = Math.max(3 * (q3 - q1), 30 * MS_PER_DAY);
  const bulk = `most lie between ${formatTime(q1)} and ${formatTime(q3)}`;
  const late = outside(times, q3 + reach, Infinity);
  if (late.rows > 0) {
    found.push({
      kind: "odd-date",
      table: name,
      column: timeColumn,
      rows: late.rows,
      message: `${count(late.rows, "row")} of \`${name}\` are dated far after the others (up to ${formatTime(late.max)}; ${bulk})`,
      hint: "future dates move the end of the data: remove them or set them to null",
    });
  }
  const early = outside(times, -Infinity, q1 - reach);
  if (early.rows > 0) {
    found.push({
      kind: "odd-date",
      table: name,
      column: timeColumn,
      rows: early.rows,
      message: `${count(early.rows, "row")} of \`${name}\` are dated far before the others (from ${formatTime(early.min)}; ${bulk})`,
      hint: "dates such as 1970-01-01 often stand for a missing time: set them to null",
    });
  }
  return found;
}

/** Counts the times strictly between two bounds, with the first and the last of them. */
function outside(times: TimestampColumn, from: number, to: number) {
  const { values } = times;
  let rows = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < values.length; row++) {
    const time = values[row]!;
    if (!(time > from && time < to) || !isValid(times, row)) continue;
    rows++;
    if (time < min) min = time;
    if (time > max) max = time;
  }
  return { rows, min, max };
}

const NUMBER_OR_TIME = /^\s*[-+]?\d+(?:[.,:/-]\d+)*(?:[eE][-+]?\d+)?\s*$/;
const NULL_WORD =
  /^(?:\\N|n\/?a|#n\/a|nan|null|none|nil|missing|unknown|undefined|[-.?*]+|\(null\)|<na>)$/i;
/** Share of rows up to which another word in a column of numbers is a slip. */
const SLIP = 0.001;

/** Text columns that would be numbers or times but for a few words; one suspicion for the columns that share them. */
function nullTexts(table: Table, schema: TableSchema): Suspicion[] {
  const keys = keyColumns(schema);
  const byWords = new Map<string, string[]>();
  for (const column of table.columns) {
    if (column.kind !== "string" || column.int64 || keys.has(column.name)) continue;
    const words = strayWords(column);
    if (words === null) continue;
    const shown = words.map((word) => JSON.stringify(word)).join(", ");
    byWords.set(shown, [...(byWords.get(shown) ?? []), column.name]);
  }
  return [...byWords].map(([shown, columns]): Suspicion => {
    const names = columns.map((name) => `\`${name}\``).join(", ");
    return {
      kind: "null-text",
      table: table.name,
      column: columns.length === 1 ? columns[0]! : null,
      rows: null,
      message: `${names} of \`${table.name}\` ${columns.length === 1 ? "is" : "are"} text only because of ${shown}`,
      hint: `if that means null, set "nullValues": [${shown}] for \`${table.name}\``,
    };
  });
}

/** Returns the one or two words that keep a column from being numbers, or `null` where it is text by right. */
function strayWords(column: StringColumn): string[] | null {
  const words: number[] = [];
  for (let code = 0; code < column.dictionary.length; code++) {
    if (!NUMBER_OR_TIME.test(column.dictionary[code]!)) words.push(code);
    if (words.length > 2) return null;
  }
  if (words.length === 0 || column.dictionary.length < words.length + 3) return null;
  const texts = words.map((code) => column.dictionary[code]!);
  if (texts.every((text) => NULL_WORD.test(text.trim()))) return texts;
  let rows = 0;
  for (let row = 0; row < column.length; row++) if (words.includes(column.codes[row]!)) rows++;
  return rows <= column.length * SLIP ? texts : null;
}

function unlinkedIds(schema: TableSchema): Suspicion[] {
  const keys = keyColumns(schema);
  return schema.columns.flatMap((column): Suspicion[] => {
    if (column.stype !== "id" || keys.has(column.name)) return [];
    const { ending, stem } = keyName(column.name);
    if (ending !== "strong" || stem.length === 0) return [];
    return [
      {
        kind: "unlinked-id",
        table: schema.name,
        column: column.name,
        rows: null,
        message: `\`${schema.name}.${column.name}\` holds identifiers, but links to no table`,
        hint: `name its table with "foreignKeys": { "${column.name}": "…" }, or exclude it`,
      },
    ];
  });
}

function count(rows: number, noun: string): string {
  return `${formatNumber(rows)} ${noun}${rows === 1 ? "" : "s"}`;
}
