import { describe, expect, it } from "vitest";
import { Database } from "../../src/data/database.js";
import { judgeListBaselines } from "../../src/judge.js";
import { computeLabels } from "../../src/labels.js";
import { day, usersWithEvents } from "../gnn/fixtures.js";
import { planOf } from "../support/pql.js";

describe("the baselines of lists", () => {
  it("of a query are scored by RelBench's metrics", () => {
    // User u has the values u and u + 1 in turn, every day.
    const events = Array.from({ length: 200 }, (_, i) => {
      const user = i % 4;
      const at = Math.floor(i / 4);
      return [user, at, user + (at % 2)] as const;
    });
    const plain = usersWithEvents(4, events);
    const schema = {
      tables: plain.schema.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === "value" ? { ...column, stype: "categorical" as const } : column,
        ),
      })),
    };
    const db = new Database(plain.tables, schema);
    const plan = planOf(
      db,
      "PREDICT LIST_DISTINCT(events.value, 0, 4, days) RANK TOP 2 FOR EACH users.id",
    );
    const { labels } = computeLabels(db, plan, { val: day(30), test: day(40) });
    const scores = judgeListBaselines(labels, labels.anchorTimes);
    expect(Object.keys(scores)).toEqual(["global-popularity", "past-visit", "recent-visit"]);
    expect(scores["past-visit"]!.test).toEqual({
      precision_at_k: 1,
      recall_at_k: 1,
      map_at_k: 1,
    });
    expect(scores["global-popularity"]!.test.map_at_k).toBeLessThan(1);
  });
});
