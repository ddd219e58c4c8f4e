/** Text of a feature and schema to a bound feature: the checks of targets, but that windows look back. */
import { type PqlError, SchemaError } from "../../src/core/errors.js";
import { suggestHint } from "../../src/core/suggest.js";
import { findTable, type Schema, type TableSchema } from "../../src/data/schema.js";
import { type BindOptions, settledAs } from "../bind/bind.js";
import { bindCondition, bindExpression } from "../bind/bind-expression.js";
import {
  allColumns,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  isBoundCondition,
  plainColumn,
} from "../bind/bound.js";
import { bindParameters } from "../bind/parameters.js";
import { createReport, type Report } from "../bind/report.js";
import { resolveNames } from "../bind/resolve.js";
import type { Scope } from "../bind/scope.js";
import { keepsMeaning } from "../bind/task-type.js";
import { isCondition, type NamedTarget } from "../syntax/ast.js";
import { KEEP, mapQuery } from "../syntax/map-tree.js";
import { firstWithOthers } from "../syntax/parse.js";
import { printColumn, printNamedTarget } from "../syntax/print.js";
import {
  type BoundFeature,
  describeFeature,
  type FeatureKind,
  namesAnchor,
} from "./bound-feature.js";
import { parseFeature } from "./parse-feature.js";

/** Options of {@link bindFeature}. */
export interface FeatureOptions extends BindOptions {
  /** Columns that a feature must not read: those of a static target. */
  readonly hidden?: readonly { readonly table: string; readonly column: string }[];
}

/**
 * Binds a feature, an expression or a condition on what is known of an entity, to a schema.
 *
 * @param text - such as `SUM(orders.amount, -90, 0, days)`, `AS name` behind it where wanted. Windows end at 0 or before.
 * @param schema - the tables, columns, keys and links.
 * @param entityTable - the table whose rows have the feature.
 * @param options - dialect, logic of missing values, values of parameters (those of a query, if the feature stands beside
 * one: what it does not use does no harm), hidden columns.
 * @returns the bound feature; doubtful things are in its `warnings`.
 * @throws {@link PqlError} PQL0xx to PQL4xx as for targets, places in the feature's own text: PQL120 more than an expression,
 * PQL216 a hidden column, PQL329 a list or vector, PQL413 a window that ends after the prediction is made; the rest of
 * them are in `others`. {@link SchemaError} SCH101 if there is no such table.
 * @see Kumo `parse_feature(expr, entity)`, whose idea this is.
 */
export function bindFeature(
  text: string,
  schema: Schema,
  entityTable: string,
  options: FeatureOptions = {},
): BoundFeature {
  const { dialect = "relgraph", nullLogic = "kleene", params = {}, hidden = [] } = options;
  const entity = findTable(schema, entityTable);
  if (!entity) {
    const names = schema.tables.map(({ name }) => name);
    const hint = suggestHint(entityTable, names, "tables");
    throw new SchemaError("SCH101", `there is no table \`${entityTable}\``, { hint });
  }
  const parsed = parseFeature(text, { dialect });
  if (!parsed.query) throw firstWithOthers(parsed.errors);
  const report = createReport(text);
  const named = resolveNames(parsed.query, schema, dialect, report);
  const query = bindParameters(named, params, report);
  const target = query.targets[0]!;
  const value = bindValue(target, {
    schema,
    strict: dialect === "kumo",
    report,
    entity,
    clause: "feature",
    tables: [entity],
    hops: [],
    inline: false,
  });
  const kind = value && kindOf(target, value, report);
  if (value) checkHidden(value, hidden, report);
  if (report.errors.length > 0 || !value || !kind) throw firstWithOthers(inOrder(report.errors));
  const settled = mapQuery(query, { ...KEEP, constant: (node) => settledAs(node, report) });
  const warnings = report.warnings.filter(({ code }) => code !== "PQL290");
  const feature = {
    name: target.name,
    text: printNamedTarget(settled.targets[0]!),
    dialect,
    nullLogic,
    entity,
    value,
    kind,
    warnings: [...parsed.warnings, ...warnings],
  };
  return { ...feature, toString: () => describeFeature(feature) };
}

function inOrder(errors: readonly PqlError[]): PqlError[] {
  return errors.toSorted((a, b) => a.span!.start - b.span!.start);
}

function bindValue({ value: target, span }: NamedTarget, scope: Scope): BoundTarget | null {
  const { report, entity } = scope;
  if (target.kind === "column" && isKey(target.table, target.column, entity)) {
    const message = `the feature is the entity's own key \`${printColumn(target)}\``;
    return report.error("PQL209", target.span, message, "an identifier tells nothing by itself");
  }
  const value = isCondition(target) ? bindCondition(target, scope) : bindExpression(target, scope);
  if (!value || namesAnchor(value)) return value;
  if (boundAggregations(value).length + boundColumns(value).length > 0) return value;
  const hint = "name a column or an aggregation, or ANCHOR for the time of the prediction";
  return report.error("PQL327", span, "the feature reads nothing from the data", hint);
}

function isKey(table: string, column: string, entity: TableSchema): boolean {
  const key = entity.primaryKey ?? [];
  return table === entity.name && key.length === 1 && key[0] === column;
}

function kindOf({ span }: NamedTarget, value: BoundTarget, report: Report): FeatureKind | null {
  if (isBoundCondition(value)) return "condition";
  const { type } = value;
  switch (type) {
    case "number": {
      const column = keepsMeaning(value) ? plainColumn(value)?.column : undefined;
      return column?.stype === "categorical" || column?.stype === "id" ? "category" : "number";
    }
    case "boolean":
      return "number";
    case "text":
      return "category";
    case "time":
      return "age";
    case "list":
    case "vector": {
      const hint =
        type === "list"
          ? "ask for one item, … CONTAINS 'x', or count them with COUNT_DISTINCT"
          : "models read columns of vectors by themselves";
      return report.error("PQL329", span, `a feature is a single value, found a ${type}`, hint);
    }
  }
}

function checkHidden(
  value: BoundTarget,
  hidden: NonNullable<FeatureOptions["hidden"]>,
  report: Report,
): void {
  for (const { table, column, span } of allColumns(value)) {
    if (!hidden.some((other) => other.table === table.name && other.column === column.name))
      continue;
    const message = `the feature reads the hidden column \`${table.name}.${column.name}\``;
    report.error("PQL216", span, message, "it is what the query predicts, or tells it");
  }
}
