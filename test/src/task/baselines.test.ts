import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MS_PER_DAY } from "../../../src/core/time.js";
import { baselineNames, predictBaseline, RECENT_WINDOWS } from "../../../src/task/baselines.js";
import { visibleTimes } from "../../../src/task/regime.js";
import { splitRows, type TrainingTable } from "../../../src/task/training-table.js";
import { type LabelRow, labelsOf, taskOf } from "./fixtures.js";

const regression = taskOf("regression");
const START = { val: 100 * MS_PER_DAY, test: 200 * MS_PER_DAY };

const rows: readonly LabelRow[] = [
  [0, 0, 1, "train"],
  [1, 0, 10, "train"],
  [0, 10, 3, "train"],
  [0, 20, 8, "train"],
  [0, 100, 4, "val"],
  [2, 100, 6, "val"],
  [0, 200, 5, "test"],
  [1, 200, 7, "test"],
  [2, 210, 9, "test"],
];
const labels = labelsOf(regression, rows);
const seedTime = visibleTimes(labels, "seed-time", START);
const frozen = visibleTimes(labels, "frozen", START);

function predict(name: Parameters<typeof predictBaseline>[0], part: "val" | "test"): number[] {
  return [...predictBaseline(name, labels, part, seedTime)];
}

describe("predictBaseline", () => {
  it("fits global statistics on train for val, and on train and val for test", () => {
    expect(predict("global-zero", "val")).toEqual([0, 0]);
    expect(predict("global-mean", "val")).toEqual([5.5, 5.5]);
    expect(predict("global-median", "val")).toEqual([5.5, 5.5]);
    expect(predict("global-mean", "test")[0]).toBeCloseTo(32 / 6, 12);
    expect(predict("global-median", "test")).toEqual([5, 5, 5]);
  });

  it("gives zero to an entity without labels in the fitted part", () => {
    expect(predict("entity-mean", "val")).toEqual([4, 0]);
    expect(predict("entity-median", "val")).toEqual([3, 0]);
    expect(predict("entity-mean", "test")).toEqual([4, 10, 6]);
    expect(predict("entity-median", "test")).toEqual([3.5, 10, 6]);
  });

  it("takes the mean of train where no window of the entity has closed", () => {
    expect(predict("recent-mean", "val")).toEqual([4, 5.5]);
    expect(predict("recent-mean", "test")).toEqual([4, 10, 6]);
  });

  it("counts a window that closes at the visible time, and none that closes later", () => {
    const table = labelsOf(regression, [
      [0, 0, 2, "train"],
      [0, 90, 4, "train"],
      [0, 95, 100, "train"],
      [0, 100, 0, "val"],
    ]);
    const visible = visibleTimes(table, "seed-time", START);
    expect([...predictBaseline("recent-mean", table, "val", visible)]).toEqual([3]);
  });

  it("reads labels of later parts at seed time, and none past the cut when frozen", () => {
    const table = labelsOf(regression, [
      [0, 0, 1, "train"],
      [0, 200, 20, "test"],
      [0, 210, 30, "test"],
    ]);
    const at = (regime: "seed-time" | "frozen"): number[] => [
      ...predictBaseline("recent-mean", table, "test", visibleTimes(table, regime, START)),
    ];
    expect(at("seed-time")).toEqual([1, 10.5]);
    expect(at("frozen")).toEqual([1, 1]);
  });

  it("agrees with a row-by-row oracle, whatever the order of rows", () => {
    const arbRow = fc.tuple(
      fc.nat(4),
      fc.nat(40).map((n) => n * 7),
      fc.nat(9),
      fc.constantFrom("train", "val", "test"),
    );
    fc.assert(
      fc.property(fc.array(arbRow, { minLength: 1, maxLength: 80 }), (drawn) => {
        const unique = new Map(drawn.map((row) => [`${row[0]} ${row[1]}`, row]));
        const table = labelsOf(regression, [...unique.values()] as LabelRow[]);
        const visible = visibleTimes(table, "frozen", START);
        for (const part of ["val", "test"] as const) {
          expect([...predictBaseline("recent-mean", table, part, visible)]).toEqual(
            recentOracle(table, part, visible),
          );
        }
      }),
    );
  });

  it("predicts nothing for an empty part, and NaN without any label to learn from", () => {
    const table = labelsOf(regression, [[0, 200, 3, "test"]]);
    const visible = visibleTimes(table, "seed-time", START);
    expect(predictBaseline("global-mean", table, "val", visible)).toHaveLength(0);
    expect(predictBaseline("recent-mean", table, "test", visible)).toEqual(
      Float64Array.of(Number.NaN),
    );
  });

  it("gives shares of classes for a multiclass target", () => {
    const table = labelsOf(
      taskOf("multiclass_classification"),
      [
        [0, 0, 2, "train"],
        [0, 10, 1, "train"],
        [1, 10, 1, "train"],
        [0, 20, 0, "train"],
        [0, 100, 0, "val"],
        [2, 100, 1, "val"],
      ],
      ["a", "b", "c"],
    );
    const visible = visibleTimes(table, "frozen", START);
    const prediction = (name: Parameters<typeof predictBaseline>[0]): number[] =>
      [...predictBaseline(name, table, "val", visible)].map((p) => Math.round(p * 100));
    expect(prediction("prior")).toEqual([25, 50, 25, 25, 50, 25]);
    expect(prediction("majority")).toEqual([0, 100, 0, 0, 100, 0]);
    expect(prediction("entity-prior")).toEqual([33, 33, 33, 0, 0, 0]);
    expect(prediction("recent-prior")).toEqual([33, 33, 33, 25, 50, 25]);
  });
});

describe("majority and random", () => {
  const yes: readonly LabelRow[] = [0, 1, 1, 0, 0].map((target, i) => [
    0,
    i,
    target,
    i < 3 ? "train" : "val",
  ]);
  const visible = new Float64Array(5);

  it("take the most frequent truth value, and guess the same in every run", () => {
    const table = labelsOf(taskOf("binary_classification"), yes);
    expect([...predictBaseline("majority", table, "val", visible)]).toEqual([1, 1]);
    const guessed = predictBaseline("random", table, "val", visible);
    expect(guessed).toEqual(predictBaseline("random", table, "val", visible));
    expect(guessed.every((p) => p >= 0 && p < 1)).toBe(true);
  });

  it("take the most frequent class, and guess one class a row", () => {
    const table = labelsOf(taskOf("multiclass_classification"), yes, ["a", "b"]);
    expect([...predictBaseline("majority", table, "val", visible)]).toEqual([0, 1, 0, 1]);
    const guessed = predictBaseline("random", table, "val", visible);
    expect(guessed[0]! + guessed[1]!).toBe(1);
    expect(guessed[2]! + guessed[3]!).toBe(1);
  });
});

describe("the recent mean of a forecast", () => {
  it("sees a later step only once its own window has closed", () => {
    const rows: readonly LabelRow[] = [
      [0, 0, 1, "train"],
      [0, 0, 5, "train"],
      [0, 15, 0, "val"],
      [0, 20, 0, "val"],
    ];
    const steps = Int32Array.of(1, 2, 1, 1);
    const table = { ...labelsOf(taskOf("forecasting"), rows), steps };
    expect(baselineNames(table.task)).toContain("recent-mean");
    const visible = Float64Array.from([0, 0, 15, 20], (day) => day * MS_PER_DAY);
    expect([...predictBaseline("recent-mean", table, "val", visible)]).toEqual([1, 3]);
  });
});

describe("baselineNames", () => {
  it("leaves out the entity's past for a static target", () => {
    expect(baselineNames(taskOf("regression", null))).toEqual([
      "global-zero",
      "global-mean",
      "global-median",
    ]);
    expect(baselineNames(taskOf("multiclass_classification", null))).toEqual([
      "prior",
      "majority",
      "random",
    ]);
    const given = { kind: "number", window: null } as const;
    const names = (timed: boolean) =>
      baselineNames({ ...taskOf("regression", null), given: { ...given, timed } });
    expect(names(false)).not.toContain("entity-mean");
    expect(names(true)).toContain("entity-mean");
    expect(names(true)).not.toContain("recent-mean");
  });

  it("offers the recent mean wherever targets have windows", () => {
    expect(baselineNames(taskOf("binary_classification"))).toContain("recent-mean");
    expect(baselineNames(regression)).toContain("recent-mean");
    expect(baselineNames(taskOf("temporal_link_prediction"))).toEqual([]);
  });
});

describe("visibleTimes", () => {
  it("shows every row its past at seed time, and cuts each part at its own start when frozen", () => {
    const days = (times: Float64Array): number[] => [...times].map((t) => t / MS_PER_DAY);
    expect(days(seedTime)).toEqual([0, 0, 10, 20, 100, 100, 200, 200, 210]);
    expect(days(frozen)).toEqual([0, 0, 10, 20, 100, 100, 200, 200, 200]);
  });
});

/** The recent mean as its definition reads. */
function recentOracle(table: TrainingTable, part: "val" | "test", visible: Float64Array): number[] {
  const train = [...splitRows(table, "train")].map((row) => table.targets[row]!);
  const meanOf = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return [...splitRows(table, part)].map((row) => {
    const past = [...table.targets.keys()]
      .filter((other) => table.entityRows[other] === table.entityRows[row])
      .filter((other) => table.anchorTimes[other]! + 10 * MS_PER_DAY <= visible[row]!)
      .sort((a, b) => table.anchorTimes[a]! - table.anchorTimes[b]!)
      .slice(-RECENT_WINDOWS);
    return meanOf(past.length === 0 ? train : past.map((other) => table.targets[other]!));
  });
}
