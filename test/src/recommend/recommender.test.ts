import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { numberColumn } from "../../../src/data/column.js";
import { evaluate } from "../../../src/evaluate.js";
import { Predictor } from "../../../src/predictor.js";
import type { RankingValues } from "../../../src/task/prediction-table.js";
import { predictionTableToTable } from "../../../src/task/result-tables.js";
import { databaseOf } from "../../support/shop.js";
import { DAY, type Order, productShop, QUERY, START } from "./products.js";

/** Everyone buys an own product every ten days, and once in a while any other. */
function rhythm(users: number, days: number): Order[] {
  const rng = createRng(3);
  const orders: Order[] = [];
  for (let user = 1; user <= users; user++) {
    for (let day = user % 10; day < days; day += 10) orders.push([user, 1 + (user % 6), day]);
    for (let k = 0; k < days / 20; k++) orders.push([user, 1 + rng.int(6), rng.int(days)]);
  }
  return orders;
}

function best(values: RankingValues, row: number): string {
  return values.items[values.codes[values.offsets[row]!]!]!;
}

const folder = mkdtempSync(join(tmpdir(), "relgraph-recommender-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a recommender", () => {
  const db = productShop(rhythm(60, 200), { users: 60 });

  it("finds what each one comes back for, better than what is popular", async () => {
    const { evaluation } = await evaluate(db, QUERY, { seeds: 1, regimes: ["seed-time"] });
    const { model, baselines, experts } = evaluation.results[0]!;
    expect(evaluation.metric).toBe("map_at_k");
    expect(Object.keys(experts)).toEqual(["recommender"]);
    expect(model.mean.test.map_at_k!).toBeGreaterThan(0.8);
    expect(model.mean.test.map_at_k!).toBeGreaterThan(
      baselines["global-popularity"]!.test.map_at_k! + 0.2,
    );
  }, 60_000);

  it("predicts, explains and is kept, each the same again", async () => {
    const predictor = await Predictor.fit(db, QUERY, { seed: 4 });
    const table = await predictor.predict({ entities: [7, 3] });
    const values = table.values as RankingValues;
    expect([best(values, 0), best(values, 1)]).toEqual(["2", "4"]);
    const records = predictionTableToTable(table, db).toRecords();
    expect(records.map((row) => row["RANK"])).toEqual([1, 2, 3, 1, 2, 3]);
    expect(Object.keys(records[0]!)).toEqual(["id", "TIMESTAMP", "RANK", "CLASS", "SCORE"]);
    const why = await predictor.explain(7, { top: 50 });
    expect(why.of).toBe("2");
    const sum = why.contributions.reduce((total, c) => total + c.contribution, why.baseline);
    expect(sum + why.other.contribution).toBeCloseTo(why.prediction, 9);
    expect(why.prediction).toBeCloseTo(values.scores[0]!, 9);
    const other = await predictor.explain(7, { item: "5" });
    expect(other.prediction).toBeLessThan(why.prediction);
    await expect(predictor.explain(7, { item: "77" })).rejects.toMatchObject({ code: "CFG153" });
    await predictor.save(join(folder, "model"));
    const loaded = await Predictor.load(join(folder, "model"), db);
    expect((await loaded.predict({ entities: [7, 3] })).values).toEqual(values);
    const again = await Predictor.fit(db, QUERY, { seed: 4 });
    expect((await again.predict({ entities: [7, 3] })).values).toEqual(values);
  }, 60_000);

  it("does not change an answer by what comes after it", async () => {
    const predictor = await Predictor.fit(db, QUERY, {});
    const anchor = START + 150 * DAY;
    const cut = productShop(
      rhythm(60, 200).filter(([, , day]) => day <= 150),
      { users: 60 },
    );
    const names = ({ items, codes, scores }: RankingValues) =>
      Array.from(codes, (code, i) => `${items[code]} ${scores[i]}`);
    const whole = await predictor.predict({ anchor });
    const part = await predictor.predict({ anchor, db: cut });
    expect(names(part.values as RankingValues)).toEqual(names(whole.values as RankingValues));
  }, 60_000);

  it("recommends to users without a past, and items that nobody had yet", async () => {
    const shop = productShop(rhythm(60, 200), { users: 61, products: 7, newProductDay: 195 });
    const predictor = await Predictor.fit(shop, QUERY, {});
    const { values } = await predictor.predict({ entities: [61], anchor: START + 199 * DAY });
    const { codes, items } = values as RankingValues;
    expect(codes.length).toBe(3);
    const why = await predictor.explain(61, { item: "7", anchor: START + 199 * DAY });
    expect(why.of).toBe("7");
    expect(items).toContain("7");
    // It is not listed before its day.
    await expect(
      predictor.explain(61, { item: "7", anchor: START + 190 * DAY }),
    ).rejects.toMatchObject({ code: "CFG153" });
  }, 60_000);

  it("answers with one product, and says where there is nothing to learn", async () => {
    const one = productShop(
      Array.from({ length: 60 }, (_, i): Order => [1 + (i % 4), 1, i]),
      { products: 1 },
    );
    const predictor = await Predictor.fit(one, QUERY, {});
    const { values } = await predictor.predict({ entities: [1, 2] });
    expect((values as RankingValues).codes.length).toBe(2);
    const empty = await Predictor.fit(productShop([[1, 1, 5]]), QUERY, {});
    expect(empty.warnings.join()).toMatch(/nothing to learn|too few/);
  }, 60_000);

  it("predicts links without times, each entity's own ones hidden", async () => {
    const links: [number, number][] = [];
    for (let user = 1; user <= 80; user++) {
      for (let product = 1; product <= 6; product++) {
        if (product <= 2 || (user * product) % 7 === 0) links.push([user, product]);
      }
    }
    const ids = Array.from({ length: 80 }, (_, i) => i + 1);
    const still = databaseOf({
      users: { columns: [numberColumn("id", ids)], primaryKey: "id" },
      products: { columns: [numberColumn("id", [1, 2, 3, 4, 5, 6])], primaryKey: "id" },
      owns: {
        columns: [
          numberColumn(
            "user_id",
            links.map(([user]) => user),
          ),
          numberColumn(
            "product_id",
            links.map(([, product]) => product),
          ),
        ],
        foreignKeys: { user_id: "users", product_id: "products" },
      },
    });
    const query = "PREDICT LIST_DISTINCT(owns.product_id) RANK TOP 2 FOR EACH users.id";
    const predictor = await Predictor.fit(still, query, {});
    const { values } = await predictor.predict({ entities: [1, 50] });
    const { codes, items } = values as RankingValues;
    // Everyone has 1 and 2: what is popular among the others is recommended, not what one has oneself.
    expect(new Set(Array.from(codes, (code) => items[code]))).toEqual(new Set(["1", "2"]));
  }, 60_000);
});
