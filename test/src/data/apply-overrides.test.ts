/** Settings of `schema.json`: what they do, and what is refused. */
import { describe, expect, it } from "vitest";
import type { RelError } from "../../../src/core/errors.js";
import type { Database } from "../../../src/data/database.js";
import { inferDatabase } from "../../../src/data/infer/infer.js";
import { knownTimes } from "../../../src/data/known.js";
import type { SchemaOverrides, TableOverrides } from "../../../src/data/schema-file.js";
import { Table } from "../../../src/data/table.js";

const tables = (): Table[] => [
  Table.fromRecords("users", [
    { id: 1, company: 7, invited_by: null, plan: "1", tags: "a|b", at: "2024-01-01", gone: null },
    {
      id: 2,
      company: 7,
      invited_by: 1,
      plan: "2",
      tags: "b",
      at: "2024-01-02",
      gone: "2024-03-01",
    },
  ]),
  Table.fromRecords("items", [
    { order: 1, line: 1, price: 2 },
    { order: 1, line: 2, price: 3 },
  ]),
  Table.fromRecords("returns", [{ order: 1, line: 2, x: [1, 2] }]),
];

const open = (settings: Record<string, TableOverrides>): Database =>
  inferDatabase(tables(), { tables: settings });

const refusal = (settings: unknown): RelError => {
  try {
    inferDatabase(tables(), settings as SchemaOverrides);
  } catch (error) {
    return error as RelError;
  }
  throw new Error("nothing was refused");
};

describe("settings", () => {
  it("win over what is inferred", () => {
    const db = open({
      users: {
        primaryKey: "id",
        timeColumn: "at",
        endTimeColumn: "gone",
        foreignKeys: { invited_by: "users" },
        stypes: { plan: "numerical", tags: "multicategorical" },
        units: { plan: "seats" },
        knownFrom: { company: "gone" },
      },
    });
    const schema = db.tableSchema("users");
    expect(schema).toMatchObject({ primaryKey: ["id"], timeColumn: "at", endTimeColumn: "gone" });
    expect(schema.foreignKeys).toEqual([
      { name: "invited_by", columns: ["invited_by"], table: "users" },
    ]);
    expect(schema.columns.find(({ name }) => name === "plan")).toEqual({
      name: "plan",
      kind: "number",
      stype: "numerical",
      unit: "seats",
      knownFrom: null,
    });
    expect(db.table("users").column("tags")).toMatchObject({
      kind: "list",
      dictionary: ["a", "b"],
    });
    const gone = Date.UTC(2024, 2, 1);
    expect(knownTimes(db, "users", "company")).toEqual(Float64Array.of(Infinity, gone));
    expect(knownTimes(db, "users", "gone")).toEqual(Float64Array.of(Infinity, gone));
    expect(knownTimes(db, "users", "plan")).toBeNull();
  });

  it("take null and {} for none, so that nothing is inferred", () => {
    const db = open({ users: { primaryKey: null, timeColumn: null, foreignKeys: {} } });
    expect(db.tableSchema("users")).toMatchObject({
      primaryKey: null,
      timeColumn: null,
      foreignKeys: [],
    });
    expect(open({}).tableSchema("users")).toMatchObject({ primaryKey: ["id"], timeColumn: "at" });
  });

  it("link composite keys", () => {
    const db = open({
      items: { primaryKey: ["order", "line"] },
      returns: { foreignKeys: { "order+line": "items" } },
    });
    const [key] = db.tableSchema("returns").foreignKeys;
    expect(key).toEqual({ name: "order+line", columns: ["order", "line"], table: "items" });
    expect([...db.link("returns", key!).parentRows]).toEqual([1]);
  });

  it("leave out tables and columns", () => {
    const db = open({ returns: { exclude: true }, users: { exclude: ["tags", "gone"] } });
    expect(db.tables.map(({ name }) => name)).toEqual(["users", "items"]);
    expect(db.table("users").find("tags")).toBeUndefined();
    expect(db.tableSchema("users").columns.map(({ name }) => name)).not.toContain("gone");
  });
});

describe("wrong settings are refused", () => {
  it.each<[string, unknown, string, string]>([
    ["an unknown table", { tables: { user: {} } }, "SCH101", "did you mean `users`?"],
    [
      "a link to an unknown table",
      { tables: { users: { foreignKeys: { company: "item" } } } },
      "SCH101",
      "did you mean `items`?",
    ],
    [
      "an unknown column",
      { tables: { users: { timeColumn: "att" } } },
      "SCH102",
      "did you mean `at`?",
    ],
    [
      "an unknown column to exclude",
      { tables: { users: { exclude: ["tag"] } } },
      "SCH102",
      "did you mean `tags`?",
    ],
    [
      "an unknown setting",
      { tables: { users: { timeColum: "at" } } },
      "SCH103",
      "did you mean `timeColumn`?",
    ],
    ["an unknown setting at the top", { table: {} }, "SCH103", "did you mean `tables`?"],
    ["a value of the wrong type", { tables: { users: { primaryKey: 3 } } }, "SCH104", "tables"],
    ["settings that are no object", [], "SCH104", "tables"],
    [
      "an unknown stype",
      { tables: { users: { stypes: { plan: "categorcal" } } } },
      "SCH105",
      "did you mean `categorical`?",
    ],
    [
      "an stype that the values do not fit",
      { tables: { users: { stypes: { tags: "numerical" } } } },
      "SCH106",
      '"nullValues": ["a|b"]',
    ],
    [
      "a number as a time",
      { tables: { items: { timeColumn: "price" } } },
      "SCH106",
      "never guessed",
    ],
    ["a text as a time", { tables: { users: { timeColumn: "tags" } } }, "SCH106", "nullValues"],
    [
      "a time column with another stype",
      { tables: { users: { stypes: { tags: "text" }, timeColumn: "tags" } } },
      "SCH107",
      "ISO 8601",
    ],
    [
      "a link to a table without key",
      { tables: { users: { foreignKeys: { company: "items" } } } },
      "SCH108",
      "primaryKey",
    ],
    [
      "a link of another width",
      {
        tables: {
          items: { primaryKey: ["order", "line"] },
          users: { foreignKeys: { company: "items" } },
        },
      },
      "SCH109",
      "joined by +".slice(7),
    ],
    [
      "an excluded column in use",
      { tables: { users: { exclude: ["at"], timeColumn: "at" } } },
      "SCH110",
      "exclude",
    ],
    [
      "a link by lists",
      { tables: { returns: { foreignKeys: { x: "users" } } } },
      "SCH111",
      "single values",
    ],
  ])("%s", (_, settings, code, hint) => {
    const error = refusal(settings);
    expect(error.code).toBe(code);
    expect(error.hint).toContain(hint);
  });

  it("with the place", () => {
    const error = refusal({ tables: { users: { stypes: { tags: "numerical" } } } });
    expect(error.at).toEqual({ table: "users", column: "tags", row: 1 });
    expect(error.message).toBe("`tags` cannot be numerical: found `a|b`");
  });
});
