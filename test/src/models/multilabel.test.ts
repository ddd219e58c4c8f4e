import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate.js";
import { Predictor } from "../../../src/predictor.js";
import type { ClassValues } from "../../../src/task/prediction-table.js";
import { predictionTableToTable } from "../../../src/task/result-tables.js";
import { type Order, productShop } from "../recommend/products.js";

const ITEMS = "PREDICT LIST_DISTINCT(orders.product_id, 0, 10, days) CLASSIFY FOR EACH users.id";

/** Even users buy products 2 and 4 every week, odd users 1; product 3 comes and goes for everyone. */
function habits(users: number, days: number): Order[] {
  const orders: Order[] = [];
  for (let user = 1; user <= users; user++) {
    for (let day = user % 7; day < days; day += 7) {
      if (user % 2 === 0) orders.push([user, 2, day], [user, 4, day]);
      else orders.push([user, 1, day]);
      if (Math.floor(day / 20) % 2 === 0) orders.push([user, 3, day]);
    }
  }
  return orders;
}

const folder = mkdtempSync(join(tmpdir(), "relgraph-multilabel-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("classes of which any number may come true", () => {
  const db = productShop(habits(40, 180), { users: 41 });

  it("have chances that follow each one's habits", async () => {
    const predictor = await Predictor.fit(db, ITEMS, { seed: 2 });
    const { values } = await predictor.predict({ entities: [6, 7] });
    const { classes, scores } = values as ClassValues;
    const chance = (row: number, name: string): number =>
      scores[row * classes.length + classes.indexOf(name)]!;
    expect(chance(0, "2")).toBeGreaterThan(0.9);
    expect(chance(0, "4")).toBeGreaterThan(0.9);
    expect(chance(0, "1")).toBeLessThan(0.1);
    expect(chance(1, "1")).toBeGreaterThan(0.9);
    expect(chance(1, "2")).toBeLessThan(0.1);
    const why = await predictor.explain(6, { class: "2", top: 100 });
    expect(why.of).toBe("2");
    const sum = why.contributions.reduce((total, c) => total + c.contribution, why.baseline);
    expect(sum + why.other.contribution).toBeCloseTo(why.prediction, 9);
    expect(why.prediction).toBeCloseTo(chance(0, "2"), 9);
    await expect(predictor.explain(6, { class: "9" })).rejects.toMatchObject({ code: "CFG155" });
    await predictor.save(join(folder, "model"));
    const loaded = await Predictor.load(join(folder, "model"), db);
    expect((await loaded.predict({ entities: [6, 7] })).values).toEqual(values);
    const table = predictionTableToTable(await predictor.predict({ entities: [6] }), db);
    expect(Object.keys(table.toRecords()[0]!)).toEqual([
      "id",
      "TIMESTAMP",
      "CLASS",
      "SCORE",
      "PREDICTED",
    ]);
  }, 60_000);

  it("are judged by RelBench's metrics beside shares of before", async () => {
    const { evaluation } = await evaluate(db, ITEMS, { seeds: 1, regimes: ["seed-time"] });
    const { model, baselines } = evaluation.results[0]!;
    expect(Object.keys(baselines)).toEqual(["prior", "entity-prior"]);
    expect(evaluation.metric).toBe("macro_average_precision");
    expect(model.mean.test.macro_average_precision!).toBeGreaterThan(
      baselines["prior"]!.test.macro_average_precision! + 0.1,
    );
  }, 60_000);
});
