import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import {
  bootstrapMetrics,
  comparePaired,
  quantileOf,
  type ScoredRows,
} from "../../../src/task/bootstrap.js";
import { evaluateMetrics, type MetricName, type ValueTaskType } from "../../../src/task/metrics.js";
import { prepareMetrics } from "../../../src/task/weighted-metrics.js";

/** Random predictions and truth of a task type, with many ties. */
function drawRows(
  taskType: ValueTaskType,
  rows: number,
  seed: number,
): { predictions: Float64Array; targets: Float64Array; width: number } {
  const rng = createRng(seed);
  const classes = 3;
  const level = (): number => rng.int(5) / 4;
  switch (taskType) {
    case "multiclass_classification":
      return {
        predictions: Float64Array.from({ length: rows * classes }, level),
        targets: Float64Array.from({ length: rows }, () => rng.int(classes)),
        width: classes,
      };
    case "multilabel_classification":
      return {
        predictions: Float64Array.from({ length: rows * classes }, level),
        targets: Float64Array.from({ length: rows * classes }, () => rng.int(2)),
        width: classes,
      };
    case "binary_classification":
      return {
        predictions: Float64Array.from({ length: rows }, level),
        targets: Float64Array.from({ length: rows }, () => rng.int(2)),
        width: 1,
      };
    default:
      return {
        predictions: Float64Array.from({ length: rows }, level),
        targets: Float64Array.from({ length: rows }, level),
        width: 1,
      };
  }
}

const TYPES: readonly ValueTaskType[] = [
  "regression",
  "binary_classification",
  "multiclass_classification",
  "multilabel_classification",
];

describe("metrics under weights", () => {
  it.each(TYPES)("of %s count a row of weight k as k rows", (taskType) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (rows, seed) => {
        const { predictions, targets, width } = drawRows(taskType, rows, seed);
        const rng = createRng(seed).split("weights");
        const weights = Float64Array.from({ length: rows }, () => rng.int(3));
        const repeated = [...weights].flatMap((weight, row) => new Array<number>(weight).fill(row));
        const cells = taskType === "multilabel_classification" ? width : 1;
        const of = (values: Float64Array, per: number): Float64Array =>
          Float64Array.from(
            repeated.flatMap((row) => [...values.subarray(row * per, (row + 1) * per)]),
          );
        const expected = evaluateMetrics(taskType, of(predictions, width), of(targets, cells), {
          classes: width,
        });
        for (const [name, metric] of prepareMetrics(taskType, predictions, targets, width)) {
          const value = metric(weights);
          const wanted = expected[name] ?? null;
          if (wanted === null) expect([name, value]).toEqual([name, null]);
          else expect(value).toBeCloseTo(wanted, 10);
        }
      }),
    );
  });

  it.each(TYPES)("of %s are all that evaluateMetrics gives", (taskType) => {
    const { predictions, targets, width } = drawRows(taskType, 20, 1);
    const names = Object.keys(evaluateMetrics(taskType, predictions, targets, { classes: width }));
    expect([...prepareMetrics(taskType, predictions, targets, width).keys()].sort()).toEqual(
      names.filter((name) => name !== "reasons").sort(),
    );
  });
});

/** Entities with several rows each; the errors of an entity are alike. */
function clustered(entities: number, rowsEach: number, seed: number): ScoredRows {
  const rng = createRng(seed);
  const rows = entities * rowsEach;
  const shift = Float64Array.from({ length: entities }, () => rng.normal());
  const entityRows = Int32Array.from({ length: rows }, (_, i) => i % entities);
  const targets = Float64Array.from({ length: rows }, () => rng.normal());
  const predictions = targets.map(
    (target, i) => target + shift[entityRows[i]!]! + 0.1 * rng.normal(),
  );
  return { predictions, targets, entityRows };
}

describe("intervals over entities", () => {
  it("hold the true score about as often as they say", () => {
    const trueMae = Math.sqrt((2 / Math.PI) * 1.01);
    let inside = 0;
    const trials = 200;
    for (let k = 0; k < trials; k++) {
      const { intervals } = bootstrapMetrics("regression", [clustered(60, 5, k)], {
        rng: createRng(k),
        resamples: 200,
        level: 0.9,
      });
      const { low, high } = intervals.mae!;
      if (low <= trueMae && trueMae <= high) inside++;
    }
    expect(inside / trials).toBeGreaterThan(0.8);
    expect(inside / trials).toBeLessThan(0.97);
  });

  it("are wide where the rows of an entity resemble each other", () => {
    const rows = clustered(40, 25, 3);
    const rng = createRng(1);
    const own = Int32Array.from(rows.entityRows.keys());
    const byEntity = bootstrapMetrics("regression", [rows], { rng }).intervals.mae!;
    const byRow = bootstrapMetrics("regression", [{ ...rows, entityRows: own }], { rng });
    expect(byEntity.se).toBeGreaterThan(3 * byRow.intervals.mae!.se);
  });

  it("repeat with the stream, and are of the mean over runs", () => {
    const [one, two] = [clustered(30, 2, 1), clustered(30, 2, 2)];
    const options = { rng: createRng(9), resamples: 300 };
    const alone = bootstrapMetrics("regression", [one], options);
    expect(bootstrapMetrics("regression", [one, one], options)).toEqual(alone);
    expect(bootstrapMetrics("regression", [one], options)).toEqual(alone);
    const both = bootstrapMetrics("regression", [one, two], options).intervals.mae!;
    expect(both.se).toBeLessThan(alone.intervals.mae!.se);
  });

  it("are missing where a metric mostly is, and where there are no rows", () => {
    const yes: ScoredRows = {
      predictions: Float64Array.of(0.2, 0.9),
      targets: Float64Array.of(1, 1),
      entityRows: Int32Array.of(0, 1),
    };
    const { intervals } = bootstrapMetrics("binary_classification", [yes], { rng: createRng(0) });
    expect(intervals.roc_auc).toBeNull();
    expect(intervals.brier!.low).toBeLessThan(intervals.brier!.high);
    const none = {
      predictions: new Float64Array(),
      targets: new Float64Array(),
      entityRows: new Int32Array(),
    };
    expect(bootstrapMetrics("regression", [none], { rng: createRng(0) }).intervals).toEqual({});
  });

  it("take fewer resamples where rows are very many, never less than 200", () => {
    const rows = 400_000;
    const many: ScoredRows = {
      predictions: new Float64Array(rows),
      targets: new Float64Array(rows).fill(1),
      entityRows: new Int32Array(rows),
    };
    const { resamples } = bootstrapMetrics(
      "multiclass_classification",
      [{ ...many, targets: many.predictions }],
      {
        rng: createRng(0),
      },
    );
    expect(resamples).toBe(200);
  });
});

describe("two models on the same rows", () => {
  const metric: MetricName = "mae";
  const options = { rng: createRng(5), higherIsBetter: false };

  it("are told apart by their difference, row by row, though each score is unsure", () => {
    const rows = clustered(50, 4, 7);
    const worse = {
      ...rows,
      predictions: rows.predictions.map((p, i) => p + 0.05 * Math.sign(p - rows.targets[i]!)),
    };
    const found = comparePaired("regression", metric, [rows], [worse], options)!;
    expect(found.difference).toBeCloseTo(-0.05, 9);
    expect(found.high).toBeLessThan(0);
    expect(found.better).toBe(1);
    const back = comparePaired("regression", metric, [worse], [rows], options)!;
    expect(back.difference).toBeCloseTo(-found.difference, 12);
    expect(back.better).toBe(0);
  });

  it("that are equal are better half of the time", () => {
    const rows = clustered(50, 4, 7);
    expect(comparePaired("regression", metric, [rows, rows], [rows], options)).toMatchObject({
      difference: 0,
      low: 0,
      high: 0,
      better: 0.5,
    });
  });

  it("cannot be compared where the metric is not defined", () => {
    const yes: ScoredRows = {
      predictions: Float64Array.of(0.2, 0.9),
      targets: Float64Array.of(1, 1),
      entityRows: Int32Array.of(0, 1),
    };
    const compared = comparePaired("binary_classification", "roc_auc", [yes], [yes], options);
    expect(compared).toBeNull();
  });
});

describe("quantileOf", () => {
  it("lies on or between the values", () => {
    const sorted = Float64Array.of(1, 2, 4);
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => quantileOf(sorted, q))).toEqual([1, 1.5, 2, 3, 4]);
  });
});
