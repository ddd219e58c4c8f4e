/** Positions and carets: lines, tabs, unicode, and spans at or past the end. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caretExcerpt, joinSpans, lineColumn } from "../../../src/core/span.js";

describe("lineColumn", () => {
  it.each([
    ["", 0, 1, 1],
    ["ab\ncd", 0, 1, 1],
    ["ab\ncd", 2, 1, 3],
    ["ab\ncd", 3, 2, 1],
    ["ab\ncd", 5, 2, 3],
    ["ab\n\n", 4, 3, 1],
  ])("of %j at %i is %i:%i", (source, offset, line, column) => {
    expect(lineColumn(source, offset)).toEqual({ line, column });
  });

  it("counts as if every character were read one by one", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\n", "\t", "é", "😀") });
    fc.assert(
      fc.property(text, fc.nat(), (source, n) => {
        const offset = source.length === 0 ? 0 : n % (source.length + 1);
        let [line, column] = [1, 1];
        for (let i = 0; i < offset; i++) {
          if (source[i] === "\n") [line, column] = [line + 1, 1];
          else column++;
        }
        expect(lineColumn(source, offset)).toEqual({ line, column });
      }),
    );
  });
});

describe("joinSpans", () => {
  it("covers both, whichever comes first", () => {
    const [a, b] = [
      { start: 5, end: 9 },
      { start: 1, end: 3 },
    ];
    expect(joinSpans(a, b)).toEqual({ start: 1, end: 9 });
    expect(joinSpans(b, a)).toEqual({ start: 1, end: 9 });
    expect(joinSpans(a, { start: 6, end: 7 })).toEqual(a);
  });
});

describe("caretExcerpt", () => {
  const excerpt = (source: string, start: number, end: number): string =>
    `\n${caretExcerpt(source, { start, end })}`;

  it("keeps tabs, so that carets stand under the text at any tab width", () => {
    expect(excerpt("\tWHERE\tx > 1", 7, 8)).toBe("\n  1 | \tWHERE\tx > 1\n    | \t     \t^");
  });

  it("points at a word of a later line and numbers that line", () => {
    expect(excerpt("PREDICT x\nFOR EACH y", 14, 18)).toBe(`
  2 | FOR EACH y
    |     ^^^^`);
  });

  it("stops at the end of the line where the span goes on", () => {
    expect(excerpt("ab cd\nef", 3, 8)).toBe(`
  1 | ab cd
    |    ^^`);
  });

  it("gives an empty span, and the end of the text, one caret", () => {
    expect(excerpt("abc", 1, 1)).toBe(`
  1 | abc
    |  ^`);
    expect(excerpt("abc", 3, 3)).toBe(`
  1 | abc
    |    ^`);
    expect(excerpt("", 0, 0)).toBe("\n  1 | \n    | ^");
  });

  it("counts UTF-16 units, as spans do", () => {
    expect(excerpt("größe > 1", 0, 5)).toBe(`
  1 | größe > 1
    | ^^^^^`);
  });

  it("widens the numbers of long queries", () => {
    const source = `${"\n".repeat(1233)}x`;
    expect(excerpt(source, 1233, 1234)).toBe(`
1234 | x
     | ^`);
  });

  it("cuts a very long line around the place it points at", () => {
    const source = `PREDICT ${"x ".repeat(5_000)}HERE ${"y ".repeat(5_000)}`;
    const at = source.indexOf("HERE");
    const [text, carets] = caretExcerpt(source, { start: at, end: at + 4 }).split("\n");
    expect(text!.length).toBeLessThan(300);
    expect(text).toMatch(/^ {2}1 \| … (x )+HERE (y ?)+ …$/);
    expect(text!.indexOf("HERE")).toBe(carets!.indexOf("^^^^"));
  });
});
