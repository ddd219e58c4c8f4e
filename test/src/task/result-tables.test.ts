import { describe, expect, it } from "vitest";
import { MS_PER_DAY } from "../../../src/core/time.js";
import { concatPredictions } from "../../../src/task/concat-predictions.js";
import {
  type PredictionTable,
  type PredictionValues,
  summarizePredictions,
} from "../../../src/task/prediction-table.js";
import {
  predictionTableToTable,
  scoredPredictionsToTable,
  trainingTableToTable,
} from "../../../src/task/result-tables.js";
import type { TaskType } from "../../../src/task/task.js";
import { labelsOf, taskOf, usersDatabase } from "./fixtures.js";

const db = usersDatabase();

function predictions(taskType: TaskType, values: PredictionValues): PredictionTable {
  return {
    task: taskOf(taskType),
    entityRows: Int32Array.of(2, 0),
    anchorTimes: Float64Array.of(31 * MS_PER_DAY, 31 * MS_PER_DAY),
    values,
  };
}

const regression = (...point: number[]): PredictionValues => ({
  kind: "regression",
  point: Float64Array.from(point),
  lower: Float64Array.from(point, (p) => p - 1),
  upper: Float64Array.from(point, () => Infinity),
});

describe("trainingTableToTable", () => {
  it("writes key, timestamp, target and split", () => {
    const labels = labelsOf(taskOf("regression"), [
      [1, 0, 2.5, "train"],
      [2, 31, 4, "test"],
    ]);
    expect(trainingTableToTable(labels, db).toString()).toMatchInlineSnapshot(`
      "Table labels: 2 rows x 4 columns
      USER_ID  TIMESTAMP   TARGET  SPLIT
      -------  ----------  ------  -----
      U2       1970-01-01     2.5  train
      U3       1970-02-01       4  test"
    `);
  });

  it("leaves out the split where there is none, and has no time for a static task", () => {
    const labels = labelsOf(
      taskOf("multiclass_classification", null),
      [[0, 0, 1, "train"]],
      ["low", "high"],
    );
    const table = trainingTableToTable(
      { ...labels, split: null, anchorTimes: Float64Array.of(Infinity) },
      db,
    );
    expect(table.toRecords()).toEqual([{ USER_ID: "U1", TIMESTAMP: null, TARGET: "high" }]);
  });
});

describe("predictionTableToTable", () => {
  it("writes numbers with their interval, an unbounded side as null", () => {
    expect(
      predictionTableToTable(predictions("regression", regression(1, 2)), db).toRecords(),
    ).toEqual([
      { USER_ID: "U3", TIMESTAMP: 31 * MS_PER_DAY, TARGET_PRED: 1, LOWER: 0, UPPER: null },
      { USER_ID: "U1", TIMESTAMP: 31 * MS_PER_DAY, TARGET_PRED: 2, LOWER: 1, UPPER: null },
    ]);
  });

  it("keeps the columns of an interval that was not fitted", () => {
    const values = { kind: "regression", point: Float64Array.of(1, 2), lower: null, upper: null };
    const table = predictionTableToTable(predictions("regression", values as PredictionValues), db);
    expect(table.columns.map((column) => column.name)).toEqual([
      "USER_ID",
      "TIMESTAMP",
      "TARGET_PRED",
      "LOWER",
      "UPPER",
    ]);
    expect(table.toRecords()[0]).toMatchObject({ LOWER: null, UPPER: null });
  });

  it("writes a truth value and the chance of a yes", () => {
    const table = predictionTableToTable(
      predictions("binary_classification", {
        kind: "binary",
        probability: Float64Array.of(0.5, 0.75),
      }),
      db,
    );
    expect(table.toRecords()).toEqual([
      { USER_ID: "U3", TIMESTAMP: 31 * MS_PER_DAY, TARGET_PRED: false, TRUE_PROB: 0.5 },
      { USER_ID: "U1", TIMESTAMP: 31 * MS_PER_DAY, TARGET_PRED: true, TRUE_PROB: 0.75 },
    ]);
  });

  it("writes one row per class, best first, the first of equals predicted", () => {
    const scores = Float64Array.of(0.2, 0.4, 0.4, 0.7, 0.2, 0.1);
    const classes = ["a", "b", "c"];
    const multiclass = predictionTableToTable(
      predictions("multiclass_classification", { kind: "multiclass", classes, scores }),
      db,
    );
    expect(multiclass.toString()).toMatchInlineSnapshot(`
      "Table predictions: 6 rows x 5 columns
      USER_ID  TIMESTAMP   CLASS  SCORE  PREDICTED
      -------  ----------  -----  -----  ---------
      U3       1970-02-01  b        0.4  true
      U3       1970-02-01  c        0.4  false
      U3       1970-02-01  a        0.2  false
      U1       1970-02-01  a        0.7  true
      U1       1970-02-01  b        0.2  false
      U1       1970-02-01  c        0.1  false"
    `);
    const multilabel = predictionTableToTable(
      predictions("multilabel_classification", { kind: "multilabel", classes, scores }),
      db,
    );
    expect(multilabel.toRecords().map((row) => row["PREDICTED"])).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  it("writes ranks of recommended items and steps of forecasts", () => {
    const ranking = predictionTableToTable(
      predictions("temporal_link_prediction", {
        kind: "ranking",
        items: ["I1", "I2"],
        offsets: Int32Array.of(0, 2, 3),
        codes: Int32Array.of(1, 0, 0),
        scores: Float64Array.of(3, 2, 1),
      }),
      db,
    );
    expect(ranking.toString()).toMatchInlineSnapshot(`
      "Table predictions: 3 rows x 5 columns
      USER_ID  TIMESTAMP   RANK  CLASS  SCORE
      -------  ----------  ----  -----  -----
      U3       1970-02-01     1  I2         3
      U3       1970-02-01     2  I1         2
      U1       1970-02-01     1  I1         1"
    `);
    const forecast = predictionTableToTable(
      predictions("forecasting", {
        kind: "forecast",
        steps: 2,
        point: Float64Array.of(1, 2, 3, 4),
        lower: null,
        upper: null,
      }),
      db,
    );
    expect(
      forecast.toRecords().map((row) => [row["USER_ID"], row["FORECAST_STEP"], row["TARGET_PRED"]]),
    ).toEqual([
      ["U3", 1, 1],
      ["U3", 2, 2],
      ["U1", 1, 3],
      ["U1", 2, 4],
    ]);
  });

  it("writes no rows for no predictions, with all columns", () => {
    const none: PredictionTable = {
      ...predictions("regression", regression()),
      entityRows: new Int32Array(0),
      anchorTimes: new Float64Array(0),
    };
    const table = predictionTableToTable(none, db);
    expect(table.numRows).toBe(0);
    expect(table.columns).toHaveLength(5);
  });
});

describe("scoredPredictionsToTable", () => {
  it("adds target, split, regime and seed of each run", () => {
    const labels = labelsOf(taskOf("regression"), [
      [2, 31, 7, "val"],
      [0, 31, 8, "test"],
    ]);
    const run = (seed: number, regime: "frozen" | "seed-time") => ({
      predictions: predictions("regression", regression(1, 2)),
      labels,
      regime,
      seed,
    });
    const table = scoredPredictionsToTable([run(0, "seed-time"), run(1, "frozen")], db);
    expect(table.toString()).toMatchInlineSnapshot(`
      "Table predictions: 4 rows x 9 columns
      USER_ID  TIMESTAMP   TARGET_PRED  LOWER  UPPER  TARGET  SPLIT  REGIME     SEED
      -------  ----------  -----------  -----  -----  ------  -----  ---------  ----
      U3       1970-02-01            1      0   null       7  val    seed-time     0
      U1       1970-02-01            2      1   null       8  test   seed-time     0
      U3       1970-02-01            1      0   null       7  val    frozen        1
      U1       1970-02-01            2      1   null       8  test   frozen        1"
    `);
  });

  it("repeats the true class beside each class", () => {
    const classes = ["a", "b"];
    const labels = labelsOf(
      taskOf("multiclass_classification"),
      [
        [2, 31, 1, "val"],
        [0, 31, 0, "val"],
      ],
      classes,
    );
    const values = {
      kind: "multiclass",
      classes,
      scores: Float64Array.of(0.9, 0.1, 0.2, 0.8),
    } as const;
    const table = scoredPredictionsToTable(
      [
        {
          predictions: predictions("multiclass_classification", values),
          labels,
          regime: "frozen",
          seed: 0,
        },
      ],
      db,
    );
    expect(table.toRecords().map((row) => [row["CLASS"], row["TARGET"]])).toEqual([
      ["a", "b"],
      ["b", "b"],
      ["b", "a"],
      ["a", "a"],
    ]);
  });
});

describe("concatPredictions", () => {
  it("joins rankings by shifting their offsets", () => {
    const values = {
      kind: "ranking",
      items: ["I1"],
      offsets: Int32Array.of(0, 1, 1),
      codes: Int32Array.of(0),
      scores: Float64Array.of(1),
    } as const;
    const table = predictions("multilabel_ranking", values);
    const joined = concatPredictions([table, table]);
    expect(joined.values).toMatchObject({ offsets: Int32Array.of(0, 1, 1, 2, 2) });
    expect(joined.entityRows).toEqual(Int32Array.of(2, 0, 2, 0));
  });

  it("refuses to join different kinds", () => {
    expect(() =>
      concatPredictions([
        predictions("regression", regression(1, 2)),
        predictions("regression", { kind: "binary", probability: Float64Array.of(0, 1) }),
      ]),
    ).toThrow(expect.objectContaining({ code: "INT001" }));
  });
});

describe("summarizePredictions", () => {
  it("prints rows, anchors and the spread", () => {
    expect(
      summarizePredictions(predictions("regression", regression(1, 2))),
    ).toMatchInlineSnapshot(`
      "PredictionTable regression: SUM(SESSIONS.MINUTES) per USERS
      rows  anchors  from … to                lowest  median  highest
      ----  -------  -----------------------  ------  ------  -------
         2        1  1970-02-01 … 1970-02-01       1       1        2"
    `);
  });
});
