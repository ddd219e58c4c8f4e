import { describe, expect, it } from "vitest";
import { bindQuery } from "../../pql/bind/bind.js";
import { planTrainingTables } from "../../pql/plan/plan.js";
import { parseQuery } from "../../pql/syntax/parse.js";
import { numberColumn, stringColumn, timestampColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { computeLabels, computeTargetLabels, type TimeOptions } from "../../src/labels.js";
import { predictionSeeds } from "../../src/prediction-seeds.js";
import { compileQuery, compileTargets } from "../../src/query.js";
import { namedLabelsToTable, trainingTableToTable } from "../../src/task/result-tables.js";
import { labelEnd } from "../../src/task/splits.js";
import { splitRows } from "../../src/task/training-table.js";
import { day, usersWithEvents } from "../gnn/fixtures.js";
import { databaseOf } from "../support/shop.js";

/** Two users: one with an event every day for 200 days, one with none. */
const daily = usersWithEvents(
  2,
  Array.from({ length: 201 }, (_, i) => [0, i, i % 3]),
);

function label(db: Database, query: string, times: TimeOptions = {}) {
  return computeLabels(db, compileQuery(db.schema, query).plan, times);
}

function daysOf(set: ReturnType<typeof label>, part: "train" | "val" | "test"): number[] {
  const times = [...splitRows(set.labels, part)].map((row) => set.labels.anchorTimes[row]!);
  return [...new Set(times)].map((time) => (time - day(0)) / (day(1) - day(0)));
}

describe("several targets", () => {
  const query =
    "PREDICT COUNT(events.*, 0, 10, days) AS short, AVG(events.value, 0, 30, days) AS `a b` FOR EACH users.id";

  it("share anchors that all their windows fit into, and the split", () => {
    const bound = bindQuery(parseQuery(query), daily.schema);
    const [short, long] = computeTargetLabels(daily, planTrainingTables(bound));
    expect(daysOf(short!, "test")).toEqual(daysOf(long!, "test"));
    expect(daysOf(short!, "test").at(-1)).toBe(170);
    for (const set of [short!, long!]) {
      expect(daysOf(set, "train").at(-1)! + 30).toBeLessThanOrEqual(daysOf(set, "val")[0]!);
    }
  });

  it("stand beside each other in one table, null where one has no label", () => {
    const { plans } = compileTargets(daily.schema, query);
    const sets = computeTargetLabels(daily, plans);
    const parts = sets.map(({ labels }, i) => ({ name: plans[i]!.name!, labels }));
    const rows = namedLabelsToTable(parts, daily).toRecords();
    expect(Object.keys(rows[0]!)).toEqual([
      "id",
      "TIMESTAMP",
      "short_TARGET",
      "a b_TARGET",
      "SPLIT",
    ]);
    const [busy, idle] = rows;
    expect(busy).toMatchObject({ short_TARGET: 10, "a b_TARGET": 1 });
    expect(idle).toMatchObject({ short_TARGET: 0, "a b_TARGET": null });
    expect(rows).toHaveLength(2 * new Set(rows.map((row) => String(row["TIMESTAMP"]))).size);
  });

  it("are refused where one is expected", () => {
    expect(() => compileQuery(daily.schema, query)).toThrow(
      expect.objectContaining({ code: "PQL328" }),
    );
  });
});

describe("forecasts and lists", () => {
  it("write a row per step", () => {
    const query = "PREDICT COUNT(events.*, 0, 10, days) FORECAST 3 TIMEFRAMES FOR EACH users.id";
    const set = label(daily, query);
    const rows = trainingTableToTable(set.labels, daily).toRecords();
    expect(rows.slice(0, 3).map((row) => [row["FORECAST_STEP"], row["TARGET"]])).toEqual([
      [1, 10],
      [2, 10],
      [3, 10],
    ]);
    expect(daysOf(set, "test").at(-1)).toBe(170);
    expect(daysOf(set, "train").at(-1)! + 30).toBeLessThanOrEqual(daysOf(set, "val")[0]!);
  });

  it("test links on the last timeframe and validate on the one before", () => {
    const items = databaseOf({
      users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      items: { columns: [numberColumn("id", [7, 8])], primaryKey: "id" },
      orders: {
        columns: [
          numberColumn("user_id", new Float64Array(200).fill(1)),
          numberColumn(
            "item_id",
            Float64Array.from({ length: 200 }, (_, i) => 7 + (i % 2)),
          ),
          timestampColumn(
            "at",
            Float64Array.from({ length: 200 }, (_, i) => day(i)),
          ),
        ],
        timeColumn: "at",
        foreignKeys: { user_id: "users", item_id: "items" },
      },
    });
    const query = "PREDICT LIST_DISTINCT(orders.item_id, 0, 9, days) RANK TOP 2 FOR EACH users.id";
    const set = label(items, query);
    expect(daysOf(set, "test")).toEqual([190]);
    expect(daysOf(set, "val")).toEqual([181]);
    expect(daysOf(set, "train").at(-1)).toBe(172);
    expect(set.labels.task).toMatchObject({ itemTable: "items", top: 2 });
    expect(trainingTableToTable(set.labels, items).toRecords()[0]).toMatchObject({
      TARGET: ["7", "8"],
    });
  });
});

describe("a query asked AT a time", () => {
  const query = "PREDICT COUNT(events.*, 0, 10, days) FOR EACH users.id AT 2024-04-01";

  it("learns from windows that were over by then, and predicts at it", () => {
    const { plan } = compileQuery(daily.schema, query);
    const { labels } = computeLabels(daily, plan);
    const last = labels.anchorTimes.reduce((a, b) => Math.max(a, b));
    expect(labelEnd(last, plan.labelWindows)).toBeLessThanOrEqual(plan.at!);
    const seeds = predictionSeeds(daily, plan, {});
    expect(new Set(seeds.anchorTimes)).toEqual(new Set([Date.UTC(2024, 3, 1)]));
  });

  it("takes its time from a parameter", () => {
    const asked = query.replace("2024-04-01", ":when").replace("10", ":days");
    const params = { when: "2024-04-01", days: "10" };
    const { plan, bound } = compileQuery(daily.schema, asked, { params });
    expect(plan.at).toBe(Date.UTC(2024, 3, 1));
    expect(bound.query.targets[0]!.value).toMatchObject({ window: { start: 0, end: 10 } });
  });
});

describe("parameters", () => {
  it("print as the type of their place, so that the canonical query stands alone", () => {
    const query =
      "PREDICT COUNT(events.* WHERE events.value IN :values AND events.at > :since, 0, 10, days) FOR users.id = :id";
    const params = { values: ["1", "2.5"], since: "2024-01-05", id: "2" };
    const { plan, bound } = compileQuery(daily.schema, query, { params });
    expect(plan.query).toBe(
      "PREDICT COUNT(events.* WHERE (events.value IN (1, 2.5)) AND (events.at > 2024-01-05), 0, 10, days) FOR users.id = 2",
    );
    expect(bound.entity.ids).toEqual([[2]]);
    expect(compileQuery(daily.schema, plan.query).plan.query).toBe(plan.query);
  });
});

describe("steps shorter than the window", () => {
  it("keep label windows closed under RelBench's protocol", () => {
    const query = "PREDICT COUNT(events.*, 0, 30, days) FOR EACH users.id";
    const step = { count: 7, unit: "days" } as const;
    const set = label(daily, query, { val: day(100), test: day(150), step, evalAnchors: 4 });
    expect(daysOf(set, "train").at(-1)).toBeLessThanOrEqual(70);
    expect(daysOf(set, "val").every((at) => at + 30 <= 150)).toBe(true);
    expect(daysOf(set, "test").every((at) => at + 30 <= 200)).toBe(true);
  });
});

describe("a column SPLIT of a static table", () => {
  const rows = 12;
  const table = (split: readonly (number | null)[] | readonly string[]) =>
    databaseOf({
      things: {
        columns: [
          numberColumn(
            "id",
            Float64Array.from({ length: rows }, (_, i) => i),
          ),
          numberColumn(
            "size",
            Float64Array.from({ length: rows }, (_, i) => i * i),
          ),
          typeof split[0] === "string"
            ? stringColumn("split", split as string[])
            : numberColumn("split", split as number[]),
        ],
        primaryKey: "id",
      },
    });
  const query = "PREDICT things.size FOR EACH things.id";

  it.each([
    ["numbers", Array.from({ length: rows }, (_, i) => i % 3)],
    ["words", Array.from({ length: rows }, (_, i) => ["train", "val", "test"][i % 3]!)],
  ])("is taken as it is (%s), and hidden from models", (_, split) => {
    const db = table(split);
    const { labels } = label(db, query);
    expect([...labels.split!]).toEqual(Array.from({ length: rows }, (_, i) => i % 3));
    expect(labels.task.hiddenColumns).toContainEqual({ table: "things", column: "split" });
  });

  it("is passed over where it holds anything else", () => {
    const { labels } = label(table(Array.from({ length: rows }, (_, i) => i)), query);
    expect(labels.split!.filter((code) => code === 0)).toHaveLength(9);
  });
});
