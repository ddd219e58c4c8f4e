import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../../../src/core/random.js";
import {
  adaptMissShare,
  applyConformal,
  type ConformalModel,
  fitConformal,
  fitTerciles,
  historyGroup,
  type QuantileTable,
  tercileOf,
} from "../../../src/task/conformal.js";
import { intervalCoverage } from "../../../src/task/coverage.js";

/** Quantiles 10 % and 90 % of rows, all the same. */
function flat(rows: number, low: number, high: number): QuantileTable {
  return {
    levels: [0.1, 0.9],
    values: Float64Array.from({ length: rows * 2 }, (_, i) => (i % 2 === 0 ? low : high)),
  };
}

function draw(rows: number, make: (rng: Rng, row: number) => number, seed = 1): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: rows }, (_, row) => make(rng, row));
}

function insideOf(
  model: ConformalModel,
  quantiles: QuantileTable,
  targets: Float64Array,
  groups?: Int32Array,
): number {
  const { lower, upper } = applyConformal(model, quantiles, groups ? { groups } : {});
  return intervalCoverage(lower, upper, targets, model.level).inside!;
}

describe("conformal intervals around quantiles", () => {
  it("are moved by the finite-sample quantile of the scores", () => {
    const targets = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 12);
    const model = fitConformal(flat(9, 2, 6), targets, { level: 0.8 });
    // Scores: 2 1 0 -1 -2 -1 0 1 6; the ⌈10 × 0.8⌉ = 8th of them is 2.
    expect(model).toEqual({ level: 0.8, pooled: 2, groups: {}, support: { min: null, max: null } });
    const { lower, upper } = applyConformal(model, flat(1, 2, 6));
    expect([lower[0], upper[0]]).toEqual([0, 8]);
  });

  it("hold new values as often as they say, on exchangeable rows", () => {
    const level = 0.8;
    let inside = 0;
    const trials = 300;
    for (let seed = 0; seed < trials; seed++) {
      const y = draw(101, (rng) => rng.normal() ** 3, seed);
      const model = fitConformal(flat(100, -0.2, 0.1), y.subarray(0, 100), { level });
      if (insideOf(model, flat(1, -0.2, 0.1), y.subarray(100)) === 1) inside++;
    }
    // Five standard errors of a binomial.
    const tolerance = 5 * Math.sqrt((level * (1 - level)) / trials);
    expect(Math.abs(inside / trials - level)).toBeLessThan(tolerance);
  });

  it("shrink where quantiles were too wide, to nothing at most", () => {
    const y = draw(500, (rng) => rng.next());
    const model = fitConformal(flat(500, -5, 5), y);
    expect(model.pooled).toBeLessThan(-3.9);
    const { lower, upper } = applyConformal(model, flat(1, -1, 1));
    expect(lower[0]).toBe(upper[0]);
    expect(insideOf(model, flat(500, -5, 5), y)).toBeGreaterThanOrEqual(0.8);
  });

  it("begin at 0 for zero-inflated targets", () => {
    const y = draw(2000, (rng) => (rng.next() < 0.6 ? 0 : -Math.log(rng.next()) * 10));
    const support = { min: 0, max: null };
    const quantiles = flat(2000, 0, 3);
    const model = fitConformal(quantiles, y, { support });
    const { lower } = applyConformal(model, quantiles);
    expect(lower.every((bound) => bound === 0)).toBe(true);
    expect(insideOf(model, quantiles, y)).toBeCloseTo(0.8, 2);
  });

  it("are calibrated within groups that are large enough", () => {
    const groups = Int32Array.from({ length: 1050 }, (_, row) =>
      row < 500 ? 0 : row < 1000 ? 1 : 2,
    );
    const y = draw(1050, (rng, row) => rng.normal() * (row < 500 ? 1 : 10));
    const quantiles = flat(1050, -1, 1);
    const model = fitConformal(quantiles, y, { groups });
    expect(Object.keys(model.groups)).toEqual(["0", "1"]);
    expect(model.groups["1"]).toBeGreaterThan(model.groups["0"]! + 5);
    for (const group of [0, 1]) {
      const rows = y.filter((_, row) => groups[row] === group);
      const of = new Int32Array(rows.length).fill(group);
      expect(insideOf(model, flat(rows.length, -1, 1), rows, of)).toBeCloseTo(0.8, 1);
    }
    const { upper } = applyConformal(model, flat(1, -1, 1), { groups: Int32Array.of(7) });
    expect(upper[0]).toBe(1 + model.pooled!);
  });

  it("follow the latest windows", () => {
    const times = Float64Array.from({ length: 2000 }, (_, row) => Math.floor(row / 100));
    const y = draw(2000, (rng, row) => rng.normal() * (row < 1500 ? 1 : 4));
    const options = { times, halfLife: 1 };
    const fresh = fitConformal(flat(2000, -1, 1), y, options);
    const all = fitConformal(flat(2000, -1, 1), y);
    expect(fresh.pooled).toBeGreaterThan(all.pooled! + 1.5);
  });

  it("count each entity once, by a drawn row or by a part of each", () => {
    // Entity 0 has most rows, and all of them far off.
    const entities = Int32Array.from({ length: 300 }, (_, row) => (row < 200 ? 0 : row));
    const y = draw(300, (rng, row) => (row < 200 ? 100 : rng.next()));
    const quantiles = flat(300, 0, 1);
    expect(fitConformal(quantiles, y).pooled).toBe(99);
    expect(fitConformal(quantiles, y, { entities }).pooled).toBeLessThan(1);
    const rng = createRng(3);
    const drawn = fitConformal(quantiles, y, { entities, rng });
    expect(drawn.pooled).toBeLessThan(1);
    expect(fitConformal(quantiles, y, { entities, rng })).toEqual(drawn);
  });

  it("are unbounded, or bounded by the support, where there are too few rows", () => {
    const model = fitConformal(flat(3, 0, 1), Float64Array.of(1, 2, 3), {
      support: { min: 0, max: null },
    });
    expect(model.pooled).toBeNull();
    const { lower, upper } = applyConformal(model, flat(1, 1, 2));
    expect([lower[0], upper[0]]).toEqual([0, Infinity]);
    expect(() => fitConformal(flat(1, 0, 1), Float64Array.of(1), { level: 1 })).toThrow(
      expect.objectContaining({ code: "CFG111" }),
    );
  });

  it("stand around the prediction, in order and inside the support, whatever the quantiles", () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 30 }),
        number,
        (rows, pooled) => {
          const sorted = rows.map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
          const quantiles = { levels: [0.1, 0.9], values: Float64Array.from(sorted.flat()) };
          const support = { min: -4, max: 8 };
          const points = Float64Array.from(rows, ([, , point]) => Math.min(8, Math.max(-4, point)));
          const model = { level: 0.8, pooled, groups: {}, support };
          const { lower, upper } = applyConformal(model, quantiles, { points });
          rows.forEach((_, row) => {
            expect(lower[row]).toBeLessThanOrEqual(points[row]!);
            expect(upper[row]).toBeGreaterThanOrEqual(points[row]!);
            expect(lower[row]).toBeGreaterThanOrEqual(-4);
            expect(upper[row]).toBeLessThanOrEqual(8);
          });
        },
      ),
    );
  });

  it("interpolate between the levels there are", () => {
    const quantiles = {
      levels: [0.05, 0.25, 0.5, 0.75, 0.95],
      values: Float64Array.of(0, 4, 5, 6, 10),
    };
    const model: ConformalModel = {
      level: 0.8,
      pooled: 0,
      groups: {},
      support: { min: null, max: null },
    };
    const { lower, upper } = applyConformal(model, quantiles);
    expect(lower[0]).toBeCloseTo(1, 9);
    expect(upper[0]).toBeCloseTo(9, 9);
    const wide = applyConformal({ ...model, level: 0.99 }, quantiles);
    expect([wide.lower[0], wide.upper[0]]).toEqual([0, 10]);
  });
});

describe("groups", () => {
  it("are of history and of terciles", () => {
    expect([0, 1, 4, 5, 100].map(historyGroup)).toEqual([0, 1, 1, 2, 2]);
    const edges = fitTerciles(Float64Array.from({ length: 9 }, (_, i) => i));
    expect([0, 2, 3, 5, 6, 8].map((value) => tercileOf(edges, value))).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe("the adaptive share of misses", () => {
  it("keeps the long-run share where the level drifts", () => {
    const rng = createRng(2);
    const target = 0.2;
    let share = target;
    let missed = 0;
    const windows = 4000;
    for (let t = 0; t < windows; t++) {
      const scale = 1 + t / 1000;
      // Intervals made for a still world: wide enough for the normal of scale 1.
      const half = share <= 0 ? Infinity : share >= 1 ? 0 : 1.7 * (1 - share);
      const miss = Math.abs(rng.normal() * scale) > half ? 1 : 0;
      missed += miss;
      share = adaptMissShare(share, miss, { target, rate: 0.1 });
    }
    expect(missed / windows).toBeCloseTo(target, 1);
    expect(adaptMissShare(0.2, 0.4, { target: 0.2 })).toBeLessThan(0.2);
    expect(adaptMissShare(0, 1, { target: 0.2 })).toBeLessThan(0);
  });
});

describe("coverage", () => {
  it("counts values inside, below and above", () => {
    const coverage = intervalCoverage(
      Float64Array.of(0, 0, 0, -Infinity),
      Float64Array.of(1, 1, 1, 1),
      Float64Array.of(-1, 0, 2, -5),
      0.8,
    );
    expect(coverage).toEqual({
      level: 0.8,
      rows: 4,
      inside: 0.5,
      below: 0.25,
      above: 0.25,
      width: 1,
    });
    const none = new Float64Array();
    expect(intervalCoverage(none, none, none, 0.8)).toMatchObject({ inside: null, width: null });
  });
});
