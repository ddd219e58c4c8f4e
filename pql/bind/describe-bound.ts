/** How a bound query prints: every name with its table, type, link and window. */
import { indent, textTable } from "../../src/core/pretty.js";
import { formatWindow } from "../../src/core/time.js";
import { printQuery } from "../syntax/print.js";
import { argumentName, columnName } from "./aggregation-rules.js";
import {
  type BoundAggregation,
  type BoundColumn,
  type BoundQuery,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  type Hop,
  plainColumn,
} from "./bound.js";

/** Prints a link as `orders.user_id → users`, or `items ← orders.item_id` from a parent to its children. */
export function printHop({ direction, from, to, foreignKey }: Hop): string {
  return direction === "up"
    ? `${from.name}.${foreignKey.name} → ${to.name}`
    : `${from.name} ← ${to.name}.${foreignKey.name}`;
}

/** Prints several links, one after the other. */
export function printPath(hops: readonly Hop[]): string {
  return hops
    .map((hop, i) => (i === 0 ? printHop(hop) : printHop(hop).slice(hop.from.name.length)))
    .join("");
}

/** Prints a bound query. */
export function describeBound(bound: Omit<BoundQuery, "toString">): string {
  const { query, entity, targets, where, assuming, nullLogic } = bound;
  const clauses: readonly (readonly [string, BoundTarget | null])[] = [
    ...targets.map(({ name, value }) => [name ?? "target", value] as const),
    ["where", where],
    ["assuming", assuming],
  ];
  const { table, keys } = entity;
  const time = table.timeColumn ? `, time ${table.timeColumn}` : "";
  const key = keys.map(({ name }) => name).join("+");
  const tasks = targets.map(({ taskType }) => taskType).join(", ");
  return [
    `BoundQuery  ${printQuery(query)}`,
    `  entity ${table.name}.${key}${time}   task ${tasks}   null logic ${nullLogic}`,
    indent(describeClauses(clauses)),
  ].join("\n");
}

/** Prints what clauses read: a row for each column and aggregation. */
export function describeClauses(
  clauses: readonly (readonly [name: string, node: BoundTarget | null])[],
): string {
  const rows = clauses.flatMap(([clause, node]) => [
    ...boundColumns(node).map((column) => columnRow(clause, column)),
    ...boundAggregations(node).map((aggregation) => aggregationRow(clause, aggregation)),
  ]);
  const header = ["clause", "function", "column", "type", "stype", "link", "window"];
  return textTable(header, rows);
}

function columnRow(clause: string, column: BoundColumn): string[] {
  const { type, steps } = column;
  return [clause, "", columnName(column), type, column.column.stype, printPath(steps), ""];
}

function aggregationRow(clause: string, aggregation: BoundAggregation): string[] {
  const { name, type, path, window } = aggregation;
  return [
    clause,
    name,
    argumentName(aggregation),
    type,
    plainColumn(aggregation)?.column.stype ?? "",
    printPath(path.hops),
    window ? formatWindow(window) : "",
  ];
}
