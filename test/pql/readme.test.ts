import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkQuery } from "../../pql/check.js";
import { parseText } from "../../pql/parse.js";
import { shop } from "../support/shop.js";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "pql/README.md"), "utf8");
const textOf = (folder: string, ending: string): string =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(ending) && file !== "readme.test.ts")
    .map((file) => readFileSync(join(root, folder, file), "utf8"))
    .join("\n");
const codesIn = (text: string, pattern: RegExp): string[] =>
  [...new Set(Array.from(text.matchAll(pattern), (match) => match[1]!))].sort();
const listed = codesIn(readme, /^\| ((?:PQL|CFG)\d{3}) \|/gm);

describe("the README", () => {
  it("lists every code of the folder, and no other", () => {
    expect(listed).toEqual(codesIn(textOf("pql", ".ts"), /"((?:PQL|CFG)\d{3})"/g));
  });

  it.each(listed)("lists %s, which a test or a golden file gives", (code) => {
    const given = `${textOf("test/golden/errors", ".golden.txt")}${textOf("test/pql", ".test.ts")}`;
    expect(given).toContain(code);
  });

  it.each(Array.from(readme.matchAll(/```pql\n(.*?)\n```/gs), (match) => match[1]!))(
    "shows a query that binds to the shop: %s",
    (text) => {
      expect(checkQuery(text, shop().schema).errors.map((error) => error.format())).toEqual([]);
    },
  );

  it("names the published words in the strict dialect, but for the last example", () => {
    const examples = Array.from(readme.matchAll(/```pql\n(.*?)\n```/gs), (match) => match[1]!);
    const strict = examples.map((text) => parseText(text, { dialect: "kumo" }).errors.length === 0);
    expect(strict.indexOf(false)).toBe(examples.length - 1);
  });
});
