import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate.js";
import { upTo } from "../../../src/explanation-checks/visible.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import { Predictor } from "../../../src/predictor.js";
import type { ForecastValues } from "../../../src/task/prediction-table.js";
import { predictionTableToTable } from "../../../src/task/result-tables.js";
import { at } from "../../support/shop.js";

const db = await generateSaasDatabase({ users: 120, seed: 4 });
const QUERY = "PREDICT COUNT(SESSIONS.*, 0, 15, days) FORECAST 3 TIMEFRAMES FOR EACH USERS.USER_ID";
const TIMES = { val: at("2025-02-15"), test: at("2025-04-15") };
const HOW = { experts: ["linear", "constant"], times: TIMES } as const;
const folder = mkdtempSync(join(tmpdir(), "relgraph-forecast-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a forecast", () => {
  it("has a number with an interval for each window, the same again from a folder", async () => {
    const predictor = await Predictor.fit(db, QUERY, HOW);
    const found = await predictor.predict({ entities: ["U3", "U5"] });
    const values = found.values as ForecastValues;
    expect(values.steps).toBe(3);
    expect(values.point.length).toBe(6);
    values.point.forEach((point, i) => {
      expect(values.lower![i]).toBeLessThanOrEqual(point);
      expect(values.upper![i]).toBeGreaterThanOrEqual(point);
    });
    const records = predictionTableToTable(found, db).toRecords();
    expect(records.map((row) => row["FORECAST_STEP"])).toEqual([1, 2, 3, 1, 2, 3]);
    await predictor.save(join(folder, "model"));
    const loaded = await Predictor.load(join(folder, "model"), db);
    expect((await loaded.predict({ entities: ["U3", "U5"] })).values).toEqual(values);
    const second = await predictor.explain("U3", { step: 2, top: 1000 });
    expect(second.of).toBe("window 2");
    expect(second.prediction).toBeCloseTo(values.point[1]!, 6);
    await expect(predictor.explain("U3", { step: 4 })).rejects.toMatchObject({ code: "CFG153" });
  }, 60_000);

  it("is judged on all windows beside the naive guesses", async () => {
    const { evaluation } = await evaluate(db, QUERY, {
      ...HOW,
      seeds: 1,
      regimes: ["seed-time"],
      entityRow: false,
    });
    const { model, baselines, experts } = evaluation.results[0]!;
    expect(Object.keys(experts)).toEqual(["linear", "constant"]);
    expect(model.mean.test.mae!).toBeLessThan(baselines["global-median"]!.test.mae!);
    for (const { val, test } of Object.values(baselines)) {
      expect(val.mae).toBeGreaterThan(0);
      expect(test.mae).toBeGreaterThan(0);
    }
  }, 60_000);

  it("does not change with what comes after its anchor", async () => {
    const predictor = await Predictor.fit(db, QUERY, HOW);
    const anchor = at("2025-03-01");
    const whole = await predictor.predict({ anchor });
    const cut = await predictor.predict({ anchor, db: upTo(db, anchor) });
    expect(cut.values).toEqual(whole.values);
  }, 60_000);
});
