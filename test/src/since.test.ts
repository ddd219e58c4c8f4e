/** What a user is told where `since` cannot leave anybody out, or rows have no times. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isValid, numberColumn } from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import { type FitOptions, Predictor } from "../../src/predictor.js";
import type { PredictionTable } from "../../src/task/prediction-table.js";
import { ANCHOR, DESK, dayOf, firstState, SHOP, SINCE } from "../support/growth.js";
import { databaseOf, times } from "../support/shop.js";
import { refusal } from "./data/io/folder.js";

const TINY: FitOptions = { experts: ["linear"], seed: 3, threads: 1 };
const desk = firstState(DESK, 11, 3);
const shop = firstState(SHOP, 11, 3);
const anchor = ANCHOR;
let predictor: Predictor;
beforeAll(async () => {
  const query = "PREDICT COUNT(tickets.* VIA user, 0, 5, days) FOR EACH users.id";
  predictor = await Predictor.fit(desk, query, TINY);
});
afterAll(() => predictor.dispose());

function said({ entityRows, warnings = [] }: PredictionTable): readonly unknown[] {
  return [entityRows.length, ...warnings];
}

describe("a prediction since a time", () => {
  it("has no rows where nothing happened, and those of one who was added or asked for", async () => {
    const quiet = { anchor, since: dayOf(65), db: withoutLater(desk, dayOf(65)) };
    expect(said(await predictor.predict(quiet))).toEqual([0]);
    const joined = quiet.db.append("users", [{ id: 7000, joined: new Date(dayOf(66)) }]);
    const one = await predictor.predict({ ...quiet, db: joined });
    expect([...one.entityRows]).toEqual([joined.table("users").numRows - 1]);
    const asked = {
      ...quiet,
      db: joined,
      entities: [Number(joined.table("users").toRecords()[0]!["id"]), 7000],
    };
    expect([...(await predictor.predict(asked)).entityRows]).toEqual([...one.entityRows]);
  });

  it("predicts all where the data begin later, and says so", async () => {
    const all = (await predictor.predict({ anchor })).entityRows.length;
    const since = dayOf(-10);
    expect(said(await predictor.predict({ anchor, since }))).toEqual([
      all,
      `all ${all} entities are predicted: the data that the target reads begin after \`since\`, or earlier than they did`,
    ]);
  });

  it("predicts all where rows were taken away since the earlier state", async () => {
    const db = desk.remove("tickets", [3]);
    const all = (await predictor.predict({ anchor, db })).entityRows.length;
    expect(said(await predictor.predict({ anchor, db, since: desk }))).toEqual([
      all,
      `all ${all} entities are predicted: rows were taken away, so rows have other numbers`,
    ]);
    expect(said(await predictor.predict({ anchor, since: desk }))).toEqual([0]);
  });

  it("must begin before the anchor", async () => {
    const error = await refusal(predictor.predict({ anchor, since: anchor }));
    expect([error.code, error.message]).toEqual([
      "CFG156",
      "`since` expects a time before the anchor 2024-03-11, found 2024-03-11",
    ]);
  });

  it("predicts all where a model weighs what all did", async () => {
    const query = "PREDICT LIST_DISTINCT(orders.item, 0, 10, days) RANK TOP 2 FOR EACH users.id";
    const ranker = await Predictor.fit(shop, query, TINY);
    const { warnings } = await ranker.predict({ anchor, since: SINCE });
    expect(warnings?.[0]).toMatch(
      /^all \d+ entities are predicted: lists weigh what all entities did$/,
    );
    ranker.dispose();
  });

  it("counts rows without times as new unless an old row points at them, and tells of tables that have no others", async () => {
    const users = 40;
    const id = Array.from({ length: users }, (_, row) => row);
    const tables = (late: number) => ({
      users: { columns: [numberColumn("id", id)], primaryKey: "id" },
      visits: {
        columns: [
          numberColumn(
            "user",
            [...id, ...id].map((user) => (user === late ? null : user)),
          ),
          times(
            "at",
            [...id, ...id].map((_, i) => new Date(dayOf(i / 2)).toISOString()),
          ),
        ],
        timeColumn: "at",
        foreignKeys: { user: "users" },
      },
      notes: {
        columns: [numberColumn("user", [5, 7]), numberColumn("stars", [1, 2])],
        foreignKeys: { user: "users" },
      },
    });
    const db = databaseOf(tables(9));
    const query = "PREDICT COUNT(visits.*, 0, 5, days) FOR EACH users.id";
    const visits = await Predictor.fit(db, query, TINY);
    const table = await visits.predict({ anchor: dayOf(45), since: dayOf(42) });
    expect([[...table.entityRows], table.warnings]).toEqual([
      [5, 7, 9],
      [
        "rows of `notes` have no times and nothing with a time points at them: all of them count as new",
      ],
    ]);
    visits.dispose();
  });
});

/** The database without rows of which anything is later than a time. */
function withoutLater(db: Database, time: number): Database {
  const kept = db.tables.map((table) => {
    const moments = table.columns.filter((column) => column.kind === "timestamp");
    const rows = Int32Array.from({ length: table.numRows }, (_, row) => row);
    return table.take(
      rows.filter((row) => moments.every((own) => !isValid(own, row) || own.values[row]! <= time)),
    );
  });
  return new Database(kept, db.schema);
}
