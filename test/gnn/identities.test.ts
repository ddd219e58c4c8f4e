import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { HeteroBatch } from "../../gnn/batch.js";
import { createRng } from "../../src/core/random.js";
import { initBackend } from "../../src/tensor/backend.js";
import { computeGradients } from "../../src/tensor/train-step.js";
import { expectClose } from "../src/tensor/check-op.js";
import { at, shop } from "../support/shop.js";
import { day, type Events, seedsAt, usersWithEvents, type World, worldOf } from "./fixtures.js";
import { naiveLogits, weightsOf } from "./naive.js";

beforeAll(async () => {
  await initBackend({ backend: "wasm" });
});

/** Worlds with shared rows, fused parents of parents, peers, cells known later, and more rows than fan-outs take. */
const CASES: readonly (readonly [string, () => readonly [World, HeteroBatch]])[] = [
  [
    "users of a shop, some seen through an older database",
    () => {
      const world = worldOf(shop(), "users", { outputs: 2 });
      const visible = [at("2023-01-20"), at("2023-01-05"), at("2023-01-12"), at("2023-01-20")];
      return [world, world.loader.load(seedsAt([0, 1, 2, 2], at("2023-01-20"), visible), rng())];
    },
  ],
  [
    "orders of a shop, three hops",
    () => {
      const world = worldOf(shop(), "orders", { paths: { hops: 3 } });
      return [world, world.loader.load(seedsAt([0, 1, 2, 3], at("2023-01-20")), rng())];
    },
  ],
  [
    "users with more events than are read",
    () => {
      const draw = createRng(3);
      const events: Events = Array.from({ length: 240 }, () => [
        draw.int(4),
        Math.floor(draw.next() * 90),
        draw.normal(),
      ]);
      const world = worldOf(usersWithEvents(4, events), "users");
      return [world, world.loader.load(seedsAt([0, 1, 2, 3, 3], day(80)), rng())];
    },
  ],
];

function rng() {
  return createRng(5);
}

describe.each(CASES)("%s", (_, make) => {
  it("rows encoded once, transformed before the gather and summed in one pass give the outputs of the formulas read literally", () => {
    const [world, batch] = make();
    const { model } = world;
    const found = tf.tidy(() => model.forward(batch, model.embed(batch)).logits.dataSync());
    expectClose(found, naiveLogits(world, batch, weightsOf(world)), 1e-5);
    model.store.dispose();
  });

  it("gradients are those of the formulas read literally", () => {
    const [world, batch] = make();
    const { model } = world;
    const { gradients } = computeGradients(model.store, () => {
      const { logits } = model.forward(batch, model.embed(batch));
      return tf.sum(tf.mul(logits, tf.reshape(slopes(logits.size), logits.shape))) as tf.Scalar;
    });
    const weights = weightsOf(world);
    const factors = tf.tidy(() => slopes(batch.size * world.spec.outputs).dataSync());
    const value = (): number =>
      naiveLogits(world, batch, weights).reduce((sum, z, i) => sum + z * factors[i]!, 0);
    let compared = 0;
    for (const [name, gradient] of gradients) {
      const found = Array.from(gradient.dataSync());
      // The steepest element of each weight; a step as small as this rarely crosses the corner of a rectifier.
      const i = found.reduce(
        (best, slope, k) => (Math.abs(slope) > Math.abs(found[best]!) ? k : best),
        0,
      );
      const array = weights[name]!;
      const kept = array[i]!;
      array[i] = kept + 1e-6;
      const above = value();
      array[i] = kept - 1e-6;
      const slope = (above - value()) / 2e-6;
      array[i] = kept;
      expect(Math.abs(found[i]! - slope), name).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)));
      if (slope !== 0) compared++;
    }
    expect(compared).toBeGreaterThan(10);
    tf.dispose([...gradients.values()]);
    model.store.dispose();
  });
});

/** Different factors of all outputs, so that no two gradients cancel. */
function slopes(size: number): tf.Tensor1D {
  return tf.tensor1d(Array.from({ length: size }, (_, i) => Math.cos(i + 1)));
}
