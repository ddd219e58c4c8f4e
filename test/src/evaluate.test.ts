import { beforeAll, describe, expect, it } from "vitest";
import { Table } from "../../src/data/table.js";
import {
  type EvaluateOptions,
  evaluate,
  evaluationPage,
  formatEvaluation,
  type RegimeResult,
} from "../../src/evaluate.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day, usersWithEvents } from "../gnn/fixtures.js";
import { helpdesk } from "../gnn/helpdesk.js";

beforeAll(async () => {
  await initBackend({});
});

const desk = helpdesk(14, 6);
const COUNT = "PREDICT COUNT(tickets.*, 0, 3, days) FOR EACH users.id";
const TINY: EvaluateOptions = {
  experts: ["gnn"],
  model: { channels: 8 },
  epochs: 2,
  seeds: 2,
  seed: 4,
};
const TIMES = { val: day(24), test: day(30), evalAnchors: 2 };

describe("evaluate", () => {
  it("refuses to judge no run at all", async () => {
    for (const seeds of [0, 1.5, -1]) {
      const error = expect.objectContaining({ code: "CFG161" });
      await expect(evaluate(desk, COUNT, { ...TINY, seeds })).rejects.toEqual(error);
    }
  });

  it("reports both regimes side by side, with seeds and baselines, as documented", async () => {
    let now = 0;
    const { evaluation, predictions } = await evaluate(desk, COUNT, {
      ...TINY,
      experts: ["gnn", "constant"],
      times: TIMES,
      clock: () => (now += 500),
    });
    const json = JSON.parse(JSON.stringify(evaluation));
    expect(json).toMatchObject({ query: COUNT, taskType: "regression", metric: "mae" });
    expect(json.results.map(({ regime }: { regime: string }) => regime)).toEqual([
      "seed-time",
      "frozen",
    ]);
    for (const result of json.results) {
      expect(result.rows.train).toBeGreaterThan(30);
      expect(result.rows.val).toBeGreaterThan(10);
      expect(result.rows.test).toBeGreaterThan(10);
      for (const part of ["val", "test"]) {
        for (const metric of ["mae", "rmse", "r2"]) {
          expect(result.model.mean[part][metric]).toEqual(expect.any(Number));
          const seeds = result.model.seeds.map((seed: never) => seed[part][metric]);
          const mean = (seeds[0] + seeds[1]) / 2;
          expect(result.model.mean[part][metric]).toBeCloseTo(mean, 9);
          const deviation = Math.abs(seeds[0] - seeds[1]) / Math.SQRT2;
          expect(result.model.std[part][metric]).toBeCloseTo(deviation, 9);
        }
      }
      expect(result.model.seeds.map(({ seed }: { seed: number }) => seed)).toEqual([4, 5]);
      for (const { seconds } of result.model.seeds) expect(seconds).toBeGreaterThan(0);
      expect(Object.keys(result.experts).sort()).toEqual(["constant", "gnn"]);
      for (const expert of Object.values<{ mean: { test: { mae: number } } }>(result.experts)) {
        expect(expert.mean.test.mae).toEqual(expect.any(Number));
      }
      expect(Object.keys(result.baselines)).toEqual(
        expect.arrayContaining([
          "global-mean",
          "global-median",
          "entity-mean",
          "entity-median",
          "recent-mean",
          "entity-row-trees",
        ]),
      );
      for (const baseline of Object.values<{ test: { mae: number } }>(result.baselines)) {
        expect(baseline.test.mae).toEqual(expect.any(Number));
      }
    }
    for (const { model, comparisons, baselines, coverage, rows } of evaluation.results) {
      const { test, resamples, level } = model.interval;
      expect([level, resamples.test]).toEqual([0.95, 1000]);
      expect(test.mae!.low).toBeLessThanOrEqual(model.mean.test.mae!);
      expect(test.mae!.high).toBeGreaterThanOrEqual(model.mean.test.mae!);
      expect(comparisons.map(({ kind }) => kind)).toEqual(["baseline", "expert", "expert"]);
      const [first] = comparisons;
      expect(first).toMatchObject({ kind: "baseline", metric: "mae", resamples: 1000 });
      expect(coverage).toMatchObject({ level: 0.8, rows: 2 * rows.test });
      expect(coverage!.inside).toBeGreaterThan(0.3);
      const other = baselines[first!.to]!.test.mae!;
      expect(first!.difference).toBeCloseTo(model.mean.test.mae! - other, 9);
    }
    const [fresh, frozen] = json.results;
    expect(frozen.rows).toEqual(fresh.rows);
    expect(frozen.model.mean.test).not.toEqual(fresh.model.mean.test);
    expect(frozen.baselines["global-mean"]).toEqual(fresh.baselines["global-mean"]);
    // Two regimes, two seeds, validation and test.
    expect(predictions).toHaveLength(8);
    expect(new Set(predictions.map(({ regime, seed }) => `${regime} ${seed}`)).size).toBe(4);
    for (const { predictions: table, labels } of predictions) {
      expect(table.entityRows).toEqual(labels.entityRows);
      expect(table.anchorTimes).toEqual(labels.anchorTimes);
      expect(table.values).toMatchObject({ kind: "regression", lower: expect.any(Float64Array) });
    }
    const text = formatEvaluation(evaluation);
    expect(text).toContain("seed-time: ");
    expect(text).toContain("frozen: ");
    expect(text).toContain("graph network");
    expect(text).toContain("mae (lower is better)");
    expect(text).toContain("80 % intervals hold");
    expect(text).toMatch(/mae against [a-z-]+: [+-]?[\d.]+ \(/);
  });

  it("repeats with the same seed, and says which regime alone was asked for", async () => {
    const options: EvaluateOptions = {
      ...TINY,
      seeds: 1,
      times: TIMES,
      regimes: ["frozen"],
      entityRow: false,
    };
    const one = await evaluate(desk, COUNT, options);
    const two = await evaluate(desk, COUNT, options);
    expect(two).toEqual(one);
    expect(one.evaluation.results.map(({ regime }) => regime)).toEqual(["frozen"]);
    const [result] = one.evaluation.results;
    expect(result!.baselines["entity-row-trees"]).toBeUndefined();
    expect(result!.experts.gnn).toEqual(result!.model);
    expect(result!.model.seeds[0]!.seconds).toBeNull();
    expect(result!.model.std.test.mae).toBeNull();
  });

  it("of yes or no and of classes has their metrics", async () => {
    const options = { ...TINY, seeds: 1, times: TIMES, entityRow: false };
    const yes = await evaluate(
      desk,
      "PREDICT COUNT(tickets.*, 0, 3, days) > 0 FOR EACH users.id",
      options,
    );
    expect(yes.evaluation).toMatchObject({ taskType: "binary_classification", metric: "roc_auc" });
    const auc = yes.evaluation.results[0]!.model.mean.test.roc_auc!;
    expect(auc).toBeGreaterThanOrEqual(0);
    expect(auc).toBeLessThanOrEqual(1);
    const { calibration, rows } = yes.evaluation.results[0]!;
    expect(calibration!.rows).toBe(rows.test);
    expect(calibration!.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.test);
    expect(formatEvaluation(yes.evaluation)).toContain("probabilities are off by");
    const kinds = await evaluate(
      desk,
      "PREDICT LAST(tickets.priority, 0, 3, days) FOR EACH users.id",
      options,
    );
    expect(kinds.evaluation.metric).toBe("accuracy");
    expect(Object.keys(kinds.evaluation.results[0]!.baselines)).toEqual(
      expect.arrayContaining(["prior", "majority"]),
    );
  });

  it("gives the one result of both regimes where no row sees less than its anchor", async () => {
    const { evaluation, predictions } = await evaluate(desk, COUNT, {
      ...TINY,
      seeds: 1,
      times: { ...TIMES, evalAnchors: 1 },
      entityRow: false,
    });
    const [fresh, frozen] = evaluation.results;
    expect(frozen!.model).toEqual(fresh!.model);
    expect(predictions.map(({ regime }) => regime)).toEqual([
      "seed-time",
      "seed-time",
      "frozen",
      "frozen",
    ]);
  });

  it("needs test rows", async () => {
    const few = usersWithEvents(2, [
      [0, 1, 1],
      [1, 5, 1],
    ]);
    const query = "PREDICT COUNT(events.*, 0, 30, days) FOR EACH users.id";
    await expect(evaluate(few, query, TINY)).rejects.toEqual(
      expect.objectContaining({
        code: "CFG160",
        message: "an evaluation needs test rows, found 0 training, 0 validation and 0 test rows",
      }),
    );
    await expect(evaluate(desk, COUNT, { ...TINY, times: { anchors: [day(5)] } })).rejects.toEqual(
      expect.objectContaining({ code: "CFG160" }),
    );
  });

  it("can be cancelled", async () => {
    await expect(
      evaluate(desk, COUNT, { ...TINY, times: TIMES, signal: AbortSignal.abort() }),
    ).rejects.toEqual(expect.objectContaining({ code: "CFG900" }));
  });
});

describe("evaluate in folds", () => {
  it("lets each row of a static target test once, and reports the spread over folds", async () => {
    const many = helpdesk(60, 3);
    const { evaluation, predictions } = await evaluate(
      many,
      "PREDICT users.age FOR EACH users.id",
      { ...TINY, times: { folds: 3 }, epochs: 1, entityRow: false },
    );
    expect(evaluation.folds).toBe(3);
    const [result, second] = evaluation.results;
    expect(second).toBeUndefined();
    expect(result!.model.seeds.map(({ seed, fold }) => [seed, fold])).toEqual([
      [4, 1],
      [4, 2],
      [4, 3],
    ]);
    const scores = result!.model.seeds.map(({ test }) => test.mae!);
    expect(result!.model.mean.test.mae).toBeCloseTo((scores[0]! + scores[1]! + scores[2]!) / 3, 9);
    const tested = predictions.flatMap(({ labels }) => [...labels.entityRows]);
    expect(tested.length).toBeGreaterThan(40);
    expect(new Set(tested).size).toBe(tested.length);
    expect(predictions.map(({ fold }) => fold)).toEqual([1, 2, 3]);
    expect(formatEvaluation(evaluation)).toContain("3 folds");
  });

  it("takes the user's own training table", async () => {
    const table = Table.fromRecords(
      "mine",
      Array.from({ length: 60 }, (_, i) => ({ id: i, TARGET: i % 2 === 0 ? "even" : "odd" })),
    );
    const { evaluation } = await evaluate(helpdesk(60, 3), "PREDICT TARGET FOR EACH users.id", {
      ...TINY,
      times: { table, folds: 2 },
      epochs: 1,
      entityRow: false,
    });
    expect(evaluation).toMatchObject({
      query: "PREDICT TARGET FOR EACH users.id",
      taskType: "multiclass_classification",
      folds: 2,
    });
    expect(Object.keys(evaluation.results[0]!.baselines)).toEqual(["prior", "majority", "random"]);
  });
});

describe("the learning curve of an evaluation", () => {
  it("has scores for growing parts of the training rows, the whole being the model itself", async () => {
    const { evaluation } = await evaluate(helpdesk(20, 6), COUNT, {
      ...TINY,
      seeds: 1,
      epochs: 1,
      times: TIMES,
      regimes: ["seed-time"],
      entityRow: false,
      checks: "none",
      learningCurve: true,
    });
    const [{ learningCurve, training, model, rows }] = evaluation.results as [RegimeResult];
    expect(learningCurve!.by).toBe("newest anchors");
    const sizes = learningCurve!.points.map((point) => point.rows);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.at(-1)).toBe(rows.train);
    expect(learningCurve!.points.at(-1)!.test).toEqual(model.mean.test);
    expect(training!.some(({ stage, points }) => stage === "train" && points.length === 1)).toBe(
      true,
    );
    const page = evaluationPage(evaluation);
    expect(page).toContain("Scores against the number of training rows");
    expect(page).toContain("Training of the network");
    expect(page).not.toContain("NaN");
  });
});
