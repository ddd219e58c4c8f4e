/** How rows reach their entity: the one foreign key from a table to the entity table, or why there is none. */
import type { Span } from "../src/core/span.js";
import type { ForeignKey, Schema, TableSchema } from "../src/data/schema.js";
import type { Report } from "./report.js";

/**
 * Finds the link from an aggregated table to the entity table.
 *
 * @param from - the aggregated table.
 * @param entity - the entity table.
 * @param schema - all tables, to say what could be meant.
 * @param span - the place of the aggregation.
 * @param report - PQL206 no link, PQL207 several links, PQL908 a link over other tables.
 * @returns the foreign key, or `null` after an error.
 * @see Kumo join validator: exactly one foreign key, never guessed.
 */
export function findLink(
  from: TableSchema,
  entity: TableSchema,
  schema: Schema,
  span: Span,
  report: Report,
): ForeignKey | null {
  const links = from.foreignKeys.filter((key) => key.table === entity.name);
  if (links.length === 1) return links[0]!;
  if (links.length > 1) {
    const names = links.map((key) => `\`${from.name}.${key.name}\``).join(" and ");
    const message = `ambiguous link from \`${from.name}\` to \`${entity.name}\`: ${names}`;
    const hint = `keep one of them under "foreignKeys" of "${from.name}" in schema.json`;
    return report.error("PQL207", span, message, hint);
  }
  const path = shortestPath(from, entity, schema);
  if (path) {
    const message = `aggregating over several links (${path.join(" → ")}) is not supported yet`;
    const hint = `copy the key of \`${entity.name}\` into \`${from.name}\` and declare it as a foreign key`;
    return report.error("PQL908", span, message, hint);
  }
  const message = `missing foreign key from \`${from.name}\` to \`${entity.name}\``;
  const known = from.foreignKeys.map((key) => `${key.name} → ${key.table}`).join(", ");
  const hint = known ? `\`${from.name}\` links: ${known}` : `\`${from.name}\` has no foreign key`;
  return report.error("PQL206", span, message, `${hint}; declare one in schema.json`);
}

/**
 * Says why a column of another table cannot stand for a row of this one.
 *
 * @param column - the column's table.
 * @param row - the table whose rows need one value each.
 * @param schema - all tables.
 * @param span - the place of the column.
 * @param report - PQL905 one link away, PQL208 many rows for each, PQL210 no link.
 */
export function refuseForeignColumn(
  column: TableSchema,
  row: TableSchema,
  schema: Schema,
  span: Span,
  report: Report,
): null {
  if (row.foreignKeys.some((key) => key.table === column.name)) {
    const message = `a column of the linked table \`${column.name}\` is not supported yet`;
    const hint = `copy the column into \`${row.name}\``;
    return report.error("PQL905", span, message, hint);
  }
  if (shortestPath(column, row, schema)) {
    const message = `no single row of \`${column.name}\` belongs to each row of \`${row.name}\``;
    const hint = "aggregate it, as in LAST(t.column, -30, 0, days)";
    return report.error("PQL208", span, message, hint);
  }
  const message = `\`${column.name}\` has no link to \`${row.name}\``;
  return report.error("PQL210", span, message, `use columns of \`${row.name}\``);
}

/** Follows foreign keys upwards, breadth first; returns the tables on the way with both ends. */
function shortestPath(from: TableSchema, to: TableSchema, schema: Schema): string[] | null {
  const paths: string[][] = [[from.name]];
  const seen = new Set([from.name]);
  for (const path of paths) {
    const table = schema.tables.find((candidate) => candidate.name === path.at(-1));
    for (const key of table?.foreignKeys ?? []) {
      if (key.table === to.name) return [...path, key.table];
      if (seen.has(key.table)) continue;
      seen.add(key.table);
      paths.push([...path, key.table]);
    }
  }
  return null;
}
