import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fuzzInput } from "../../../benchmarks/pql-inputs.js";
import { checkQuery } from "../../../pql/check.js";
import type { Dialect } from "../../../pql/syntax/ast.js";
import { parseQuery } from "../../../pql/syntax/parse.js";
import { printQuery } from "../../../pql/syntax/print.js";
import { createRng } from "../../../src/core/random.js";
import type { Span } from "../../../src/core/span.js";
import { widerShop } from "../../support/shop.js";
import { readCorpus } from "./corpus.js";
import { withoutPlaces } from "./without-places.js";

const { schema } = widerShop();
const golden = join(import.meta.dirname, "../../golden");
const texts = ["errors", "queries"].flatMap((folder) =>
  readdirSync(join(golden, folder))
    .filter((file) => file.endsWith(".pql"))
    .sort()
    .map((file) => readFileSync(join(golden, folder, file), "utf8")),
);
const seeds = [...readCorpus().map(({ text }) => text), ...texts];
const inputs = (seed: number, count: number): string[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => fuzzInput(rng, seeds));
};

/** Checks what holds of every answer, whatever the text. */
function answer(text: string, bound: boolean, dialect: Dialect): ReturnType<typeof checkQuery> {
  const found = checkQuery(text, bound ? schema : undefined, { dialect });
  const inside = (span: Span): boolean =>
    0 <= span.start && span.start <= span.end && span.end <= text.length;
  for (const { code, span, message } of [...found.errors, ...found.warnings]) {
    if (!/^PQL\d{3}$/.test(code) || !span || !inside(span) || message === "") {
      throw new Error(`${code} at ${JSON.stringify(span)} of ${JSON.stringify(text)}: ${message}`);
    }
  }
  if (!found.extensions.every(({ code, span }) => /^PQL1\d\d$/.test(code) && inside(span))) {
    throw new Error(`an extension of ${JSON.stringify(text)} has no place`);
  }
  const good = bound ? found.bound !== undefined : found.query !== undefined;
  if (good !== (found.errors.length === 0)) {
    throw new Error(`neither a result nor an error for ${JSON.stringify(text)}`);
  }
  return found;
}

describe("10,000 texts that try to break it", () => {
  it("are answered with errors of ours that lie in the text, without a schema", () => {
    let read = 0;
    for (const text of inputs(1, 10_000)) if (answer(text, false, "relgraph").query) read++;
    // The inputs are near enough to queries to get behind the first word.
    expect(read).toBeGreaterThan(1000);
  });

  it("are answered with errors of ours that lie in the text, with a schema", () => {
    let bound = 0;
    for (const text of inputs(2, 10_000)) if (answer(text, true, "relgraph").bound) bound++;
    expect(bound).toBeGreaterThan(100);
  });

  it("are answered in the strict dialect, which takes no more than the other", () => {
    for (const text of inputs(3, 3000)) {
      const strict = answer(text, true, "kumo");
      if (strict.query) expect(checkQuery(text).query).toBeDefined();
    }
  });

  it("mean what they print, where they can be read", () => {
    for (const text of inputs(4, 5000)) {
      const { query } = checkQuery(text);
      if (!query) continue;
      expect(withoutPlaces(parseQuery(printQuery(query)))).toEqual(withoutPlaces(query));
    }
  });

  it("print as errors that name nothing of the machinery", () => {
    for (const text of inputs(5, 2000)) {
      for (const error of checkQuery(text, schema).errors.slice(0, 5)) {
        expect(`${error.message} ${error.hint ?? ""}`).not.toMatch(
          /-->|<--|undefined|NaN|\[object|Infinity/,
        );
      }
    }
  });
});

describe("endless texts", () => {
  const where = (condition: string): string =>
    `PREDICT COUNT(orders.*, 0, 7) FOR EACH users.id WHERE ${condition}`;

  it.each([
    ["a text", where(`users.country = '${"x".repeat(2_000_000)}'`), []],
    ["escapes", where(`users.country = '${"\\n".repeat(2_000_000)}'`), []],
    ["an open text", where(`users.country = "${"x".repeat(2_000_000)}`), ["PQL003"]],
    ["a comment", where(`users.age = 1 /*${"* a".repeat(1_000_000)}*/`), []],
    ["open comments", "/* ".repeat(100_000), ["PQL008"]],
    ["an open name", `\`${"x".repeat(1_000_000)}`, ["PQL002"]],
    ["a name", where(`${"x".repeat(300_000)}.y = 1`), ["PQL201"]],
    ["digits", where(`users.age = ${"9".repeat(1_000_000)}`), ["PQL007"]],
    ["dots", "a.".repeat(100_000), ["PQL106"]],
    ["signs", where(`users.age = ${"-".repeat(50_000)}1`), ["PQL100"]],
    ["minuses", where(`users.age = ${"- ".repeat(50_000)}1`), ["PQL112"]],
    ["brackets", where("(".repeat(50_000)), ["PQL112"]],
    ["negations", where("NOT ".repeat(50_000)), ["PQL112"]],
    ["a sum", where(`users.age > 1${" + 1".repeat(20_000)}`), ["PQL112"]],
    ["commas", where(`users.age IN (${",".repeat(5000)}`), ["PQL100"]],
    ["words", "predict ".repeat(20_000), ["PQL100"]],
    ["targets", `PREDICT ${"users.age, ".repeat(3000)}users.age FOR EACH users.id`, ["PQL114"]],
    ["terms", where(Array(5000).fill("users.age = 1").join(" OR ")), []],
    ["a list", where(`users.age IN (${Array(20_000).fill("1").join(", ")})`), []],
    ["lists", where(`users.age IN (${Array(20_000).fill("(1)").join(", ")})`), ["PQL302"]],
    ["unknown names", where(Array(2000).fill("users.agee = 1").join(" OR ")), ["PQL202"]],
  ])("of %s end", (_, text, codes) => {
    const { errors } = answer(text, true, "relgraph");
    expect([...new Set(errors.map((error) => error.code))]).toEqual(codes);
  });

  it("with sums in sums are refused, before anybody walks them", () => {
    const sum = (depth: number): string =>
      depth === 0 ? "1" : `(${sum(depth - 1)}${" + users.age".repeat(150)})`;
    const codes = (depth: number): string[] =>
      answer(where(`users.age > ${sum(depth)}`), true, "relgraph").errors.map(({ code }) => code);
    expect(codes(2)).toEqual([]);
    expect(codes(90)).toEqual(["PQL112"]);
  });
});
