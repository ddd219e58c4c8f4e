/** Growth: a database that rows were added to equals one that was made from all of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../../graph/build.js";
import { planSignals } from "../../../graph/signals/plan.js";
import { createSignalStore } from "../../../graph/signals/store.js";
import type { RelError } from "../../../src/core/errors.js";
import {
  type Column,
  cellValue,
  listColumn,
  numberColumn,
  sliceColumn,
  stringColumn,
} from "../../../src/data/column.js";
import { Database } from "../../../src/data/database.js";
import { Table } from "../../../src/data/table.js";
import { Predictor } from "../../../src/predictor.js";
import { ANCHOR, firstState, SHOP } from "../../support/growth.js";
import { at, databaseOf, shop, times, widerShop } from "../../support/shop.js";

/** Some rows as a source would give them: with a dictionary of their own. */
function part(table: Table, from: number, to: number): Table {
  return new Table(
    table.name,
    table.columns.map((column) => {
      const rows = sliceColumn(column, from, to);
      const values = Array.from({ length: rows.length }, (_, row) => cellValue(rows, row));
      if (column.kind === "string") {
        return stringColumn(column.name, values as (string | null)[], { int64: column.int64 });
      }
      if (column.kind !== "list") return rows;
      const { numeric } = column;
      return listColumn(column.name, values as (readonly string[] | null)[], { numeric });
    }),
  );
}

function emptied(db: Database): Database {
  return new Database(
    db.tables.map((table) => part(table, 0, 0)),
    db.schema,
  );
}

/** Validity without nulls may be told by bits or by their absence. */
function cells(column: Column): unknown {
  const rows = Array.from({ length: column.length }, (_, row) => cellValue(column, row));
  const dictionary = "dictionary" in column ? column.dictionary : null;
  return [column.name, column.kind, dictionary, "codes" in column ? [...column.codes] : null, rows];
}

function expectEqual(grown: Database, whole: Database): void {
  expect(grown.schema).toEqual(whole.schema);
  for (const table of whole.tables) {
    expect(grown.table(table.name).columns.map(cells)).toEqual(table.columns.map(cells));
    for (const key of whole.tableSchema(table.name).foreignKeys) {
      expect(grown.link(table.name, key).parentRows).toEqual(
        whole.link(table.name, key).parentRows,
      );
    }
  }
  const graphs = [grown, whole].map((db) => buildGraph(db));
  expect(graphs[0]!).toEqual(graphs[1]!);
  const plan = planSignals(whole, graphs[1]!, "users", {
    horizon: { count: 7, unit: "days" },
    cutoff: at("2023-01-20"),
  });
  const rows = whole.table("users").numRows;
  const moment = new Float64Array(rows).fill(at("2023-01-08"));
  const seeds = {
    rows: Int32Array.from({ length: rows }, (_, row) => row),
    anchorTimes: moment,
    visibleTimes: moment,
  };
  const [a, b] = [grown, whole].map((db, i) =>
    createSignalStore(db, graphs[i]!).compute(plan, seeds),
  );
  expect(a!.columns).toEqual(b!.columns);
}

/** Where each table is cut, and in which order the parts come. */
const arbGrowth = fc.record({
  seed: fc.integer({ min: 0, max: 1 << 30 }),
  size: fc.integer({ min: 1, max: 4 }),
  look: fc.boolean(),
});

function grow(
  whole: Database,
  { seed, size, look }: { seed: number; size: number; look: boolean },
): Database {
  const left = whole.tables.map((table) => ({ table, next: 0 }));
  let state = seed;
  let db = emptied(whole);
  while (left.some(({ table, next }) => next < table.numRows)) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const one = left[(state >> 8) % left.length]!;
    const to = Math.min(one.table.numRows, one.next + size);
    db = db.append(one.table.name, part(one.table, one.next, to));
    one.next = to;
    // What was asked for in between must not stay behind.
    if (look) {
      buildGraph(db);
      for (const key of whole.tableSchema(one.table.name).foreignKeys) db.link(one.table.name, key);
    }
  }
  return db;
}

describe("a database that rows are added to", () => {
  it("equals one from all rows at once, whatever the order and the size of the parts", () => {
    const whole = (() => {
      const db = widerShop();
      return new Database(
        db.tables.map((table) => part(table, 0, table.numRows)),
        db.schema,
      );
    })();
    fc.assert(
      fc.property(arbGrowth, (growth) => expectEqual(grow(whole, growth), whole)),
      { numRuns: 25 },
    );
  });

  it("leaves the database that it was made from as it was", () => {
    const before = shop();
    const rows = before.table("users").toRecords();
    const after = before.append("users", [{ id: 9, age: 18 }]);
    expect([after.table("users").numRows, before.table("users").toRecords()]).toEqual([5, rows]);
    expect(after.table("users").toRecords()[4]).toMatchObject({
      id: 9,
      age: 18,
      joined: null,
      tags: null,
    });
    expect(before.append("users", [])).toBe(before);
  });

  it("finds the parent of a row that came before it", () => {
    const orders = { columns: [numberColumn("user_id", [7])], foreignKeys: { user_id: "users" } };
    const users = {
      columns: [numberColumn("id", [1]), times("at", ["2023-01-01"])],
      primaryKey: "id",
    };
    const db = databaseOf({ users, orders });
    const [key] = db.tableSchema("orders").foreignKeys;
    expect(db.link("orders", key!).dangling).toBe(1);
    const grown = db.append("users", [{ id: 7, at: "2023-01-02" }]);
    expect([...grown.link("orders", key!).parentRows]).toEqual([1]);
  });
});

describe("predictions of a fitted model", () => {
  it("on a database that rows were added to are those on one from all rows, to the bit", async () => {
    const query = "PREDICT SUM(orders.amount, 0, 5, days) FOR EACH users.id";
    const large = firstState(SHOP, 3, 3);
    const options = { seed: 1, threads: 1, epochs: 1, model: { channels: 8 } };
    const trees = { rounds: 15, bags: 1, halfLives: 0 };
    const experts = [["trees"], ["gnn"], ["linear"], ["constant"]] as const;
    const predictors: Predictor[] = [];
    for (const own of experts) {
      predictors.push(await Predictor.fit(large, query, { ...options, trees, experts: own }));
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(1 << 20), arbGrowth, async (seed, growth) => {
        const db = firstState(SHOP, seed);
        const tables = db.tables.map((table) => part(table, 0, table.numRows));
        const whole = new Database(tables, db.schema);
        const grown = grow(whole, growth);
        for (const predictor of predictors) {
          const [a, b] = [
            await predictor.predict({ db: grown, anchor: ANCHOR }),
            await predictor.predict({ db: whole, anchor: ANCHOR }),
          ];
          expect([a.entityRows, a.values]).toEqual([b.entityRows, b.values]);
        }
      }),
      { numRuns: 12 },
    );
    for (const predictor of predictors) predictor.dispose();
  }, 60_000);
});

describe("a corrected or removed row", () => {
  it("stands in the place of the old one where that is asked for", () => {
    const db = shop().append(
      "users",
      [
        { id: 9, age: 1 },
        { id: 2, age: 99 },
      ],
      { onDuplicate: "replace" },
    );
    expect(
      db
        .table("users")
        .toRecords()
        .map(({ id, age }) => [id, age]),
    ).toEqual([
      [1, 30],
      [2, 99],
      [3, 45],
      [4, 20],
      [9, 1],
    ]);
  });

  it("is gone, and what pointed at it dangles", () => {
    const before = shop();
    const db = before.remove("users", [1, 4]);
    expect(
      db
        .table("users")
        .toRecords()
        .map(({ id }) => id),
    ).toEqual([2, 3]);
    const [key] = db.tableSchema("orders").foreignKeys.filter(({ table }) => table === "users");
    expect(before.link("orders", key!).dangling).toBe(1);
    expect(db.link("orders", key!).dangling).toBeGreaterThan(1);
  });
});

describe("rows that do not fit", () => {
  const refused = (work: () => unknown): readonly unknown[] => {
    try {
      work();
    } catch (error) {
      const { code, at: place } = error as RelError;
      return [code, place];
    }
    return ["nothing was refused"];
  };
  it("are refused with what and where", () => {
    const db = shop();
    const column = (name: string, ids: readonly (number | null)[]) => numberColumn(name, ids);
    expect(refused(() => db.append("user", []))).toEqual(["DAT105", undefined]);
    expect(refused(() => db.append("users", [{ id: 9, agee: 1 }]))).toEqual([
      "DAT110",
      { table: "users", column: "agee" },
    ]);
    expect(refused(() => db.append("users", new Table("x", [column("id", [9])])))).toEqual([
      "DAT110",
      { table: "users", column: "joined" },
    ]);
    expect(refused(() => db.append("users", [{ id: 9, premium: "yes" }]))[0]).toMatch(
      /DAT111|SCH106/,
    );
    expect(refused(() => db.append("users", [{ id: 9 }, { age: 3 }]))).toEqual([
      "DAT112",
      { table: "users", column: "id", row: 2 },
    ]);
    expect(refused(() => db.append("users", [{ id: 9 }, { id: 9 }]))).toEqual([
      "DAT113",
      { table: "users", column: "id", row: 2 },
    ]);
    expect(refused(() => db.append("users", [{ id: 9 }, { id: 1 }]))).toEqual([
      "DAT113",
      { table: "users", column: "id", row: 2 },
    ]);
    expect(refused(() => db.append("users", [{ id: 9007199254740993n }]))[0]).toBe("DAT111");
    expect(refused(() => db.remove("users", [1, 77]))).toEqual(["DAT114", { table: "users" }]);
  });
});
