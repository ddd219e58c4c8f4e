/** Names of the schema that can stand at a cursor: tables, columns, keys, links, and parameters. */
import type { ColumnSchema, TableSchema } from "../../src/data/schema.js";
import { keyColumns } from "../../src/data/schema.js";
import { printName } from "../syntax/print.js";
import * as T from "../syntax/tokens.js";
import type { Candidate } from "./match.js";
import { columnNamed, linkOf, type Names, spellColumn, spellKey, tableNamed } from "./names.js";
import { fitsAt, inArgument, type Situation, tablesAt } from "./situation.js";
import type { NamePart } from "./source.js";

/** Columns in full, `table.column`, are only offered up to this number. */
const MAX_COLUMNS = 500;

/** Says what a column is in a few words: `number, euros, → users`. */
export function describeColumn(table: TableSchema, column: ColumnSchema): string {
  const link = linkOf(table, column.name);
  const roles = [
    column.kind,
    column.unit,
    (table.primaryKey ?? []).includes(column.name) ? "key" : null,
    link && `→ ${link.table}`,
    table.timeColumn === column.name ? "time of the row" : null,
    table.endTimeColumn === column.name ? "end of the row" : null,
  ];
  return roles.filter((role) => role !== null).join(", ");
}

/** Offers tables and their columns where a value can stand. */
export function columns(situation: Situation, rank: number): Candidate[] {
  const { names, nextSign } = situation;
  if (!names) return [];
  const tables = tablesAt(situation);
  const dot = nextSign === "." ? "" : ".";
  const found = tables.map((table): Candidate => {
    const detail = table.timeColumn === null ? "table without time" : "table";
    const insertText = `${printName(table.name)}${dot}`;
    return { label: table.name, kind: "table", detail, insertText, rank };
  });
  if (nextSign === ".") return found;
  for (const table of tables) {
    if (found.length > MAX_COLUMNS) break;
    found.push(...columnsOf(table, situation, names, rank + 1, true));
  }
  return found;
}

/** Offers the columns of the table in front of the dot. */
export function columnsAfterDot(situation: Situation, written: string): Candidate[] {
  const { names, cursor } = situation;
  const table = names && tableNamed(names, written);
  if (!table) return [];
  if (cursor.expected === "key") {
    const keys = (table.primaryKey ?? []).flatMap((key) => columnNamed(table, key, true) ?? []);
    return keys.map((column) => columnItem(table, column, 0, false));
  }
  if (cursor.expected === "link") {
    return links(situation)
      .filter(({ also }) => also?.[0] === table.name.toLowerCase())
      .map((link) => {
        const label = link.label.slice(link.label.lastIndexOf(".") + 1);
        return { ...link, label, insertText: label };
      });
  }
  return columnsOf(table, situation, names, 0, false);
}

function columnsOf(
  table: TableSchema,
  situation: Situation,
  names: Names,
  rank: number,
  full: boolean,
): Candidate[] {
  const frame = situation.cursor.frames.at(-1);
  const rows = /^(COUNT|EXISTS|TIME_TO_NEXT)$/.test(frame?.word ?? "") && inArgument(situation);
  const all: Candidate = {
    label: full ? spellColumn(table.name, "*") : "*",
    kind: "column",
    detail: "every row",
    rank,
  };
  const fitting = table.columns.filter((column) => fitsAt(table, column, situation, names));
  const keys = keyColumns(table);
  // Keys are seldom what is meant.
  const ordered = fitting.toSorted((a, b) => Number(keys.has(a.name)) - Number(keys.has(b.name)));
  const items = ordered.map((column) => columnItem(table, column, rank, full));
  return rows ? [all, ...items] : items;
}

function columnItem(
  table: TableSchema,
  column: ColumnSchema,
  rank: number,
  full: boolean,
): Candidate {
  const detail = describeColumn(table, column);
  const insertText = full ? spellColumn(table.name, column.name) : printName(column.name);
  const label = full ? `${table.name}.${column.name}` : column.name;
  return { label, kind: "column", detail, insertText, also: full ? [column.name] : [], rank };
}

/** Offers the keys of the tables that can be entities. */
export function keys({ names, cursor }: Situation): Candidate[] {
  if (!names) return [];
  const open = cursor.frames.at(-1)?.kind === "keys";
  const own = open && cursor.operand ? tableNamed(names, cursor.operand.table) : null;
  return (own ? [own] : names.schema.tables).flatMap((table): Candidate[] => {
    const whole = spellKey(table);
    if (whole === null || (open && table.primaryKey!.length < 2)) return [];
    const spelled = open ? table.primaryKey!.map((name) => spellColumn(table.name, name)) : [whole];
    return spelled.map((label) => ({
      label,
      kind: "key",
      detail: `each of ${table.name}`,
      also: [table.name],
      rank: 0,
    }));
  });
}

/** Offers the foreign keys that lead on from where VIA has come. */
export function links({ names, cursor }: Situation): Candidate[] {
  const from = names && cursor.operand && tableNamed(names, cursor.operand.table);
  if (!from) return [];
  const table = cursor.links.reduce<TableSchema | null>(
    (at, link) => at && follow(at, link, names),
    from,
  );
  return table ? linksOf(table, names).map(({ candidate }) => candidate) : [];
}

interface Link {
  readonly candidate: Candidate;
  readonly holder: TableSchema;
  readonly name: string;
  readonly to: TableSchema;
}

function linksOf(table: TableSchema, names: Names): Link[] {
  const { tables } = names.schema;
  const make = (holder: TableSchema, name: string, to: TableSchema, up: boolean): Link => {
    const spelled = spellColumn(holder.name, name);
    const label = up ? printName(name) : spelled;
    const also = [holder.name.toLowerCase(), spelled];
    const detail = `${up ? "up" : "down"} to ${to.name}`;
    return { candidate: { label, kind: "link", detail, also, rank: up ? 0 : 1 }, holder, name, to };
  };
  const up = table.foreignKeys.flatMap((key): Link[] => {
    const to = tables.find(({ name }) => name === key.table);
    return to ? [make(table, key.name, to, true)] : [];
  });
  const down = tables.flatMap((child) =>
    child.foreignKeys
      .filter((key) => key.table === table.name)
      .map((key) => make(child, key.name, child, false)),
  );
  return [...up, ...down];
}

function follow(table: TableSchema, parts: readonly NamePart[], names: Names): TableSchema | null {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const column = parts.at(-1)?.name ?? "";
  const holder = parts.length > 1 ? parts[0]!.name : null;
  const found = linksOf(table, names).find(
    (link) => same(link.name, column) && (holder === null || same(link.holder.name, holder)),
  );
  return found?.to ?? null;
}

/** Offers parameters: those that have values, and those that the text uses. */
export function parameters({ params, source, strict }: Situation, rank: number): Candidate[] {
  if (strict) return [];
  const used = source.tokens
    .filter(({ tokenType }) => tokenType === T.ParameterName)
    .map(({ image }) => image.slice(1));
  return [...new Set([...Object.keys(params), ...used])]
    .filter((name) => /^[A-Za-z_]\w*$/.test(name))
    .map((name) => {
      const value = Object.hasOwn(params, name) ? params[name] : undefined;
      const detail = value === undefined ? "parameter" : `parameter, ${String(value)}`;
      return { label: `:${name}`, kind: "parameter", detail, also: [name], rank };
    });
}
