/** The public API of `relgraph/pql`: from a query's text to its training table; runs in Node and in browsers. */

export { type BindOptions, bindQuery } from "./bind/bind.js";
export type {
  BoundAggregation,
  BoundColumn,
  BoundComparison,
  BoundCondition,
  BoundEntity,
  BoundExpression,
  BoundNamedTarget,
  BoundPath,
  BoundQuery,
  BoundTarget,
  Hop,
  NullLogic,
} from "./bind/bound.js";
export type { Parameters, ParameterValue } from "./bind/parameters.js";
export { type CheckResult, checkQuery } from "./check.js";
export { bindFeature, type FeatureOptions } from "./feature/bind-feature.js";
export type { BoundFeature, FeatureKind } from "./feature/bound-feature.js";
export type { FeatureValues } from "./feature/feature-values.js";
export { type FeatureRows, type FeatureRunOptions, runFeature } from "./feature/run-feature.js";
export {
  type PlanOptions,
  planTrainingTable,
  planTrainingTables,
  type TrainingTablePlan,
} from "./plan/plan.js";
export type { DropCounts } from "./run/eligible.js";
export {
  type AnchorSummary,
  type LabelTable,
  type PredictionRows,
  type RunOptions,
  runPlan,
} from "./run/execute.js";
export { streamLabels } from "./run/stream.js";
export { applyFix } from "./service/diagnose.js";
export { createLanguageService } from "./service/language-service.js";
export type {
  Completion,
  CompletionKind,
  Diagnostic,
  FormatOptions,
  FormatResult,
  Hover,
  LanguageService,
  QuickFix,
  TextEdit,
  TextRange,
} from "./service/types.js";
export { SQL_DIALECTS, type SqlDialect } from "./sql/dialect.js";
export { planToSql, type SqlOptions } from "./sql/plan-to-sql.js";
export {
  AGGREGATES,
  type AggregateName,
  type Aggregation,
  type AnchorTime,
  type Arithmetic,
  type Call,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type Dialect,
  type Entity,
  type Expression,
  FUNCTIONS,
  type FunctionName,
  type NamedTarget,
  type Operator,
  type Parameter,
  type PredictiveQuery,
  type Problem,
  type Target,
  type Via,
  type Wildcard,
  type Window,
} from "./syntax/ast.js";
export type { Complaint, PqlWarning } from "./syntax/diagnostics.js";
export type { Extension } from "./syntax/dialect.js";
export { type ParseOptions, parseQuery } from "./syntax/parse.js";
export { printCondition, printQuery, printTarget } from "./syntax/print.js";
