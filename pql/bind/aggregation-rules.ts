/** The rules of aggregations: which table is aggregated, what it may be of, what type it has. */
import { findTable, keyColumns, type TableSchema } from "../../src/data/schema.js";
import {
  type Aggregation,
  type ColumnRef,
  columnsOf,
  type Expression,
  type Via,
  type Wildcard,
} from "../syntax/ast.js";
import { printColumn, printExpression } from "../syntax/print.js";
import type { BoundAggregation, BoundColumn, BoundExpression, Hop, ValueType } from "./bound.js";
import { findLookup } from "./join-path.js";
import type { Report } from "./report.js";
import type { Scope } from "./scope.js";

/** Says that a wildcard is no value. */
export function refuseWildcard(node: Wildcard, report: Report): null {
  const message = `\`${printColumn(node)}\` stands outside of COUNT`;
  return report.error("PQL205", node.span, message, "only COUNT takes a wildcard; name a column");
}

/** The column that says which table is aggregated, and over which links. */
export interface Base {
  readonly ref: ColumnRef | Wildcard;
  readonly table: TableSchema;
  readonly via: Via | null;
}

/**
 * Finds the aggregated table: that of the argument's columns, from which all the others can be looked up.
 *
 * @param node - the aggregation as written.
 * @param scope - schema and report: PQL214 no column, PQL215 no common table, PQL906 an aggregation inside.
 */
export function findBase(node: Aggregation, scope: Scope): Base | null {
  const { report, schema } = scope;
  const { argument } = node;
  const inner = argument.kind === "aggregation" ? argument : innerAggregation(argument);
  if (inner) {
    const message = "an aggregation cannot aggregate another one";
    const hint = "nest it in the filter, as in COUNT(t.* WHERE SUM(u.c, 0, 30, days) > 5, …)";
    return report.error("PQL906", inner.span, message, hint);
  }
  const refs = columnsOf(argument);
  const found = refs.map((ref) => findTable(schema, ref.table));
  if (refs.length === 0) {
    const message = `\`${node.name}\` of ${printExpression(argument)} names no column`;
    return report.error("PQL214", argument.span, message, "name the column, or t.* in COUNT");
  }
  if (!found.every((table) => table !== undefined)) return null;
  const names = [...new Set(found.map((table) => table.name))];
  const quiet = { ...scope, report: { ...report, error: () => null, warn: () => undefined } };
  const bases = names.filter((name) =>
    names.every(
      (other) =>
        other === name ||
        findLookup(
          { tables: [findTable(schema, name)!], hops: [] },
          findTable(schema, other)!,
          null,
          node.span,
          quiet,
        ),
    ),
  );
  if (bases.length === 0 || (bases.length > 1 && names.length > 1)) {
    const listed = names.map((name) => `\`${name}\``).join(", ");
    const message = `\`${node.name}\` mixes columns of ${listed}, none of which leads up to the others`;
    return report.error("PQL215", argument.span, message, "aggregate each by itself");
  }
  const own = refs.filter((ref) => ref.table === bases[0]);
  const ref = own.find(({ via }) => via !== null) ?? own[0]!;
  return { ref, table: findTable(schema, bases[0]!)!, via: ref.via };
}

function innerAggregation(node: Expression): Aggregation | undefined {
  switch (node.kind) {
    case "arithmetic":
      return innerAggregation(node.left) ?? innerAggregation(node.right);
    case "negative":
      return innerAggregation(node.operand);
    case "call":
      return node.args.map(innerAggregation).find((found) => found !== undefined);
    case "aggregation":
      return node;
    default:
      return undefined;
  }
}

/** Reads the share of `QUANTILE`: `null` for others, `undefined` after an error (PQL118, or PQL220 before). */
export function readQuantile(node: Aggregation, { report }: Scope): number | null | undefined {
  if (node.name !== "QUANTILE") return null;
  const share = node.quantile;
  if (share?.kind === "parameter") return undefined;
  if (share?.kind === "number" && share.value >= 0 && share.value <= 1) return share.value;
  const message = "`QUANTILE` takes a share between 0 and 1";
  report.error(
    "PQL118",
    share?.span ?? node.span,
    message,
    "as in QUANTILE(t.c, 0.9, 0, 30, days)",
  );
  return undefined;
}

/**
 * Checks what is aggregated, and returns the type of the result.
 *
 * @param node - the aggregation as written.
 * @param argument - what is aggregated, bound; `null` counts rows.
 * @param table - the aggregated table.
 * @param hops - the path to the owner.
 * @param scope - report and dialect: PQL301, PQL306, PQL310, PQL391.
 */
export function aggregationType(
  node: Aggregation,
  argument: BoundExpression | null,
  table: TableSchema,
  hops: readonly Hop[],
  scope: Scope,
): ValueType | null {
  if (argument === null) return "number";
  const { report, strict } = scope;
  const { name } = node;
  const { type } = argument;
  const { span } = node.argument;
  const shown = printExpression(node.argument);
  const column = argument.kind === "column" ? argument : null;
  const isKey = column !== null && isKeyColumn(column);
  const mismatch = (what: string): null => {
    const message = `\`${name}\` takes ${what}, \`${shown}\` holds ${VALUES[type]}`;
    return report.error("PQL301", span, message, "use COUNT, or another column");
  };
  const semantic = (hint: string): null =>
    report.error("PQL306", span, `\`${name}\` of the identifier \`${shown}\``, hint);
  const isSingle = type !== "list" && type !== "vector";
  switch (name) {
    case "COUNT":
      return "number";
    case "TIME_TO_NEXT":
      return "number";
    case "COUNT_DISTINCT":
      if (strict && isKey) return semantic("the published language refuses it");
      return isSingle ? "number" : mismatch("single values");
    case "SUM":
    case "AVG":
    case "MEDIAN":
    case "STDDEV":
    case "VARIANCE":
    case "QUANTILE":
      if (type !== "number" && type !== "boolean") return mismatch("numbers");
      if (isKey) return semantic("count identifiers with COUNT or COUNT_DISTINCT");
      if (column?.column.stype === "categorical" && type === "number") {
        const message = `\`${shown}\` is categorical, \`${name}\` takes its values as amounts`;
        report.warn("PQL391", span, message, 'set its stype to "numerical" if they are');
      }
      return "number";
    case "MIN":
    case "MAX":
      return isSingle ? type : mismatch("values with an order");
    case "MODE":
      return isSingle ? type : mismatch("single values");
    case "FIRST":
    case "LAST":
      if (column && column.steps.length === 0 && isForeignKey(column)) {
        const message = `\`${name}\` of the foreign key \`${shown}\` is not part of the language`;
        return report.error("PQL310", span, message, "use another column of the table");
      }
      return type;
    case "LIST_DISTINCT":
      if (hops[0]!.direction === "up" && column && isOwnKey(column, table)) {
        const message = `\`LIST_DISTINCT\` of the primary key \`${shown}\` lists every row`;
        return report.error("PQL310", span, message, "list a foreign key or a category");
      }
      return isSingle ? "list" : mismatch("single values");
  }
}

const VALUES: Readonly<Record<ValueType, string>> = {
  number: "numbers",
  boolean: "truth values",
  time: "times",
  text: "texts",
  list: "lists",
  vector: "vectors",
};

function isKeyColumn({ table, column }: BoundColumn): boolean {
  return column.stype === "id" || keyColumns(table).has(column.name);
}

function isForeignKey({ table, column }: BoundColumn): boolean {
  return table.foreignKeys.some((key) => key.columns.includes(column.name));
}

function isOwnKey({ position, steps, column }: BoundColumn, table: TableSchema): boolean {
  const { primaryKey } = table;
  const own = position === 0 && steps.length === 0;
  return own && primaryKey?.length === 1 && primaryKey[0] === column.name;
}

/** Prints the aggregated column or rows of an aggregation for messages, as `orders.amount` or `orders.*`. */
export function argumentName({ argument, table, span }: BoundAggregation): string {
  if (argument === null)
    return printColumn({ kind: "wildcard", table: table.name, via: null, span });
  return argument.kind === "column" ? columnName(argument) : `${table.name} expression`;
}

/** Prints a bound column's name. */
export function columnName({ table, column, span }: BoundColumn): string {
  return printColumn({ kind: "column", table: table.name, column: column.name, via: null, span });
}
