import { describe, expect, it } from "vitest";
import { generateSaasDatabase } from "../../src/generate/database.js";
import { reportModel } from "../../src/model-report.js";
import { Predictor } from "../../src/predictor.js";
import { modelPage } from "../../src/report/model-page.js";
import { modelText } from "../../src/report/model-text.js";
import { at } from "../support/shop.js";

const TIMES = { val: at("2025-03-02"), test: at("2025-04-02") };
const MODEL = { experts: ["linear"], times: TIMES, quantiles: false } as const;

describe("the report of a model", () => {
  it("tells the scores that the model has, with reasons that add up", async () => {
    const db = await generateSaasDatabase({ users: 120, seed: 5 });
    const query = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
    const predictor = await Predictor.fit(db, query, MODEL);
    const report = await reportModel(db, predictor, { times: TIMES, explained: 30 });
    const judged = await predictor.evaluate({ times: TIMES });
    const [own, ...others] = report.scores;
    expect(own).toEqual({ name: "relgraph", ...judged.model });
    expect(others.map(({ name }) => name)).toEqual(Object.keys(judged.baselines));
    const test = report.parts.find(({ name }) => name === "test")!;
    expect(test.rows).toBe(judged.rows.test);
    expect(report.calibration.reduce((sum, { rows }) => sum + rows, 0)).toBe(test.rows);
    expect(report.coverage).toMatchObject({ level: 0.8, rows: test.rows });
    expect(report.reasons.rows).toBe(30);
    const shares = report.reasons.families.reduce((sum, { share }) => sum + share, 0);
    expect(shares + report.reasons.other).toBeCloseTo(1, 9);
    expect(report.examples.map(({ title }) => title)).toEqual([
      "highest prediction",
      "lowest prediction",
      "middle prediction",
    ]);
    const [high, low] = report.examples.map(({ explanation }) => explanation.prediction);
    expect(high!).toBeGreaterThan(low!);
    const again = await reportModel(db, predictor, { times: TIMES, explained: 30 });
    expect(modelPage(again)).toBe(modelPage(report));
    expect(modelText(report)).toContain(report.words);
    predictor.dispose();
  }, 60_000);

  it("reports on conditions and on classes", async () => {
    const db = await generateSaasDatabase({ users: 120, seed: 5 });
    for (const query of [
      "PREDICT COUNT(SESSIONS.*, 0, 30, days) > 3 FOR EACH USERS.USER_ID",
      "PREDICT LAST(SESSIONS.DEVICE, 0, 30, days) FOR EACH USERS.USER_ID",
    ]) {
      const predictor = await Predictor.fit(db, query, MODEL);
      const report = await reportModel(db, predictor, { times: TIMES, explained: 5 });
      expect(report.unit).toBeNull();
      expect(report.coverage).toBeNull();
      expect(report.calibration.length > 1).toBe(report.taskType === "binary_classification");
      expect(report.reasons.families.length).toBeGreaterThan(0);
      expect(modelPage(report)).toContain("</html>");
      predictor.dispose();
    }
  }, 60_000);
});
