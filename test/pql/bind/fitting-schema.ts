/** The schema a query was written for: kinds from what columns are compared with, links from who aggregates what. */
import {
  type Aggregation,
  aggregationsOf,
  type ColumnRef,
  type Comparison,
  type Constant,
  type Expression,
  isCondition,
  type Parameter,
  type PredictiveQuery,
  type Target,
  type Wildcard,
} from "../../../pql/syntax/ast.js";
import type { ColumnKind } from "../../../src/data/column.js";
import type { ForeignKey, Schema } from "../../../src/data/schema.js";

/** What is known of the tables of a query. */
interface Findings {
  readonly tables: Map<string, Set<string>>;
  readonly kinds: Map<string, ColumnKind>;
  readonly links: Map<string, Set<string>>;
}

/**
 * Makes a schema that fits a query.
 *
 * @param query - a query with one target.
 * @param task - the task it should have, for the kinds of columns that nothing is compared with.
 */
export function fittingSchema(query: PredictiveQuery, task: string | undefined): Schema {
  const found: Findings = { tables: new Map(), kinds: new Map(), links: new Map() };
  const [key] = query.entity.keys;
  const entity = key!.table;
  const [target] = query.targets.map(({ value }) => value);
  see(found, key!);
  const plain = target!.kind === "column" || target!.kind === "aggregation";
  if (task === "multiclass_classification" && plain) {
    const column = target.kind === "column" ? target : target.argument;
    if (column.kind === "column") found.kinds.set(nameOf(column), "string");
  }
  for (const node of [target!, query.where, query.assuming]) if (node) visit(found, node, entity);
  const { selection } = query.entity;
  if (selection) found.kinds.set(nameOf(key!), kindOf(selection.value)!);
  return makeSchema(found, query, entity, timedTables(query));
}

function timedTables(query: PredictiveQuery): Set<string> {
  const nodes = [...query.targets.map(({ value }) => value), query.where, query.assuming];
  const aggregations = nodes.flatMap((node) => (node ? aggregationsOf(node) : []));
  return new Set(aggregations.map((node) => (node.argument as ColumnRef).table));
}

const nameOf = (ref: ColumnRef | Wildcard): string =>
  ref.kind === "column" ? `${ref.table}.${ref.column}` : `${ref.table}.*`;

function see({ tables }: Findings, ref: ColumnRef | Wildcard): void {
  const columns = tables.get(ref.table) ?? new Set();
  tables.set(ref.table, columns);
  if (ref.kind === "column") columns.add(ref.column);
}

function link({ links }: Findings, from: string, to: string): void {
  if (from !== to) links.set(from, (links.get(from) ?? new Set()).add(to));
}

function kindOf(constant: Constant | Parameter): ColumnKind | null {
  switch (constant.kind) {
    case "list":
      return kindOf(constant.items[0]!);
    case "time":
      return "timestamp";
    case "null":
    case "parameter":
      return null;
    default:
      return constant.kind;
  }
}

function visit(found: Findings, node: Target, row: string): void {
  if (!isCondition(node)) visitValue(found, node, row);
  else if (node.kind === "comparison") visitComparison(found, node, row);
  else
    for (const part of node.kind === "not" ? [node.operand] : node.operands)
      visit(found, part, row);
}

function visitValue(found: Findings, node: Expression, row: string): void {
  if (node.kind === "aggregation") visitAggregation(found, node, row);
  else if (node.kind === "column" || node.kind === "wildcard") {
    see(found, node);
    link(found, row, node.table);
  }
}

function visitAggregation(found: Findings, node: Aggregation, owner: string): void {
  const ref = node.argument as ColumnRef | Wildcard;
  see(found, ref);
  if (["SUM", "AVG", "MIN", "MAX"].includes(node.name) && !found.kinds.has(nameOf(ref))) {
    found.kinds.set(nameOf(ref), "number");
  }
  found.links.set(ref.table, (found.links.get(ref.table) ?? new Set()).add(owner));
  if (node.where) visit(found, node.where, ref.table);
}

function visitComparison(found: Findings, { left, right }: Comparison, row: string): void {
  visitValue(found, left, row);
  const kind = kindOf(right as Constant);
  const ref = left.kind === "aggregation" ? left.argument : left;
  if (ref.kind !== "column" || kind === null) return;
  if (left.kind === "column" || kind === "string") found.kinds.set(nameOf(ref), kind);
}

function makeSchema(
  { tables, kinds, links }: Findings,
  query: PredictiveQuery,
  entity: string,
  timed: ReadonlySet<string>,
): Schema {
  const listed = query.targets.flatMap(({ value }) =>
    value.kind === "aggregation" && value.name === "LIST_DISTINCT" ? [value.argument] : [],
  );
  return {
    tables: [...tables].map(([name, columns]) => {
      const foreignKeys = [...(links.get(name) ?? [])].map(
        (table): ForeignKey => ({ name: `fk_${table}`, columns: [`fk_${table}`], table }),
      );
      for (const ref of listed) {
        if (ref.kind !== "column" || ref.table !== name) continue;
        foreignKeys.push({ name: ref.column, columns: [ref.column], table: "_items" });
      }
      const time = timed.has(name) ? ["_time"] : [];
      const all = new Set([...columns, ...foreignKeys.map((key) => key.name), ...time]);
      const [key] = query.entity.keys;
      return {
        name,
        columns: [...all].map((column) => {
          const kind =
            column === "_time" ? "timestamp" : (kinds.get(`${name}.${column}`) ?? "number");
          const text = kind === "string" || kind === "boolean";
          const stype = text ? "categorical" : kind === "timestamp" ? kind : "numerical";
          return { name: column, kind, stype, unit: null, knownFrom: null } as const;
        }),
        primaryKey: name === entity && key!.kind === "column" ? [key!.column] : null,
        timeColumn: time[0] ?? null,
        endTimeColumn: null,
        foreignKeys,
      };
    }),
  };
}
