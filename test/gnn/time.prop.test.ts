import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { predictLogits } from "../../gnn/predict.js";
import type { Seeds } from "../../graph/seeds.js";
import { createRng } from "../../src/core/random.js";
import type { Database } from "../../src/data/database.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day, loaderOn, seedsAt, usersWithEvents, type World, worldOf } from "./fixtures.js";
import {
  arbHelpdesk,
  changeLater,
  deleteLater,
  knownRows,
  LAST_DAY,
  permuteRows,
} from "./helpdesk.js";

beforeAll(async () => {
  await initBackend({});
});

const rng = createRng(11);
const arbDay = fc.integer({ min: 0, max: LAST_DAY });
const ALL = { last: Infinity, uniform: 0 };
const FEW = { last: 2, uniform: 2 };
const WINDOWS = [day(2) - day(0), day(9) - day(0)];

function bytes(world: World, db: Database, seeds: Seeds): number[] {
  const logits = predictLogits(world.model, loaderOn(db, world), seeds, rng);
  expect(logits.every((value) => Number.isFinite(value))).toBe(true);
  return [...new Uint8Array(logits.buffer)];
}

describe("no row or cell later than a seed sees changes its prediction by a bit", () => {
  it("whether it is added, changed, or linked elsewhere", () => {
    fc.assert(
      fc.property(arbHelpdesk(), arbDay, fc.nat(1000), fc.nat(3), (db, count, seed, lag) => {
        const anchor = day(count);
        const seen = day(count - lag);
        const world = worldOf(db, "users", {
          paths: { hops: 3, windows: WINDOWS, fanOut: [FEW, FEW, FEW] },
        });
        const rows = knownRows(db, "users", seen);
        const seeds = seedsAt(rows, anchor, seen);
        expect(bytes(world, changeLater(db, seen, seed), seeds)).toEqual(bytes(world, db, seeds));
      }),
      { numRuns: 60 },
    );
  });

  it("for entities with parents and peers as well", () => {
    fc.assert(
      fc.property(arbHelpdesk(), arbDay, fc.nat(1000), (db, count, seed) => {
        const world = worldOf(db, "tickets", {
          paths: { windows: WINDOWS, fanOut: [FEW, FEW, FEW] },
        });
        const seeds = seedsAt(knownRows(db, "tickets", day(count)), day(count));
        expect(bytes(world, changeLater(db, day(count), seed), seeds)).toEqual(
          bytes(world, db, seeds),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("or deleted: a frozen view is the database without its later rows and cells", () => {
    fc.assert(
      fc.property(arbHelpdesk(), arbDay, fc.nat(10), (db, count, lag) => {
        const anchor = day(count);
        const seen = day(count - lag);
        const world = worldOf(db, "users", {
          paths: { hops: 3, windows: WINDOWS, fanOut: [ALL, ALL, ALL] },
        });
        const rows = knownRows(db, "users", seen);
        const cut = bytes(
          world,
          deleteLater(db, seen),
          seedsAt(
            rows.map((_, i) => i),
            anchor,
          ),
        );
        expect(cut).toEqual(bytes(world, db, seedsAt(rows, anchor, seen)));
      }),
      { numRuns: 60 },
    );
  });

  it("and what is at the anchor itself does count", () => {
    const world = worldOf(usersWithEvents(1, [[0, 10, 7]]), "users");
    const seen = bytes(world, world.db, seedsAt([0], day(10)));
    const before = bytes(world, world.db, seedsAt([0], day(10), day(10) - 1));
    const none = bytes(world, usersWithEvents(1, []), seedsAt([0], day(10)));
    expect(seen).not.toEqual(before);
    expect(before).toEqual(none);
  });
});

describe("predictions", () => {
  it("hold whatever the order of rows, where all rows are read and no two have the same time", () => {
    fc.assert(
      fc.property(arbHelpdesk(false), arbDay, fc.nat(1000), (db, count, seed) => {
        const world = worldOf(db, "users", {
          paths: { hops: 2, windows: WINDOWS, fanOut: [ALL, ALL, ALL] },
        });
        const rows = knownRows(db, "users", day(count));
        const { db: other, movedTo } = permuteRows(db, createRng(seed));
        const moved = seedsAt(
          rows.map((row) => movedTo("users", row)),
          day(count),
        );
        const one = predictLogits(world.model, loaderOn(db, world), seedsAt(rows, day(count)), rng);
        const two = predictLogits(world.model, loaderOn(other, world), moved, rng);
        one.forEach((value, i) => {
          expect(Math.abs(value - two[i]!)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 30 },
    );
  });
});
