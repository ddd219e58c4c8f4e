import { describe, expect, it } from "vitest";
import { numberColumn, stringColumn } from "../../src/data/column.js";
import { Table } from "../../src/data/table.js";
import { judgeBaselines } from "../../src/judge.js";
import { computeLabels, type TimeOptions } from "../../src/labels.js";
import { compileQuery } from "../../src/query.js";
import { trainingTableToTable } from "../../src/task/result-tables.js";
import { day } from "../gnn/fixtures.js";
import { helpdesk } from "../gnn/helpdesk.js";
import { at, shop, widerShop } from "../support/shop.js";

const QUERY = "PREDICT TARGET FOR EACH users.id";
const db = shop();

function label(table: Table, options: TimeOptions = {}, query = QUERY, data = db) {
  const given = { ...options, table };
  const { plan } = compileQuery(data.schema, query, { times: given });
  return { plan, ...computeLabels(data, plan, given, { seed: 1 }) };
}

const timed = (records: readonly (readonly [number, string, unknown, string?])[]): Table =>
  Table.fromRecords(
    "mine",
    records.map(([id, time, target, split]) => ({
      id,
      TIMESTAMP: time,
      TARGET: target,
      ...(split !== undefined && { SPLIT: split }),
    })),
  );

/** Ten days of targets of users 1 and 2. */
const tenDays = timed(
  Array.from({ length: 20 }, (_, i) => [1 + (i % 2), `2023-01-${10 + (i >> 1)}`, i]),
);

describe("a training table by hand", () => {
  it("gives the rows in the order of time and entity, with its own split", () => {
    const table = timed([
      [4, "2023-01-09", 7, "val"],
      [2, "2023-01-09", 2.5, "train"],
      [1, "2023-01-20", 3, "Test"],
    ]);
    const { labels, plan, splitTimes } = label(table);
    expect(trainingTableToTable(labels, db).toRecords()).toEqual([
      { id: 2, TIMESTAMP: at("2023-01-09"), TARGET: 2.5, SPLIT: "train" },
      { id: 4, TIMESTAMP: at("2023-01-09"), TARGET: 7, SPLIT: "val" },
      { id: 1, TIMESTAMP: at("2023-01-20"), TARGET: 3, SPLIT: "test" },
    ]);
    expect(plan.query).toBe(QUERY);
    expect(plan.task).toMatchObject({
      taskType: "regression",
      targetName: "TARGET",
      window: null,
      given: { kind: "number", timed: true, window: null },
    });
    expect([plan.horizon, splitTimes, labels.task.integer]).toEqual([null, null, false]);
  });

  it.each([
    ["truth values", [true, false, true], "binary_classification", [1, 0, 1], null],
    ["zeros and ones", [1, 0, 1], "binary_classification", [1, 0, 1], null],
    ["few integers", [1, 2, 1], "regression", [1, 2, 1], null],
    ["words", ["b", "a", "b"], "multiclass_classification", [1, 0, 1], ["a", "b"]],
  ])("of %s gives the task", (_what, values, taskType, targets, classes) => {
    const { labels } = label(timed(values.map((value, i) => [1, `2023-02-0${i + 1}`, value])));
    expect(labels.task.taskType).toBe(taskType);
    expect([...labels.targets]).toEqual(targets);
    expect(labels.classes).toEqual(classes);
  });

  it("may call the key ENTITY, in other letters, and hold it as text", () => {
    const table = new Table("mine", [
      stringColumn("entity", ["2", "1"]),
      numberColumn("target", [5, 6]),
    ]);
    const { labels } = label(table, {}, "PREDICT target FOR EACH users.id");
    expect([...labels.entityRows]).toEqual([0, 1]);
    expect([...labels.targets]).toEqual([6, 5]);
  });

  it("takes a key of several columns", () => {
    const wide = widerShop();
    const table = Table.fromRecords("mine", [
      { store: 1, SKU: "B", TARGET: 3 },
      { store: 2, SKU: "A", TARGET: 4 },
    ]);
    const query = "PREDICT TARGET FOR EACH (stock.sku, stock.store)";
    const { labels } = label(table, {}, query, wide);
    expect([...labels.entityRows]).toEqual([1, 2]);
    expect([...labels.targets]).toEqual([4, 3]);
    expect(labels.anchorTimes.every((time) => time === Infinity)).toBe(true);
  });

  it("without TIMESTAMP takes the entities' own times, and is split by them", () => {
    const table = Table.fromRecords("mine", [
      { id: 1, TARGET: 1 },
      { id: 4, TARGET: 2 },
    ]);
    const { labels } = label(table);
    expect([...labels.anchorTimes]).toEqual([at("2022-12-15"), at("2023-01-01")]);
    expect([...labels.entityRows]).toEqual([3, 0]);
  });

  it("is split by whole timeframes where it does not say", () => {
    const { labels, warnings } = label(tenDays);
    expect([...labels.split!].join("")).toBe("00000000000000001122");
    expect(warnings.join()).toContain("does not say how far its targets look ahead");
  });

  it("leaves out rows that look into the next part, where the step is told", () => {
    const step = { count: 3, unit: "days" } as const;
    const { labels, plan, warnings } = label(tenDays, { step });
    expect(plan.task.window).toEqual({ start: 0, end: 3, unit: "days" });
    expect(plan.horizon).toBeNull();
    const last = (part: number): number =>
      Math.max(...labels.anchorTimes.filter((_, row) => labels.split![row] === part));
    const first = (part: number): number =>
      Math.min(...labels.anchorTimes.filter((_, row) => labels.split![row] === part));
    const days = 3 * 86_400_000;
    expect(last(0) + days).toBeLessThanOrEqual(first(1));
    expect(last(1) + days).toBeLessThanOrEqual(first(2));
    expect(warnings).toEqual([expect.stringContaining("targets reach into the next part")]);
  });

  it("is split at the times given", () => {
    const { labels, splitTimes } = label(tenDays, {
      val: at("2023-01-15"),
      test: at("2023-01-17"),
    });
    expect([...labels.split!].join("")).toBe("00000000001111222222");
    expect(splitTimes).toEqual({ val: at("2023-01-15"), test: at("2023-01-17") });
  });

  it("keeps the rows for which WHERE holds", () => {
    const table = timed([
      [1, "2023-01-20", 1, "train"],
      [2, "2023-01-20", 2, "train"],
      [4, "2023-01-21", 3, "test"],
    ]);
    const { labels, plan } = label(table, {}, `${QUERY} WHERE users.country = 'US'`);
    expect([...labels.targets]).toEqual([1]);
    expect(labels.dropped.where).toBe(2);
    expect(plan.query).toBe("PREDICT TARGET FOR EACH users.id WHERE users.country = 'US'");
  });

  it("tells what is left out, repeated, or too early", () => {
    const table = timed([
      [1, "2023-01-20", 1, "train"],
      [1, "2023-01-20", 2, "val"],
      [2, "2023-01-01", null, "train"],
      [2, "2023-01-01", 4, "train"],
    ]);
    const { labels, warnings } = label(table);
    expect(labels.targets).toHaveLength(3);
    expect(labels.dropped.undefinedLabel).toBe(1);
    expect(warnings.filter((warning) => !warning.includes("look ahead"))).toEqual([
      "1 row of the training table left out: no target",
      "1 rows of the training table are earlier than their row of `users`, such as 2 at 2023-01-01: nothing is known of these entities yet",
      "1 rows of the training table repeat an entity and time with another target, such as 1 at 2023-01-20",
      "split: 1 of 2 train rows are not earlier than val, which begins at 2023-01-20",
      "split: 1 rows are in two parts at once (train and val)",
    ]);
  });
});

describe("a training table that does not fit", () => {
  it.each([
    ["a missing key", { idd: 1, TARGET: 1 }, "DAT130", "`id` or `ENTITY`", "did you mean `idd`?"],
    ["a missing target", { id: 1, TARGT: 1 }, "DAT130", "`TARGET`", "did you mean `TARGT`?"],
    ["unknown entities", { id: 9, TARGET: 1 }, "DAT131", "the first is `9`", "look like `1`"],
    ["a number for a time", { id: 1, TIMESTAMP: 5, TARGET: 1 }, "DAT132", "found numbers", "ISO"],
    ["a wrong time", { id: 1, TIMESTAMP: "soon", TARGET: 1 }, "DAT132", "`soon`", "ISO 8601"],
    ["no target at all", { id: 1, TARGET: null }, "DAT133", "has no value", "everywhere"],
    ["a list", { id: 1, TARGET: ["a"] }, "DAT133", "holds lists", "numbers"],
    ["a part misspelt", { id: 1, TARGET: 1, SPLIT: "trian" }, "DAT134", "`trian`", "`train`"],
  ])("because of %s is refused", (_what, record, code, message, hint) => {
    const records = [record, record];
    expect(() => label(Table.fromRecords("mine", records))).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it("because the query asks for something else is refused, at its place", () => {
    const table = timed([[1, "2023-01-20", 1]]);
    for (const query of ["PREDICT users.age FOR EACH users.id", `${QUERY} AT 2023-01-20`]) {
      expect(() => label(table, {}, query)).toThrow(expect.objectContaining({ code: "CFG181" }));
    }
    expect(() => label(table, {}, "PREDICT TARGET FOR EACH users.idd")).toThrow(
      expect.objectContaining({ code: "PQL202", span: { start: 24, end: 33 } }),
    );
    expect(() => compileQuery(db.schema, QUERY)).toThrow(
      expect.objectContaining({ code: "PQL106" }),
    );
  });

  it("is missed where a plan was made with it, and too many where it was not", () => {
    const { plan } = label(tenDays);
    expect(() => computeLabels(db, plan)).toThrow(expect.objectContaining({ code: "CFG181" }));
    const other = compileQuery(db.schema, "PREDICT users.age FOR EACH users.id").plan;
    expect(() => computeLabels(db, other, { table: tenDays })).toThrow(
      expect.objectContaining({ code: "CFG181" }),
    );
    expect(() => label(tenDays, { anchors: [0] })).toThrow(
      expect.objectContaining({ code: "CFG184" }),
    );
  });

  it("covers a column of the entity table that is called so too", () => {
    const own = new Table("users", [
      ...db.table("users").columns,
      numberColumn("target", [1, 2, 3, 4]),
    ]);
    const schema = {
      tables: db.schema.tables.map((table) =>
        table.name !== "users"
          ? table
          : {
              ...table,
              columns: [
                ...table.columns,
                {
                  name: "target",
                  kind: "number",
                  stype: "numerical",
                  unit: null,
                  knownFrom: null,
                } as const,
              ],
            },
      ),
    };
    expect(own.numRows).toBe(4);
    const { plan } = compileQuery(schema, QUERY, { times: { table: tenDays } });
    expect(plan.task.hiddenColumns).toEqual([{ table: "users", column: "target" }]);
  });
});

describe("computed labels written as a table", () => {
  it("come back as the same rows, with the same baselines where the step is told", () => {
    const desk = helpdesk(20, 6);
    const query = "PREDICT COUNT(tickets.*, 0, 3, days) FOR EACH users.id";
    const days = { val: day(24), test: day(30), evalAnchors: 2 };
    const computed = computeLabels(desk, compileQuery(desk.schema, query).plan, days);
    const table = trainingTableToTable(computed.labels, desk);
    const step = { count: 3, unit: "days" } as const;
    const given = label(table, { step }, "PREDICT TARGET FOR EACH users.id", desk);
    for (const part of ["entityRows", "anchorTimes", "targets", "split"] as const) {
      expect(given.labels[part]).toEqual(computed.labels[part]);
    }
    expect(given.warnings).toEqual([]);
    const scores = ({ labels }: typeof computed) => judgeBaselines(labels, labels.anchorTimes);
    expect(scores(given)).toEqual(scores(computed));
    const unknown = label(table, {}, "PREDICT TARGET FOR EACH users.id", desk);
    expect(Object.keys(scores(unknown))).not.toContain("recent-mean");
  });
});
