import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracy,
  averagePrecision,
  brier,
  evaluateMetrics,
  evaluateRanking,
  f1,
  logLoss,
  macroF1,
  mae,
  microF1,
  mrr,
  multiclassAccuracy,
  primaryMetric,
  r2,
  rmse,
  rocAuc,
  summarizeMetrics,
  targetDeviation,
} from "../../../src/task/metrics.js";

const f64 = (...values: number[]): Float64Array => Float64Array.from(values);

/** Rows of a coarse score (so that ties are common) and a label. */
const scoredRows = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.boolean()), {
  minLength: 1,
  maxLength: 40,
});

function columns(rows: readonly (readonly [number, boolean])[]): [Float64Array, Float64Array] {
  return [f64(...rows.map(([s]) => s / 4)), f64(...rows.map(([, y]) => (y ? 1 : 0)))];
}

/** Number of rows that beat each other, by definition: every pair is looked at. */
function pairwiseAuc(scores: Float64Array, labels: Float64Array): number | null {
  let wins = 0;
  let pairs = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < labels.length; j++) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  return pairs === 0 ? null : wins / pairs;
}

/** Sum over distinct thresholds of precision times the recall gained. */
function stepwisePrecision(scores: Float64Array, labels: Float64Array): number | null {
  const total = labels.reduce((sum, y) => sum + y, 0);
  if (total === 0) return null;
  const thresholds = [...new Set(scores)].sort((a, b) => b - a);
  let sum = 0;
  let recall = 0;
  for (const threshold of thresholds) {
    const chosen = [...scores.keys()].filter((i) => scores[i]! >= threshold);
    const hits = chosen.reduce((count, i) => count + labels[i]!, 0);
    sum += (hits / total - recall) * (hits / chosen.length);
    recall = hits / total;
  }
  return sum;
}

function expectClose(found: number | null, expected: number | null): void {
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 12);
}

describe("metrics of binary scores", () => {
  it("agree with their definitions over all pairs and thresholds, ties included", () => {
    fc.assert(
      fc.property(scoredRows, (rows) => {
        const [scores, labels] = columns(rows);
        expectClose(rocAuc(scores, labels), pairwiseAuc(scores, labels));
        expectClose(averagePrecision(scores, labels), stepwisePrecision(scores, labels));
      }),
    );
  });

  it("do not depend on the order of rows nor on the scale of the score", () => {
    fc.assert(
      fc.property(scoredRows, (rows) => {
        const [scores, labels] = columns(rows);
        const [reversed, labelsReversed] = columns([...rows].reverse());
        expectClose(rocAuc(reversed.map(Math.exp), labelsReversed), rocAuc(scores, labels));
        expectClose(averagePrecision(reversed, labelsReversed), averagePrecision(scores, labels));
      }),
    );
  });

  it("turn around when the score is negated", () => {
    fc.assert(
      fc.property(scoredRows, (rows) => {
        const [scores, labels] = columns(rows);
        const auc = rocAuc(scores, labels);
        expectClose(
          rocAuc(
            scores.map((s) => -s),
            labels,
          ),
          auc === null ? null : 1 - auc,
        );
      }),
    );
  });

  it("give scikit-learn's values on its own examples", () => {
    const labels = f64(0, 0, 1, 1);
    const scores = f64(0.1, 0.4, 0.35, 0.8);
    expect(rocAuc(scores, labels)).toBe(0.75);
    expect(averagePrecision(scores, labels)).toBeCloseTo(0.8333333333, 9);
    expect(logLoss(f64(0.9, 0.1, 0.2, 0.65), f64(1, 0, 0, 1))).toBeCloseTo(0.2161618746, 9);
    expect(brier(f64(0.1, 0.9, 0.8, 0.3), f64(0, 1, 1, 0))).toBeCloseTo(0.0375, 12);
  });

  it("count 0.5 as a no for accuracy and as a yes for F1", () => {
    expect(accuracy(f64(0.5), f64(1))).toBe(0);
    expect(f1(f64(0.5), f64(1))).toBe(1);
  });

  it("keep the log loss finite for wrong certainties", () => {
    expect(logLoss(f64(0, 1), f64(1, 0))).toBeCloseTo(-Math.log(Number.EPSILON), 6);
    expect(logLoss(f64(1, 0), f64(1, 0))).toBeCloseTo(0, 12);
  });

  it("treat a constant score as chance, whatever the base rate", () => {
    expect(rocAuc(f64(3, 3, 3), f64(1, 0, 0))).toBe(0.5);
    expect(averagePrecision(f64(3, 3, 3), f64(1, 0, 0))).toBeCloseTo(1 / 3, 12);
  });
});

describe("metrics of numbers", () => {
  it("give the hand-computed errors", () => {
    const targets = f64(3, -0.5, 2, 7);
    const predictions = f64(2.5, 0, 2, 8);
    expect(mae(predictions, targets)).toBe(0.5);
    expect(rmse(predictions, targets)).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(r2(predictions, targets)).toBeCloseTo(0.9486081370449679, 12);
  });

  it("rate the mean of the targets as zero, and have no R2 when the targets are equal", () => {
    expect(r2(f64(2, 2, 2), f64(1, 2, 3))).toBe(0);
    expect(r2(f64(1, 2, 3), f64(0.1, 0.1, 0.1))).toBeNull();
    expect(r2(f64(1), f64(1))).toBeNull();
  });
});

describe("metrics of class scores", () => {
  it("count the first of equal scores, share the best rank, and skip classes that nobody names", () => {
    const scores = f64(0.5, 0.5, 0, 0.2, 0.7, 0.1, 0.6, 0.3, 0.1);
    const targets = f64(1, 1, 0);
    expect(multiclassAccuracy(scores, targets)).toBeCloseTo(2 / 3, 12);
    expect(microF1(scores, targets)).toBeCloseTo(2 / 3, 12);
    expect(macroF1(scores, targets)).toBeCloseTo(2 / 3, 12);
    expect(mrr(scores, targets)).toBe(1);
  });

  it("rank by the number of classes that score strictly more", () => {
    expect(mrr(f64(0.1, 0.2, 0.7, 0.7), f64(0))).toBe(0.25);
    expect(mrr(f64(0.3, 0.7, 0.3, 0.7), f64(0))).toBeCloseTo(1 / 3, 12);
  });
});

describe("metrics of recommended lists", () => {
  const lists = (...rows: number[][]) => ({
    offsets: Int32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]),
    items: Int32Array.from(rows.flat()),
  });

  it("divide by the smaller of k and the number of true items, and leave out rows without any", () => {
    const recommended = lists([1, 9, 2], [5, 6, 7], [1, 2, 3]);
    const truth = lists([1, 2], [], [3]);
    const scores = evaluateRanking(recommended, truth, 3);
    expect(scores.map_at_k).toBeCloseTo(((1 + 2 / 3) / 2 + 1 / 3) / 2, 12);
    expect(scores.precision_at_k).toBeCloseTo((2 / 3 + 1 / 3) / 2, 12);
    expect(scores.recall_at_k).toBe(1);
    expect(evaluateRanking(lists([1, 2]), lists([1, 2, 3, 4]), 2).map_at_k).toBe(1);
  });

  it("count a repeated recommendation once and pass over those beyond k", () => {
    const scores = evaluateRanking(lists([4, 4, 8]), lists([4, 8]), 2);
    expect(scores).toEqual({ precision_at_k: 0.5, recall_at_k: 0.5, map_at_k: 0.5 });
  });

  it("are null with a reason when no row has a true item", () => {
    const scores = evaluateRanking(lists([1]), lists([]), 1);
    expect(scores.map_at_k).toBeNull();
    expect(scores.reasons?.map_at_k).toBe("no row has a true item");
  });
});

describe("evaluateMetrics", () => {
  it("computes every metric of the task type and has no reasons when all exist", () => {
    expect(Object.keys(evaluateMetrics("regression", f64(1, 2), f64(1, 3)))).toEqual([
      "mae",
      "rmse",
      "r2",
    ]);
    const binary = evaluateMetrics("binary_classification", f64(0.2, 0.9), f64(0, 1));
    expect(binary.roc_auc).toBe(1);
    expect(binary.reasons).toBeUndefined();
    expect(
      evaluateMetrics("multilabel_classification", f64(0.9, 0.1, 0.2, 0.8), f64(1, 0, 0, 1), {
        classes: 2,
      }),
    ).toEqual({
      macro_average_precision: 1,
      micro_average_precision: 1,
      macro_roc_auc: 1,
      micro_roc_auc: 1,
      macro_f1: 1,
      micro_f1: 1,
    });
  });

  it("tells errors in units of the training targets' deviation, where it is given", () => {
    const deviation = targetDeviation(f64(1, 3, 5));
    expect(deviation).toBe(2);
    expect(evaluateMetrics("regression", f64(1, 2), f64(1, 3), { deviation }).nmae).toBe(0.25);
    const flat = evaluateMetrics("regression", f64(1), f64(1), {
      deviation: targetDeviation(f64(4)),
    });
    expect(flat.nmae).toBeNull();
    expect(flat.reasons?.nmae).toBe("the training targets do not vary");
  });

  it("gives null with a reason, never zero, where a metric is not defined", () => {
    const metrics = evaluateMetrics("binary_classification", f64(0.2, 0.3), f64(0, 0));
    expect(JSON.parse(JSON.stringify(metrics))).toEqual({
      roc_auc: null,
      average_precision: null,
      accuracy: 1,
      f1: null,
      log_loss: metrics.log_loss,
      brier: metrics.brier,
      reasons: {
        roc_auc: "only one label occurs (0 of 2 rows are positive)",
        average_precision: "no row is positive",
        f1: "no row is positive, in truth or in prediction",
      },
    });
  });

  it("names no rows and broken predictions as reasons for every metric", () => {
    for (const taskType of [
      "regression",
      "binary_classification",
      "multiclass_classification",
    ] as const) {
      const empty = evaluateMetrics(taskType, f64(), f64());
      const name = primaryMetric(taskType).name;
      expect(empty[name]).toBeNull();
      expect(empty.reasons?.[name]).toBe("there are no rows");
      const broken = evaluateMetrics(taskType, f64(1, Number.NaN), f64(1, 0));
      expect(broken[name]).toBeNull();
      expect(broken.reasons?.[name]).toBe("1 of 2 predictions are not finite numbers");
    }
  });
});

describe("summarizeMetrics", () => {
  it("gives mean and sample deviation over runs", () => {
    const { mean, std } = summarizeMetrics([{ mae: 1 }, { mae: 2 }, { mae: 3 }]);
    expect(mean).toEqual({ mae: 2 });
    expect(std).toEqual({ mae: 1 });
  });

  it("passes on the reason of a missing metric, and says that one run has no spread", () => {
    const { mean, std } = summarizeMetrics([
      { roc_auc: null, accuracy: 1, reasons: { roc_auc: "only one label occurs" } },
    ]);
    expect(mean).toEqual({
      roc_auc: null,
      accuracy: 1,
      reasons: { roc_auc: "only one label occurs" },
    });
    expect(std.accuracy).toBeNull();
    expect(std.reasons?.accuracy).toBe("one run has no spread");
  });
});
