import { describe, expect, it } from "vitest";
import { bindAll } from "../../../pql/bind/bind.js";
import { parseQuery, parseText } from "../../../pql/syntax/parse.js";
import { printQuery } from "../../../pql/syntax/print.js";
import { fittingSchema } from "../bind/fitting-schema.js";
import { readCorpus } from "./corpus.js";
import { withoutPlaces } from "./without-places.js";

const corpus = readCorpus();
const ofClass = (...verdicts: string[]): [string, string, string | undefined][] =>
  corpus
    .filter((block) => verdicts.includes(block.verdict))
    .map((block) => [
      `${block.number}: ${block.text.split("\n").slice(1).join(" ")}`,
      block.text,
      block.task,
    ]);

describe("the corpus in the strict dialect", () => {
  it("has blocks of every class", () => {
    expect(countEach(corpus.map((block) => block.verdict))).toEqual({
      ok: 88,
      deprecated: 1,
      legacy: 2,
      "semantic-error": 15,
      "syntax-error": 21,
    });
  });

  it.each(ofClass("ok", "deprecated", "legacy", "semantic-error"))("reads %s", (_, text) => {
    for (const dialect of ["kumo", "relgraph"] as const) {
      const query = parseQuery(text, { dialect });
      const printed = printQuery(query);
      expect(withoutPlaces(parseQuery(printed, { dialect: "kumo" }))).toEqual(withoutPlaces(query));
    }
  });

  it.each(ofClass("deprecated"))("warns of %s", (_, text) => {
    expect(parseText(text).warnings.map((warning) => warning.code)).toEqual(["PQL190"]);
  });

  it.each(ofClass("syntax-error"))("refuses %s", (_, text) => {
    expect(parseText(text, { dialect: "kumo" }).errors).not.toEqual([]);
  });

  it("takes what the superset adds", () => {
    const taken = ofClass("syntax-error").filter(([, text]) => parseText(text).query !== null);
    expect(taken.map(([, text]) => parseText(text).extensions[0]?.code)).toEqual([
      "PQL155",
      "PQL160",
      "PQL150",
      "PQL151",
      "PQL152",
      "PQL163",
      "PQL104",
      "PQL153",
      "PQL154",
      "PQL159",
      "PQL166",
      "PQL158",
    ]);
  });
});

describe("the corpus bound to fitting schemas", () => {
  it.each(ofClass("ok", "deprecated"))("has its task: %s", (_, text, task) => {
    for (const dialect of ["kumo", "relgraph"] as const) {
      const query = parseQuery(text, { dialect });
      const { bound, report } = bindAll(query, fittingSchema(query, task), { dialect });
      expect(report.errors.map((error) => error.format())).toEqual([]);
      expect(bound?.targets.map(({ taskType }) => taskType)).toEqual([task]);
    }
  });

  it.each(ofClass("legacy"))("refuses what only older products took: %s", (_, text, task) => {
    const query = parseQuery(text, { dialect: "kumo" });
    const { bound } = bindAll(query, fittingSchema(query, task), { dialect: "kumo" });
    expect(bound).toBeNull();
  });

  it.each(ofClass("semantic-error"))("refuses %s", (_, text, task) => {
    const query = parseQuery(text);
    const { bound, report } = bindAll(query, fittingSchema(query, task), { dialect: "kumo" });
    expect(bound).toBeNull();
    expect(report.errors).not.toEqual([]);
  });

  it("names why each semantic error is one", () => {
    const codes = ofClass("semantic-error").map(([, text, task]) => {
      const query = parseQuery(text);
      const { report } = bindAll(query, fittingSchema(query, task), { dialect: "kumo" });
      return report.errors.map((error) => error.code);
    });
    expect(codes).toMatchInlineSnapshot(`
      [
        [
          "PQL205",
        ],
        [
          "PQL403",
        ],
        [
          "PQL320",
        ],
        [
          "PQL322",
        ],
        [
          "PQL323",
        ],
        [
          "PQL323",
        ],
        [
          "PQL321",
        ],
        [
          "PQL324",
        ],
        [
          "PQL209",
        ],
        [
          "PQL404",
        ],
        [
          "PQL410",
        ],
        [
          "PQL409",
        ],
        [
          "PQL309",
        ],
        [
          "PQL304",
        ],
        [
          "PQL213",
        ],
      ]
    `);
  });
});

function countEach(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
