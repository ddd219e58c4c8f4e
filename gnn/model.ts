/** RelationalGnn: the light heterogeneous temporal graph network, in formulas (see README.md for shapes and sources). */
import * as tf from "@tensorflow/tfjs-core";
import { invariant } from "../src/core/assert.js";
import type { Rng } from "../src/core/random.js";
import {
  dropout,
  gatherRows,
  gatherSum,
  layerNorm,
  linear,
  sparseMatMul,
} from "../src/tensor/ops.js";
import {
  createParameterStore,
  type ParameterScope,
  type ParameterStore,
} from "../src/tensor/parameters.js";
import type { HeteroBatch, PositionBatch } from "./batch.js";
import { activityWidth } from "./frame/activity.js";
import { AGE_WIDTH } from "./frame/scales.js";
import { poolMessages } from "./pool.js";
import { DEFAULT_MODEL_CONFIG, type ModelSpec } from "./spec.js";

/**
 * The places where data enters the network as a sum of learned codes. Everything between data and prediction passes
 * through them, so a path from a baseline to these tensors attributes a prediction to columns, ages and counts.
 */
export interface ModelInputs {
  /** Per table of the specification: float32 `[U, C]`, the sum of the codes of each distinct row. */
  readonly rows: readonly tf.Tensor2D[];
  /** Per pooled position: float32 `[E, C]`; `null` for tables without time. */
  readonly ages: readonly (tf.Tensor2D | null)[];
  /** Per pooled position: float32 `[S, C]`. */
  readonly counts: readonly tf.Tensor2D[];
  /** float32 `[S, C]`. */
  readonly context: tf.Tensor2D;
}

/** What the network says about each seed; `K` outputs. */
export interface ModelOutput {
  /** float32 `[S, K]`: bias + seed + all paths (+ joint). */
  readonly logits: tf.Tensor2D;
  /** float32 `[S, K]`: the part of the entity's own row and the season. */
  readonly seed: tf.Tensor2D;
  /** Per pooled position: float32 `[S, K]`. */
  readonly paths: readonly tf.Tensor2D[];
  /** float32 `[S, K]`; `null` with an additive head. */
  readonly joint: tf.Tensor2D | null;
}

/** How a pass is made. */
export interface PassOptions {
  /** Draws dropout masks; absent: no dropout (prediction). */
  readonly dropoutRng?: Rng | undefined;
}

/** A network with its weights. */
export interface RelationalGnn {
  readonly spec: ModelSpec;
  readonly store: ParameterStore;
  /** Sums the learned codes of a batch. */
  embed(batch: HeteroBatch): ModelInputs;
  /** Computes the prediction from the summed codes. */
  forward(batch: HeteroBatch, inputs: ModelInputs, options?: PassOptions): ModelOutput;
  /** The learned codes of one place: a table's rows, a position's ages or counts, or the context. */
  codes(place: CodePlace): tf.Tensor2D;
}

/** A place of {@link ModelInputs}. */
export type CodePlace =
  | { readonly kind: "rows"; readonly table: string }
  | { readonly kind: "ages" | "counts"; readonly position: number }
  | { readonly kind: "context" };

/** Weights of one table's row encoder: `h = r + W₂ relu(W₁ r)`, `r = LN(Σ codes)`. */
interface RowLayer {
  readonly codes: tf.Tensor2D;
  readonly norm: Norm;
  readonly inner: Dense;
  readonly outer: Dense;
}

/** Weights of one pooled position: messages, pooling, its own head. */
interface PathLayer {
  readonly row: tf.Tensor2D;
  readonly fused: ReadonlyMap<number, tf.Tensor2D>;
  readonly ages: tf.Tensor2D;
  readonly norm: Norm;
  readonly counts: tf.Tensor2D;
  readonly pool: Dense;
  /** Of the attention aggregator, `[C, 1]`. */
  readonly score: tf.Tensor2D | undefined;
  readonly sumScale: number;
  readonly out: tf.Tensor2D;
  readonly joint: tf.Tensor2D | null;
}

interface Dense {
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

interface Norm {
  readonly gain: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/**
 * Makes a network with seeded initial weights.
 *
 * @param spec - its shape.
 * @param rng - source of the initial weights.
 * @see the recommended model (stage N): row encoders by stype, age code, fused parents, pooled paths, additive head.
 */
export function createModel(spec: ModelSpec, rng: Rng): RelationalGnn {
  const store = createParameterStore(rng);
  const { channels: C, head, aggregators } = { ...DEFAULT_MODEL_CONFIG, ...spec.config };
  const rows = spec.encodings.map((encoding): RowLayer => {
    const scope = store.scope(`rows/${encoding.table}`);
    const std = 1 / Math.sqrt(1 + encoding.encodings.length);
    return {
      codes: scope.create<tf.Rank.R2>("codes", [encoding.width, C], { kind: "normal", std }),
      norm: createNorm(scope, "norm", C),
      inner: createDense(scope, "inner", C, 2 * C),
      outer: createDense(scope, "outer", 2 * C, C),
    };
  });
  const { positions } = spec.layout;
  const paths = new Map<number, PathLayer>();
  positions.forEach((position, p) => {
    if (position.role !== "pooled") return;
    const scope = store.scope(`paths/${position.id}`);
    const matrix = (name: string, inputs: number, std: number): tf.Tensor2D =>
      scope.create<tf.Rank.R2>(name, [inputs, C], { kind: "normal", std });
    const fused = new Map<number, tf.Tensor2D>();
    for (const q of fusedUnder(spec, p)) {
      fused.set(q, matrix(`fused/${positions[q]!.id}`, C, 1 / Math.sqrt(C)));
    }
    paths.set(p, {
      row: matrix("row", C, 1 / Math.sqrt(C)),
      fused,
      ages: matrix("ages", AGE_WIDTH, 0.5),
      norm: createNorm(scope, "norm", C),
      counts: matrix("counts", activityWidth(spec.layout, p), 0.1),
      pool: createDense(scope, "pool", aggregators.length * C, C),
      score: aggregators.includes("attention")
        ? scope.create<tf.Rank.R2>("score", [C, 1], { kind: "normal", std: 1 / Math.sqrt(C) })
        : undefined,
      sumScale: sumScale(spec, p),
      out: createOut(scope, C, spec.outputs),
      joint: head === "joint" ? matrix("joint", C, 1 / Math.sqrt(C)) : null,
    });
  });
  const seed = createSeedLayer(store.scope("seed"), spec);
  const joint = head === "joint" ? createJointLayer(store.scope("joint"), spec) : null;
  const bias = store.create<tf.Rank.R1>("bias", [spec.outputs], { kind: "zeros" });

  const tableOf = new Map(spec.encodings.map((encoding, t) => [encoding.table, t]));
  const codes = (place: CodePlace): tf.Tensor2D => {
    switch (place.kind) {
      case "rows":
        return rows[tableOf.get(place.table)!]!.codes;
      case "ages":
      case "counts":
        return paths.get(place.position)![place.kind];
      case "context":
        return seed.context;
    }
  };
  const embed = (batch: HeteroBatch): ModelInputs => ({
    rows: batch.tables.map((table, t) => sparseMatMul(table.features, rows[t]!.codes)),
    ages: batch.positions.map(({ ages, position }) =>
      ages === null ? null : sparseMatMul(ages, paths.get(position)!.ages),
    ),
    counts: batch.positions.map(({ counts, position }) =>
      sparseMatMul(counts, paths.get(position)!.counts),
    ),
    context: sparseMatMul(batch.context, seed.context),
  });
  const forward = (
    batch: HeteroBatch,
    inputs: ModelInputs,
    { dropoutRng }: PassOptions = {},
  ): ModelOutput => {
    const drop = (x: tf.Tensor2D): tf.Tensor2D =>
      dropoutRng && spec.config.dropout > 0 ? dropout(x, spec.config.dropout, dropoutRng) : x;
    const hidden = inputs.rows.map((sum, t) => encodeRow(sum, rows[t]!));
    const rowsOf = (position: number): tf.Tensor2D =>
      hidden[tableOf.get(positions[position]!.table)!]!;

    const seedRows = gatherRows(linear(hidden[0]!, seed.row, null, "none"), batch.seedIndex);
    const seedNorm = layerNorm(tf.add(seedRows, inputs.context), seed.norm.gain, seed.norm.bias, {
      relu: true,
    });
    const seedHidden = drop(linear(seedNorm, seed.inner.weight, seed.inner.bias, "relu"));
    const seedPart = linear(seedHidden, seed.out, null, "none");
    let logits = tf.add(seedPart, bias) as tf.Tensor2D;
    let mixed = joint ? linear(seedHidden, joint.seed, null, "none") : null;

    const parts = batch.positions.map((position, i) => {
      const layer = paths.get(position.position)!;
      const messages = passMessages(position, inputs.ages[i]!, layer, rowsOf);
      const pooled = poolMessages(messages, position.seedOffsets, {
        aggregators,
        sumScale: layer.sumScale,
        score: layer.score,
      });
      const summed = linear(pooled, layer.pool.weight, layer.pool.bias, "none");
      const path = drop(tf.relu(tf.add(summed, inputs.counts[i]!)) as tf.Tensor2D);
      const part = linear(path, layer.out, null, "none");
      logits = tf.add(logits, part);
      if (mixed && layer.joint) mixed = tf.add(mixed, linear(path, layer.joint, null, "none"));
      return part;
    });
    if (!joint || !mixed) return { logits, seed: seedPart, paths: parts, joint: null };
    const together = layerNorm(mixed, joint.norm.gain, joint.norm.bias, { relu: true });
    const inner = drop(linear(together, joint.inner.weight, joint.inner.bias, "relu"));
    const jointPart = linear(inner, joint.out, null, "none");
    return { logits: tf.add(logits, jointPart), seed: seedPart, paths: parts, joint: jointPart };
  };
  return { spec, store, embed, forward, codes };
}

/** `h = r + W₂ relu(W₁ r)` with `r = LN(sum)`: float32 `[U, C]`. */
function encodeRow(sum: tf.Tensor2D, layer: RowLayer): tf.Tensor2D {
  const normed = layerNorm(sum, layer.norm.gain, layer.norm.bias);
  const inner = linear(normed, layer.inner.weight, layer.inner.bias, "relu");
  return tf.add(normed, linear(inner, layer.outer.weight, layer.outer.bias, "none"));
}

/**
 * `u = relu(LN(W h + Σ W_f h_f + age))`: float32 `[E, C]`. Rows and parents are transformed once per distinct row,
 * then gathered (the order of transform and gather does not matter for a linear map).
 */
function passMessages(
  batch: PositionBatch,
  ages: tf.Tensor2D | null,
  layer: PathLayer,
  rowsOf: (position: number) => tf.Tensor2D,
): tf.Tensor2D {
  const sources = [linear(rowsOf(batch.position), layer.row, null, "none")];
  const indices: (Int32Array | null)[] = [batch.index];
  for (const { position, index } of batch.fused) {
    sources.push(linear(rowsOf(position), layer.fused.get(position)!, null, "none"));
    indices.push(index);
  }
  if (ages !== null) {
    sources.push(ages);
    indices.push(null);
  }
  return layerNorm(gatherSum(sources, indices), layer.norm.gain, layer.norm.bias, { relu: true });
}

/** What the sum of a position's messages is divided by: the root of the rows that its fan-outs allow. */
function sumScale(spec: ModelSpec, position: number): number {
  let most = 1;
  for (let p = position; p >= 0; p = spec.layout.plan.positions[p]!.parent) {
    const { direction, last, uniform } = spec.layout.plan.positions[p]!;
    if (direction === "children") most *= Math.min(32, last + uniform);
  }
  return Math.sqrt(Math.max(1, most));
}

/** Lists the positions fused into a pooled one, directly or through another fused one. */
function fusedUnder(spec: ModelSpec, pooled: number): number[] {
  const { positions } = spec.layout.plan;
  const found: number[] = [];
  for (let q = pooled + 1; q < positions.length; q++) {
    if (spec.layout.positions[q]!.role !== "fused") continue;
    const { parent } = positions[q]!;
    if (parent === pooled || found.includes(parent)) found.push(q);
  }
  return found;
}

function createSeedLayer(scope: ParameterScope, spec: ModelSpec) {
  const { channels: C } = spec.config;
  invariant(spec.encodings.length > 0, "the entity's table is encoded");
  const normal = (name: string, inputs: number, std: number): tf.Tensor2D =>
    scope.create<tf.Rank.R2>(name, [inputs, C], { kind: "normal", std });
  return {
    row: normal("row", C, 1 / Math.sqrt(C)),
    context: normal("context", spec.context.width, 0.3),
    norm: createNorm(scope, "norm", C),
    inner: createDense(scope, "inner", C, C),
    out: createOut(scope, C, spec.outputs),
  };
}

function createJointLayer(scope: ParameterScope, spec: ModelSpec) {
  const { channels: C } = spec.config;
  return {
    seed: scope.create<tf.Rank.R2>("seed", [C, C], { kind: "normal", std: 1 / Math.sqrt(C) }),
    norm: createNorm(scope, "norm", C),
    inner: createDense(scope, "inner", C, C),
    out: createOut(scope, C, spec.outputs),
  };
}

function createDense(scope: ParameterScope, name: string, inputs: number, outputs: number): Dense {
  const inner = scope.scope(name);
  const std = Math.sqrt(2 / inputs);
  return {
    weight: inner.create<tf.Rank.R2>("weight", [inputs, outputs], { kind: "normal", std }),
    bias: inner.create<tf.Rank.R1>("bias", [outputs], { kind: "zeros" }),
  };
}

function createNorm(scope: ParameterScope, name: string, size: number): Norm {
  const inner = scope.scope(name);
  return {
    gain: inner.create<tf.Rank.R1>("gain", [size], { kind: "ones" }),
    bias: inner.create<tf.Rank.R1>("bias", [size], { kind: "zeros" }),
  };
}

/** The last layer of a part starts small, so that training starts from the bias. */
function createOut(scope: ParameterScope, inputs: number, outputs: number): tf.Tensor2D {
  return scope.create<tf.Rank.R2>("out", [inputs, outputs], { kind: "normal", std: 0.02 });
}
