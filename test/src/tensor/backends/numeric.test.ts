import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { attribute } from "../../../../gnn/explain/attribute.js";
import { fitBackground } from "../../../../gnn/explain/background.js";
import { AGGREGATORS } from "../../../../gnn/pool.js";
import { predictLogits } from "../../../../gnn/predict.js";
import { type TrainingData, trainModel } from "../../../../gnn/trainer.js";
import { createRng } from "../../../../src/core/random.js";
import { initBackend } from "../../../../src/tensor/backend.js";
import type { BackendName } from "../../../../src/tensor/backends/recipes.js";
import * as losses from "../../../../src/tensor/losses.js";
import * as ops from "../../../../src/tensor/ops.js";
import { day, seedsAt, worldOf } from "../../../gnn/fixtures.js";
import { helpdesk, LAST_DAY } from "../../../gnn/helpdesk.js";
import { checkOp, expectClose, normalOperand } from "../check-op.js";
import { matMulTwin } from "../twins.js";
import { findBackends } from "./machine.js";
import { OP_CASES } from "./op-cases.js";
import { trainOnBackend, trainTwin } from "./small-model.js";

/** What the network says after some training. */
interface Outcome {
  readonly losses: readonly number[];
  readonly logits: Float32Array;
  /** Output, baseline and the contribution of each path. */
  readonly reasons: readonly number[];
}

/** Trains the network on the help desk for a few steps, predicts and explains. */
function runNetwork(): Outcome {
  const desk = helpdesk(12, 5);
  const { model, loader } = worldOf(desk, "users", {
    config: { aggregators: AGGREGATORS, head: "joint", dropout: 0.1 },
  });
  const seeds = seedsAt([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], day(LAST_DAY));
  const data: TrainingData = {
    taskType: "binary_classification",
    train: { seeds, targets: Float64Array.from(seeds.rows, (row) => row % 2) },
    validation: { seeds, targets: Float64Array.from(seeds.rows, (row) => row % 2) },
    scale: { kind: "logit" },
    maxLag: 0,
  };
  const { epochs } = trainModel(model, loader, data, createRng(3), {
    config: { epochs: 2, batchSize: 6, warmupSteps: 1 },
  });
  const logits = predictLogits(model, loader, seeds, createRng(4));
  const background = fitBackground(model, loader, seeds, createRng(5));
  const why = attribute(model, loader, seedsAt([3], day(LAST_DAY)), background, createRng(4), {
    steps: 2,
  });
  model.store.dispose();
  return {
    losses: epochs.map(({ loss }) => loss),
    logits,
    reasons: [why.output, why.baseline, ...why.paths.map(({ contribution }) => contribution)],
  };
}

const found = await findBackends();
const exact = trainTwin();
await initBackend({ backend: "cpu" });
const reference = runNetwork();

describe.each(found.filter(({ missing }) => missing === null))(
  "on the $name backend",
  ({ name, tolerance }) => {
    beforeAll(async () => {
      await initBackend({ backend: name });
      // tfjs would compute small tensors on the CPU.
      if (name === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false);
    });

    it.each(OP_CASES)("$name has the values and gradients of its float64 twin", (kind) => {
      const operands = kind.shapes.map((shape, i) => normalOperand(40 + i, ...shape));
      checkOp(operands, kind.op, kind.twin, tolerance);
    });

    it("products of larger matrices are right in every transposition", () => {
      const [m, k, n] = [130, 70, 67];
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = normalOperand(1, transposeA ? k : m, transposeA ? m : k);
        const b = normalOperand(2, transposeB ? n : k, transposeB ? k : n);
        const values = tf.tidy(() =>
          ops
            .matMul(
              tf.tensor2d(a.values.slice(), a.shape as [number, number]),
              tf.tensor2d(b.values.slice(), b.shape as [number, number]),
              { transposeA, transposeB },
            )
            .dataSync(),
        );
        const [x, y] = [a, b].map((operand) => Float64Array.from(operand.values));
        const twin = matMulTwin(x!, y!, m, k, n, transposeA, transposeB);
        expectClose(values, twin, 10 * tolerance);
      }
    });

    it("a small model has the losses, gradients, weights and predictions of its float64 twin", () => {
      const before = tf.memory().numTensors;
      const trained = trainOnBackend();
      expect(tf.memory().numTensors).toBe(before);
      expectClose(trained.losses, exact.losses, 5 * tolerance);
      expectClose(trained.gradNorms, exact.gradNorms, 10 * tolerance);
      expectClose(trained.weights, exact.weights, 10 * tolerance);
      expectClose(trained.predictions, exact.predictions, 20 * tolerance);
    });

    it("the graph network trains, predicts and explains as on plain JavaScript", () => {
      const outcome = runNetwork();
      expectClose(outcome.losses, reference.losses, 20 * tolerance);
      expectClose(outcome.logits, reference.logits, 50 * tolerance);
      expectClose(outcome.reasons, reference.reasons, 50 * tolerance);
    }, 300_000);
  },
);

it("covers every operation and loss that there is", () => {
  const names = [...Object.keys(ops), ...Object.keys(losses)];
  const missing = names.filter((name) => !OP_CASES.some((kind) => kind.name.startsWith(name)));
  expect(missing).toEqual([]);
});

describe("the embedded backends", () => {
  it.each(["wasm", "cpu"] satisfies BackendName[])("have %s on every machine", (name) => {
    expect(found.find((backend) => backend.name === name)?.missing).toBeNull();
  });
});

for (const { name, missing } of found) {
  if (missing !== null) it.skip(`the ${name} backend (${missing})`, () => {});
}
