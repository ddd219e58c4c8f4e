/** Query and schema to a bound query: names, links, types, windows and the task, all checked before any data is read. */
import { findTable, type Schema } from "../../src/data/schema.js";
import {
  type Constant,
  type Dialect,
  isCondition,
  type NamedTarget,
  type Parameter,
  type PredictiveQuery,
  type Problem,
} from "../syntax/ast.js";
import { KEEP, mapQuery } from "../syntax/map-tree.js";
import { firstWithOthers } from "../syntax/parse.js";
import { printColumn } from "../syntax/print.js";
import { bindEntity } from "./bind-entity.js";
import { bindCondition, bindExpression } from "./bind-expression.js";
import {
  type BoundNamedTarget,
  type BoundQuery,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  type NullLogic,
} from "./bound.js";
import { describeBound } from "./describe-bound.js";
import { bindParameters, type Parameters } from "./parameters.js";
import { createReport, type Report } from "./report.js";
import { resolveNames } from "./resolve.js";
import type { Scope } from "./scope.js";
import { inferTask } from "./task-type.js";
import { bindAnchor, checkTimes, isTimed } from "./time-rules.js";
import { hasMixedUnits } from "./windows.js";

/** Options of {@link bindQuery}. */
export interface BindOptions {
  /** `kumo` takes exact names only and refuses what the published language refuses. */
  readonly dialect?: Dialect;
  /** How comparisons with missing values count; `kleene` by default. */
  readonly nullLogic?: NullLogic;
  /** Values of the query's parameters. */
  readonly params?: Parameters;
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
 * @param options - the dialect, the logic of missing values, values of parameters.
 * @returns the bound query; doubtful things are in its `warnings`.
 * @throws {@link PqlError} PQL2xx (names, links, parameters), PQL3xx (types, tasks), PQL4xx (windows); the rest of them are
 * in `others`.
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
  const { dialect = "relgraph", nullLogic = "kleene", params = {} } = options;
  const report = createReport(written.source);
  const named = resolveNames(written, schema, dialect, report);
  const query = bindParameters(named, params, report);
  const entity = bindEntity(query, schema, report);
  const entityTable = findTable(schema, query.entity.keys[0]!.table);
  if (!entityTable) return { bound: null, report };

  const scope = (clause: Scope["clause"]): Scope => ({
    schema,
    strict: dialect === "kumo",
    report,
    entity: entityTable,
    clause,
    tables: [entityTable],
    hops: [],
    inline: false,
  });
  const problem = problemOf(query, report);
  const values = query.targets.map((target) => bindTarget(query, target, scope("target")));
  const where = query.where && bindCondition(query.where, scope("where"));
  const assuming = query.assuming && bindCondition(query.assuming, scope("assuming"));
  const tasks = query.targets.map((target, i) =>
    inferTask(target, problem, values[i]!, entityTable, report),
  );
  checkTimes(query, { targets: values, where }, assuming, report);
  const at = bindAnchor(query, report);
  const targets = query.targets.flatMap((target, i): BoundNamedTarget[] => {
    const [value, task] = [values[i], tasks[i]];
    return value && task ? [{ name: target.name, value, ...task }] : [];
  });
  if (report.errors.length > 0 || !entity || targets.length < query.targets.length) {
    return { bound: null, report };
  }
  const temporal = targets.some(({ value }) => isTimed(value));
  warn(query, entity.table.timeColumn, targets, temporal, report);
  const { warnings } = report;
  const bound = {
    query: mapQuery(query, { ...KEEP, constant: (node) => settledAs(node, report) }),
    dialect,
    nullLogic,
    entity,
    targets,
    where,
    assuming,
    at,
    temporal,
    warnings,
  };
  return { bound: { ...bound, toString: () => describeBound(bound) }, report };
}

/** A constant as its place made it; parameters are gone by now. */
export function settledAs(node: Constant | Parameter, { settled }: Report): Constant | Parameter {
  return node.kind === "parameter" ? node : (settled.get(node) ?? node);
}

function problemOf(query: PredictiveQuery, report: Report): Problem | null {
  const { problem, targets } = query;
  if (problem === null || targets.length === 1) return problem;
  const message = `\`${problem.kind.toUpperCase()}\` speaks of one target, the query has several`;
  return report.error("PQL326", problem.span, message, "ask for that target in a query of its own");
}

function bindTarget(
  query: PredictiveQuery,
  { value: target, span }: NamedTarget,
  scope: Scope,
): BoundTarget | null {
  if (isCondition(target)) return bindCondition(target, scope);
  const keys = query.entity.keys.map(printColumn);
  if (target.kind === "column" && keys.includes(printColumn(target))) {
    const message = `the target is the entity's own key \`${printColumn(target)}\``;
    return scope.report.error("PQL209", target.span, message, "predict another column");
  }
  const value = bindExpression(target, scope);
  if (!value || value.kind === "aggregation" || value.kind === "column") return value;
  if (boundAggregations(value).length + boundColumns(value).length > 0) return value;
  const hint = "predict a column or an aggregation";
  return scope.report.error("PQL327", span, "the target reads nothing from the data", hint);
}

function warn(
  query: PredictiveQuery,
  timeColumn: string | null,
  targets: readonly BoundNamedTarget[],
  temporal: boolean,
  report: Report,
): void {
  const [key] = query.entity.keys;
  if (temporal && timeColumn === null) {
    const message = `table \`${key!.table}\` has no time, so every row counts as known at every anchor`;
    const hint = "name the column that says when a row came to be";
    report.warn("PQL490", key!.span, message, hint);
  }
  const aggregations = targets.flatMap(({ value }) => boundAggregations(value));
  const windows = aggregations.flatMap(({ window }) => window ?? []);
  if (hasMixedUnits(windows)) {
    const message =
      "the target's windows use several units; anchors step by their approximate span";
    report.warn("PQL493", query.targets[0]!.span, message, "give all windows one unit");
  }
}
