import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundRows } from "../../../src/task/bounded-rows.js";
import { splitRows, type TrainingTable } from "../../../src/task/training-table.js";
import { taskOf } from "./fixtures.js";

/** Rows of some entities at some anchors, three windows each, with the last anchors for validation and test. */
function rowsOf(entities: number, anchors: number): TrainingTable {
  const count = entities * anchors * 3;
  const entityRows = new Int32Array(count);
  const anchorTimes = new Float64Array(count);
  const steps = new Int32Array(count);
  const split = new Uint8Array(count);
  for (let row = 0; row < count; row++) {
    const anchor = Math.floor(row / (entities * 3));
    entityRows[row] = Math.floor(row / 3) % entities;
    anchorTimes[row] = Date.UTC(2024, anchor, 1);
    steps[row] = 1 + (row % 3);
    split[row] = Math.max(0, anchor - anchors + 3);
  }
  const targets = Float64Array.from({ length: count }, (_, row) => row);
  return {
    task: taskOf("regression", null),
    entityRows,
    anchorTimes,
    targets,
    steps,
    split,
    classes: null,
  };
}

describe("boundRows", () => {
  it("gives the very table back where no part is too long", () => {
    const table = rowsOf(10, 4);
    expect(boundRows(table, { train: 1000 }, 1)).toEqual({ table, cut: [] });
    expect(boundRows(table, { train: 1000 }, 1).table).toBe(table);
    const whole = { ...table, split: null };
    expect(boundRows(whole, { train: 1 }, 1).table).toBe(whole);
  });

  it("keeps about as many rows of a part as asked, and all of the others", () => {
    const table = rowsOf(5_000, 4);
    const { table: bounded, cut } = boundRows(table, { train: 6_000, val: 1_500 }, 7);
    const [train, val] = [splitRows(bounded, "train").length, splitRows(bounded, "val").length];
    expect(train).toBeGreaterThan(5_400);
    expect(train).toBeLessThan(6_600);
    expect(val).toBeGreaterThan(1_200);
    expect(val).toBeLessThan(1_800);
    expect(splitRows(bounded, "test").length).toBe(15_000);
    expect(cut).toEqual([
      { part: "train", from: 30_000, to: train },
      { part: "val", from: 15_000, to: val },
    ]);
  });

  it("keeps rows as they are, in their order, all windows of an entity at an anchor together", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (limit, seed) => {
        const table = rowsOf(12, 5);
        const { table: bounded } = boundRows(table, { train: limit }, seed);
        const { targets, entityRows, steps } = bounded;
        for (let i = 0; i < targets.length; i++) {
          const row = targets[i]!;
          expect(entityRows[i]).toBe(table.entityRows[row]);
          expect(steps![i]).toBe(table.steps![row]);
          if (i > 0) expect(row).toBeGreaterThan(targets[i - 1]!);
          if (i % 3 === 0) expect([...targets.slice(i, i + 3)]).toEqual([row, row + 1, row + 2]);
        }
      }),
    );
  });

  it("draws other rows for another seed, and whether a row is kept depends on no other row", () => {
    const table = rowsOf(300, 4);
    const kept = (from: TrainingTable, share: number, seed: number): number[] => {
      const limit = share * splitRows(from, "train").length;
      return [...boundRows(from, { train: limit }, seed).table.targets];
    };
    expect(kept(table, 0.3, 1)).toEqual(kept(table, 0.3, 1));
    expect(kept(table, 0.3, 1)).not.toEqual(kept(table, 0.3, 2));
    const later = rowsOf(300, 6);
    const first = new Set(kept(table, 0.3, 1).filter((row) => row < 900));
    expect(kept(later, 0.3, 1).filter((row) => row < 900)).toEqual([...first]);
  });
});
