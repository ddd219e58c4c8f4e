/** Labels of signals for people, and their stable ids. */
import { capitalize, humanize, singular, withoutUnit } from "../../src/core/words.js";
import type { Database } from "../../src/data/database.js";
import { findColumn } from "../../src/data/schema.js";
import type { HeteroGraph } from "../hetero-graph.js";
import { cellTable, listTable, rootTable } from "./steps.js";
import type { Signal, SignalPath, SignalPrimitive, SignalStep } from "./types.js";
import { windowName } from "./windows.js";

/** What words are made from. */
export interface LabelContext {
  readonly db: Database;
  readonly graph: HeteroGraph;
  /** Words by table or `table.column` that stand for what the names say. */
  readonly words: Readonly<Record<string, string>>;
}

/** What a label is made from. */
export type Unlabelled = Pick<Signal, "path" | "column" | "primitive" | "window">;

/** Names a signal by its path, column, primitive and window. */
export function signalId({ path, column, primitive, window }: Unlabelled): string {
  const { kind, ...rest } = primitive;
  const details =
    primitive.kind === "cohort" ? [primitive.what, primitive.of.id] : Object.values(rest);
  const what = details.length === 0 ? kind : `${kind}(${details.join(",")})`;
  const where = column === null ? pathName(path) : `${pathName(path)}.${column}`;
  return `${where} ${what}${window === null ? "" : ` ${windowName(window)}`}`;
}

/** Names what signals of one family share: path and column. */
export function familyId(path: SignalPath, column: string | null): string {
  return column === null ? pathName(path) : `${pathName(path)}.${column}`;
}

/** Writes a path: `users >COMPANY_ID:companies <COMPANY_ID:users <USER_ID:sessions`. */
export function pathName({ entity, roots, downs, sides, union }: SignalPath): string {
  const name = (step: SignalStep): string => {
    switch (step.kind) {
      case "parent":
        return `>${step.key}:${step.table}`;
      case "children":
        return `<${step.key}:${step.table}`;
      case "newest":
        return `<!${step.key}:${step.table}`;
      case "recent":
        return `<*${step.key}:${step.via}>${step.otherKey}:${step.table}`;
      case "all":
        return `*${step.table}`;
    }
  };
  const merged = union.map(({ table, key }) => `<${key}:${table}`).join("+");
  return [entity, ...[...roots, ...downs, ...sides].map(name), merged].filter(Boolean).join(" ");
}

/** Writes the label of a signal: `Sessions (30d)`, `Company: session duration trend (30d)`. */
export function signalLabel(signal: Unlabelled, context: LabelContext): string {
  const text = wordsOf(signal, context);
  const prefix = rootWords(signal.path, context);
  return prefix === "" ? capitalize(text) : `${capitalize(prefix)}: ${text}`;
}

function wordsOf(signal: Unlabelled, context: LabelContext): string {
  const { path, primitive, window } = signal;
  const rows = rowsWords(path, context);
  const row = singular(rows);
  const cell = cellWords(signal, context);
  // Of a list's own columns the row is said already.
  const own = path.sides.length > 0 ? cell : columnWords(signal, context);
  const during = ` (${windowName(window)})`;
  const along = path.sides.length > 0 ? ` of ${rows}` : "";
  switch (primitive.kind) {
    case "value":
      return cell;
    case "age":
      return `days since ${columnWords(signal, context)}`;
    case "month":
    case "weekday":
      return `${cell}, ${primitive.kind}`;
    case "length":
      return `${cell}, length`;
    case "hash":
      return `${cell}, text pattern ${primitive.bucket + 1}`;
    case "dimension":
      return `${cell}, dimension ${primitive.index + 1}`;
    case "contains":
      return path.downs.length === 0
        ? `${cell} with ${primitive.category}`
        : `share of ${rows} with ${own} ${primitive.category}${during}`;
    case "staleness":
      return "days without new data";
    case "count":
      return `${rows}${during}`;
    case "days":
      return `days with ${rows}${during}`;
    case "sinceLast":
      return `days since last ${row}`;
    case "sinceFirst":
      return `days since first ${row}`;
    case "meanGap":
      return `usual days between ${rows}`;
    case "due":
      return `days since last ${row} by the usual gap`;
    case "countTrend":
      return `${rows} trend${during}`;
    case "ownShare":
      return `own share of ${rows}${during}`;
    case "perPeer":
      return `${rows} a ${singular(humanize(path.entity))}${during}`;
    case "sum":
      return `${cell} total${along}${during}`;
    case "mean":
      return `${cell} average${along}${during}`;
    case "std":
      return `${cell} spread${along}${during}`;
    case "min":
      return `lowest ${cell}${along}${during}`;
    case "max":
      return `highest ${cell}${along}${during}`;
    case "trend":
      return `${cell} trend${along}${during}`;
    case "last":
      return `last ${cell}`;
    case "first":
      return `first ${cell}`;
    case "lastMean":
      return `${cell} average of the last ${primitive.k}`;
    case "lag":
      return primitive.k === 1 ? `last ${cell}` : `${ordinal(primitive.k)} last ${cell}`;
    case "slope":
      return `${cell} slope over the last ${primitive.k}`;
    case "change":
      return `last change of ${cell}`;
    case "share":
      return `share of ${rows} with ${own} ${primitive.category}${during}`;
    case "countOf":
      return `${rows} with ${own} ${primitive.category}${during}`;
    case "entropy":
      return `${cell} variety${along}${during}`;
    case "distinct":
      return `different ${cell} values${along}${during}`;
    case "pair":
      return `${rows} with ${own} ${primitive.category} and ${humanize(primitive.other)} ${primitive.otherCategory}${during}`;
    case "open":
      return `${openWord(signal, context)} ${rows}`;
    case "openOf":
      return `${openWord(signal, context)} ${rows} with ${humanize(primitive.of)} ${primitive.category}`;
    case "nth":
      return path.union.length > 0
        ? `kind of the ${primitive.k === 1 ? "" : `${ordinal(primitive.k)} `}last event`
        : `${primitive.k === 1 ? "" : `${ordinal(primitive.k)} `}last ${cell}`;
    case "position":
      return `place of ${humanize(primitive.category)} among the last ${path.union.length > 0 ? "events" : rows}`;
    case "bigram":
      return `${humanize(primitive.before)} then ${humanize(primitive.category)}${during}`;
    case "cohort":
      return `${primitive.of.label}, ${primitive.what} among all`;
  }
}

/** Rows that have not come to their end of life are active; those that wait for a time are open. */
function openWord({ path, column }: Unlabelled, { db }: LabelContext): string {
  return db.tableSchema(listTable(path)).endTimeColumn === column ? "active" : "open";
}

/** The rows of a path: `sessions`, `returns of orders`, `visits (guide id)`. */
function rowsWords(path: SignalPath, context: LabelContext): string {
  const [whole] = path.roots;
  if (whole?.kind === "all") return `all ${tableWords(whole.table, context)}`;
  if (path.union.length > 0) return "events";
  const names = path.downs.map((step, i) => {
    const parent = path.downs[i - 1]?.table ?? rootTable(path);
    const words = tableWords(step.table, context);
    const isOneOfMany = edgesBetween(context.graph, step.table, parent) > 1;
    return isOneOfMany && step.kind === "children" ? `${words} (${keyWords(step.key)})` : words;
  });
  // Sessions of the company's users are said as sessions of the company.
  const isOverPeers =
    names.length > 1 && path.downs[0]!.table === path.entity && path.roots.length > 0;
  return (isOverPeers ? names.slice(1) : names).reverse().join(" of ");
}

/** The cell read: `session duration`, `company plan`. */
function cellWords(signal: Unlabelled, context: LabelContext): string {
  const table = cellTable(signal.path);
  if (signal.column === null)
    return signal.path.union.length > 0 ? "event" : singular(tableWords(table, context));
  const given = context.words[`${table}.${signal.column}`];
  if (given !== undefined) return given;
  const words = columnWords(signal, context);
  const row = singular(tableWords(table, context));
  if (row.endsWith(words)) return row;
  // The row is said by the prefix already.
  const isSaid =
    signal.path.downs.length + signal.path.sides.length === 0 && signal.path.roots.length > 0;
  return isSaid || words.startsWith(row) ? words : `${row} ${words}`;
}

function columnWords({ column, path }: Unlabelled, { db, words }: LabelContext): string {
  const table = cellTable(path);
  const given = words[`${table}.${column}`];
  if (given !== undefined || column === null) return given ?? "";
  const unit = findColumn(db.tableSchema(table), column)?.unit ?? null;
  return withoutUnit(humanize(column), unit);
}

/** What the roots are called: `company`, `last result's constructor`, `recent features`. */
function rootWords(path: SignalPath, context: LabelContext): string {
  const { roots, entity } = path;
  let table = entity;
  let words = "";
  for (const step of roots) {
    const row = singular(tableWords(step.table, context));
    switch (step.kind) {
      case "parent": {
        const isPlain =
          step.table !== entity && edgesBetween(context.graph, table, step.table) === 1;
        words = `${words === "" ? "" : `${words}'s `}${isPlain ? row : keyWords(step.key)}`;
        break;
      }
      case "newest":
      case "children":
        words = `last ${row}`;
        break;
      case "recent":
        words = `recent ${tableWords(step.table, context)} of ${tableWords(step.via, context)}`;
        break;
      case "all":
        words = "";
    }
    table = step.table;
  }
  return words;
}

function tableWords(table: string, { words }: LabelContext): string {
  return words[table] ?? humanize(table);
}

function keyWords(key: string): string {
  return humanize(key).replace(/ id$/, "");
}

function edgesBetween(graph: HeteroGraph, child: string, parent: string): number {
  return graph.edges.filter(({ forward }) => forward.source === child && forward.target === parent)
    .length;
}

function ordinal(k: number): string {
  return k === 2 ? "second" : k === 3 ? "third" : `${k}th`;
}

/** Names the table a signal tells about. */
export function signalTable({ path, column }: Pick<Unlabelled, "path" | "column">): string {
  return column === null ? listTable(path) : cellTable(path);
}

/** Tells whether a primitive is a trend, which is told as a change by percent. */
export function isTrend({ kind }: SignalPrimitive): boolean {
  return kind === "trend" || kind === "countTrend";
}
