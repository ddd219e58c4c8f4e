/**
 * The network of gnn/README.md read literally, in float64 and without any saving: each sampled row is encoded anew where it is
 * met, transformed after it was gathered, and no row is shared between seeds, paths or keys.
 */
import type { HeteroBatch } from "../../gnn/batch.js";
import { createRowEncoder } from "../../gnn/frame/encode-rows.js";
import { groupTimes } from "../../gnn/frame/fit-encoding.js";
import { pushAge } from "../../gnn/frame/scales.js";
import { createSink } from "../../gnn/frame/sink.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import { features, type World } from "./fixtures.js";

/** Weights by name, in float64. */
export type Weights = Readonly<Record<string, Float64Array>>;

/** Copies a network's weights. */
export function weightsOf({ model }: World): Weights {
  return Object.fromEntries(
    Object.entries(model.store.toArrays()).map(([name, { values }]) => [
      name,
      Float64Array.from(values),
    ]),
  );
}

/**
 * Computes the outputs of a batch's seeds from its samples; additive head, aggregators mean, root and last.
 *
 * @returns float64 `[S · K]`.
 */
export function naiveLogits(world: World, batch: HeteroBatch, w: Weights): Float64Array {
  const { db, graph, spec } = world;
  const { channels: C } = spec.config;
  const K = spec.outputs;
  const { positions: meanings, plan } = spec.layout;
  const { visibleTimes } = batch.seeds;

  const row = (table: string, index: number, seed: number): number[] => {
    const encoding = spec.encodings.find((one) => one.table === table)!;
    const state = groupTimes(db, encoding).reduce(
      (bits, known, g) =>
        bits | (known === null || known[index]! <= visibleTimes[seed]! ? 1 << g : 0),
      0,
    );
    const encoder = createRowEncoder(db, encoding);
    const encoded = encoder.encode(Int32Array.of(index), Uint8Array.of(state));
    const scope = `rows/${table}`;
    const r = norm(sumCodes(encoded, 0, w[`${scope}/codes`]!, C), w, `${scope}/norm`);
    const inner = relu(
      plus(timesMatrix(r, w[`${scope}/inner/weight`]!), w[`${scope}/inner/bias`]!),
    );
    return plus(
      r,
      plus(timesMatrix(inner, w[`${scope}/outer/weight`]!), [...w[`${scope}/outer/bias`]!]),
    );
  };
  /** Adds the parents fused into a row, and their parents. */
  const fused = (scope: string, position: number, at: number, seed: number): number[] => {
    let sum = Array<number>(C).fill(0);
    plan.positions.forEach(({ parent }, q) => {
      if (parent !== position || meanings[q]!.role !== "fused") return;
      const { rows, offsets } = batch.samples[q]!;
      for (let i = offsets[at]!; i < offsets[at + 1]!; i++) {
        const hidden = row(meanings[q]!.table, rows[i]!, seed);
        sum = plus(sum, timesMatrix(hidden, w[`${scope}/fused/${meanings[q]!.id}`]!));
        sum = plus(sum, fused(scope, q, i, seed));
      }
    });
    return sum;
  };
  const message = (p: number, at: number, seed: number): number[] => {
    const scope = `paths/${meanings[p]!.id}`;
    const { rows } = batch.samples[p]!;
    const hidden = row(meanings[p]!.table, rows[at]!, seed);
    let sum = plus(timesMatrix(hidden, w[`${scope}/row`]!), fused(scope, p, at, seed));
    const knownTimes = graph.nodeTypes.find(({ name }) => name === meanings[p]!.table)!.times;
    if (knownTimes !== null) {
      const sink = createSink(1, 3);
      pushAge(sink, batch.seeds.anchorTimes[seed]! - knownTimes[rows[at]!]!, 0);
      sink.endRow();
      sum = plus(sum, sumCodes(sink.finish(), 0, w[`${scope}/ages`]!, C));
    }
    return relu(norm(sum, w, `${scope}/norm`));
  };

  const out: number[] = [];
  for (let s = 0; s < batch.size; s++) {
    const own = row(spec.encodings[0]!.table, batch.seeds.rows[s]!, s);
    const context = sumCodes(batch.context, s, w["seed/context"]!, C);
    const start = relu(norm(plus(timesMatrix(own, w["seed/row"]!), context), w, "seed/norm"));
    const inner = relu(plus(timesMatrix(start, w["seed/inner/weight"]!), w["seed/inner/bias"]!));
    let z = plus(timesMatrix(inner, w["seed/out"]!), w["bias"]!);
    for (const { position: p, counts } of batch.positions) {
      const scope = `paths/${meanings[p]!.id}`;
      const { seedOf } = batch.samples[p]!;
      const messages = [...seedOf.keys()]
        .filter((e) => seedOf[e] === s)
        .map((e) => message(p, e, s));
      const total = messages.reduce((sum, one) => plus(sum, one), Array<number>(C).fill(0));
      const n = messages.length;
      const pooled = [
        ...total.map((value) => (n === 0 ? 0 : value / n)),
        ...total.map((value) => value / Math.sqrt(1 + n)),
        ...(messages.at(-1) ?? Array<number>(C).fill(0)),
      ];
      const summed = plus(
        timesMatrix(pooled, w[`${scope}/pool/weight`]!),
        w[`${scope}/pool/bias`]!,
      );
      const path = relu(plus(summed, sumCodes(counts, s, w[`${scope}/counts`]!, C)));
      z = plus(z, timesMatrix(path, w[`${scope}/out`]!));
    }
    out.push(...z);
  }
  if (out.length !== batch.size * K) throw new Error("one number per seed and output");
  return Float64Array.from(out);
}

function sumCodes(sparse: SparseRows, row: number, table: Float64Array, columns: number): number[] {
  const sum = Array<number>(columns).fill(0);
  for (const [code, weight] of features(sparse, row))
    for (let c = 0; c < columns; c++) sum[c]! += weight * table[code * columns + c]!;
  return sum;
}

/** A row times a matrix. */
function timesMatrix(x: readonly number[], matrix: Float64Array): number[] {
  const columns = matrix.length / x.length;
  return Array.from({ length: columns }, (_, c) =>
    x.reduce((sum, value, i) => sum + value * matrix[i * columns + c]!, 0),
  );
}

function plus(a: readonly number[], b: ArrayLike<number>): number[] {
  return a.map((value, i) => value + b[i]!);
}

function relu(x: readonly number[]): number[] {
  return x.map((value) => Math.max(0, value));
}

function norm(x: readonly number[], w: Weights, scope: string): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  const [gain, bias] = [w[`${scope}/gain`]!, w[`${scope}/bias`]!];
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i]! + bias[i]!);
}
