import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import {
  applyCalibration,
  type CalibrationMethod,
  fitCalibration,
  shiftPrior,
} from "../../../src/task/calibration.js";
import { calibrationReport } from "../../../src/task/calibration-report.js";
import { dataQuality, type QualityFacts } from "../../../src/task/data-quality.js";
import { isotonicCurve, readCurve } from "../../../src/task/isotonic.js";
import { rocAuc } from "../../../src/task/metrics.js";

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** Rows whose log-odds are told too loudly: the truth has `1 / loud` of them, plus a shift. */
function loudRows(rows: number, loud: number, shift = 0, seed = 1) {
  const rng = createRng(seed);
  const odds = Float64Array.from({ length: rows }, () => 1.5 * rng.normal());
  const targets = odds.map((z) => (rng.next() < sigmoid(z + shift) ? 1 : 0));
  return { said: odds.map((z) => sigmoid(loud * z)), targets };
}

describe("calibration of a yes or no", () => {
  it.each([
    [600, 0, "temperature"],
    [2000, 0.7, "platt"],
    [6000, 0.7, "isotonic"],
  ] as const)("of %i rows mends probabilities that are too sure", (rows, shift, kind) => {
    const { said, targets } = loudRows(rows, 3, shift);
    const { model, before, after } = fitCalibration(said, targets);
    expect(model.kind).toBe(kind);
    expect(after).toBeLessThan(0.9 * before);
    const fresh = loudRows(4000, 3, shift, 9);
    const better = applyCalibration(model, fresh.said);
    const ece = (p: Float64Array): number => calibrationReport(p, fresh.targets).ece!;
    expect(ece(better)).toBeLessThan(0.5 * ece(fresh.said));
    expect(rocAuc(better, fresh.targets)).toBeCloseTo(rocAuc(fresh.said, fresh.targets)!, 12);
  });

  it("finds the temperature and the line", () => {
    const { said, targets } = loudRows(4000, 2, 0);
    const one = fitCalibration(said, targets, { method: "temperature" }).model;
    expect(one).toMatchObject({ kind: "temperature", temperature: expect.closeTo(2, 0) });
    const shifted = loudRows(4000, 2, 1);
    const two = fitCalibration(shifted.said, shifted.targets, { method: "platt" }).model;
    expect(two).toMatchObject({ slope: expect.closeTo(0.5, 1), intercept: expect.closeTo(1, 0) });
  });

  it("leaves good probabilities and few rows alone", () => {
    const right = loudRows(900, 1);
    const { model, before, after } = fitCalibration(right.said, right.targets);
    if (model.kind === "none") expect(after).toBe(before);
    else expect(after).toBeLessThan(before);
    const few = loudRows(40, 5);
    expect(fitCalibration(few.said, few.targets).model).toEqual({ kind: "none" });
    const backwards = loudRows(2000, -2);
    expect(fitCalibration(backwards.said, backwards.targets).model).toMatchObject({ kind: "none" });
  });

  it("never changes the order of two probabilities", () => {
    const methods: readonly CalibrationMethod[] = ["temperature", "platt", "isotonic"];
    fc.assert(
      fc.property(fc.constantFrom(...methods), fc.nat(), (method, seed) => {
        const { said, targets } = loudRows(120, 4, 0.5, seed);
        const { model } = fitCalibration(said, targets, { method });
        const sorted = said.slice().sort();
        const mapped = applyCalibration(model, sorted);
        for (let i = 1; i < sorted.length; i++) {
          if (sorted[i]! > sorted[i - 1]! + 1e-9) expect(mapped[i]).toBeGreaterThan(mapped[i - 1]!);
        }
        expect(mapped.every((p) => p >= 0 && p <= 1)).toBe(true);
        const plain = JSON.parse(JSON.stringify(model));
        expect(applyCalibration(plain, sorted)).toEqual(mapped);
      }),
      { numRuns: 40 },
    );
  });

  it("moves to another base rate", () => {
    const moved = shiftPrior(Float64Array.of(0.2, 0.5), 0.2, 0.4);
    expect(moved[0]).toBeCloseTo(0.4, 9);
    expect(shiftPrior(moved, 0.4, 0.2)[1]).toBeCloseTo(0.5, 9);
  });
});

describe("calibration of classes", () => {
  it("finds the temperature, and keeps the order of classes", () => {
    const rng = createRng(3);
    const rows = 1500;
    const said = new Float64Array(rows * 3);
    const targets = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const z = [0, 1, 2].map(() => rng.normal());
      const softmax = (factor: number): number[] => {
        const e = z.map((value) => Math.exp(factor * value));
        const sum = e.reduce((a, b) => a + b, 0);
        return e.map((value) => value / sum);
      };
      said.set(softmax(3), row * 3);
      const truth = softmax(1);
      const u = rng.next();
      targets[row] = u < truth[0]! ? 0 : u < truth[0]! + truth[1]! ? 1 : 2;
    }
    const { model, before, after } = fitCalibration(said, targets, { classes: 3 });
    expect(model).toMatchObject({ kind: "temperature", temperature: expect.closeTo(3, 0) });
    expect(after).toBeLessThan(before);
    const mapped = applyCalibration(model, said, 3);
    for (let row = 0; row < 50; row++) {
      const [p, q] = [said, mapped].map((of) => of.subarray(row * 3, row * 3 + 3));
      expect(q!.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      expect(q!.indexOf(Math.max(...q!))).toBe(p!.indexOf(Math.max(...p!)));
    }
  });
});

/** The rising values nearest to the means of equal scores, by the min-max formula. */
function naiveIsotonic(scores: readonly number[], targets: readonly number[]): number[] {
  const distinct = [...new Set(scores)].sort((a, b) => a - b);
  const rowsOf = distinct.map((score) => targets.filter((_, i) => scores[i] === score));
  const mean = (from: number, to: number): number => {
    const all = rowsOf.slice(from, to + 1).flat();
    return all.reduce((a, b) => a + b, 0) / all.length;
  };
  return distinct.map((_, i) => {
    const starts = Array.from({ length: i + 1 }, (_start, from) => {
      const ends = Array.from({ length: distinct.length - i }, (_end, k) => mean(from, i + k));
      return Math.min(...ends);
    });
    return Math.max(...starts);
  });
}

describe("isotonic regression", () => {
  it("equals the min-max formula", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 1 })), {
          minLength: 1,
          maxLength: 25,
        }),
        (rows) => {
          const scores = rows.map(([score]) => score);
          const targets = rows.map(([, target]) => target);
          const wanted = naiveIsotonic(scores, targets);
          const least = 1 / (rows.length + 2);
          const steps = [...new Set(wanted.map((y) => Math.min(1 - least, Math.max(least, y))))];
          const { x, y } = isotonicCurve(Float64Array.from(scores), Float64Array.from(targets));
          expect(x).toHaveLength(y.length);
          expect(y.length).toBe(new Set(wanted).size);
          steps.forEach((step) => {
            expect(y.some((value) => Math.abs(value - step) < 1e-12)).toBe(true);
          });
          for (let i = 1; i < x.length; i++) {
            expect(x[i]).toBeGreaterThan(x[i - 1]!);
            expect(y[i]).toBeGreaterThanOrEqual(y[i - 1]!);
          }
        },
      ),
    );
  });

  it("is read between its points, and flat beyond", () => {
    const at = (value: number): number => readCurve([1, 3], [0.2, 0.6], value);
    expect([0, 1, 2, 3, 9].map(at)).toEqual([0.2, 0.2, 0.4, 0.6, 0.6]);
  });
});

describe("a calibration report", () => {
  it("has bins of equal size, with equal probabilities together", () => {
    const said = Float64Array.of(0.1, 0.1, 0.2, 0.8, 0.9, 0.9);
    const report = calibrationReport(said, Float64Array.of(0, 0, 1, 1, 1, 0), 2);
    expect(report.bins).toEqual([
      {
        low: 0.1,
        high: 0.2,
        rows: 3,
        predicted: expect.closeTo(0.4 / 3),
        actual: expect.closeTo(1 / 3),
      },
      {
        low: 0.8,
        high: 0.9,
        rows: 3,
        predicted: expect.closeTo(2.6 / 3),
        actual: expect.closeTo(2 / 3),
      },
    ]);
    expect(report.ece).toBeCloseTo((1 / 3 - 0.4 / 3 + (2.6 / 3 - 2 / 3)) / 2, 12);
    const ties = calibrationReport(new Float64Array(10).fill(0.3), new Float64Array(10), 5);
    expect(ties.bins).toHaveLength(1);
    const none = calibrationReport(new Float64Array(), new Float64Array());
    expect(none).toEqual({ rows: 0, brier: null, log_loss: null, ece: null, bins: [] });
  });
});

describe("data quality", () => {
  const fine: QualityFacts = {
    missing: 0.1,
    age: 5 * 86_400_000,
    trainedAge: 10 * 86_400_000,
    unseen: 0,
    history: 12,
    spread: 1,
    usualSpread: 2,
  };

  it.each([
    [{}, "good", []],
    [
      { age: 20 * 86_400_000 },
      "fair",
      ["the newest row is 20 days old, in training at most 10 days"],
    ],
    [{ missing: 0.8 }, "fair", ["80 % of the signals are missing"]],
    [{ unseen: 1 }, "fair", ["1 category is new to the model"]],
    [{ spread: 3 }, "fair", ["the experts disagree more than usual"]],
    [{ history: 0 }, "poor", ["nothing has happened yet"]],
    [
      { unseen: 2, missing: 0.9 },
      "poor",
      ["90 % of the signals are missing", "2 categories are new to the model"],
    ],
    [{ missing: null, age: null, unseen: null, history: null, spread: null }, "good", []],
  ])("of %j is %s", (facts, level, words) => {
    const quality = dataQuality({ ...fine, ...facts });
    expect(quality.level).toBe(level);
    expect(quality.flags.map((flag) => flag.words)).toEqual(words);
  });
});
