/** ModelSpec: everything that fixes a model's shape, as plain data that its folder keeps. */
import type { TableEncoding } from "./frame/encoding.js";
import type { SeedContextEncoding } from "./frame/seed-context.js";
import type { PathLayout } from "./paths.js";
import type { Aggregator } from "./pool.js";

/** How the parts of a prediction are put together. */
export type HeadKind = "additive" | "joint";

/** Sizes and shape of a model. */
export interface ModelConfig {
  /** Channels of every hidden row, d. */
  readonly channels: number;
  /**
   * `additive`: the prediction is a sum of one small network per path, so its contributions are exact;
   * `joint`: one more term sees all paths together.
   */
  readonly head: HeadKind;
  readonly dropout: number;
  /** How the rows of a path are put together, side by side. */
  readonly aggregators: readonly Aggregator[];
}

/** The shape of a model unless set otherwise. */
export const DEFAULT_MODEL_CONFIG: ModelConfig = {
  channels: 64,
  head: "additive",
  dropout: 0.1,
  aggregators: ["mean", "root", "last"],
};

/** A model's shape: what it reads, how it is encoded, how wide it is. */
export interface ModelSpec {
  readonly config: ModelConfig;
  readonly layout: PathLayout;
  /** One per table that the model reads, the entity's first. */
  readonly encodings: readonly TableEncoding[];
  readonly context: SeedContextEncoding;
  /** Outputs: 1 for numbers and binary targets, the number of classes otherwise. */
  readonly outputs: number;
}
