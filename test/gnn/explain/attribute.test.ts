import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Attribution, attribute } from "../../../gnn/explain/attribute.js";
import { fitBackground } from "../../../gnn/explain/background.js";
import { createRng } from "../../../src/core/random.js";
import { initBackend } from "../../../src/tensor/backend.js";
import { at, shop } from "../../support/shop.js";
import { day, seedsAt, type World, worldOf } from "../fixtures.js";
import { helpdesk, knownRows, LAST_DAY } from "../helpdesk.js";

beforeAll(async () => {
  await initBackend({});
});

const rng = createRng(6);
const desk = helpdesk(12, 5);

function backgroundOf({ db, model, loader }: World, time = day(LAST_DAY)) {
  const rows = knownRows(db, model.spec.context.table, time);
  return fitBackground(model, loader, seedsAt(rows, time), rng);
}

function total({ baseline, paths, interplay }: Attribution): number {
  return paths.reduce((sum, path) => sum + path.contribution, baseline + interplay);
}

describe("an attribution", () => {
  it("adds up: baseline, paths and interplay are the output, columns and activity are the path", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: -5, max: LAST_DAY }),
        fc.constantFrom("additive" as const, "joint" as const),
        fc.integer({ min: 0, max: 2 }),
        (row, count, head, output) => {
          const world = worldOf(desk, "users", { config: { head }, outputs: 3 });
          const seeds = seedsAt([row], day(count));
          const result = attribute(world.model, world.loader, seeds, backgroundOf(world), rng, {
            output,
            steps: 3,
          });
          const scale = 1 + Math.abs(result.output);
          expect(Math.abs(total(result) - result.output) / scale).toBeLessThan(1e-4);
          const mean = result.outputs.reduce((a, b) => a + b, 0) / result.outputs.length;
          expect(result.output).toBeCloseTo(result.outputs[output]! - mean, 4);
          for (const path of result.paths) {
            const sum = path.columns.reduce((a, { contribution }) => a + contribution, 0);
            expect(sum + path.activity).toBeCloseTo(path.contribution, 4);
          }
          world.model.store.dispose();
        },
      ),
      { numRuns: 20 },
    );
  });

  it("explains the very output that is predicted", () => {
    const world = worldOf(desk, "users");
    const seeds = seedsAt([3], day(30));
    const logits = tf.tidy(() => {
      const batch = world.loader.load(seeds, rng);
      return [...world.model.forward(batch, world.model.embed(batch)).logits.dataSync()];
    });
    const result = attribute(world.model, world.loader, seeds, backgroundOf(world), rng);
    expect(Math.abs(result.output - logits[0]!)).toBeLessThan(1e-5);
  });

  it("gives each path its own part of the prediction, less its mean over the background", () => {
    const world = worldOf(desk, "users");
    const background = backgroundOf(world);
    const result = attribute(world.model, world.loader, seedsAt([2], day(30)), background, rng);
    const { positions } = world.spec.layout;
    tf.tidy(() => {
      const { paths } = world.model.forward(result.batch, world.model.embed(result.batch));
      result.batch.positions.forEach(({ position }, i) => {
        const part = paths[i]!.dataSync()[0]!;
        const mean = background.paths[positions[position]!.id]![0]!;
        const path = result.paths.find((other) => other.position === position)!;
        expect(path.contribution).toBe(part - mean);
      });
    });
  });

  it("gives nothing to a column that the network does not use, nor to one that never differs", () => {
    const world = worldOf(desk, "users");
    const { model, spec } = world;
    const tickets = spec.encodings.find((encoding) => encoding.table === "tickets")!;
    const unused = tickets.encodings.find((encoding) => encoding.column === "priority")!;
    const arrays = model.store.toArrays();
    const { values, shape } = arrays["rows/tickets/codes"]!;
    values.fill(0, unused.firstCode * shape[1]!, (unused.firstCode + unused.width) * shape[1]!);
    model.store.fromArrays(arrays);
    const result = attribute(model, world.loader, seedsAt([1], day(35)), backgroundOf(world), rng);
    const columns = result.paths.flatMap((path) => path.columns);
    const priority = columns.filter(({ column }) => column === "priority");
    expect(priority.length).toBeGreaterThan(0);
    for (const { contribution } of priority) expect(contribution).toBe(0);
    expect(columns.some(({ contribution }) => contribution !== 0)).toBe(true);
  });

  it("names rows that the seed saw, and no others", () => {
    const world = worldOf(desk, "users");
    const background = backgroundOf(world);
    const { positions } = world.spec.layout;
    for (const [row, count, lag] of [
      [0, 20, 0],
      [4, 35, 6],
      [7, 12, 0],
    ] as const) {
      const seeds = seedsAt([row], day(count), day(count - lag));
      const result = attribute(world.model, world.loader, seeds, background, rng, { steps: 1 });
      for (const path of result.paths.filter(({ position }) => position >= 0)) {
        const { table } = positions[path.position]!;
        const known = new Set(knownRows(desk, table, day(count - lag)));
        for (const { row } of path.rows) expect(known.has(row)).toBe(true);
        const sizes = path.rows.map(({ contribution }) => Math.abs(contribution));
        expect(sizes).toEqual(sizes.slice().sort((a, b) => b - a));
      }
    }
  });

  it("of an entity without any history is whole as well", () => {
    const world = worldOf(shop(), "users");
    const background = backgroundOf(world, at("2023-02-01"));
    const early = seedsAt([0], at("2020-01-01"));
    const result = attribute(world.model, world.loader, early, background, rng);
    expect(Math.abs(total(result) - result.output)).toBeLessThan(1e-4);
    const orders = result.paths.find(({ position }) => position === 0)!;
    expect(orders.rows).toEqual([]);
    expect(orders.columns).toEqual([]);
  });

  it("frees all tensors it makes", () => {
    const world = worldOf(desk, "users");
    const background = backgroundOf(world);
    const before = tf.memory().numTensors;
    attribute(world.model, world.loader, seedsAt([1], day(20)), background, rng);
    backgroundOf(world);
    expect(tf.memory().numTensors).toBe(before);
  });
});
