import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { initBackend } from "../../../src/tensor/backend.js";
import * as ops from "../../../src/tensor/ops.js";
import {
  arbColumns,
  arbRows,
  arbSeed,
  randomIndex,
  randomOffsets,
  randomSparse,
} from "./arbitraries.js";
import { checkOp, expectClose, normalOperand } from "./check-op.js";
import * as twins from "./twins.js";

const runs = { numRuns: 25 };
type M = tf.Tensor2D;
type V = tf.Tensor1D;

describe.each(["wasm", "cpu"] as const)("on the %s backend", (backend) => {
  beforeAll(async () => {
    await initBackend({ backend });
  });

  it("linear equals its twin with and without bias and rectifier", () => {
    const arb = [arbRows, arbColumns, arbColumns, arbSeed, fc.boolean(), fc.boolean()] as const;
    fc.assert(
      fc.property(...arb, (rows, inner, columns, seed, biased, relu) => {
        const operands = [
          normalOperand(seed, rows, inner),
          normalOperand(seed + 1, inner, columns),
        ];
        if (biased) operands.push(normalOperand(seed + 2, columns));
        checkOp(
          operands,
          (x, w, b) => ops.linear(x as M, w as M, (b as V) ?? null, relu ? "relu" : "none"),
          (x, w, b) =>
            twins.matMulTwin(x!, w!, rows, inner, columns).map((value, i) => {
              const shifted = value + (b?.[i % columns] ?? 0);
              return relu ? Math.max(shifted, 0) : shifted;
            }),
        );
      }),
      runs,
    );
  });

  it("matMul equals its twin in every transposition", () => {
    const arb = [arbRows, arbColumns, arbColumns, arbSeed, fc.boolean(), fc.boolean()] as const;
    fc.assert(
      fc.property(...arb, (m, k, n, seed, transposeA, transposeB) => {
        const a = transposeA ? normalOperand(seed, k, m) : normalOperand(seed, m, k);
        const b = transposeB ? normalOperand(seed + 1, n, k) : normalOperand(seed + 1, k, n);
        checkOp(
          [a, b],
          (x, y) => ops.matMul(x as M, y as M, { transposeA, transposeB }),
          (x, y) => twins.matMulTwin(x!, y!, m, k, n, transposeA, transposeB),
        );
      }),
      runs,
    );
  });

  it("sparseMatMul equals its twin with empty rows and repeated codes", () => {
    fc.assert(
      fc.property(arbRows, arbRows, arbColumns, arbSeed, (rows, size, columns, seed) => {
        const sparse = randomSparse(seed, rows, size);
        checkOp(
          [normalOperand(seed, size, columns)],
          (table) => ops.sparseMatMul(sparse, table as M),
          (table) => twins.sparseTwin(sparse, table!, columns),
        );
      }),
      runs,
    );
  });

  it("gatherSum equals its twin for one to three sources with -1 and repeats", () => {
    const arbSizes = fc.array(arbRows, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(arbSizes, arbRows, arbColumns, arbSeed, (sizes, edges, columns, seed) => {
        const indices = sizes.map((size, s) => randomIndex(seed + s, edges, size));
        checkOp(
          sizes.map((size, s) => normalOperand(seed + s, size, columns)),
          (...sources) => ops.gatherSum(sources as M[], indices),
          (...sources) => twins.gatherTwin(sources, indices, columns),
        );
      }),
      runs,
    );
  });

  it("gatherSum takes the rows of a source in order where it has no index", () => {
    fc.assert(
      fc.property(arbRows, arbRows, arbColumns, arbSeed, (edges, size, columns, seed) => {
        const index = randomIndex(seed, edges, size);
        const inOrder = Int32Array.from({ length: edges }, (_, e) => e);
        const operands = [size, edges].map((rows, s) => normalOperand(seed + s, rows, columns));
        checkOp(
          [...operands, operands[1]!],
          (...sources) => ops.gatherSum(sources as M[], [index, null, null]),
          (...sources) => twins.gatherTwin(sources, [index, inOrder, inOrder], columns),
        );
      }),
      runs,
    );
  });

  it("scatterAddRows is the transpose of gatherRows", () => {
    fc.assert(
      fc.property(arbRows, arbRows, arbColumns, arbSeed, (edges, size, columns, seed) => {
        const index = randomIndex(seed, edges, size);
        checkOp(
          [normalOperand(seed, edges, columns)],
          (values) => ops.scatterAddRows(values as M, index, size),
          (values) => {
            const out = new Float64Array(size * columns);
            index.forEach((row, e) => {
              for (let c = 0; c < columns && row >= 0; c++)
                out[row * columns + c]! += values![e * columns + c]!;
            });
            return out;
          },
        );
      }),
      runs,
    );
  });

  it("layerNorm equals its twin with and without rectifier", () => {
    const arbWide = fc.constantFrom(2, 3, 4, 7, 8, 12);
    fc.assert(
      fc.property(arbRows, arbWide, arbSeed, fc.boolean(), (rows, columns, seed, relu) => {
        checkOp(
          [
            normalOperand(seed, rows, columns),
            normalOperand(seed + 1, columns),
            normalOperand(seed + 2, columns),
          ],
          (x, gain, bias) => ops.layerNorm(x as M, gain as V, bias as V, { relu, epsilon: 0.1 }),
          (x, gain, bias) => twins.layerNormTwin(x!, gain!, bias!, relu, 0.1),
        );
      }),
      // A value so near the rectifier's corner that longer differences crossed it.
      { ...runs, examples: [[7, 12, 248761, true]] },
    );
  });

  it("layerNorm of equal values gives the bias, not NaN", () => {
    const y = ops.layerNorm(tf.fill([2, 3], 1e6) as M, tf.ones([3]) as V, tf.tensor1d([1, 2, 3]));
    expectClose(y.dataSync(), [1, 2, 3, 1, 2, 3]);
  });

  const reductions: [string, (x: M, offsets: Int32Array) => M, (column: number[]) => number][] = [
    ["segmentSum", ops.segmentSum, twins.total],
    ["segmentMean", ops.segmentMean, (column) => twins.total(column) / column.length],
    ["segmentMax", ops.segmentMax, (column) => Math.max(...column)],
    ["segmentLast", ops.segmentLast, (column) => column.at(-1)!],
  ];
  it.each(reductions)("%s equals its twin with empty segments", (_name, op, reduce) => {
    fc.assert(
      fc.property(arbRows, arbColumns, arbSeed, (segments, columns, seed) => {
        const offsets = randomOffsets(seed, segments);
        checkOp(
          [normalOperand(seed, offsets[segments]!, columns)],
          (x) => op(x as M, offsets),
          (x) => twins.segmentTwin(x!, offsets, columns, reduce),
        );
      }),
      runs,
    );
  });

  it("segmentPool equals its twin and the three operations it joins", () => {
    fc.assert(
      fc.property(arbRows, arbColumns, arbSeed, (segments, columns, seed) => {
        const offsets = randomOffsets(seed, segments);
        checkOp(
          [normalOperand(seed, offsets[segments]!, columns)],
          (x) => ops.segmentPool(x as M, offsets),
          (x) => twins.segmentPoolTwin(x!, offsets, columns),
        );
      }),
      runs,
    );
  });

  it("segmentSoftmax equals its twin", () => {
    fc.assert(
      fc.property(arbRows, fc.constantFrom(1, 2, 4), arbSeed, (segments, heads, seed) => {
        const offsets = randomOffsets(seed, segments);
        checkOp(
          [normalOperand(seed, offsets[segments]!, heads)],
          (x) => ops.segmentSoftmax(x as M, offsets),
          (x) => twins.segmentSoftmaxTwin(x!, offsets, heads),
        );
      }),
      runs,
    );
  });

  it("segmentSoftmax stays finite for large scores", () => {
    const y = ops.segmentSoftmax(tf.tensor2d([[1000], [998]]), Int32Array.of(0, 2));
    expectClose(y.dataSync(), [0.880797, 0.119203]);
  });

  it("segmentMax hands the gradient of a tie to the first row", () => {
    const gradient = tf.grad((x) => ops.segmentMax(x as M, Int32Array.of(0, 3)))(
      tf.tensor2d([[1], [2], [2]]),
    );
    expect([...gradient.dataSync()]).toEqual([0, 1, 0]);
  });

  it("dropout keeps the mean, repeats with the seed and masks its gradient alike", () => {
    const x = tf.ones([200, 50]);
    const drop = (t: tf.Tensor): tf.Tensor => ops.dropout(t, 0.3, createRng(5));
    const value = drop(x).dataSync<"float32">();
    const gradient = tf.grad(drop)(x).dataSync();
    expect(gradient).toEqual(value);
    expectClose(new Set(value).size === 2 ? [Math.max(...value)] : [], [1 / 0.7]);
    const mean = value.reduce((sum, v) => sum + v, 0) / value.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.03);
    expect(ops.dropout(x, 0.3, createRng(6)).dataSync()).not.toEqual(value);
  });

  it("dropout of rate 0 changes nothing and draws nothing", () => {
    const rng = createRng(1);
    expect([...ops.dropout(tf.tensor1d([1, 2]), 0, rng).dataSync()]).toEqual([1, 2]);
    expect(rng.next()).toBe(createRng(1).next());
  });

  it("concatColumns puts columns side by side and splits the gradient", () => {
    checkOp(
      [normalOperand(1, 2, 3), normalOperand(2, 2, 1)],
      (a, b) => ops.concatColumns([a as M, b as M]),
      (a, b) => Float64Array.of(...a!.slice(0, 3), b![0]!, ...a!.slice(3), b![1]!),
    );
  });

  it("gives the same bytes twice", () => {
    const run = (): Uint8Array => {
      const { values } = normalOperand(3, 40, 24);
      const x = tf.tensor2d(values, [40, 24]);
      const h = ops.layerNorm(
        ops.matMul(x, x, { transposeB: true }),
        tf.ones([40]),
        tf.zeros([40]),
      );
      return new Uint8Array(ops.dropout(h, 0.5, createRng(2)).dataSync().slice().buffer);
    };
    expect(run()).toEqual(run());
  });
});
