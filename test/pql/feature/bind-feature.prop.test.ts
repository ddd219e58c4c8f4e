import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindFeature } from "../../../pql/feature/bind-feature.js";
import { PqlError } from "../../../src/core/errors.js";
import { arbFlags, arbRows, build } from "../run/rich-database.js";
import { userFeatures } from "../run/rich-queries.js";

const arbCase = arbFlags.chain((flags) =>
  fc.record({ flags: fc.constant(flags), rows: arbRows, text: userFeatures(flags) }),
);
const PIECES = [
  "",
  " ",
  ")",
  "(",
  ",",
  "0",
  "30",
  "-",
  "WHERE ",
  "users.age",
  "'",
  ":p",
  "FOR EACH",
];

describe("bindFeature", () => {
  it("means what it prints", () => {
    fc.assert(
      fc.property(arbCase, ({ flags, rows, text }) => {
        const { schema } = build(rows, flags).db;
        const feature = bindFeature(text, schema, "users");
        const again = bindFeature(feature.text, schema, "users");
        expect([again.text, again.kind, String(again)]).toEqual([
          feature.text,
          feature.kind,
          String(feature),
        ]);
      }),
      { numRuns: 100 },
    );
  });

  it("points into the text whatever is wrong with it, and never lets a window look ahead", () => {
    const arbCut = fc.tuple(fc.nat(200), fc.nat(12), fc.constantFrom(...PIECES));
    let bound = 0;
    let refused = 0;
    fc.assert(
      fc.property(arbCase, fc.array(arbCut, { maxLength: 2 }), ({ flags, rows, text }, cuts) => {
        const { schema } = build(rows, flags).db;
        const broken = cuts.reduce((whole, [place, length, piece]) => {
          const start = place % (whole.length + 1);
          return whole.slice(0, start) + piece + whole.slice(start + length);
        }, text);
        try {
          const feature = bindFeature(broken, schema, "users");
          bound++;
          expect(feature.text).not.toMatch(/, [1-9]\d*, (days|weeks|months|hours)\)/);
        } catch (error) {
          if (!(error instanceof PqlError)) throw error;
          refused++;
          const { start, end } = error.span!;
          expect(start >= 0 && start <= end && end <= broken.length).toBe(true);
          expect(error.source).toBe(broken);
          expect(error.message).not.toMatch(/\bquery\b/);
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(bound, refused)).toBeGreaterThan(20);
  });
});
