/** The network room: from a graph and labelled rows to predictions and their attribution. */
export {
  createLoader,
  type HeteroBatch,
  type LoadOptions,
  type NeighborLoader,
  type PositionBatch,
  type TableBatch,
} from "./batch.js";
export { type Attribution, attribute, type PathAttribution } from "./explain/attribute.js";
export { type Background, fitBackground } from "./explain/background.js";
export {
  type Contribution,
  type Explanation,
  explainAttribution,
  formatExplanation,
} from "./explain/explanation.js";
export { createRowEncoder, type RowEncoder } from "./frame/encode-rows.js";
export type { ColumnEncoding, TableEncoding } from "./frame/encoding.js";
export { type EncodingOptions, fitTableEncoding } from "./frame/fit-encoding.js";
export { type SeedContextEncoding, seedContextEncoding } from "./frame/seed-context.js";
export { createModel, type ModelOutput, type RelationalGnn } from "./model.js";
export { checkModelConfig, checkPathOptions } from "./options.js";
export { layoutPaths, type PathLayout, type PathOptions } from "./paths.js";
export { AGGREGATORS, type Aggregator } from "./pool.js";
export { predictLogits } from "./predict.js";
export { DEFAULT_MODEL_CONFIG, type ModelConfig, type ModelSpec } from "./spec.js";
export { fitTargetScale, type TargetScale, unscaleOutput } from "./target.js";
export {
  DEFAULT_TRAINER_CONFIG,
  type TrainerConfig,
  type TrainingData,
  type TrainingReport,
  trainModel,
} from "./trainer.js";
export type { LabelledSeeds } from "./validation.js";
