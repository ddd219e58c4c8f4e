/** Query and schema to a bound query: names, links, types, windows and the task, all checked before any data is read. */
import { indent, textTable } from "../src/core/pretty.js";
import { formatWindow } from "../src/core/time.js";
import { findColumn, findTable, type Schema } from "../src/data/schema.js";
import type { Constant, Dialect, PredictiveQuery } from "./ast.js";
import { bindCondition, bindOperand, type Scope } from "./bind-expression.js";
import {
  type BoundEntity,
  type BoundOperand,
  type BoundQuery,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  type NullLogic,
} from "./bound.js";
import { firstWithOthers } from "./parse.js";
import { printColumn, printConstant, printQuery } from "./print.js";
import { createReport, type Report } from "./report.js";
import { resolveNames } from "./resolve.js";
import { inferTask } from "./task-type.js";
import { columnType, isHugeInteger, operandName } from "./values.js";
import { hasMixedUnits } from "./windows.js";

/** Options of {@link bindQuery}. */
export interface BindOptions {
  /** `kumo` takes exact names only and refuses what the published language refuses. */
  readonly dialect?: Dialect;
  /** How comparisons with missing values count; `kleene` by default. */
  readonly nullLogic?: NullLogic;
}

/** What binding gives: a query where there are no errors. */
export interface BindResult {
  readonly bound: BoundQuery | null;
  readonly report: Report;
}

/**
 * Binds a query to a schema.
 *
 * @param query - the parsed query.
 * @param schema - the tables, columns, keys and links.
 * @param options - the dialect and the logic of missing values.
 * @returns the bound query; doubtful things are in its `warnings`.
 * @throws {@link PqlError} PQL2xx (names and links), PQL3xx (types), PQL4xx (windows), PQL9xx (not supported yet);
 * the rest of them are in `others`.
 */
export function bindQuery(
  query: PredictiveQuery,
  schema: Schema,
  options: BindOptions = {},
): BoundQuery {
  const { bound, report } = bindAll(query, schema, options);
  if (bound) return bound;
  throw firstWithOthers(report.errors.toSorted((a, b) => a.span!.start - b.span!.start));
}

/** Binds a query and returns all that was found, without throwing. */
export function bindAll(
  written: PredictiveQuery,
  schema: Schema,
  options: BindOptions = {},
): BindResult {
  const { dialect = "relgraph", nullLogic = "kleene" } = options;
  const report = createReport(written.source);
  const query = resolveNames(written, schema, dialect, report);
  const entity = bindEntity(query, schema, report);
  const entityTable = findTable(schema, query.entity.key.table);
  if (!entityTable) return { bound: null, report };

  const scope = (place: Scope["place"]): Scope => ({
    schema,
    row: entityTable,
    entity: entityTable,
    place,
    strict: dialect === "kumo",
    report,
  });
  const target = bindTarget(query, scope("target"));
  const where = query.where && bindCondition(query.where, scope("where"));
  const assuming = query.assuming && bindCondition(query.assuming, scope("assuming"));
  const taskType = inferTask(query, target, entityTable, report);
  checkTimes(query, target, report);
  if (report.errors.length > 0 || !entity || !target || !taskType) return { bound: null, report };

  const temporal = boundAggregations(target).some((aggregation) => aggregation.window !== null);
  if (temporal && entityTable.timeColumn === null) {
    const message = `table \`${entityTable.name}\` has no time, so every row counts as known at every anchor`;
    const hint = "name the column that says when a row came to be";
    report.warn("PQL490", query.entity.key.span, message, hint);
  }
  const windows = boundAggregations(target).flatMap((aggregation) => aggregation.window ?? []);
  if (hasMixedUnits(windows)) {
    const message =
      "the target's windows use several units; anchors step by their approximate span";
    report.warn("PQL493", query.target.span, message, "give all windows one unit");
  }
  const { warnings } = report;
  const bound = {
    query,
    dialect,
    nullLogic,
    entity,
    target,
    where,
    assuming,
    taskType,
    temporal,
    warnings,
  };
  return { bound: { ...bound, toString: () => describe(bound) }, report };
}

function bindTarget(query: PredictiveQuery, scope: Scope): BoundTarget | null {
  const { target, entity } = query;
  if (target.kind === "aggregation" || target.kind === "wildcard")
    return bindOperand(target, scope);
  if (target.kind !== "column") return bindCondition(target, scope);
  const { key } = entity;
  if (key.kind === "column" && key.table === target.table && key.column === target.column) {
    const message = `the target is the entity's own key \`${printColumn(target)}\``;
    return scope.report.error("PQL209", target.span, message, "predict another column");
  }
  return bindOperand(target, scope);
}

function bindEntity(query: PredictiveQuery, schema: Schema, report: Report): BoundEntity | null {
  const { key, each, selection, span } = query.entity;
  const table = findTable(schema, key.table);
  if (!table) return null;
  if (key.kind === "wildcard") {
    const hint = "name the key of the entity table";
    return report.error("PQL205", key.span, `\`${printColumn(key)}\` is no key`, hint);
  }
  const column = findColumn(table, key.column);
  if (!column) return null;
  const { primaryKey } = table;
  if (primaryKey?.length !== 1 && primaryKey?.includes(column.name)) {
    const message = `the composite key \`${primaryKey.join("+")}\` of an entity is not supported yet`;
    return report.error("PQL907", key.span, message, "add a column that joins the parts");
  }
  if (primaryKey?.length !== 1 || primaryKey[0] !== column.name) {
    const message = `\`${printColumn(key)}\` is not the primary key of \`${table.name}\``;
    const hint = primaryKey
      ? `the key is ${primaryKey.map((name) => `\`${name}\``).join(" and ")}`
      : `name the primary key of "${table.name}" in schema.json`;
    return report.error("PQL204", key.span, message, hint);
  }
  if (!selection) {
    if (each) return { table, key: column, ids: null };
    const hint = "write FOR EACH for all of them, or = id or IN (…)";
    return report.error("PQL211", span, "`FOR` lists the entities to predict, found no id", hint);
  }
  if (each) {
    const hint = "write FOR for listed entities";
    return report.error("PQL212", span, "`FOR EACH` predicts all entities, found a list", hint);
  }
  const { operator, value, operatorSpan } = selection;
  if (operator !== "=" && operator !== "IN") {
    const message = `entities are listed with \`=\` or \`IN\`, found \`${operator}\``;
    const hint = "list the ids to predict, or filter with WHERE";
    return report.error("PQL213", operatorSpan, message, hint);
  }
  if ((operator === "IN") !== (value.kind === "list")) {
    const message = operator === "IN" ? "`IN` takes a list" : "`=` takes a single id";
    return report.error("PQL302", value.span, message, "write = id or IN (id, id)");
  }
  const type = columnType(column);
  const constants = value.kind === "list" ? value.items : [value];
  const ids = constants.map((constant) => bindId(constant, type, printColumn(key), report));
  return ids.every((id) => id !== null) ? { table, key: column, ids } : null;
}

function bindId(
  constant: Constant,
  type: ReturnType<typeof columnType>,
  name: string,
  report: Report,
): number | string | null {
  const fits =
    (type === "number" && constant.kind === "number") ||
    (type === "text" && (constant.kind === "string" || isHugeInteger(constant))) ||
    (type === "time" && constant.kind === "time");
  if (fits) return constant.kind === "number" && type === "text" ? constant.text : constant.value;
  const shown = printConstant(constant);
  const hint =
    type === "text"
      ? `did you forget the quotes? write '${shown}'`
      : `write an id as the table holds it`;
  const message = `\`${name}\` holds ${type === "text" ? "texts" : `${type}s`}, found ${shown}`;
  return report.error("PQL301", constant.span, message, hint);
}

/** Checks the rules between clauses: static against temporal queries, and what ASSUMING may hold. */
function checkTimes(query: PredictiveQuery, target: BoundTarget | null, report: Report): void {
  if (!target) return;
  const operands: BoundOperand[] = [...boundColumns(target), ...boundAggregations(target)];
  const isTimed = (operand: BoundOperand): boolean =>
    operand.kind === "aggregation" && operand.window !== null;
  const temporal = operands.some(isTimed);
  const still = operands.find((operand) => !isTimed(operand));
  if (temporal && still) {
    const message = `the target mixes windows with the static \`${operandName(still)}\``;
    report.error("PQL410", still.span, message, "move the static condition into WHERE");
  }
  if (!temporal && query.where) {
    const past = firstWindow(query.where);
    const hint = "a target without a window has no anchor to look back from";
    if (past) report.error("PQL409", past, "a static query takes no windows in WHERE", hint);
  }
  if (!query.assuming) return;
  if (!temporal) {
    const hint = "conditions on columns stand in WHERE";
    report.error("PQL411", query.assuming.span, "a static query takes no ASSUMING", hint);
    return;
  }
  const fixed = firstStatic(query.assuming);
  const hint = "conditions on columns stand in WHERE";
  if (fixed) report.error("PQL412", fixed, "ASSUMING takes conditions on the future only", hint);
}

type Spot = PredictiveQuery["span"] | null;

function firstWindow(node: NonNullable<PredictiveQuery["where"]>): Spot {
  if (node.kind === "comparison") {
    return node.left.kind === "aggregation" && node.left.window ? node.left.window.span : null;
  }
  if (node.kind === "not") return firstWindow(node.operand);
  return firstWindow(node.left) ?? firstWindow(node.right);
}

function firstStatic(node: NonNullable<PredictiveQuery["where"]>): Spot {
  if (node.kind === "comparison") {
    return node.left.kind === "aggregation" && node.left.window ? null : node.left.span;
  }
  if (node.kind === "not") return firstStatic(node.operand);
  return firstStatic(node.left) ?? firstStatic(node.right);
}

function describe(bound: Omit<BoundQuery, "toString">): string {
  const { query, entity, target, where, assuming, taskType, nullLogic } = bound;
  const clauses = [
    ["target", target],
    ["where", where],
    ["assuming", assuming],
  ] as const;
  const rows = clauses.flatMap(([clause, node]) =>
    [...boundColumns(node), ...boundAggregations(node)].map((operand) => [
      clause,
      operand.kind === "aggregation" ? operand.name : "",
      operandName(operand),
      operand.type,
      operand.column?.stype ?? "",
      operand.kind === "aggregation"
        ? `${operand.table.name}.${operand.foreignKey.name} → ${operand.foreignKey.table}`
        : "",
      operand.kind === "aggregation" && operand.window ? formatWindow(operand.window) : "",
    ]),
  );
  const header = ["clause", "function", "column", "type", "stype", "link", "window"];
  const time = entity.table.timeColumn ? `, time ${entity.table.timeColumn}` : "";
  return [
    `BoundQuery  ${printQuery(query)}`,
    `  entity ${entity.table.name}.${entity.key.name}${time}   task ${taskType}   null logic ${nullLogic}`,
    indent(textTable(header, rows)),
  ].join("\n");
}
