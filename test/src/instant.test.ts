/** Instant mode: what it learns from, and what it must not see. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRng } from "../../src/core/random.js";
import { numberColumn, stringColumn } from "../../src/data/column.js";
import { Predictor } from "../../src/predictor.js";
import { day } from "../gnn/fixtures.js";
import { changeLater, deleteLater, helpdesk, LAST_DAY } from "../gnn/helpdesk.js";
import { databaseOf } from "../support/shop.js";
import { numbers } from "./predicted-numbers.js";

const COUNT = "PREDICT COUNT(tickets.*, 0, 2, days) FOR EACH users.id";
const desk = helpdesk(12, 2);

describe("instant mode", () => {
  it("predicts every eligible entity with intervals and reasons, without a training run", async () => {
    const stages = new Set<string>();
    const predictor = await Predictor.fit(desk, COUNT, {
      instant: true,
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(stages.has("train")).toBe(false);
    const table = await predictor.predict();
    const { values } = table;
    if (values.kind !== "regression") throw new Error("a count is a number");
    expect(values.point.length).toBeGreaterThan(0);
    for (let i = 0; i < values.point.length; i++) {
      expect(values.lower![i]!).toBeLessThanOrEqual(values.point[i]!);
      expect(values.upper![i]!).toBeGreaterThanOrEqual(values.point[i]!);
    }
    const why = await predictor.explain(table.entityRows[0]!);
    const told = why.contributions.reduce((sum, { contribution }) => sum + contribution, 0);
    expect(why.baseline + told + why.other.contribution).toBeCloseTo(why.prediction, 9);
    expect(why.prediction).toBeCloseTo(values.point[0]!, 9);
    expect(predictor.scores).toBeNull();
  });

  it("learns and predicts the same whatever comes later than the anchor, late cells included", async () => {
    const anchor = day(LAST_DAY - 8);
    for (const query of [
      COUNT,
      "PREDICT COUNT(tickets.*, 0, 3, days) > 0 FOR EACH users.id",
      "PREDICT SUM(tickets.hours, 0, 3, days) FOR EACH users.id",
      "PREDICT LAST(tickets.priority, 0, 3, days) FOR EACH users.id",
    ]) {
      const said = async (db: typeof desk): Promise<Float64Array> => {
        const predictor = await Predictor.fit(db, query, { instant: true, anchor });
        return numbers(await predictor.predict({ anchor, entities: [0, 1, 2, 3, 4] }));
      };
      const before = await said(desk);
      expect(await said(changeLater(desk, anchor, 4))).toEqual(before);
      expect(await said(deleteLater(desk, anchor))).toEqual(before);
    }
  });

  it("is kept in a folder like every model", async () => {
    const folder = await mkdtemp(join(tmpdir(), "instant-"));
    const predictor = await Predictor.fit(desk, COUNT, { instant: true });
    await predictor.save(join(folder, "model"));
    const loaded = await Predictor.load(join(folder, "model"), desk);
    expect(numbers(await loaded.predict())).toEqual(numbers(await predictor.predict()));
    await rm(folder, { recursive: true });
  });

  it("fills in a static target", async () => {
    const rng = createRng(5);
    const kinds = Array.from({ length: 200 }, () => (rng.int(2) === 0 ? "small" : "large"));
    const shops = databaseOf({
      shops: {
        columns: [
          numberColumn(
            "id",
            kinds.map((_, row) => row),
          ),
          numberColumn(
            "area",
            kinds.map((kind) => rng.int(50) + (kind === "large" ? 60 : 0)),
          ),
          stringColumn(
            "kind",
            kinds.map((kind, row) => (row % 4 === 0 ? null : kind)),
          ),
        ],
        primaryKey: "id",
      },
    });
    const predictor = await Predictor.fit(shops, "PREDICT shops.kind FOR EACH shops.id", {
      instant: true,
    });
    const { values, entityRows } = await predictor.predict();
    if (values.kind !== "multiclass") throw new Error("a kind is a class");
    expect(entityRows).toHaveLength(50);
    const large = values.classes.indexOf("large");
    entityRows.forEach((row, i) => {
      expect(values.scores[2 * i + large]! > 0.5).toBe(kinds[row] === "large");
    });
  });

  it("says where there is too little to learn from", async () => {
    const predictor = await Predictor.fit(desk, COUNT, { instant: true, anchor: day(1) });
    expect(predictor.warnings.at(-1)).toContain("too little history");
  });
});
