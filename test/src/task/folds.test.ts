import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeFolds, splitByFold } from "../../../src/task/folds.js";
import type { TrainingTable } from "../../../src/task/training-table.js";
import { labelsOf, taskOf } from "./fixtures.js";

function labels(
  targets: readonly number[],
  taskType: "regression" | "binary_classification" | "multiclass_classification" = "regression",
  classes: readonly string[] | null = null,
): TrainingTable {
  const rows = targets.map((target, i) => [i, 0, target, "train"] as const);
  return labelsOf(taskOf(taskType, null), rows, classes);
}

describe("folds", () => {
  it("hold each row once, in parts of equal size, each class spread evenly", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat(),
        (count, more, seed) => {
          const targets = Array.from({ length: 4 * count + more }, (_, i) => (i % 3 === 0 ? 1 : 0));
          const table = labels(targets, "binary_classification");
          const { folds, warnings } = makeFolds(table, count, seed);
          expect(warnings).toEqual([]);
          for (const wanted of [0, 1]) {
            const sizes = Array.from({ length: count }, (_, fold) =>
              targets.filter((target, i) => target === wanted && folds.of[i] === fold),
            ).map((members) => members.length);
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          }
          for (let fold = 0; fold < count; fold++) {
            const { split } = splitByFold(table, folds, fold, seed);
            expect([...split!].map((part) => part === 2)).toEqual(
              [...folds.of].map((of) => of === fold),
            );
            expect([0, 1, 2].every((part) => split!.includes(part))).toBe(true);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("spread numbers evenly too, and follow the seed", () => {
    const targets = Array.from({ length: 100 }, (_, i) => i);
    const table = labels(targets);
    const { folds } = makeFolds(table, 5, 1);
    expect(makeFolds(table, 5, 1).folds).toEqual(folds);
    expect(makeFolds(table, 5, 2).folds).not.toEqual(folds);
    for (let fold = 0; fold < 5; fold++) {
      const own = targets.filter((_, i) => folds.of[i] === fold);
      expect(own).toHaveLength(20);
      expect(Math.abs(own.reduce((a, b) => a + b, 0) / 20 - 49.5)).toBeLessThan(2);
    }
  });

  it("keep all rows of an entity together", () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i % 20, 0, i % 7, "train"] as const);
    const table = labelsOf(taskOf("regression", null), rows);
    const { folds } = makeFolds(table, 4, 3);
    for (let i = 20; i < 60; i++) expect(folds.of[i]).toBe(folds.of[i - 20]);
    const { split } = splitByFold(table, folds, 0, 3);
    for (let i = 20; i < 60; i++) expect(split![i]).toBe(split![i - 20]);
  });

  it("are refused where rows lie at different times, or are too few", () => {
    const code = (make: () => unknown, code: string, message: string): void =>
      expect(make).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      );
    const timed = labelsOf(taskOf("regression"), [[0, 0, 1, "train"]]);
    code(() => makeFolds(timed, 2, 0), "CFG182", "static target");
    code(() => makeFolds(labels([1, 2, 3, 4, 5]), 3, 0), "CFG183", "at least 6");
    code(() => makeFolds(labels([1, 2, 3, 4, 5]), 1, 0), "CFG183", "from 2 on");
    const yes = labels([0, 0, 0, 0, 0, 0, 0, 1, 1], "binary_classification");
    code(() => makeFolds(yes, 3, 0), "CFG183", "`1` (2)");
  });

  it("test without a rare class, with a warning", () => {
    const targets = [0, 0, 0, 0, 1, 1, 1, 1, 2];
    const table = labels(targets, "multiclass_classification", ["a", "b", "c"]);
    expect(makeFolds(table, 3, 0).warnings).toEqual([
      "too few entities of `c` (1) for 3 folds: some folds test without them",
    ]);
  });
});
