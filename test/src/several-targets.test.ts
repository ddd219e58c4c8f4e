/** Queries with several targets through the front door. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate, formatEvaluation } from "../../src/evaluate.js";
import { type FitOptions, Predictor } from "../../src/predictor.js";
import { predictionTableToTable } from "../../src/task/result-tables.js";
import { day } from "../gnn/fixtures.js";
import { changeLater, helpdesk } from "../gnn/helpdesk.js";

const QUERY =
  "PREDICT COUNT(tickets.*, 0, 5, days) AS many, COUNT(tickets.*, 0, 10, days) > 0 AS any FOR EACH users.id";
const HOW: FitOptions = { experts: ["linear", "constant"], seed: 3 };
const desk = helpdesk(12, 2);
let folder = "";
let predictor: Predictor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "targets-"));
  predictor = await Predictor.fit(desk, QUERY, HOW);
});
afterAll(async () => {
  predictor.dispose();
  await rm(folder, { recursive: true });
});

describe("several targets", () => {
  it("are predicted in one table, each as if it alone were asked for at the same time", async () => {
    const anchor = day(40);
    const found = await predictor.predict({ anchor });
    expect(predictor.targets).toEqual(["many", "any"]);
    expect(found.targets!.map(({ name, values }) => [name, values.kind])).toEqual([
      ["many", "regression"],
      ["any", "binary"],
    ]);
    expect(found.values).toBe(found.targets![0]!.values);
    const table = predictionTableToTable(found, desk);
    expect(table.columns.map(({ name }) => name)).toEqual([
      ...["id", "TIMESTAMP", "many_TARGET_PRED", "many_LOWER", "many_UPPER"],
      ...["any_TARGET_PRED", "any_TRUE_PROB"],
    ]);
    expect(table.numRows).toBe(found.entityRows.length);
    table.toRecords().forEach((row) => {
      expect(row["any_TARGET_PRED"]).toBe((row["any_TRUE_PROB"] as number) > 0.5);
    });
  });

  it("are explained by name", async () => {
    const { targets } = await predictor.predict({ anchor: day(40), entities: [1] });
    for (const { name, values } of targets!) {
      const why = await predictor.explain(1, { anchor: day(40), target: name, top: 3 });
      const said = values.kind === "regression" ? values.point[0]! : Number.NaN;
      const chance = values.kind === "binary" ? values.probability[0]! : said;
      expect(why.target).toBe(name);
      expect(why.prediction).toBeCloseTo(chance, 9);
    }
    await expect(predictor.explain(1, { target: "nay" })).rejects.toMatchObject({ code: "CFG154" });
  });

  it("predict the same from one folder", async () => {
    const to = join(folder, "model");
    await predictor.save(to);
    const loaded = await Predictor.load(to, desk);
    expect(await loaded.predict({ anchor: day(30) })).toEqual(
      await predictor.predict({ anchor: day(30) }),
    );
    expect(loaded.toString()).toBe(predictor.toString());
    expect(JSON.parse(await readFile(join(to, "model.json"), "utf8")).models).toHaveLength(2);
    loaded.dispose();
  });

  it("do not change with what comes after their anchor", async () => {
    const anchor = day(40);
    const changed = changeLater(desk, anchor, 5);
    expect(
      (await predictor.predict({ anchor, db: changed })).targets!.map(({ values }) => values),
    ).toEqual((await predictor.predict({ anchor })).targets!.map(({ values }) => values));
  });

  it("are evaluated each for itself, beside its own baselines", async () => {
    const mine = await predictor.evaluate();
    expect(Object.keys(mine.targets!)).toEqual(["many", "any"]);
    expect(mine.targets!["any"]!.baselines["majority"]).toBeDefined();
    const { evaluation, targets } = await evaluate(desk, QUERY, {
      ...HOW,
      seeds: 1,
      regimes: ["seed-time"],
      entityRow: false,
    });
    expect(evaluation.targets!.map(({ name, metric }) => [name, metric])).toEqual([
      ["many", "mae"],
      ["any", "roc_auc"],
    ]);
    expect(targets![1]!.predictions.length).toBe(2);
    evaluation.targets!.forEach(({ name, results }) => {
      expect(results[0]!.model.mean.test).toEqual(mine.targets![name]!.model.test);
    });
    expect(formatEvaluation(evaluation)).toContain("any: PREDICT");
  });

  it("learn in an instant, too", async () => {
    const instant = await Predictor.fit(desk, QUERY, { ...HOW, instant: true, anchor: day(40) });
    const { targets } = await instant.predict({ anchor: day(40) });
    expect(targets).toHaveLength(2);
    instant.dispose();
  });
});
