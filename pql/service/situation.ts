/** What is known at a cursor: the tables whose rows are at hand, the types of what has been written. */
import type { ColumnSchema, TableSchema } from "../../src/data/schema.js";
import { keyColumns } from "../../src/data/schema.js";
import type { ValueType } from "../bind/bound.js";
import type { Parameters } from "../bind/parameters.js";
import { columnType } from "../bind/values.js";
import * as T from "../syntax/tokens.js";
import { type Cursor, type Operand, openAggregation } from "./cursor.js";
import { canLookUp, columnNamed, type Names, pathTo, tableNamed } from "./names.js";
import { namesIn, type Source } from "./source.js";

/** A cursor with its surroundings. */
export interface Situation {
  readonly cursor: Cursor;
  readonly source: Source;
  /** `null` without a schema. */
  readonly names: Names | null;
  /** Whether only the published language is offered. */
  readonly strict: boolean;
  readonly params: Parameters;
  /** The entity table, wherever in the text it is named. */
  readonly entity: TableSchema | null;
  /** The character behind the word at the cursor. */
  readonly nextSign: string;
}

/** Finds the entity table of a text. */
export function entityOf({ tokens }: Source, names: Names | null): TableSchema | null {
  const word = tokens.findLastIndex(
    ({ tokenType }) => tokenType === T.ForEach || tokenType === T.For,
  );
  const bracket = tokens[word + 1]?.tokenType === T.LeftBracket ? 1 : 0;
  const key = tokens[word + 1 + bracket];
  if (!names || word < 0 || key?.tokenType !== T.FqnColumn) return null;
  return tableNamed(names, namesIn(key)[0]!.name);
}

/** Whether the cursor stands where an aggregation names what it aggregates, functions and brackets inside included. */
export function inArgument({ cursor }: Situation): boolean {
  const frame = openAggregation(cursor);
  return frame !== null && !frame.inFilter;
}

/** The table whose rows own what is aggregated at the cursor; `null` where it is not known yet. */
export function ownerAt(situation: Situation): TableSchema | null {
  const { cursor, names, entity } = situation;
  const open = cursor.frames.filter(({ kind }) => kind === "aggregation");
  const outer = inArgument(situation) ? open.at(-2) : open.at(-1);
  if (!outer) return entity;
  return names && outer.argument && tableNamed(names, outer.argument.table);
}

/** The tables whose columns can stand at the cursor, the nearest first. */
export function tablesAt(situation: Situation): readonly TableSchema[] {
  const { cursor, names, entity } = situation;
  if (!names) return [];
  const { tables } = names.schema;
  const aggregation = openAggregation(cursor);
  const base = aggregation?.argument && tableNamed(names, aggregation.argument.table);
  if (aggregation && !base) return aggregableTables(tables, ownerAt(situation), names);
  const rows = base ? rowsOf(base, situation) : entity ? [entity] : [];
  if (rows.length === 0) return tables;
  const others = tables.filter((table) => !rows.includes(table) && canLookUp(rows, table, names));
  return [...rows, ...others];
}

/** Tables with a way to the owner: its children first, and those with a time. */
export function aggregableTables(
  tables: readonly TableSchema[],
  owner: TableSchema | null,
  names: Names,
): readonly TableSchema[] {
  if (!owner) return tables.filter((table) => table.foreignKeys.length > 0);
  const isChild = (table: TableSchema): boolean =>
    table.foreignKeys.some((key) => key.table === owner.name);
  const linked = tables.filter(
    (table) => isChild(table) || (table !== owner && pathTo(table, owner, names) !== null),
  );
  const order = (table: TableSchema): number =>
    (isChild(table) ? 0 : 2) + (table.timeColumn === null ? 1 : 0);
  return linked.toSorted((a, b) => order(a) - order(b));
}

/** The tables of the joined row of an aggregation: the aggregated one and those on its path. */
function rowsOf(base: TableSchema, { cursor, names, entity }: Situation): TableSchema[] {
  const open = cursor.frames.filter(({ kind }) => kind === "aggregation");
  const outer = open.at(-2)?.argument;
  const owner = outer ? tableNamed(names!, outer.table) : entity;
  const path = owner && pathTo(base, owner, names!);
  return path && path !== "several" ? [base, ...path.map((hop) => hop.to)] : [base];
}

const NUMBERS: ReadonlySet<string> = new Set([
  "SUM",
  "AVG",
  "MEDIAN",
  "STDDEV",
  "VARIANCE",
  "QUANTILE",
]);
/** What functions take; COALESCE takes anything. */
const TAKES: Readonly<Record<string, ValueType>> = {
  ABS: "number",
  LOG: "number",
  LENGTH: "text",
  YEAR: "time",
  MONTH: "time",
  WEEKDAY: "time",
};

/** Tells whether a column fits at the cursor. */
export function fitsAt(
  table: TableSchema,
  column: ColumnSchema,
  { cursor, strict }: Situation,
  names: Names,
): boolean {
  const type = columnType(column);
  const isKey = column.stype === "id" || keyColumns(table).has(column.name);
  const innermost = cursor.frames.findLast(({ kind }) => kind !== "group");
  if (cursor.arithmetic) return type === "number" || type === "boolean";
  if (innermost?.kind === "call") {
    const takes = TAKES[innermost.word];
    return takes === undefined || compatible(type, takes);
  }
  if (innermost?.kind === "aggregation" && !innermost.inFilter) {
    return fitsAggregation(innermost.word, table, column, isKey, strict);
  }
  const left = cursor.comparison && typeOf(cursor.comparison.left, names);
  return type !== "vector" && (!left || compatible(type, left));
}

function compatible(a: ValueType, b: ValueType): boolean {
  const plain = (type: ValueType): ValueType => (type === "boolean" ? "number" : type);
  return plain(a) === plain(b);
}

/** Tells whether an aggregation takes a column. */
export function fitsAggregation(
  word: string,
  table: TableSchema,
  column: ColumnSchema,
  isKey: boolean,
  strict: boolean,
): boolean {
  const type = columnType(column);
  const single = type !== "list" && type !== "vector";
  if (NUMBERS.has(word)) return (type === "number" || type === "boolean") && !isKey;
  switch (word) {
    case "COUNT_DISTINCT":
      return single && !(strict && isKey);
    case "FIRST":
    case "LAST":
      return !table.foreignKeys.some((key) => key.columns.includes(column.name));
    case "LIST_DISTINCT":
      return single && !(table.primaryKey ?? []).includes(column.name);
    case "MIN":
    case "MAX":
    case "MODE":
      return single;
    default:
      return true;
  }
}

const CONSTANTS: Readonly<Record<string, ValueType>> = {
  Int: "number",
  Decimal: "number",
  Str: "text",
  Bool: "boolean",
  DateLiteral: "time",
  TimeLiteral: "time",
  Anchor: "time",
};

/** The type of a value that has been written; `null` where it is not known, or is a condition. */
export function typeOf(operand: Operand | null, names: Names | null): ValueType | null {
  switch (operand?.kind) {
    case "column": {
      const table = names && tableNamed(names, operand.table);
      const column = table && columnNamed(table, operand.column, names.strict);
      return column ? columnType(column) : null;
    }
    case "constant":
      return CONSTANTS[operand.word] ?? null;
    case "call":
      return operand.word === "COALESCE" ? null : "number";
    case "aggregation":
      switch (operand.word) {
        case "EXISTS":
          return null;
        case "LIST_DISTINCT":
          return "list";
        case "MIN":
        case "MAX":
        case "MODE":
        case "FIRST":
        case "LAST":
          return typeOf(operand.argument, names);
        default:
          return "number";
      }
    default:
      return null;
  }
}
