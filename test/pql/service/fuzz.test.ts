import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyFix } from "../../../pql/service/diagnose.js";
import { createLanguageService } from "../../../pql/service/language-service.js";
import type { Diagnostic, Hover } from "../../../pql/service/types.js";
import { shop } from "../../support/shop.js";
import { corpusTexts, SUPERSET } from "./support.js";

const { schema } = shop();
const texts = [...corpusTexts(), ...SUPERSET];
const services = [
  createLanguageService(schema, { params: { days: 7 } }),
  createLanguageService(schema, { dialect: "kumo" }),
  createLanguageService(),
];
const scraps = [
  "",
  " ",
  "(",
  ")",
  ",",
  ".",
  "`",
  "'",
  '"',
  "#",
  "--",
  "/*",
  "*/",
  ":",
  "§",
  "-",
  "->",
  "\n",
  "VIA",
  "NOT",
  "users.",
  "0",
  "“",
  "FOR",
  "😀",
];

/** A query cut, with a scrap in its place. */
const broken = fc
  .record({
    text: fc.constantFrom(...texts),
    start: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    scrap: fc.constantFrom(...scraps),
    offset: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ text, start, length, scrap, offset }) => {
    const from = Math.floor(start * text.length);
    const mutated = text.slice(0, from) + scrap + text.slice(from + length);
    return { text: mutated, offset: Math.round(offset * mutated.length) };
  });

/** Calls every function, and names what breaks a promise; one `expect` for all, since each costs more than a call. */
function tryEverything(text: string, offset: number): void {
  const broken = services.flatMap((service) => [
    ...service.diagnostics(text).flatMap((problem) => brokenDiagnostic(problem, text)),
    ...service
      .complete(text, offset)
      .filter(
        ({ replace: { start, end }, insertText }) =>
          insertText === "" || start > offset || end < offset || end > text.length,
      )
      .map(({ label }) => `completion ${label}`),
    ...brokenHover(service.hover(text, offset), offset),
    ...(service.format(text, { width: offset }).text === "" && text !== "" ? ["format"] : []),
  ]);
  expect(broken).toEqual([]);
}

function brokenDiagnostic(
  { code, span, range, fix, choices = [] }: Diagnostic,
  text: string,
): string[] {
  const inText = span.start >= 0 && span.end >= span.start && span.end <= text.length;
  const inOrder = range.end.line >= range.start.line && range.start.column >= 1;
  const repairs = [...(fix ? [fix] : []), ...choices];
  const changing = repairs.every((repair) => applyFix(text, repair) !== text);
  return /^PQL\d{3}$/.test(code) && inText && inOrder && changing ? [] : [`diagnostic ${code}`];
}

function brokenHover(hover: Hover | null, offset: number): string[] {
  if (!hover) return [];
  const { span, markdown } = hover;
  const covers = span.start <= offset && offset <= span.end;
  return covers && !/undefined|NaN|\[object/.test(markdown) ? [] : [`hover ${markdown}`];
}

describe("the language service", () => {
  it("never throws, whatever the text and the offset", () => {
    fc.assert(
      fc.property(broken, ({ text, offset }) => tryEverything(text, offset)),
      { numRuns: 1500 },
    );
  });

  it("never throws on any characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, offset) =>
        tryEverything(text, Math.min(offset, text.length)),
      ),
      { numRuns: 300 },
    );
  });

  it("never throws at any offset of a whole query or its beginnings", () => {
    for (const text of SUPERSET) {
      for (let end = 0; end <= text.length; end++) tryEverything(text.slice(0, end), end);
    }
  });

  it("takes offsets outside of the text", () => {
    for (const offset of [-5, 1e9, Number.NaN, 2.5, Number.POSITIVE_INFINITY]) {
      for (const service of services) {
        expect(() => service.complete("PREDICT ", offset)).not.toThrow();
        expect(() => service.hover("PREDICT users.age", offset)).not.toThrow();
      }
    }
  });

  it("takes deep and long texts", () => {
    const long = `PREDICT users.age FOR EACH users.id WHERE ${Array(3000).fill("users.age = 1").join(" AND ")}`;
    for (const text of [
      "(".repeat(3000),
      "NOT ".repeat(3000),
      "PREDICT COUNT(".repeat(500),
      long,
      "`".repeat(3000),
      "/*".repeat(3000),
    ]) {
      for (const service of services.slice(0, 1)) {
        service.diagnostics(text);
        service.complete(text, text.length);
        service.hover(text, Math.floor(text.length / 2));
        service.format(text);
      }
    }
  });
});
