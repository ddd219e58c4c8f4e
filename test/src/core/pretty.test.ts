/** Printed tables and numbers, as golden text. */
import { describe, expect, it } from "vitest";
import { formatNumber, indent, textTable } from "../../../src/core/pretty.js";

describe("textTable", () => {
  it("lines columns up, numbers to the right, without trailing blanks", () => {
    const rows = [
      ["users", "1,204", "USER_ID"],
      ["sessions", "98", ""],
    ];
    expect(`\n${textTable(["table", "rows", "key"], rows, ["left", "right"])}`).toBe(`
table      rows  key
--------  -----  -------
users     1,204  USER_ID
sessions     98`);
  });

  it("prints the header alone when there are no rows, and nothing for missing cells", () => {
    expect(textTable(["a", "bc"], [])).toBe("a  bc\n-  --");
    expect(textTable(["a", "b"], [["1"]])).toBe("a  b\n-  -\n1");
  });

  it("counts accents and emoji once", () => {
    expect(
      `\n${textTable(
        ["naïve", "n"],
        [
          ["😀", "1"],
          ["größer", "2"],
        ],
      )}`,
    ).toBe(`
naïve   n
------  -
😀       1
größer  2`);
  });
});

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [1_234_567, "1,234,567"],
    [-42, "-42"],
    [0.123456, "0.1235"],
    [-0.5, "-0.5"],
    [12.3456, "12.35"],
    [999.96, "1000"],
    [1234.5, "1,235"],
    [98_765.4, "98,765"],
    [1e-9, "1e-9"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [Number.NaN, "-"],
    [null, "-"],
    [undefined, "-"],
  ])("%d as %s", (value, expected) => {
    expect(formatNumber(value)).toBe(expected);
  });

  it("keeps as many digits as asked for", () => {
    expect(formatNumber(Math.PI, 2)).toBe("3.1");
    expect(formatNumber(Math.PI, 6)).toBe("3.14159");
  });
});

describe("indent", () => {
  it("moves every line but empty ones", () => {
    expect(indent("a\n\n  b")).toBe("  a\n\n    b");
    expect(indent("a", 4)).toBe("    a");
  });
});
