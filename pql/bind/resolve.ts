/** Names as written to names as the schema spells them: exact, else the only one that differs in letter case. */
import type { Span } from "../../src/core/span.js";
import { suggestHint } from "../../src/core/suggest.js";
import { findColumn, findTable, type Schema, type TableSchema } from "../../src/data/schema.js";
import type { ColumnRef, Dialect, PredictiveQuery, Wildcard } from "../syntax/ast.js";
import { KEEP, mapQuery } from "../syntax/map-tree.js";
import type { Report } from "./report.js";

/**
 * Rewrites the names of a query to the schema's spelling.
 *
 * @param query - the query as written.
 * @param schema - the tables.
 * @param dialect - the strict dialect takes exact names only.
 * @param report - PQL201 unknown table, PQL202 unknown column, PQL203 ambiguous letter case.
 * @returns the query; a name that fits nothing stays as it is and is reported once.
 */
export function resolveNames(
  query: PredictiveQuery,
  schema: Schema,
  dialect: Dialect,
  report: Report,
): PredictiveQuery {
  return mapQuery(query, {
    ...KEEP,
    column<C extends ColumnRef | Wildcard>(ref: C): C {
      const table = resolveTable(ref, schema, dialect, report);
      if (!table) return ref;
      if (ref.kind === "wildcard") return { ...ref, table: table.name };
      const name = resolveColumn(ref, table, dialect, report);
      return { ...ref, table: table.name, column: name ?? ref.column };
    },
  });
}

function resolveTable(
  ref: ColumnRef | Wildcard,
  schema: Schema,
  dialect: Dialect,
  report: Report,
): TableSchema | null {
  const exact = findTable(schema, ref.table);
  if (exact) return exact;
  const names = schema.tables.map((table) => table.name);
  const span = { start: ref.span.start, end: ref.span.start + ref.table.length };
  const found = resolveName(ref.table, names, "table", "PQL201", span, "", dialect, report);
  return found === null ? null : findTable(schema, found)!;
}

function resolveColumn(
  ref: ColumnRef,
  table: TableSchema,
  dialect: Dialect,
  report: Report,
): string | null {
  if (findColumn(table, ref.column)) return ref.column;
  const names = table.columns.map((column) => column.name);
  const place = ` in table \`${table.name}\``;
  const span = { start: ref.span.start, end: ref.via?.span.start ?? ref.span.end };
  return resolveName(ref.column, names, "column", "PQL202", span, place, dialect, report);
}

const MAX_SHOWN = 80;

/** Finds a name among others: exact, else the only one that differs in letter case. */
export function resolveName(
  name: string,
  names: readonly string[],
  kind: "table" | "column",
  code: string,
  span: Span,
  place: string,
  dialect: Dialect,
  report: Report,
): string | null {
  const alike = names.filter((other) => other.toLowerCase() === name.toLowerCase());
  if (alike.length === 1 && dialect === "relgraph") return alike[0]!;
  if (alike.length > 1) {
    const listed = alike.map((other) => `\`${other}\``).join(" and ");
    const message = `${kind} \`${name}\`${place} could be ${listed}`;
    return report.error("PQL203", span, message, "spell it exactly");
  }
  // Near matches take time that grows with the name, and nobody reads an endless one.
  const shown = name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name;
  const hint = suggestHint(shown, names, `${kind}s`);
  return report.error(code, span, `unknown ${kind} \`${shown}\`${place}`, hint);
}
