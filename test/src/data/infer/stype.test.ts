/** Semantic types from names and values. */
import { describe, expect, it } from "vitest";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../../src/data/column.js";
import { inferItemFormat } from "../../../../src/data/infer/multivalue.js";
import { inferStype } from "../../../../src/data/infer/stype.js";

const repeat = <T>(values: readonly T[], times: number): T[] =>
  Array.from({ length: values.length * times }, (_, i) => values[i % values.length]!);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe("inferStype", () => {
  const cases: readonly [Column, string][] = [
    [booleanColumn("churned", [true, false]), "categorical"],
    [timestampColumn("at", [0, 1]), "timestamp"],
    [listColumn("tags", [["a"]]), "multicategorical"],
    [
      {
        kind: "vector",
        name: "v",
        length: 1,
        validity: null,
        dimension: 2,
        values: new Float32Array(2),
      },
      "embedding",
    ],
    [numberColumn("amount", [1.5, 2]), "numerical"],
    [numberColumn("seats", range(50)), "numerical"],
    [numberColumn("grid", repeat([1, 2, 3], 20)), "numerical"],
    [numberColumn("status_code", repeat([200, 404], 20)), "categorical"],
    [numberColumn("flag", repeat([0, 1], 20)), "categorical"],
    [numberColumn("external_id", range(50)), "id"],
    [numberColumn("kind_id", repeat([1, 2], 20)), "categorical"],
    [stringColumn("plan", repeat(["Pro", "Free"], 20)), "categorical"],
    [
      stringColumn(
        "guid",
        range(30).map((i) => `6d3d2f5e-6f0c-4f3e-9f39-0a9f0e2f5a${10 + i}`),
      ),
      "id",
    ],
    [
      stringColumn(
        "email",
        range(30).map((i) => `u${i}@x.org`),
      ),
      "id",
    ],
    [
      stringColumn(
        "name",
        range(30).map((i) => `Company_${i}`),
      ),
      "text",
    ],
    [
      stringColumn(
        "body",
        range(30).map((i) => `the quick brown fox number ${i} jumps over it all`),
      ),
      "text",
    ],
    [
      stringColumn(
        "city",
        repeat(
          range(50).map((i) => `City ${i}`),
          20,
        ),
      ),
      "categorical",
    ],
    [stringColumn("big", ["9007199254740993"], { int64: true }), "id"],
    [stringColumn("nothing", [null, null]), "categorical"],
  ];
  it.each(cases.map(([column, stype]) => [column.name, stype, column] as const))(
    "takes %s for %s",
    (_, stype, column) => {
      expect(inferStype(column, false)).toBe(stype);
    },
  );

  it("takes keys for ids whatever they hold", () => {
    expect(inferStype(stringColumn("plan", ["Pro"]), true)).toBe("id");
  });
});

describe("inferItemFormat", () => {
  it.each([
    ["angle", ["<a><b>", "<c>"]],
    ["json", ['["a", "b"]', "[]"]],
    ["|", ["a|b", "b|a", "a|b|c", "c"]],
    [",", ["red, blue", "blue", "red, blue, green", "green, red"]],
    [null, ["Smith, John", "Doe, Jane", "Roe, Richard"]],
    [null, ["1,5", "2,5", "1,7", "2,7"]],
    [null, ["one", "two"]],
  ] as const)("finds %s", (format, texts) => {
    expect(inferItemFormat(stringColumn("s", texts))).toBe(format);
  });
});
