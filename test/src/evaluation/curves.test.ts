import { describe, expect, it } from "vitest";
import {
  curveOrder,
  FRACTIONS,
  fewerRows,
  trainingCurves,
} from "../../../src/evaluation/curves.js";
import type { RunSetting } from "../../../src/evaluation/run.js";
import { splitRows, type TrainingTable } from "../../../src/task/training-table.js";
import { type LabelRow, labelsOf, taskOf } from "../task/fixtures.js";

/** Ten anchors of ten entities; the last two validate and test. */
const rows: readonly LabelRow[] = Array.from({ length: 100 }, (_, i) => {
  const anchor = Math.floor(i / 10);
  return [i % 10, anchor, i, anchor < 8 ? "train" : anchor === 8 ? "val" : "test"];
});
const setting = (labels: TrainingTable): RunSetting =>
  ({ labels, visible: labels.anchorTimes }) as RunSetting;
const timed = setting(labelsOf(taskOf("regression"), rows));
const still = setting(
  labelsOf(
    taskOf("regression", null),
    rows.map(([e, , y, s], i) => [i, 0, y + e, s]),
  ),
);

describe("fewer training rows", () => {
  it("are those of the newest anchors, whole, where there is time", () => {
    expect(curveOrder(timed.labels)).toBe("newest anchors");
    for (const [fraction, first] of [
      [1 / 16, 7],
      [1 / 4, 6],
      [1 / 2, 4],
      [1, 0],
    ] as const) {
      const { labels, visible } = fewerRows(timed, fraction, 0);
      const train = splitRows(labels, "train");
      expect(train).toHaveLength((8 - first) * 10);
      expect(labels.anchorTimes[train[0]!]! / 86_400_000).toBe(first);
      expect(visible).toEqual(labels.anchorTimes);
      expect(splitRows(labels, "val")).toHaveLength(10);
      expect(splitRows(labels, "test")).toHaveLength(10);
    }
  });

  it("are those of random entities otherwise, smaller shares inside larger ones", () => {
    expect(curveOrder(still.labels)).toBe("random entities");
    let before = new Set<number>();
    for (const fraction of FRACTIONS) {
      const { labels } = fewerRows(still, fraction, 3);
      const kept = new Set([...splitRows(labels, "train")].map((row) => labels.entityRows[row]!));
      expect(kept.size).toBe(Math.round(80 * fraction));
      expect([...before].every((entity) => kept.has(entity))).toBe(true);
      before = kept;
    }
  });
});

describe("training curves", () => {
  it("begin anew where steps do, and are thinned", () => {
    const epoch = (done: number, loss: number) => ({
      stage: "train",
      message: "",
      done,
      total: 2,
      values: { loss },
    });
    const rounds = Array.from({ length: 1000 }, (_, i) => ({
      stage: "trees",
      message: "",
      done: i + 1,
      values: { train: 1 / (i + 1) },
    }));
    const curves = trainingCurves([
      { stage: "labels", message: "" },
      epoch(1, 3),
      ...rounds,
      epoch(2, 2),
      epoch(1, 5),
    ]);
    expect(curves.map(({ stage, points }) => [stage, points.length])).toEqual([
      ["train", 2],
      ["trees", 201],
      ["train", 1],
    ]);
    expect(curves[0]!.points).toEqual([
      { step: 1, values: { loss: 3 } },
      { step: 2, values: { loss: 2 } },
    ]);
    expect(curves[1]!.points.at(-1)!.step).toBe(1000);
  });
});
