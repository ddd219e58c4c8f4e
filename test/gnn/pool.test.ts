import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { AGGREGATORS, type Aggregator, poolMessages } from "../../gnn/pool.js";
import { createRng } from "../../src/core/random.js";
import { initBackend } from "../../src/tensor/backend.js";

beforeAll(async () => {
  await initBackend({});
});

const C = 3;
const offsets = Int32Array.of(0, 2, 2, 5);
const rng = createRng(3);
const values = Array.from({ length: 5 }, () => Array.from({ length: C }, () => rng.normal()));
const score = Array.from({ length: C }, () => rng.normal());
const SCALE = 4;

/** One aggregator by loops, for the rows of one seed. */
function naive(kind: Aggregator, rows: readonly number[][]): number[] {
  const column = (c: number): number[] => rows.map((row) => row[c]!);
  const sum = (c: number): number => column(c).reduce((a, b) => a + b, 0);
  const weights = rows.map((row) => Math.exp(row.reduce((s, x, c) => s + x * score[c]!, 0)));
  const total = weights.reduce((a, b) => a + b, 0);
  return Array.from({ length: C }, (_, c) => {
    if (rows.length === 0) return 0;
    const of: Record<Aggregator, number> = {
      mean: sum(c) / rows.length,
      root: sum(c) / Math.sqrt(1 + rows.length),
      sum: sum(c) / SCALE,
      last: rows.at(-1)![c]!,
      max: Math.max(...column(c)),
      attention: rows.reduce((s, row, i) => s + (row[c]! * weights[i]!) / total, 0),
    };
    return of[kind];
  });
}

function pooled(aggregators: readonly Aggregator[], x: tf.Tensor2D): tf.Tensor2D {
  const scores = tf.tensor2d(score, [C, 1]);
  return poolMessages(x, offsets, { aggregators, sumScale: SCALE, score: scores });
}

describe("pooling", () => {
  it.each<[readonly Aggregator[]]>([
    [["mean", "root", "last"]],
    [["max", "sum", "attention", "mean"]],
    [["attention"]],
    [AGGREGATORS],
  ])("puts %j side by side as loops do, zeros for a seed without rows", (aggregators) => {
    const expected = [0, 1, 2].flatMap((s) =>
      aggregators.flatMap((kind) => naive(kind, values.slice(offsets[s], offsets[s + 1]))),
    );
    const found = pooled(aggregators, tf.tensor2d(values));
    expect(found.shape).toEqual([3, aggregators.length * C]);
    [...found.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5);
    });
  });

  it.each(AGGREGATORS.map((kind) => [kind]))("has the gradient of %s", (kind) => {
    const weights = tf.tensor2d(
      Array.from({ length: 3 * C }, () => rng.normal()),
      [3, C],
    );
    const loss = (x: tf.Tensor2D): tf.Scalar => tf.sum(tf.mul(pooled([kind], x), weights));
    const gradient = tf.grad((x: tf.Tensor) => loss(x as tf.Tensor2D))(tf.tensor2d(values));
    const found = [...gradient.dataSync()];
    const step = 1e-2;
    found.forEach((value, i) => {
      const moved = (by: number): number =>
        loss(
          tf.tensor2d(values.map((row, r) => row.map((x, c) => (r * C + c === i ? x + by : x)))),
        ).dataSync()[0]!;
      expect(value).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 2);
    });
  });
});
