/** Tables, columns, links, targets and paths in Markdown. */
import { type ColumnSchema, keyColumns, type TableSchema } from "../../src/data/schema.js";
import {
  allAggregations,
  allColumns,
  type BoundAggregation,
  type BoundColumn,
  type BoundNamedTarget,
  type BoundQuery,
} from "../bind/bound.js";
import type { NamedTarget } from "../syntax/ast.js";
import { printTarget } from "../syntax/print.js";
import { describePath, linkOf, type Names, spellColumn, spellKey } from "./names.js";
import { describeWindow } from "./window-at.js";

/** Writes a text as code, whatever backquotes it holds. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}

/** Describes a table: its key, time, links and columns. */
export function tableText(table: TableSchema, names: Names): string {
  const key = spellKey(table);
  const children = names.schema.tables.filter((other) =>
    other.foreignKeys.some((link) => link.table === table.name),
  );
  const links = table.foreignKeys.map((link) => `${link.name} → ${link.table}`);
  const lines = [
    key ? `key: ${code(key)}` : "no key",
    table.timeColumn === null
      ? "no time: rows are always known"
      : `time: ${code(table.timeColumn)}`,
    table.endTimeColumn === null ? null : `end: ${code(table.endTimeColumn)}`,
    links.length > 0 ? `links: ${code(links.join(", "))}` : null,
    children.length > 0 ? `linked by: ${code(children.map(({ name }) => name).join(", "))}` : null,
    `columns: ${code(table.columns.map(({ name }) => name).join(", "))}`,
  ];
  return [`**Table** ${code(table.name)}`, "", ...bullets(lines)].join("\n");
}

/** Describes a column: what it holds and its role. */
export function columnText(table: TableSchema, column: ColumnSchema): string {
  const link = linkOf(table, column.name);
  const isKey = (table.primaryKey ?? []).includes(column.name);
  const lines = [
    isKey ? "primary key" : null,
    link ? `foreign key to ${code(link.table)}` : null,
    table.timeColumn === column.name ? "when a row became known" : null,
    table.endTimeColumn === column.name ? "when a row ended" : null,
    column.unit === null ? null : `unit: ${column.unit}`,
    column.knownFrom === null ? null : `known from ${code(column.knownFrom)} on`,
    keyColumns(table).has(column.name) ? "a link, no feature of models" : null,
  ];
  const name = code(spellColumn(table.name, column.name));
  return [`**Column** ${name}: ${column.kind}, ${column.stype}`, "", ...bullets(lines)]
    .join("\n")
    .trimEnd();
}

function bullets(lines: readonly (string | null)[]): string[] {
  return lines.flatMap((line) => (line === null ? [] : [`- ${line}`]));
}

/** Describes a foreign key that VIA names. */
export function linkText(holder: TableSchema, columns: readonly string[], to: string): string {
  const shown = columns.map((name) => spellColumn(holder.name, name)).join(", ");
  return `**Link** ${code(shown)} → ${code(to)}`;
}

/** Describes a target with its task. */
export function targetText(written: NamedTarget, bound: BoundNamedTarget | null): string {
  const head = written.name === null ? "**Target**" : `**Target** ${code(written.name)}`;
  const text = code(printTarget(written.value));
  if (!bound) return `${head}\n\n${text}`;
  const { taskType, timeframes, top, value } = bound;
  const numbers = [
    top === null ? "" : `, the best ${top}`,
    timeframes === 1 ? "" : `, ${timeframes} windows`,
  ];
  const windows = allAggregations(value).flatMap(({ window }) => window ?? []);
  const lines = new Set(windows.map(describeWindow));
  const rest = lines.size === 1 ? `\n\n${[...lines][0]}` : "";
  return `${head}: ${taskType.replaceAll("_", " ")}${numbers.join("")}\n\n${text}${rest}`;
}

/** Finds the innermost aggregation at an offset. */
export function aggregationAt(bound: BoundQuery, offset: number): BoundAggregation | null {
  const all = treesOf(bound).flatMap(allAggregations);
  return all.findLast(({ span }) => span.start <= offset && offset <= span.end) ?? null;
}

/** Finds the looked-up column at an offset. */
export function lookedUpAt(bound: BoundQuery, offset: number): BoundColumn | null {
  const all = treesOf(bound).flatMap(allColumns);
  const found = all.find(({ span }) => span.start <= offset && offset <= span.end);
  return found && found.steps.length > 0 ? found : null;
}

function treesOf({ targets, where, assuming }: BoundQuery) {
  return [...targets.map(({ value }) => value), where, assuming].filter((tree) => tree !== null);
}

/** Describes over which links aggregated rows reach their owner. */
export function aggregationPath({ path, owner, table }: BoundAggregation): string {
  const clock = path.clock === null ? null : [table, ...path.hops.map((hop) => hop.to)][path.clock];
  const timed = clock && clock !== table ? `\n\nThe window is on ${code(clock.name)}.` : "";
  return `Per row of ${code(owner.name)}, over ${code(describePath(path.hops))}.${timed}`;
}

/** Describes over which links a column is looked up. */
export function lookupPath({ steps }: BoundColumn): string {
  return `Looked up over ${code(describePath(steps))}.`;
}
