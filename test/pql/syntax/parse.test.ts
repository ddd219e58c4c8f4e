import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultParserErrorProvider, generateCstDts } from "chevrotain";
import { describe, expect, it } from "vitest";
import type { Comparison, Constant, Dialect } from "../../../pql/syntax/ast.js";
import { isConstant } from "../../../pql/syntax/ast.js";
import { PqlParser } from "../../../pql/syntax/grammar.js";
import { parseQuery, parseText } from "../../../pql/syntax/parse.js";
import { printQuery } from "../../../pql/syntax/print.js";
import type { PqlError } from "../../../src/core/errors.js";
import { at } from "../../support/shop.js";

const codes = (text: string, dialect: Dialect = "relgraph"): string[] =>
  parseText(text, { dialect }).errors.map((error) => error.code);
const extensions = (text: string): string[] => parseText(text).extensions.map((use) => use.code);
const print = (text: string, dialect: Dialect = "kumo"): string =>
  printQuery(parseQuery(text, { dialect }));

/** The constant compared with in the target. */
function constant(written: string): Constant {
  const query = parseQuery(`PREDICT u.a = ${written} FOR EACH u.id`, { dialect: "kumo" });
  const { right } = query.targets[0]!.value as Comparison;
  if (!isConstant(right)) throw new Error(`${written} is no constant`);
  return right;
}

describe("facts of the published grammar", () => {
  it("needs no blank between a number and a keyword", () => {
    expect(print("PREDICT COUNT(o.*,0,7)>2FOR EACH u.id")).toBe(
      "PREDICT COUNT(o.*, 0, 7, days) > 2 FOR EACH u.id",
    );
    expect(print("PREDICT LIST_DISTINCT(o.i, 0, 30, days) RANK TOP 10FOR u.id=7")).toBe(
      "PREDICT LIST_DISTINCT(o.i, 0, 30, days) RANK TOP 10 FOR u.id = 7",
    );
  });

  it("reads -7,0 as two numbers", () => {
    expect(print("PREDICT u.a FOR EACH u.id WHERE COUNT(o.*,-7,0)>0")).toContain("-7, 0, days");
  });

  it("reads a date where a subtraction could be meant", () => {
    expect(constant("2024-01-01")).toMatchObject({ kind: "time", value: at("2024-01-01") });
    expect(constant("2024-01-01 12:30:05")).toMatchObject({ value: at("2024-01-01 12:30:05") });
  });

  it.each([
    ["2024/2/3", "2024-02-03"],
    ["1/2/2024", "2024-01-02"],
    ["13/2/2024", "2024-02-13"],
    ["31.12.2024", "2024-12-31"],
    ["2024-31-12", "2024-12-31"],
    ["0999-01-01", "0999-01-01"],
  ])("reads the date %s as %s", (written, iso) => {
    expect(constant(written)).toMatchObject({ kind: "time", value: at(iso) });
  });

  it("warns where month and day could be the other way round", () => {
    const text = "PREDICT u.a > 1/2/2024 FOR EACH u.id";
    expect(parseText(text).warnings.map((warning) => warning.code)).toEqual(["PQL090"]);
    expect(parseText(text.replace("1/2", "2/2")).warnings).toEqual([]);
  });

  it.each(["2024-02-30", "2024-13-13", "1/2/24", "2024-01-01 25:00:00", "2024-01-01 10:61:00"])(
    "refuses the date %s",
    (written) => expect(codes(`PREDICT u.a > ${written} FOR EACH u.id`)).toEqual(["PQL006"]),
  );

  it("splits quoted names at the dot between them only", () => {
    const query = "PREDICT COUNT(`Order Lines`.*, 0, 7) > 0 FOR EACH `My People`.`Customer ID`";
    const { entity } = parseQuery(query, { dialect: "kumo" });
    expect(entity.keys).toMatchObject([{ table: "My People", column: "Customer ID" }]);
    expect(print("PREDICT `a`.`b c` FOR EACH `for`.`x`")).toBe("PREDICT a.`b c` FOR EACH for.x");
  });

  it("lets tables and columns be called like keywords", () => {
    expect(print("PREDICT first.sum FOR EACH first.count")).toBe(
      "PREDICT first.sum FOR EACH first.count",
    );
    expect(print("PREDICT NOT in.for = 1 FOR each.id = 3")).toBe(
      "PREDICT NOT (in.for = 1) FOR each.id = 3",
    );
  });

  it.each([["-INF"], ["-inf"], ["-INFINITY"], ["-infinity"]])("opens a window with %s", (bound) => {
    expect(print(`PREDICT u.a FOR EACH u.id WHERE COUNT(o.*, ${bound}, 0) > 0`)).toContain(
      "COUNT(o.*, -INF, 0, days)",
    );
  });

  it("binds NOT tighter than AND, AND tighter than OR", () => {
    expect(print("PREDICT u.a=1 OR NOT u.b=2 AND u.c=3 AND u.d=4 FOR EACH u.id")).toBe(
      "PREDICT (u.a = 1) OR ((NOT (u.b = 2)) AND (u.c = 3) AND (u.d = 4)) FOR EACH u.id",
    );
  });

  it("takes IS and IS NOT as = and !=", () => {
    expect(print("PREDICT u.a IS 'x' FOR EACH u.id WHERE u.b IS NOT 3 AND u.c = NULL")).toBe(
      "PREDICT u.a = 'x' FOR EACH u.id WHERE (u.b != 3) AND (u.c IS NULL)",
    );
  });

  it("decodes the escapes of texts and lets line breaks stand", () => {
    expect(constant(String.raw`"say \"hi\"\n\u00e9\\"`)).toMatchObject({ value: 'say "hi"\né\\' });
    expect(constant("'two\nlines'")).toMatchObject({ value: "two\nlines" });
    expect(codes(String.raw`PREDICT u.a = 'C:\dir' FOR EACH u.id`)).toEqual(["PQL004"]);
    expect(codes(String.raw`PREDICT u.a = '\u12' FOR EACH u.id`)).toEqual(["PQL004"]);
  });

  it("keeps whole numbers and decimals apart, and the digits of huge ids", () => {
    expect(constant("007")).toMatchObject({ integer: true, text: "7" });
    expect(constant("-0")).toMatchObject({ integer: true, text: "0", value: 0 });
    expect(constant("1.5e2")).toMatchObject({ integer: false, text: "150.0", value: 150 });
    expect(constant("9007199254740993")).toMatchObject({ text: "9007199254740993" });
    expect(codes("PREDICT u.a > 1e999 FOR EACH u.id")).toEqual(["PQL007"]);
  });

  it("treats a comment as a blank, up to the end of its line", () => {
    expect(print("PREDICT u.a # target\nFOR EACH u.id # entity")).toBe("PREDICT u.a FOR EACH u.id");
  });

  it("parses what only the validator refuses", () => {
    expect(print("PREDICT SUM(o.*, 7, 0) TOP 3 FOR EACH u.* > (1, (2, 3))")).toBe(
      "PREDICT SUM(o.*, 7, 0, days) TOP 3 FOR EACH u.* > (1, (2, 3))",
    );
  });
});

describe("the superset", () => {
  const uses: [code: string, text: string, canonical: string][] = [
    ["PQL150", "Predict u.a FOR EACH u.id", "PREDICT u.a FOR EACH u.id"],
    ["PQL151", "PREDICT u.a FOR\n  EACH u.id", "PREDICT u.a FOR EACH u.id"],
    ["PQL151", "PREDICT u.a FOR\tEACH u.id", "PREDICT u.a FOR EACH u.id"],
    [
      "PQL152",
      "PREDICT u.a NOT IN (1, 2) FOR EACH u.id",
      "PREDICT NOT (u.a IN (1, 2)) FOR EACH u.id",
    ],
    [
      "PQL152",
      "PREDICT u.a NOT STARTS WITH 'x' FOR EACH u.id",
      "PREDICT NOT (u.a STARTS WITH 'x') FOR EACH u.id",
    ],
    ["PQL153", "PREDICT u.a <> 1 FOR EACH u.id", "PREDICT u.a != 1 FOR EACH u.id"],
    ["PQL154", "PREDICT u.a == 1 FOR EACH u.id", "PREDICT u.a = 1 FOR EACH u.id"],
    ["PQL155", "PREDICT u.a IN (1) FOR EACH u.id", "PREDICT u.a IN (1) FOR EACH u.id"],
    ["PQL156", "PREDICT u.a IN (1, 2,) FOR EACH u.id", "PREDICT u.a IN (1, 2) FOR EACH u.id"],
    [
      "PQL157",
      "PREDICT COUNT(o.*, 0, 1, year) FOR EACH u.id",
      "PREDICT COUNT(o.*, 0, 1, years) FOR EACH u.id",
    ],
    ["PQL158", "PREDICT u.a -- x\nFOR EACH u.id", "PREDICT u.a FOR EACH u.id"],
    ["PQL158", "PREDICT /* x\n ** */ u.a FOR EACH u.id", "PREDICT u.a FOR EACH u.id"],
    ["PQL159", "PREDICT u.a FOR EACH u.id;", "PREDICT u.a FOR EACH u.id"],
    ["PQL160", "EXPLAIN PREDICT u.a FOR EACH u.id", "EXPLAIN PREDICT u.a FOR EACH u.id"],
    ["PQL160", "evaluate predict u.a for each u.id", "EVALUATE PREDICT u.a FOR EACH u.id"],
    [
      "PQL161",
      "PREDICT u.a BETWEEN -1 AND 2 AND u.b = 3 FOR EACH u.id",
      "PREDICT (u.a BETWEEN -1 AND 2) AND (u.b = 3) FOR EACH u.id",
    ],
    [
      "PQL161",
      "PREDICT u.a NOT BETWEEN 'a' AND 'b' FOR EACH u.id",
      "PREDICT NOT (u.a BETWEEN 'a' AND 'b') FOR EACH u.id",
    ],
    ["PQL162", "PREDICT abs (u.a) FOR EACH u.id", "PREDICT ABS(u.a) FOR EACH u.id"],
    ["PQL163", "PREDICT u.a*2 FOR EACH u.id", "PREDICT u.a * 2 FOR EACH u.id"],
    ["PQL164", "PREDICT u.a = :p FOR EACH u.id", "PREDICT u.a = :p FOR EACH u.id"],
    ["PQL165", "PREDICT u.a via b -> c.d FOR EACH u.id", "PREDICT u.a VIA b -> c.d FOR EACH u.id"],
    ["PQL166", "PREDICT u.a as x FOR EACH u.id", "PREDICT u.a AS x FOR EACH u.id"],
    ["PQL167", "PREDICT u.a FOR EACH u.id at 2024-1-2", "PREDICT u.a FOR EACH u.id AT 2024-01-02"],
    ["PQL168", "PREDICT MODE(u.a) FOR EACH u.id", "PREDICT MODE(u.a) FOR EACH u.id"],
    ["PQL168", "PREDICT EXISTS(u.a) FOR EACH u.id", "PREDICT COUNT(u.a) > 0 FOR EACH u.id"],
    [
      "PQL168",
      "PREDICT quantile(u.a, 0.9) FOR EACH u.id",
      "PREDICT QUANTILE(u.a, 0.9) FOR EACH u.id",
    ],
    ["PQL170", "PREDICT u.a FOR EACH (u.b, u.c)", "PREDICT u.a FOR EACH (u.b, u.c)"],
    ["PQL172", "PREDICT 1 = 1 FOR EACH u.id", "PREDICT 1 = 1 FOR EACH u.id"],
    [
      "PQL173",
      "PREDICT u.a = 2024-01-02 1:02:03.25 FOR EACH u.id",
      "PREDICT u.a = 2024-01-02 01:02:03.250 FOR EACH u.id",
    ],
    ["PQL111", "PREDICT (u.a) FOR EACH u.id", "PREDICT u.a FOR EACH u.id"],
    ["PQL104", "PREDICT u.a > u.b FOR EACH u.id", "PREDICT u.a > u.b FOR EACH u.id"],
  ];

  it.each(uses)("takes what the strict dialect refuses with %s: %s", (code, text, canonical) => {
    expect(extensions(text)).toEqual([code]);
    expect(print(text, "relgraph")).toBe(canonical);
    expect(codes(text, "kumo")).toEqual([code]);
  });

  it("lets the strict dialect have True and False", () => {
    expect(extensions("PREDICT u.a = True FOR EACH u.id WHERE u.b = False")).toEqual([]);
    expect(extensions("predict u.a = tRUE for each u.id")).toEqual(["PQL150"]);
  });

  it.each(["millisecond", "Seconds", "minute", "HOUR", "day", "week", "month", "quarter", "years"])(
    "reads the unit %s",
    (unit) => expect(codes(`PREDICT COUNT(o.*, 0, 1, ${unit}) FOR EACH u.id`)).toEqual([]),
  );
});

describe("arithmetic", () => {
  const target = (text: string): string =>
    print(`PREDICT ${text} FOR EACH u.id`, "relgraph").slice(
      "PREDICT ".length,
      -" FOR EACH u.id".length,
    );

  it.each([
    ["u.a+u.b*u.c", "u.a + u.b * u.c"],
    ["(u.a + u.b) * u.c", "(u.a + u.b) * u.c"],
    ["u.a - (u.b - u.c)", "u.a - (u.b - u.c)"],
    ["(u.a - u.b) - u.c", "u.a - u.b - u.c"],
    ["u.a / (u.b * u.c)", "u.a / (u.b * u.c)"],
    ["-u.a * u.b", "-u.a * u.b"],
    ["-(u.a * u.b)", "-(u.a * u.b)"],
    ["- -u.a", "-(-u.a)"],
    ["u.a -1", "u.a - 1"],
    ["u.a-1*2", "u.a - 1 * 2"],
    ["u.a -1 -2", "u.a - 1 - 2"],
    ["u.a - -1", "u.a - -1"],
    ["- 1", "-(1)"],
    ["-1", "-1"],
    ["u.a > -1.5e1", "u.a > -15.0"],
    ["1 - 2 - 3", "1 - 2 - 3"],
    ["u.a + COUNT(o.*, -7,0)", "u.a + COUNT(o.*, -7, 0, days)"],
    ["NOT u.a + 1 > u.b OR (u.c) = 2", "(NOT (u.a + 1 > u.b)) OR (u.c = 2)"],
    ["(2, 1) = u.a", "(2, 1) = u.a"],
    ["-(2024-01-01)", "-(2024-01-01)"],
  ])("reads %s as %s", (written, canonical) => {
    expect(target(written)).toBe(canonical);
    expect(target(canonical)).toBe(canonical);
  });

  it.each([
    ["NOT", (n: number) => `${"NOT ".repeat(n)}u.a = 1`],
    ["minus", (n: number) => `u.a = ${"- ".repeat(n)}u.b`],
    ["brackets on the right", (n: number) => `u.a = ${"1 - (".repeat(n)}u.b${")".repeat(n)}`],
    ["calls", (n: number) => `u.a = ${"ABS(".repeat(n)}u.b${")".repeat(n)}`],
  ])("is read again when it is as deep as it may be: %s", (_, text) => {
    const printed = target(text(100));
    expect(target(printed)).toBe(printed);
    expect(codes(`PREDICT ${text(101)} FOR EACH u.id`)).toEqual(["PQL112"]);
  });

  it("has sums of 200 values, whatever their signs", () => {
    const sum = `u.a = u.b${" + u.c * 2 - u.d / 3".repeat(99)}`;
    expect(target(sum)).toBe(sum);
  });

  it("knows a function by its bracket, and a keyword by its place", () => {
    expect(target("month.year + MONTH(u.a)")).toBe("month.year + MONTH(u.a)");
    expect(print("PREDICT u.a AS `month`, u.b AS `for`, u.c AS x FOR EACH u.id", "relgraph")).toBe(
      "PREDICT u.a AS month, u.b AS `for`, u.c AS x FOR EACH u.id",
    );
    expect(
      print("PREDICT u.a AS minutes, u.b AS Count, u.c AS top FOR EACH u.id", "relgraph"),
    ).toBe("PREDICT u.a AS minutes, u.b AS Count, u.c AS top FOR EACH u.id");
  });
});

describe("mistakes", () => {
  it("throws the first and carries the others", () => {
    const text = "PREDICT COUNT(o.*, 0, 7, dayz) > x FOR EACH id";
    try {
      parseQuery(text);
      expect.unreachable();
    } catch (error) {
      const { code, others } = error as PqlError;
      expect([code, ...others.map((other) => other.code)]).toEqual(["PQL103", "PQL105", "PQL106"]);
    }
  });

  it.each([
    ["PQL001", "PREDICT u.a = ¤ FOR EACH u.id"],
    ["PQL002", "PREDICT `a b FOR EACH u.id"],
    ["PQL003", "PREDICT u.a = 'x FOR EACH u.id"],
    ["PQL005", "PREDICT u.`a.b` FOR EACH u.id"],
    ["PQL101", ""],
    ["PQL101", "SELECT 1"],
    ["PQL102", "PREDICT u.a"],
    ["PQL007", `PREDICT COUNT(o.*, 0, ${"9".repeat(400)}) FOR EACH u.id`],
    ["PQL007", "PREDICT LIST_DISTINCT(o.i, 0, 7) RANK TOP 9007199254740993 FOR EACH u.id"],
    ["PQL008", "PREDICT u.a /* target FOR EACH u.id"],
    ["PQL107", "PREDICT u.a IN () FOR EACH u.id"],
    ["PQL108", "PREDICT COUNT(o.*, 0, 1.5) FOR EACH u.id"],
    ["PQL108", "PREDICT COUNT(o.*, 0, INF) FOR EACH u.id"],
    ["PQL109", "PREDICT u.a FOR EACH u.id LIMIT 3"],
    ["PQL110", "PREDICT u.a FOR EACH u.id WHERE u.b"],
    ["PQL110", "PREDICT NOT u.b FOR EACH u.id"],
    ["PQL112", `PREDICT ${"(".repeat(200)}`],
    ["PQL112", `PREDICT u.a${" + 1".repeat(201)} FOR EACH u.id`],
    ["PQL112", `PREDICT ${"(".repeat(9)}1${`${" + u.a".repeat(99)})`.repeat(9)} FOR EACH u.id`],
    ["PQL112", `PREDICT ${"NOT NOT NOT (".repeat(40)}u.a = 1${")".repeat(40)} FOR EACH u.id`],
    ["PQL113", "PREDICT (u.a, u.b) FOR EACH u.id"],
    ["PQL114", "PREDICT u.a, u.b AS x FOR EACH u.id"],
    ["PQL114", "PREDICT u.a AS X, u.b AS x FOR EACH u.id"],
    ["PQL115", "PREDICT u.a BETWEEN 1 AND u.b FOR EACH u.id"],
    ["PQL116", "PREDICT (u.a = 1) + 1 FOR EACH u.id"],
    ["PQL116", "PREDICT ABS((u.a = 1)) FOR EACH u.id"],
    ["PQL117", "PREDICT u.a = (1, u.b) FOR EACH u.id"],
    ["PQL118", "PREDICT QUANTILE(u.a, 'x') FOR EACH u.id"],
    ["PQL213", "PREDICT u.a FOR u.id NOT IN (1, 2)"],
  ])("gives %s for %s", (code, text) => {
    expect(codes(text)).toContain(code);
  });
});

describe("the types of the syntax tree", () => {
  it("are those of the grammar", () => {
    const grammar = new PqlParser(defaultParserErrorProvider).getGAstProductions();
    const made = generateCstDts(grammar, { includeVisitorInterface: false });
    const kept = readFileSync(
      join(import.meta.dirname, "../../../pql/syntax/cst-types.ts"),
      "utf8",
    );
    const plain = (text: string): string =>
      text
        .replace(/\/\*\*.*?\*\//gs, "")
        .replace("ICstVisitor, ", "")
        .replace(/\((\w+)\)\[\]/g, "$1[]")
        .replace(/\s+/g, " ")
        .trim();
    expect(plain(kept)).toBe(plain(made));
  });
});
