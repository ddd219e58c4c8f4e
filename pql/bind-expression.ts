/** Conditions, aggregations and columns bound to a schema. */
import {
  findColumn,
  findTable,
  keyColumns,
  type Schema,
  type TableSchema,
} from "../src/data/schema.js";
import type { Aggregation, ColumnRef, Condition, Wildcard } from "./ast.js";
import type {
  BoundAggregation,
  BoundColumn,
  BoundCondition,
  BoundOperand,
  ValueType,
} from "./bound.js";
import { findLink, refuseForeignColumn } from "./join-path.js";
import { printColumn } from "./print.js";
import type { Report } from "./report.js";
import { columnType, typeComparison } from "./values.js";
import { checkWindow, type Place } from "./windows.js";

/** What binding an expression needs to know about its surroundings. */
export interface Scope {
  readonly schema: Schema;
  /** The table whose rows have one value each: the entity table, or the aggregated table inside its filter. */
  readonly row: TableSchema;
  /** The entity table. */
  readonly entity: TableSchema;
  readonly place: Place;
  readonly strict: boolean;
  readonly report: Report;
}

/**
 * Binds a condition; every mistake in it is reported.
 *
 * @returns the bound condition, or `null` after an error.
 */
export function bindCondition(node: Condition, scope: Scope): BoundCondition | null {
  switch (node.kind) {
    case "comparison": {
      const left = bindOperand(node.left, scope);
      if (!left) return null;
      const typed = typeComparison(node, left, scope.strict, scope.report);
      if (!typed) return null;
      const { operator, right } = typed;
      const comparison: BoundCondition = { kind: "comparison", left, operator, right };
      return typed.negated ? { kind: "not", operand: comparison } : comparison;
    }
    case "not": {
      const operand = bindCondition(node.operand, scope);
      return operand && { kind: "not", operand };
    }
    case "and":
    case "or": {
      const left = bindCondition(node.left, scope);
      const right = bindCondition(node.right, scope);
      return left && right && { kind: node.kind, left, right };
    }
  }
}

/** Binds a column or an aggregation. */
export function bindOperand(
  node: Aggregation | ColumnRef | Wildcard,
  scope: Scope,
): BoundOperand | null {
  if (node.kind === "aggregation") return bindAggregation(node, scope);
  if (node.kind === "wildcard") return refuseWildcard(node, scope.report);
  return bindColumn(node, scope);
}

function refuseWildcard(node: Wildcard, report: Report): null {
  const message = `\`${printColumn(node)}\` stands outside of COUNT`;
  return report.error("PQL205", node.span, message, "only COUNT takes a wildcard; name a column");
}

function bindColumn(node: ColumnRef, scope: Scope): BoundColumn | null {
  const { schema, row, report, place, entity } = scope;
  const table = findTable(schema, node.table);
  const column = table && findColumn(table, node.column);
  if (!table || !column) return null;
  if (table.name !== row.name) {
    if (place === "inline" && table.name === entity.name) {
      const message = `the filter of the aggregation looks at the entity table \`${table.name}\``;
      report.warn("PQL491", node.span, message, "conditions on the entity stand in WHERE");
    }
    return refuseForeignColumn(table, row, schema, node.span, report);
  }
  return { kind: "column", table, column, type: columnType(column), span: node.span };
}

function bindAggregation(node: Aggregation, scope: Scope): BoundAggregation | null {
  const { schema, entity, report, place } = scope;
  if (place === "inline") {
    const message = "an aggregation inside the filter of an aggregation is not supported yet";
    const hint = "move the condition into WHERE or ASSUMING";
    return report.error("PQL906", node.span, message, hint);
  }
  const table = findTable(schema, node.column.table);
  if (!table) return null;
  const column = node.column.kind === "column" ? findColumn(table, node.column.column) : null;
  if (column === undefined) return null;
  const inline: Scope = { ...scope, row: table, place: "inline" };
  const where = node.where && bindCondition(node.where, inline);
  const window = checkWindow(node, table, place, report);
  const foreignKey = findLink(table, entity, schema, node.column.span, report);
  const type = aggregationType(node, table, scope);
  const filterBroken = node.where !== null && where === null;
  if (!foreignKey || window === undefined || type === null || filterBroken) return null;
  const { name, span } = node;
  return { kind: "aggregation", name, table, column, foreignKey, where, window, type, span };
}

/** Checks what is aggregated, and returns the type of the result. */
function aggregationType(node: Aggregation, table: TableSchema, scope: Scope): ValueType | null {
  const { report, strict } = scope;
  const { name, column: ref } = node;
  if (ref.kind === "wildcard") return name === "COUNT" ? "number" : refuseWildcard(ref, report);
  const column = findColumn(table, ref.column)!;
  const shown = printColumn(ref);
  const type = columnType(column);
  const isForeignKey = table.foreignKeys.some((key) => key.columns.includes(column.name));
  const isKey = column.stype === "id" || keyColumns(table).has(column.name);
  const semantic = (hint: string): null =>
    report.error("PQL306", ref.span, `\`${name}\` of the identifier \`${shown}\``, hint);
  switch (name) {
    case "COUNT":
      return "number";
    case "COUNT_DISTINCT":
      if (strict && isKey) return semantic("the published language refuses it");
      return type === "list" || type === "vector" ? mismatch("single values") : "number";
    case "SUM":
    case "AVG":
      if (type !== "number" && type !== "boolean") return mismatch("numbers");
      if (isKey) return semantic("count identifiers with COUNT or COUNT_DISTINCT");
      if (column.stype === "categorical" && type === "number") {
        const message = `\`${shown}\` is categorical, \`${name}\` takes its values as amounts`;
        report.warn("PQL391", ref.span, message, 'set its stype to "numerical" if they are');
      }
      return "number";
    case "MIN":
    case "MAX":
      return type === "list" || type === "vector" ? mismatch("values with an order") : type;
    case "FIRST":
    case "LAST":
      if (isForeignKey) {
        const message = `\`${name}\` of the foreign key \`${shown}\` is not part of the language`;
        return report.error("PQL310", ref.span, message, "use another column of the table");
      }
      return type;
    case "LIST_DISTINCT":
      if (table.primaryKey?.length === 1 && table.primaryKey[0] === column.name) {
        const message = `\`LIST_DISTINCT\` of the primary key \`${shown}\` lists every row`;
        return report.error("PQL310", ref.span, message, "list a foreign key or a category");
      }
      return type === "list" || type === "vector" ? mismatch("single values") : "list";
  }
  function mismatch(what: string): null {
    const message = `\`${name}\` takes ${what}, \`${shown}\` holds ${column.kind} values`;
    return report.error("PQL301", ref.span, message, "use COUNT, or another column");
  }
}
