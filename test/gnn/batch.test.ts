import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { predictLogits } from "../../gnn/predict.js";
import type { Seeds } from "../../graph/seeds.js";
import { takeSeeds } from "../../graph/seeds.js";
import { createRng } from "../../src/core/random.js";
import { initBackend } from "../../src/tensor/backend.js";
import { at, shop } from "../support/shop.js";
import { day, type Events, features, seedsAt, usersWithEvents, worldOf } from "./fixtures.js";

beforeAll(async () => {
  await initBackend({});
});

const rng = createRng(5);

/** Users with up to 60 events each, so that fan-outs draw. */
function crowd() {
  const draw = createRng(3);
  const events: Events = Array.from({ length: 400 }, () => [
    draw.int(12),
    Math.floor(draw.next() * 90),
    Math.round(draw.normal() * 100) / 10,
  ]);
  return worldOf(usersWithEvents(12, events), "users");
}

function bytes(values: Float32Array): number[] {
  return [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
}

describe("a batch", () => {
  it("encodes a row once per state of its later cells, however often it is sampled", () => {
    const { loader, spec } = worldOf(shop(), "users");
    const seeds = seedsAt([0, 0, 2, 2], at("2023-01-20"), [
      at("2023-01-20"),
      at("2023-01-05"),
      at("2023-01-05"),
      at("2023-01-20"),
    ]);
    const batch = loader.load(seeds, rng);
    const users = batch.tables[spec.encodings.findIndex((e) => e.table === "users")]!;
    // User 3 left on 10 January: one state before, one after. User 1 never left: cells unknown in both.
    const own = [...batch.seedIndex].map((index) => users.rows[index]);
    expect(own).toEqual([0, 0, 2, 2]);
    expect(batch.seedIndex[0]).toBe(batch.seedIndex[1]);
    expect(batch.seedIndex[2]).not.toBe(batch.seedIndex[3]);
    const left = spec.encodings[0]!.encodings.find((e) => e.column === "left")!;
    const nulls = [...batch.seedIndex].map(
      (index) => features(users.features, index, left)[0]![0] === left.width - 1,
    );
    expect(nulls).toEqual([true, true, true, false]);
    const pairs = Array.from(users.rows, (row, u) => `${row} ${features(users.features, u)}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it("fuses the parents, and their parents, into the rows of a path", () => {
    const world = worldOf(shop(), "users");
    const batch = world.loader.load(seedsAt([0], at("2023-01-20")), rng);
    const { positions } = world.spec.layout;
    const p = positions.findIndex((position) => position.id === "orders.user_id<");
    const orders = batch.positions.find((position) => position.position === p)!;
    const items = batch.tables.find((table) => table.table === "items")!;
    const skus = Array.from(orders.fused[0]!.index, (index) => items.rows[index]);
    expect(skus).toEqual([0, 1, 0, 2]);
    const later = world.loader.load(seedsAt([2], at("2023-01-20")), rng);
    const visits = later.positions.find((x) => positions[x.position]!.id === "visits.user_id<")!;
    // Their guide is user 1, and the item of a visit does not exist: no link is −1.
    expect(visits.index).toHaveLength(1);
    const missing = world.loader.load(seedsAt([3], at("2023-01-20")), rng);
    const guided = missing.positions.find((x) => positions[x.position]!.id === "visits.user_id<")!;
    expect([...guided.fused[0]!.index].map((index) => index < 0)).toEqual([false, true]);
  });

  it("counts all visible rows of a path, and measures ages from the anchor", () => {
    const events: Events = Array.from({ length: 50 }, (_, i) => [0, i, 1]);
    const world = worldOf(usersWithEvents(1, events), "users");
    const batch = world.loader.load(seedsAt([0], day(45), day(39)), rng);
    const [position] = batch.positions;
    expect(position!.index).toHaveLength(32);
    // 40 rows: log2(41) lies between knots 5 and 6.
    expect(features(position!.counts, 0).map(([code]) => code)).toEqual([5, 6, 20]);
    const newest = features(position!.ages!, 31);
    // 6 days: 2 log2(1 + 24) octave halves.
    expect(newest[0]![0]).toBe(Math.floor(2 * Math.log2(25)));
  });

  it("of no seeds is empty and predicts nothing", () => {
    const { loader, model } = crowd();
    const batch = loader.load(seedsAt([], []), rng);
    expect(batch.size).toBe(0);
    expect(predictLogits(model, loader, batch.seeds, rng)).toHaveLength(0);
  });
});

describe("predictions", () => {
  it("are the same whether rows are shared or encoded anew for each place", () => {
    for (const [db, entity] of [
      [shop(), "users"],
      [shop(), "orders"],
    ] as const) {
      const { loader, model } = worldOf(db, entity, { paths: { hops: 3 }, outputs: 2 });
      const seeds = seedsAt([0, 1, 2, 3], at("2023-01-20"));
      const logits = [false, true].map((separate) =>
        tf.tidy(() => {
          const batch = loader.load(seeds, rng, { separate });
          return [...model.forward(batch, model.embed(batch)).logits.dataSync()];
        }),
      );
      logits[0]!.forEach((value, i) => {
        expect(Math.abs(value - logits[1]![i]!)).toBeLessThanOrEqual(1e-5);
      });
    }
  });

  it("do not depend on the other seeds, on their order or on the size of batches, to the byte", () => {
    const { loader, model } = crowd();
    const arbSeed = fc.record({
      row: fc.integer({ min: 0, max: 11 }),
      anchor: fc.integer({ min: 0, max: 95 }),
      lag: fc.constantFrom(0, 0, 7),
    });
    fc.assert(
      fc.property(
        fc.array(arbSeed, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        (list, batchSize) => {
          const seeds: Seeds = seedsAt(
            list.map(({ row }) => row),
            list.map(({ anchor }) => day(anchor)),
            list.map(({ anchor, lag }) => day(anchor - lag)),
          );
          const whole = predictLogits(model, loader, seeds, rng);
          expect(bytes(predictLogits(model, loader, seeds, rng, { batchSize }))).toEqual(
            bytes(whole),
          );
          const order = list.map((_, i) => list.length - 1 - i);
          const back = predictLogits(model, loader, takeSeeds(seeds, order), rng);
          expect(bytes(back.slice().reverse())).toEqual(bytes(whole));
          const alone = predictLogits(model, loader, takeSeeds(seeds, [0]), rng);
          expect(bytes(alone)).toEqual(bytes(whole.slice(0, 1)));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("repeat with the same stream and differ in what they draw with another", () => {
    const events: Events = Array.from({ length: 200 }, (_, i) => [0, i / 3, i % 17]);
    const { loader, model } = worldOf(usersWithEvents(1, events), "users");
    const seeds = seedsAt([0], day(90));
    const predict = (seed: number) => bytes(predictLogits(model, loader, seeds, createRng(seed)));
    expect(predict(1)).toEqual(predict(1));
    expect(predict(1)).not.toEqual(predict(2));
  });

  it("tell their progress and can be cancelled, and leave no tensor behind", () => {
    const { loader, model } = crowd();
    const seeds = seedsAt([0, 1, 2, 3, 4], day(50));
    const before = tf.memory().numTensors;
    const done: (number | undefined)[] = [];
    predictLogits(model, loader, seeds, rng, {
      batchSize: 2,
      onProgress: (event) => done.push(event.done),
    });
    expect(done).toEqual([2, 4, 5]);
    const signal = AbortSignal.abort();
    expect(() => predictLogits(model, loader, seeds, rng, { signal })).toThrow(/prediction/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("parts of a prediction", () => {
  it.each(["additive", "joint"] as const)("add up to the logits with a head that is %s", (head) => {
    const { loader, model } = worldOf(shop(), "users", { config: { head }, outputs: 3 });
    tf.tidy(() => {
      const batch = loader.load(seedsAt([0, 1, 2, 3], at("2023-01-20")), rng);
      const { logits, seed, paths, joint } = model.forward(batch, model.embed(batch));
      const bias = model.store.get("bias")!;
      let sum = tf.add(seed, bias);
      for (const part of paths) sum = tf.add(sum, part);
      if (joint) sum = tf.add(sum, joint);
      expect(joint === null).toBe(head === "additive");
      const difference = tf.max(tf.abs(tf.sub(sum, logits))).dataSync()[0]!;
      expect(difference).toBeLessThan(1e-5);
    });
  });

  it("drop nothing without a stream, and repeat their masks with one", () => {
    const world = worldOf(shop(), "users", { config: { dropout: 0.5 } });
    const { loader, model } = world;
    const batch = loader.load(seedsAt([0, 1, 2, 3], at("2023-01-20")), rng);
    const pass = (seed: number | null) =>
      tf.tidy(() =>
        bytes(
          model
            .forward(batch, model.embed(batch), {
              dropoutRng: seed === null ? undefined : createRng(seed),
            })
            .logits.dataSync() as Float32Array,
        ),
      );
    expect(pass(null)).toEqual(pass(null));
    expect(pass(1)).toEqual(pass(1));
    expect(pass(1)).not.toEqual(pass(2));
    expect(pass(1)).not.toEqual(pass(null));
  });
});
