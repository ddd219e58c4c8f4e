import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spread, timeRuns } from "../../../src/cli/bench-report.js";
import { entityId } from "../../../src/cli/entities.js";
import { explanationPage } from "../../../src/cli/explanation-page.js";
import { describeFailure, EXIT } from "../../../src/cli/failure.js";
import type { CliIo } from "../../../src/cli/io.js";
import { createProgress } from "../../../src/cli/progress.js";
import { csvChunks, jsonRecords } from "../../../src/cli/table-text.js";
import { convertExplanation, unitChange } from "../../../src/cli/units.js";
import { AbortedError, InternalError, PqlError, ShapeError } from "../../../src/core/errors.js";
import {
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import { Table } from "../../../src/data/table.js";
import { shop } from "../../support/shop.js";

describe("failures", () => {
  it("of ours end with 1 and show a stack only for debugging", () => {
    const plain = describeFailure(new TypeError("x is not a function"), false);
    expect(plain.status).toBe(EXIT.ours);
    expect(plain.text).toContain("error[INT001]: x is not a function");
    expect(plain.text).toContain("RELGRAPH_DEBUG=1");
    expect(plain.text).not.toContain("parts.test.ts");
    expect(describeFailure(new TypeError("x"), true).text).toContain("parts.test.ts");
    expect(describeFailure(new InternalError("odd"), false).status).toBe(EXIT.ours);
    expect(describeFailure(new ShapeError("TEN101", "odd"), false).status).toBe(EXIT.ours);
    expect(describeFailure("thrown text", false).text).toContain("thrown text");
  });

  it("of the user end with 2, interruptions with 130", () => {
    const errors = Array.from({ length: 14 }, (_, i) => new PqlError("PQL201", `wrong ${i}`, {}));
    const [first, ...others] = errors;
    const failure = describeFailure(new PqlError(first!.code, first!.message, { others }), false);
    expect(failure.status).toBe(EXIT.input);
    expect(failure.text.match(/error\[/g)).toHaveLength(10);
    expect(failure.text).toContain("… and 4 more errors");
    expect(failure.json.error["others"]).toHaveLength(13);
    expect(describeFailure(new AbortedError("training"), false).status).toBe(EXIT.interrupted);
  });
});

describe("progress", () => {
  /** Shows events one second apart and returns what was drawn. */
  function drawn(isTerminal: boolean): string {
    let text = "";
    let clock = 0;
    const io = {
      stderr: (more: string) => {
        text += more;
      },
      isTerminal,
      width: 60,
      now: () => (clock += 1000),
    } as unknown as CliIo;
    const progress = createProgress(io);
    for (let done = 1; done <= 8; done++) {
      progress.show({ stage: "load", message: `table ${done}`, done, total: 8 });
    }
    progress.show({
      stage: "train",
      message: "epoch 1 of 2",
      done: 1,
      total: 2,
      values: { loss: 0.5 },
    });
    progress.show({ stage: "graph", message: "linking rows" });
    progress.clear();
    return text;
  }

  it("is a few plain lines without a terminal", () => {
    expect(drawn(false).trimEnd().split("\n")).toEqual([
      "load      12 % table 1",
      "load      75 % table 6",
      "load     100 % table 8",
      "train     50 % epoch 1 of 2 loss 0.5",
      "graph    linking rows",
    ]);
  });

  it("is one line that is drawn over on a terminal, and goes at the end", () => {
    const text = drawn(true);
    expect(text).not.toContain("\n");
    expect(text).toContain("[##########..........]");
    expect(text.endsWith("\r\u001b[2K")).toBe(true);
    const lines = text.split("\r\u001b[2K");
    expect(lines.every((line) => line.length < 60)).toBe(true);
  });
});

describe("tables on stdout", () => {
  it("quote what needs it, print lists as JSON and dates bare", () => {
    const day = Date.UTC(2025, 0, 31);
    const table = new Table("t", [
      stringColumn("a,b", ['say "hi"', "", null]),
      numberColumn("n", [1.5, null, -0.25]),
      timestampColumn("day", [day, day, null]),
      timestampColumn("at", [day, day + 1500, null]),
      listColumn("tags", [["x", "y"], [], null]),
    ]);
    expect([...csvChunks(table)].join("")).toBe(
      [
        '"a,b",n,day,at,tags',
        '"say ""hi""",1.5,2025-01-31,2025-01-31T00:00:00.000Z,"[""x"",""y""]"',
        '"",,2025-01-31,2025-01-31T00:00:01.500Z,[]',
        ",-0.25,,,",
        "",
      ].join("\n"),
    );
    expect(jsonRecords(table)[0]).toEqual({
      "a,b": 'say "hi"',
      n: 1.5,
      day: "2025-01-31",
      at: "2025-01-31T00:00:00.000Z",
      tags: ["x", "y"],
    });
  });
});

describe("units", () => {
  it("convert between units of time, and refuse others", () => {
    expect(unitChange("h", "minutes")).toEqual({ unit: "hours", factor: 1 / 60 });
    expect(unitChange("days", "hours").factor).toBeCloseTo(1 / 24);
    expect(() => unitChange("hours", null)).toThrow("unit is unknown");
    expect(() => unitChange("hours", "USD")).toThrow("the target is in `USD`");
    expect(() => unitChange("parsecs", "minutes")).toThrow("found `1 parsecs`");
  });
});

describe("explanations", () => {
  const explanation = {
    entity: { id: 1 },
    timestamp: "2025-03-05",
    unit: "minutes",
    prediction: 60,
    baseline: 30,
    contributions: [
      {
        label: "<b>Sessions</b>",
        value: 3,
        display: "3",
        comparison: "median 2",
        contribution: 40,
        share: 0.8,
        direction: "up" as const,
        family: "sessions",
        evidence: [{ table: "sessions", key: { id: "S<1>" } }],
      },
    ],
    other: { contribution: -10, share: 0.2 },
  };

  it("still add up in another unit", () => {
    const hours = convertExplanation(explanation, unitChange("hours", "minutes"));
    expect(hours).toMatchObject({ unit: "hours", prediction: 1, baseline: 0.5 });
    expect(hours.contributions[0]!.value).toBe(3);
    const [reason] = hours.contributions;
    expect(hours.baseline + reason!.contribution + hours.other.contribution).toBeCloseTo(1);
  });

  it("are a page with all texts escaped", () => {
    const page = explanationPage(explanation, "PREDICT a < b", "User 1 & friends");
    expect(page).toContain("<title>User 1 &amp; friends</title>");
    expect(page).toContain("&lt;b&gt;Sessions&lt;/b&gt;");
    expect(page).toContain("PREDICT a &lt; b");
    expect(page).toContain("S&lt;1&gt;");
    expect(page).not.toContain("<script");
  });
});

describe("entities", () => {
  it("are numbers where the key holds numbers, and texts elsewhere", () => {
    const db = shop();
    expect(entityId(db, "users", "2")).toBe(2);
    expect(entityId(db, "users", "two")).toBe("two");
    expect(entityId(db, "items", "2")).toBe("2");
  });
});

describe("benchmark figures", () => {
  it("hold the median between the least and the greatest run", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
        (runs) => {
          const { min, median, max } = spread(runs);
          return min <= median && median <= max && runs.includes(min) && runs.includes(max);
        },
      ),
    );
  });

  it("leave the first run out: it warms up", () => {
    const seen: number[] = [];
    let clock = 0;
    const timed = timeRuns(
      3,
      (index) => seen.push(index),
      () => (clock += 500),
    );
    expect(seen).toEqual([-1, 0, 1, 2]);
    expect(timed).toEqual({ median: 0.5, min: 0.5, max: 0.5, runs: 3 });
  });
});
