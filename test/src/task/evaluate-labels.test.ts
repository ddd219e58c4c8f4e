import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateLabels } from "../../../src/task/evaluate-labels.js";
import { predictListBaseline } from "../../../src/task/list-baselines.js";
import { rocAuc } from "../../../src/task/metrics.js";
import type { PredictionValues } from "../../../src/task/prediction-table.js";
import type { TaskType } from "../../../src/task/task.js";
import { type TrainingTable, takeTrainingRows } from "../../../src/task/training-table.js";
import { type LabelRow, labelsOf, taskOf } from "./fixtures.js";

const f64 = (...values: number[]): Float64Array => Float64Array.from(values);
const DAY = 86_400_000;

/** Labels whose targets are lists of items of `a` to `d`. */
function listLabels(
  taskType: TaskType,
  lists: readonly (readonly number[])[],
  rows?: readonly LabelRow[],
): TrainingTable {
  const plain = rows ?? lists.map((_, i) => [i, 0, 0, "test"] as const);
  const offsets = Int32Array.from([0, ...lists.map((_, i) => lists.slice(0, i + 1).flat().length)]);
  return {
    ...labelsOf(taskOf(taskType), plain, ["a", "b", "c", "d"]),
    lists: { offsets, items: Int32Array.from(lists.flat()), numeric: false },
  };
}

function ranking(
  items: readonly string[],
  lists: readonly (readonly number[])[],
): PredictionValues {
  return {
    kind: "ranking",
    items,
    offsets: Int32Array.from([0, ...lists.map((_, i) => lists.slice(0, i + 1).flat().length)]),
    codes: Int32Array.from(lists.flat()),
    scores: new Float64Array(lists.flat().length),
  };
}

describe("scores of any task type", () => {
  it("of numbers, truth values and classes are those of their rows", () => {
    const rows: readonly LabelRow[] = [
      [0, 0, 1, "test"],
      [1, 0, 0, "test"],
    ];
    const number = labelsOf(taskOf("regression"), rows);
    const point = f64(2, 0);
    expect(
      evaluateLabels(number, { kind: "regression", point, lower: null, upper: null }).mae,
    ).toBe(0.5);
    const yes = labelsOf(taskOf("binary_classification"), rows);
    expect(evaluateLabels(yes, { kind: "binary", probability: f64(0.9, 0.2) }).roc_auc).toBe(1);
    const kinds = labelsOf(taskOf("multiclass_classification"), rows, ["x", "y"]);
    // Predicted in another order of classes, one of which no label has.
    const scores = f64(0.1, 0.7, 0.2, 0.6, 0.3, 0.1);
    const values = { kind: "multiclass", classes: ["z", "y", "x"], scores } as const;
    expect(evaluateLabels(kinds, values)).toMatchObject({ accuracy: 0.5, mrr: 0.75 });
  });

  it("of several labels compare each class", () => {
    const labels = listLabels("multilabel_classification", [[0, 2], [1], [0, 1, 3], [2, 3]]);
    const scores = f64(
      0.9,
      0.1,
      0.8,
      0.2,
      0.2,
      0.9,
      0.1,
      0.3,
      0.7,
      0.6,
      0.2,
      0.9,
      0.1,
      0.2,
      0.9,
      0.8,
    );
    const classes = ["a", "b", "c", "d"];
    const found = evaluateLabels(labels, { kind: "multilabel", classes, scores });
    expect(found).toMatchObject({ macro_roc_auc: 1, micro_f1: 1, macro_average_precision: 1 });
  });

  it("of a forecast find the window of each row, also where one has no label", () => {
    const labels: TrainingTable = {
      ...labelsOf(taskOf("forecasting"), [
        [0, 0, 1, "test"],
        [0, 0, 2, "test"],
        [1, 0, 5, "test"],
      ]),
      steps: Int32Array.of(1, 2, 2),
    };
    const values = {
      kind: "forecast",
      steps: 2,
      point: f64(1, 3, 9, 5),
      lower: null,
      upper: null,
    } as const;
    expect(evaluateLabels(labels, values).mae).toBeCloseTo(1 / 3, 12);
  });

  it("of recommended lists match items by name, at the k of the query", () => {
    const lists = listLabels("temporal_link_prediction", [[0, 1], [3], []]);
    const labels = { ...lists, task: { ...lists.task, top: 2 } };
    // By hand: row 1 hits at place 2 of 2 true ones, row 2 at place 1, row 3 has no true item.
    const values = ranking(["z", "b", "d"], [[0, 1, 2], [2, 0], [1]]);
    const found = evaluateLabels(labels, values);
    expect(found.map_at_k).toBeCloseTo((0.5 / 2 + 1) / 2, 12);
    expect(found.precision_at_k).toBeCloseTo((1 / 2 + 1 / 2) / 2, 12);
    expect(found.recall_at_k).toBeCloseTo((1 / 2 + 1) / 2, 12);
    expect(evaluateLabels(labels, values, { k: 1 }).map_at_k).toBeCloseTo((0 + 1) / 2, 12);
  });

  it("refuse answers to another question", () => {
    const labels = labelsOf(taskOf("regression"), [[0, 0, 1, "test"]]);
    expect(() => evaluateLabels(labels, { kind: "binary", probability: f64(1) })).toThrow(
      expect.objectContaining({ code: "INT001" }),
    );
  });
});

describe("rows of a training table", () => {
  it("are taken with their lists and windows", () => {
    const labels = {
      ...listLabels("multilabel_ranking", [[0], [], [1, 2]]),
      steps: Int32Array.of(1, 2, 3),
    };
    const taken = takeTrainingRows(labels, Int32Array.of(2, 1));
    expect([...taken.lists!.offsets]).toEqual([0, 2, 2]);
    expect([...taken.lists!.items]).toEqual([1, 2]);
    expect([...taken.steps!]).toEqual([3, 2]);
  });
});

describe("AUROC", () => {
  it("is the share of pairs in the right order, ties counting half", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 1 })), {
          minLength: 2,
          maxLength: 30,
        }),
        (rows) => {
          let wins = 0;
          let pairs = 0;
          for (const [score, label] of rows) {
            for (const [other, against] of rows) {
              if (label !== 1 || against !== 0) continue;
              pairs++;
              wins += score > other ? 1 : score === other ? 0.5 : 0;
            }
          }
          const auc = rocAuc(
            Float64Array.from(rows, ([score]) => score),
            Float64Array.from(rows, ([, label]) => label),
          );
          if (pairs === 0) expect(auc).toBeNull();
          else expect(auc).toBeCloseTo(wins / pairs, 12);
        },
      ),
    );
  });
});

describe("baselines of lists", () => {
  const rows: readonly LabelRow[] = [
    [0, 0, 0, "train"],
    [1, 0, 0, "train"],
    [0, 10, 0, "val"],
    [0, 20, 0, "test"],
    [2, 20, 0, "test"],
  ];
  const labels = listLabels("temporal_link_prediction", [[3], [0, 1], [2], [3], [0]], rows);
  const of = (
    name: Parameters<typeof predictListBaseline>[0],
    part: "val" | "test",
    visible: Float64Array,
  ): number[][] => {
    const { offsets, codes } = predictListBaseline(name, labels, part, visible, 2);
    return Array.from({ length: offsets.length - 1 }, (_, row) => [
      ...codes.subarray(offsets[row], offsets[row + 1]),
    ]);
  };

  it("recommend what is popular, or what an entity had before and then what is popular", () => {
    const seed = labels.anchorTimes;
    expect(of("global-popularity", "test", seed)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(of("past-visit", "val", seed)).toEqual([[3, 0]]);
    expect(of("past-visit", "test", seed)).toEqual([
      [2, 3],
      [0, 1],
    ]);
  });

  it("see recent visits only once their window has closed", () => {
    const frozen = labels.anchorTimes.map((time) => Math.min(time, 15 * DAY));
    expect(of("recent-visit", "test", frozen)).toEqual([
      [3, 0],
      [0, 1],
    ]);
    expect(of("recent-visit", "test", labels.anchorTimes)).toEqual([
      [2, 3],
      [0, 1],
    ]);
  });
});
