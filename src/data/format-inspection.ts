/** Prints an inspection for people. */
import { formatNumber, indent, textTable } from "../core/pretty.js";
import { formatTime } from "../core/time.js";
import type { ColumnInspection, Inspection, TableInspection } from "./inspect.js";

/**
 * Prints tables with their rows, keys, time spans, stypes and links, then what is suspicious.
 *
 * @param inspection - what {@link inspectDatabase} found.
 * @returns lines without a trailing line break.
 */
export function formatInspection({ tables, suspicions, notes }: Inspection): string {
  const parts = [overview(tables), ...tables.map(formatTable)];
  if (suspicions.length > 0) {
    const lines = suspicions.map(({ message, hint }) => `- ${message}\n  hint: ${hint}`);
    parts.push(`suspicious:\n${lines.join("\n")}`);
  }
  if (notes.length > 0) parts.push(`notes:\n${notes.map((note) => `- ${note}`).join("\n")}`);
  return parts.join("\n\n");
}

function overview(tables: readonly TableInspection[]): string {
  const rows = tables.map((table) => [
    table.name,
    formatNumber(table.rows),
    table.primaryKey?.join("+") ?? "-",
    table.timeColumn ?? "-",
    formatSpan(table),
    table.links.map((link) => `${link.name} -> ${link.table}`).join(", ") || "-",
  ]);
  return textTable(["table", "rows", "key", "time", "span", "links"], rows, ["left", "right"]);
}

function formatSpan({ timeSpan }: TableInspection): string {
  if (!timeSpan) return "-";
  const day = (time: number): string => formatTime(Math.floor(time / 86_400_000) * 86_400_000);
  return `${day(timeSpan.min)} .. ${day(timeSpan.max)}`;
}

function formatTable(table: TableInspection): string {
  const rows = table.columns.map((column) => [
    column.name,
    column.kind,
    column.stype,
    column.role === "feature" ? "" : column.role,
    column.nulls === 0 ? "" : formatNumber(column.nulls),
    column.distinct === null ? "" : formatNumber(column.distinct),
    remarks(column),
  ]);
  const header = ["column", "kind", "stype", "role", "nulls", "distinct", ""];
  const align = ["left", "left", "left", "left", "right", "right"] as const;
  const links = table.links.map(
    (link) =>
      `${link.name} -> ${link.table}: ${formatNumber(link.nulls)} null, ${formatNumber(link.dangling)} dangling`,
  );
  return [
    `${table.name}`,
    indent(textTable(header, rows, align)),
    ...links.map((l) => indent(l)),
  ].join("\n");
}

function remarks({ unit, knownFrom }: ColumnInspection): string {
  const parts = [];
  if (unit !== null) parts.push(unit);
  if (knownFrom !== null) parts.push(`known from ${knownFrom}`);
  return parts.join(", ");
}
