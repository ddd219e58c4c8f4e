/** How rows reach one another: paths of foreign keys, found where only one fits, or followed as VIA names them. */
import type { Span } from "../../src/core/span.js";
import type { ForeignKey, Schema, TableSchema } from "../../src/data/schema.js";
import type { LinkName, Via } from "../syntax/ast.js";
import { printName } from "../syntax/print.js";
import type { Hop } from "./bound.js";
import type { Report } from "./report.js";

/** Longer ways are never taken without VIA. */
const MAX_HOPS = 4;

/** What finding a path needs to know. */
export interface PathContext {
  readonly schema: Schema;
  /** The published language has one link from the aggregated table to the entity, and one up to a looked-up column. */
  readonly strict: boolean;
  readonly report: Report;
}

/**
 * Finds how aggregated rows reach their owner: the one foreign key, else the only shortest way up, else the only shortest
 * way over links in both directions.
 *
 * @param from - the aggregated table.
 * @param to - the table of the owners.
 * @param via - the links as written; `null` = none.
 * @param span - the place of the aggregation.
 * @param context - schema and report: PQL206 no link, PQL207 several ways, PQL222 an unknown link.
 * @returns one hop or more, or `null` after an error.
 * @see Kumo join validator: exactly one foreign key, never guessed.
 */
export function findPath(
  from: TableSchema,
  to: TableSchema,
  via: Via | null,
  span: Span,
  context: PathContext,
): readonly Hop[] | null {
  if (via === null) return findWay(from, to, span, context);
  const named = followLinks(from, via.links, context);
  if (!named) return null;
  const end = named.at(-1)!.to;
  if (end.name === to.name) return named;
  const rest = findWay(end, to, via.span, context);
  return rest && [...named, ...rest];
}

function findWay(
  from: TableSchema,
  to: TableSchema,
  span: Span,
  { schema, strict, report }: PathContext,
): readonly Hop[] | null {
  const direct = hopsUp(from, schema).filter((hop) => hop.to.name === to.name);
  const up = direct.length > 0 ? direct.map((hop) => [hop]) : shortestWays(from, to, schema, "up");
  const anyWay = up.length > 0 ? up : shortestWays(from, to, schema, "any");
  // A way down only leads from a parent to its children: each owner has one such row, and nothing to aggregate.
  const ways = anyWay.filter((way) => way.some((hop) => hop.direction === "up"));
  const known = strict ? direct.map((hop) => [hop]) : ways;
  if (known.length === 1) return known[0]!;
  if (known.length > 1) return refuseSeveral(from, to, known, span, strict, report);
  const message = `missing foreign key from \`${from.name}\` to \`${to.name}\``;
  const links = from.foreignKeys.map((key) => `${key.name} → ${key.table}`).join(", ");
  const hint = links ? `\`${from.name}\` links: ${links}` : `\`${from.name}\` has no foreign key`;
  if (strict && ways.length > 0) {
    const hint = "the published language has no paths of several links";
    return report.error("PQL206", span, message, hint);
  }
  if (anyWay.length > 0) {
    const hint = `each row of \`${to.name}\` has one of \`${from.name}\`: use its columns without an aggregation`;
    return report.error("PQL206", span, message, hint);
  }
  return report.error("PQL206", span, message, `${hint}; declare one in schema.json`);
}

function refuseSeveral(
  from: TableSchema,
  to: TableSchema,
  ways: readonly (readonly Hop[])[],
  span: Span,
  strict: boolean,
  report: Report,
): null {
  const names = ways.map((way) => `\`${way.map(printLink).join(" → ")}\``).join(" and ");
  const message = `ambiguous link from \`${from.name}\` to \`${to.name}\`: ${names}`;
  const spelled = ways.map((way) => `VIA ${way.map(printLink).join(" -> ")}`);
  const hint = strict
    ? `keep one of them under "foreignKeys" of "${from.name}" in schema.json`
    : `say which after the column: ${spelled.slice(0, 3).join(", or ")}`;
  return report.error("PQL207", span, message, hint);
}

/** Spells a link as VIA takes it: the table and column of the foreign key. */
function printLink({ direction, from, to, foreignKey }: Hop): string {
  const holder = direction === "up" ? from : to;
  return `${printName(holder.name)}.${printName(foreignKey.name)}`;
}

/** The tables of a joined row, in the order in which they are tried, and the links between them. */
export interface JoinedTables {
  readonly tables: readonly TableSchema[];
  readonly hops: readonly Hop[];
}

/**
 * Finds the row that a column of another table stands in: up the only shortest way from one of the joined tables. Links that
 * are the first ones of the path itself name the joined row they lead to.
 *
 * @param joined - the tables of the joined row.
 * @param to - the column's table.
 * @param via - the links as written.
 * @param span - the place of the column.
 * @param context - schema and report: PQL207 several ways, PQL208 many rows, PQL210 no way, PQL222 an unknown link.
 * @returns the position among `tables` and the hops up from it, or `null` after an error.
 */
export function findLookup(
  joined: JoinedTables,
  to: TableSchema,
  via: Via | null,
  span: Span,
  context: PathContext,
): { readonly position: number; readonly steps: readonly Hop[] } | null {
  const { schema, strict, report } = context;
  if (via !== null) return followLookup(joined, to, via, context);
  const { tables } = joined;
  const positions = strict ? tables.slice(0, 1) : tables;
  for (const [position, table] of positions.entries()) {
    const ways = shortestWays(table, to, schema, "up").filter((way) => !strict || way.length === 1);
    if (ways.length === 1) return { position, steps: ways[0]! };
    if (ways.length > 1) return refuseSeveral(table, to, ways, span, strict, report);
  }
  const [row] = tables;
  if (shortestWays(to, row!, schema, "up").length > 0) {
    const message = `no single row of \`${to.name}\` belongs to each row of \`${row!.name}\``;
    const hint = "aggregate it, as in LAST(t.column, -30, 0, days)";
    return report.error("PQL208", span, message, hint);
  }
  const message = `\`${to.name}\` has no link ${strict ? "of one step " : ""}to \`${row!.name}\``;
  return report.error("PQL210", span, message, `use columns of \`${row!.name}\``);
}

function followLookup(
  { tables, hops }: JoinedTables,
  to: TableSchema,
  via: Via,
  context: PathContext,
): { readonly position: number; readonly steps: readonly Hop[] } | null {
  const { schema, report } = context;
  const first = via.links[0]!;
  const named = tables.findIndex((table) => sameName(table.name, first.table));
  const position = Math.max(0, named);
  const steps = followLinks(tables[position]!, via.links, context);
  if (!steps) return null;
  if (position === 0 && isStartOf(steps, hops) && tables[steps.length]!.name === to.name) {
    return { position: steps.length, steps: [] };
  }
  const down = steps.findIndex((hop) => hop.direction === "down");
  if (down >= 0) {
    const { from, to: child } = steps[down]!;
    const message = `\`${child.name}\` has many rows for each of \`${from.name}\``;
    const hint = "a single value is looked up along foreign keys from child to parent only";
    return report.error("PQL208", via.links[down]!.span, message, hint);
  }
  const end = steps.at(-1)!.to;
  if (end.name === to.name) return { position, steps };
  const rest = shortestWays(end, to, schema, "up");
  if (rest.length === 1) return { position, steps: [...steps, ...rest[0]!] };
  const message = `the links lead to \`${end.name}\`, not to \`${to.name}\``;
  return report.error("PQL222", via.span, message, "name the links up to the column's table");
}

function isStartOf(steps: readonly Hop[], hops: readonly Hop[]): boolean {
  return steps.every(
    ({ foreignKey, direction }, i) =>
      hops[i]?.foreignKey === foreignKey && hops[i].direction === direction,
  );
}

/** Follows links by their names: up the foreign keys of the table that is reached, else down those that point at it. */
function followLinks(
  from: TableSchema,
  links: readonly LinkName[],
  { schema, report }: PathContext,
): readonly Hop[] | null {
  const hops: Hop[] = [];
  let table = from;
  for (const link of links) {
    const up = hopsUp(table, schema).filter((hop) => names(link, hop.from, hop.foreignKey));
    const down = hopsDown(table, schema).filter((hop) => names(link, hop.to, hop.foreignKey));
    const found = up.length > 0 ? up : down;
    if (found.length !== 1) return refuseLink(table, link, found, schema, report);
    hops.push(found[0]!);
    table = found[0]!.to;
  }
  return hops;
}

function names(link: LinkName, holder: TableSchema, key: ForeignKey): boolean {
  if (link.table !== null && !sameName(holder.name, link.table)) return false;
  return [key.name, ...key.columns].some((name) => sameName(name, link.column));
}

function sameName(name: string, written: string | null): boolean {
  return written !== null && name.toLowerCase() === written.toLowerCase();
}

function refuseLink(
  table: TableSchema,
  link: LinkName,
  found: readonly Hop[],
  schema: Schema,
  report: Report,
): null {
  const known = [...hopsUp(table, schema), ...hopsDown(table, schema)];
  const spelled = (found.length > 0 ? found : known).map(printLink).join(", ");
  if (found.length > 0) {
    const message = `several links of \`${table.name}\` are called \`${link.column}\``;
    return report.error("PQL207", link.span, message, `write one of ${spelled}`);
  }
  const message = `\`${table.name}\` has no link \`${link.column}\``;
  const hint = spelled ? `its links: ${spelled}` : "it has no links; declare one in schema.json";
  return report.error("PQL222", link.span, message, hint);
}

function hopsUp(table: TableSchema, schema: Schema): Hop[] {
  return table.foreignKeys.flatMap((foreignKey): Hop[] => {
    const to = schema.tables.find((candidate) => candidate.name === foreignKey.table);
    return to ? [{ direction: "up", from: table, to, foreignKey }] : [];
  });
}

function hopsDown(table: TableSchema, schema: Schema): Hop[] {
  return schema.tables.flatMap((to) =>
    to.foreignKeys
      .filter((foreignKey) => foreignKey.table === table.name)
      .map((foreignKey): Hop => ({ direction: "down", from: table, to, foreignKey })),
  );
}

/** Lists the shortest ways from one table to another that enter no table twice; both may be the same table. */
function shortestWays(
  from: TableSchema,
  to: TableSchema,
  schema: Schema,
  kind: "up" | "any",
): (readonly Hop[])[] {
  let ways: (readonly Hop[])[] = [[]];
  for (let length = 1; length <= MAX_HOPS; length++) {
    ways = ways.flatMap((way) => {
      const table = way.at(-1)?.to ?? from;
      const seen = new Set([from.name, ...way.map((hop) => hop.to.name)]);
      const next = kind === "up" ? hopsUp(table, schema) : hopsBoth(table, way.at(-1), schema);
      return next
        .filter((hop) => hop.to.name === to.name || !seen.has(hop.to.name))
        .map((hop) => [...way, hop]);
    });
    const arrived = ways.filter((way) => way.at(-1)!.to.name === to.name);
    if (arrived.length > 0) return arrived;
  }
  return [];
}

/** All links but the one just come along. */
function hopsBoth(table: TableSchema, last: Hop | undefined, schema: Schema): Hop[] {
  return [...hopsUp(table, schema), ...hopsDown(table, schema)].filter(
    (hop) => !(last && hop.foreignKey === last.foreignKey && hop.direction !== last.direction),
  );
}
