import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkQuery } from "../../pql/check.js";
import { AGGREGATES, FUNCTIONS } from "../../pql/syntax/ast.js";
import { parseQuery } from "../../pql/syntax/parse.js";
import { printQuery } from "../../pql/syntax/print.js";
import { widerShop } from "../support/shop.js";
import { withoutPlaces } from "./syntax/without-places.js";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "pql/README.md"), "utf8");
const { schema } = widerShop();

/** The text of all files of a folder with an ending, those of folders in it too. */
const textOf = (folder: string, ending: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.endsWith("readme.test.ts"))
    .map((file) => readFileSync(join(root, folder, file), "utf8"))
    .join("\n");
const codesIn = (text: string, pattern: RegExp): string[] =>
  [...new Set(Array.from(text.matchAll(pattern), (match) => match[1]!))].sort();
const listed = codesIn(readme, /^\| ((?:PQL|CFG)\d{3}) \|/gm);
const examples = Array.from(readme.matchAll(/```pql\n(.*?)\n```/gs), (match) => match[1]!);
/** The part of the README about what the published language has. */
const published = readme.slice(0, readme.indexOf("## Beyond the published language"));

describe("the README", () => {
  it("lists every code of the folder, and no other", () => {
    expect(listed).toEqual(codesIn(textOf("pql", ".ts"), /"((?:PQL|CFG)\d{3})"/g));
  });

  it("lists no code twice, and none of the retired ones", () => {
    const rows = Array.from(readme.matchAll(/^\| ((?:PQL|CFG)\d{3}) \|/gm), (match) => match[1]!);
    expect(rows).toEqual([...new Set(rows)].sort(byKindAndNumber));
    const retired = codesIn(readme.slice(readme.indexOf("Retired,")), /(PQL9\d\d)/g);
    expect(retired.filter((code) => rows.includes(code))).toEqual([]);
    expect(retired).toHaveLength(7);
  });

  it.each(listed)("lists %s, which a test or a golden file gives", (code) => {
    const given = `${textOf("test/golden/errors", ".golden.txt")}${textOf("test/pql", ".test.ts")}`;
    expect(given.includes(code)).toBe(true);
  });

  it.each(examples)("shows a query that binds to the shop: %s", (text) => {
    const { errors } = checkQuery(text, schema);
    expect(errors.map((error) => error.format())).toEqual([]);
  });

  it.each(examples)("means what it prints: %s", (text) => {
    const query = parseQuery(text);
    expect(withoutPlaces(parseQuery(printQuery(query)))).toEqual(withoutPlaces(query));
  });

  it("shows the published language first, and what goes beyond it after", () => {
    for (const text of examples) {
      const { extensions, bound } = checkQuery(text, schema);
      const strict = checkQuery(text, schema, { dialect: "kumo" });
      expect([text, strict.errors.length > 0]).toEqual([text, !published.includes(text)]);
      if (extensions.length > 0) expect(strict.bound).toBeUndefined();
      expect(bound).toBeDefined();
    }
  });

  it("names every file of the folder", () => {
    const named = codesIn(readme, /`([a-z-]+\.ts)`/g);
    for (const folder of [".", "syntax", "bind", "plan", "run", "feature"]) {
      const files = readdirSync(join(root, "pql", folder)).filter((file) => file.endsWith(".ts"));
      expect(files.filter((file) => !named.includes(file))).toEqual([]);
    }
  });

  it("names every aggregation and function", () => {
    const words = [...AGGREGATES, ...FUNCTIONS, "EXISTS", "ANCHOR"];
    expect(words.filter((word) => !readme.includes(`\`${word}`))).toEqual([]);
  });
});

/** The language's codes before those of options. */
function byKindAndNumber(a: string, b: string): number {
  const [x, y] = [a, b].map((code) => code.replace("CFG", "Z"));
  return x! < y! ? -1 : 1;
}
