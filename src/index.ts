/** The public API of relgraph, in the order of a query's way. */

export type { Explanation } from "../gnn/explain/explanation.js";
export { checkQuery, parseQuery, printQuery } from "../pql/index.js";
export {
  type ApproachComparison,
  type ApproachResult,
  type CompareOptions,
  compareApproaches,
} from "./approaches/compare.js";
export { approachesSection, formatApproaches } from "./approaches/format.js";
export type { RuleScore } from "./approaches/health-score.js";
export {
  AbortedError,
  ConfigError,
  DataError,
  GraphError,
  InternalError,
  ModelError,
  PqlError,
  RelError,
  ScaleError,
  SchemaError,
  ShapeError,
} from "./core/errors.js";
export type { ProgressEvent, WorkOptions } from "./core/progress.js";
export { createRng, type Rng } from "./core/random.js";
export { formatTime, parseTime, type Timestamp } from "./core/time.js";
export type { AppendOptions, RowKey } from "./data/append.js";
export { tableFromArrow, toArrow } from "./data/arrow.js";
export {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "./data/column.js";
export { Database, type OpenOptions, type RowWindow } from "./data/database.js";
export type { EventScan, ScanRange } from "./data/event-scan.js";
export { formatInspection } from "./data/format-inspection.js";
export { inspectDatabase } from "./data/inspect.js";
export { openStreamed, type StreamedDatabase } from "./data/io/open-streamed.js";
export { readTable } from "./data/io/read-table.js";
export { writeTable } from "./data/io/write.js";
export type { SchemaOverrides, TableOverrides } from "./data/schema-file.js";
export { formatSchema, joinPaths, schemaGraph } from "./data/schema-graph.js";
export type {
  DeclaredKeys,
  DeclaredLink,
  Source,
  SourceRequest,
  SourceTable,
} from "./data/source.js";
export { Table } from "./data/table.js";
export {
  type EvaluateOptions,
  type Evaluation,
  type EvaluationRun,
  evaluate,
  evaluationPage,
  formatEvaluation,
} from "./evaluate.js";
export {
  type ExplanationCheck,
  formatChecks,
  type VerifyOptions,
  verifyExplanations,
} from "./explanation-checks/index.js";
export { generateSaasDatabase } from "./generate/database.js";
export type { SaasOptions } from "./generate/options.js";
export { writeSaas } from "./generate/write.js";
export {
  computeLabels,
  computeTargetLabels,
  formatAnchors,
  type LabelOptions,
  type LabelSet,
  type TimeOptions,
} from "./labels.js";
export { type ReportOptions, reportModel } from "./model-report.js";
export type { Since } from "./prediction-options.js";
export { type EntityId, type FitOptions, Predictor, type PredictRequest } from "./predictor.js";
export {
  type CompiledQuery,
  type CompiledTargets,
  type CompileOptions,
  compileQuery,
  compileTargets,
  type LanguageOptions,
} from "./query.js";
export { modelPage } from "./report/model-page.js";
export type { ModelReport } from "./report/model-report.js";
export { modelText } from "./report/model-text.js";
export {
  type ActionItem,
  accountLink,
  accountsToTable,
  actionLists,
  actionsToTable,
  compareLearned,
  defaultScoreConfig,
  engagementScore,
  FOUR_PLAYBOOKS,
  FOUR_TIERS,
  formatLearned,
  formatValidation,
  learnConfig,
  outcomeTiers,
  PLAYBOOKS,
  populationTiers,
  predictionsToScores,
  readHistory,
  readScoreConfig,
  rescore,
  rollUp,
  type ScoreConfig,
  type ScoreTable,
  type ScoreValidation,
  scorePredictions,
  scoresToTable,
  scoreTrend,
  screenMetrics,
  simpleScoreConfig,
  summarizeScores,
  TIERS,
  trendToTable,
  validateScores,
  writeScoreConfig,
} from "./scoring/index.js";
export {
  type BootstrapOptions,
  bootstrapMetrics,
  comparePaired,
  type PairedComparison,
  type ScoredRows,
} from "./task/bootstrap.js";
export { evaluateLabels } from "./task/evaluate-labels.js";
export { type PredictionTable, summarizePredictions } from "./task/prediction-table.js";
export {
  namedLabelsToTable,
  predictionTableToTable,
  scoredPredictionsToTable,
  trainingTableToTable,
} from "./task/result-tables.js";
export { summarizeTrainingTable, type TrainingTable } from "./task/training-table.js";
export { listBackends } from "./tensor/backend.js";
export { VERSION } from "./version.js";
export { type WatchOptions, type WatchRound, watchPredictions } from "./watch.js";
