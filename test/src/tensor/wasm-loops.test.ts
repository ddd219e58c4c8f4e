import * as tf from "@tensorflow/tfjs-core";
import { afterAll, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { initBackend } from "../../../src/tensor/backend.js";
import { allKernels, PLAIN_LOOPS, ROW_MAP } from "../../../src/tensor/kernels/all.js";
import { registerKernels, runKernel } from "../../../src/tensor/kernels/kernel.js";
import type { RowMap } from "../../../src/tensor/kernels/row-map.js";
import * as ops from "../../../src/tensor/ops.js";
import { createAdamW } from "../../../src/tensor/optimizer.js";
import { createParameterStore } from "../../../src/tensor/parameters.js";
import { randomIndex, randomOffsets } from "./arbitraries.js";
import { expectClose, normalOperand } from "./check-op.js";

/** Values and gradients of an expression on the wasm backend, with our emitted loops or with those in JavaScript. */
async function run(
  loops: "wasm" | "plain",
  shapes: readonly (readonly number[])[],
  op: (...tensors: tf.Tensor[]) => tf.Tensor,
): Promise<Float32Array[]> {
  await initBackend({ backend: "wasm" });
  if (loops === "plain") registerKernels("wasm", allKernels(PLAIN_LOOPS));
  return tf.tidy(() => {
    const tensors = shapes.map((shape, i) => {
      const { values } = normalOperand(i + 1, ...shape);
      return tf.tensor(values, [...shape]);
    });
    const { value, grads } = tf.valueAndGrads(op)(tensors);
    return [value, ...grads].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

async function compare(
  shapes: readonly (readonly number[])[],
  op: (...tensors: tf.Tensor[]) => tf.Tensor,
  tolerance: number,
): Promise<void> {
  const found = await run("wasm", shapes, op);
  const expected = await run("plain", shapes, op);
  found.forEach((values, i) => {
    expectClose(values, expected[i]!, tolerance);
  });
}

afterAll(async () => {
  await initBackend({ backend: "wasm" });
});

type M = tf.Tensor2D;
type V = tf.Tensor1D;

it.each([4, 8, 20, 64])(
  "layer norm of 700 rows and %i columns, beyond one block of sums",
  async (columns) => {
    for (const relu of [false, true]) {
      const op = (x?: tf.Tensor, gain?: tf.Tensor, bias?: tf.Tensor): tf.Tensor =>
        ops.layerNorm(x as M, gain as V, bias as V, { relu });
      await compare([[700, columns], [columns], [columns]], op, 3e-4);
    }
  },
);

it.each([1, 4, 16, 19, 36, 64])(
  "row maps of %i columns, with every tail of the loop",
  async (columns) => {
    const offsets = randomOffsets(5, 200);
    const rows = offsets[200]!;
    const index = randomIndex(3, 500, rows);
    const op = (x?: tf.Tensor): tf.Tensor =>
      ops.concatColumns([
        ops.segmentPool(x as M, offsets),
        ops.segmentMean(x as M, offsets),
        ops.scatterAddRows(ops.gatherRows(x as M, index), randomIndex(4, 500, 200), 200),
      ]);
    await compare([[rows, columns]], op, 1e-5);
  },
);

it.each([1, 3, 4, 31, 32, 37, 64, 100])(
  "rows of %i columns that lie in runs are summed and scattered alike",
  async (columns) => {
    const offsets = randomOffsets(7, 120);
    const codes = randomIndex(9, offsets[120]!, 50).map((code) => Math.max(0, code));
    const { values: weights } = normalOperand(2, codes.length);
    const op = (table?: tf.Tensor): tf.Tensor =>
      ops.sparseMatMul({ offsets, codes, weights }, table as M);
    await compare([[50, columns]], op, 1e-6);
  },
);

it("runs are added to what an earlier map of the same result left", async () => {
  const offsets = randomOffsets(7, 30);
  const count = offsets[30]!;
  const runs: RowMap = {
    count,
    from: { kind: "each" },
    to: { kind: "runs", offsets },
    weights: null,
    rowsFrom: count,
    rowsTo: 30,
  };
  const copy: RowMap = { ...runs, count: 30, to: { kind: "each" }, rowsFrom: 30 };
  const op = (a?: tf.Tensor, b?: tf.Tensor, c?: tf.Tensor): tf.Tensor =>
    runKernel(ROW_MAP, { source0: a!, source1: b!, source2: c! }, { maps: [copy, runs, runs] });
  await compare(
    [
      [30, 37],
      [count, 37],
      [count, 37],
    ],
    op,
    1e-5,
  );
});

it("a clone shares the values of its tensor and outlives it", async () => {
  await initBackend({ backend: "wasm" });
  const tensor = tf.tensor1d([1, 2, 3]);
  const { numDataBuffers } = tf.memory();
  const clone = tf.clone(tensor);
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
  tensor.dispose();
  expect([...clone.dataSync()]).toEqual([1, 2, 3]);
  clone.dispose();
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers - 1);
});

it.each([4, 6, 64])(
  "linear with rectifier and %i outputs, whose gradient masks and sums columns",
  async (columns) => {
    const op = (x?: tf.Tensor, w?: tf.Tensor, b?: tf.Tensor): tf.Tensor =>
      ops.linear(x as M, w as M, b as V, "relu");
    await compare([[600, 8], [8, columns], [columns]], op, 1e-4);
  },
);

it.each([0.1, 0.5, 0.999])("dropout of rate %f drops the same positions", async (rate) => {
  const op = (x?: tf.Tensor): tf.Tensor => ops.dropout(x!, rate, createRng(8));
  const found = await run("wasm", [[101, 12]], op);
  expect(found).toEqual(await run("plain", [[101, 12]], op));
});

it("sums columns of 100,000 rows without drift", async () => {
  const weight = tf.zeros<tf.Rank.R2>([1, 4]);
  await initBackend({ backend: "wasm" });
  const gradient = tf.grad((bias) => ops.linear(tf.zeros([100_000, 1]), weight, bias as V, "none"))(
    tf.zeros([4]),
    tf.fill([100_000, 4], 0.1),
  );
  expectClose(gradient.dataSync(), [10_000, 10_000, 10_000, 10_000], 1e-5);
});

it.each([1, 4, 33, 64])("forty AdamW steps of %i rows equal those in JavaScript", async (rows) => {
  const weights = async (loops: "wasm" | "plain"): Promise<Float32Array[]> => {
    await initBackend({ backend: "wasm" });
    if (loops === "plain") registerKernels("wasm", allKernels(PLAIN_LOOPS));
    const store = createParameterStore(createRng(1));
    store.create("matrix", [rows, 4], { kind: "normal", std: 1 });
    store.create("bias", [3], { kind: "zeros" });
    const optimizer = createAdamW(store, { learningRate: 0.01, weightDecay: 0.1 });
    for (let step = 0; step < 40; step++) {
      const gradients = store.list().map(({ name, variable: { shape } }, i) => {
        const { values } = normalOperand(10 * step + i, ...shape);
        return [name, tf.tensor(values, shape)] as const;
      });
      optimizer.step(new Map(gradients), { scale: 0.5 });
      tf.dispose(gradients.map(([, gradient]) => gradient));
    }
    const arrays = [store.toArrays(), optimizer.toArrays()].flatMap((all) => Object.values(all));
    optimizer.dispose();
    store.dispose();
    return arrays.map(({ values }) => values);
  };
  const found = await weights("wasm");
  const expected = await weights("plain");
  expect(found.length).toBe(7);
  found.forEach((values, i) => {
    // The loop in JavaScript rounds once a step, the one in wasm after each operation.
    expectClose(values, expected[i]!, 5e-6);
  });
});
