import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigError } from "../../../src/core/errors.js";
import { formatTime, MS_PER_DAY, parseTime, type TimeWindow } from "../../../src/core/time.js";
import {
  assignSplit,
  defaultAnchors,
  explicitAnchors,
  labelEnd,
  randomSplit,
  relbenchAnchors,
  splitAnchors,
  splitAtTimes,
  temporalSplit,
} from "../../../src/task/splits.js";
import type { TrainingTable } from "../../../src/task/training-table.js";

const at = (text: string): number => parseTime(text)!;
const dates = (anchors: Float64Array): string[] => Array.from(anchors, formatTime);
const days = (start: number, end: number): TimeWindow => ({ start, end, unit: "days" });
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as ConfigError).code;
  }
  return "none";
};

describe("relbenchAnchors", () => {
  /** The cuts of rel-f1; its last race is of November 2023. */
  const f1 = {
    valTime: at("2005-01-01"),
    testTime: at("2010-01-01"),
    minTime: at("1950-05-13"),
    maxTime: at("2023-11-26"),
    evalAnchors: 40,
  };

  it("ends rel-f1 driver-position's test with the published seed of 2016-05-29", () => {
    const { train, val, test } = relbenchAnchors({ ...f1, delta: { count: 60, unit: "days" } });
    expect(test.length).toBe(40);
    expect(dates(test).at(-1)).toBe("2016-05-29");
    expect(dates(val)[0]).toBe("2005-01-01");
    // 1,826 days between the cuts hold 30 windows of 60 days.
    expect(val.length).toBe(30);
    expect(dates(train)).toContain("1950-06-19");
    expect(dates(train)).toContain("2004-09-03");
    expect(dates(train).at(-1)).toBe("2004-11-02");
  });

  it("ends rel-f1 driver-dnf's and driver-top3's test with the published seed of 2013-03-16", () => {
    const { train, test } = relbenchAnchors({ ...f1, delta: { count: 30, unit: "days" } });
    expect(dates(test).at(-1)).toBe("2013-03-16");
    expect(dates(train)).toContain("1994-02-28");
  });

  it("takes the first training anchor at or after the first row", () => {
    const { train } = relbenchAnchors({
      valTime: at("2020-04-10"),
      testTime: at("2020-04-20"),
      minTime: at("2020-03-11"),
      maxTime: at("2020-04-30"),
      delta: { count: 10, unit: "days" },
    });
    expect(dates(train)).toEqual(["2020-03-11", "2020-03-21", "2020-03-31"]);
  });

  it("never lets a validation window pass the test cut, nor a test window the data", () => {
    const { val, test } = relbenchAnchors({
      valTime: at("2020-02-01"),
      testTime: at("2020-03-02"),
      minTime: at("2019-01-01"),
      maxTime: at("2020-03-24"),
      delta: { count: 10, unit: "days" },
      evalAnchors: 9,
    });
    expect(dates(val)).toEqual(["2020-02-01", "2020-02-11", "2020-02-21"]);
    expect(dates(test)).toEqual(["2020-03-02", "2020-03-12"]);
  });

  it.each([
    ["CFG170", { delta: { count: 40, unit: "days" } }],
    ["CFG171", { maxTime: at("2020-03-05") }],
    ["CFG172", { minTime: at("2020-01-20") }],
    ["CFG173", { evalAnchors: 0 }],
  ] as const)("refuses with %s what cannot be", (code, wrong) => {
    const protocol = {
      valTime: at("2020-02-01"),
      testTime: at("2020-03-01"),
      minTime: at("2019-01-01"),
      maxTime: at("2020-03-30"),
      delta: { count: 10, unit: "days" },
      ...wrong,
    } as const;
    expect(codeOf(() => relbenchAnchors(protocol))).toBe(code);
  });
});

describe("defaultAnchors", () => {
  it("starts a horizon before the last row and steps back by the span", () => {
    const anchors = defaultAnchors({
      window: days(0, 30),
      minTime: at("2023-09-01"),
      maxTime: at("2023-12-31"),
    });
    expect(dates(anchors)).toEqual(["2023-09-02", "2023-10-02", "2023-11-01", "2023-12-01"]);
  });

  it("waits for a delayed window and steps by its length", () => {
    const options = { window: days(10, 30), minTime: at("2023-11-01"), maxTime: at("2023-12-31") };
    expect(dates(defaultAnchors(options))).toEqual(["2023-11-11", "2023-12-01"]);
  });

  it("steps by calendar months without drifting", () => {
    const window: TimeWindow = { start: 0, end: 1, unit: "months" };
    const options = { window, minTime: at("2023-01-01"), maxTime: at("2023-05-31") };
    expect(dates(defaultAnchors(options))).toEqual([
      "2023-01-30",
      "2023-02-28",
      "2023-03-30",
      "2023-04-30",
    ]);
  });

  it("takes another step", () => {
    const options = { window: days(0, 30), minTime: at("2023-11-10"), maxTime: at("2023-12-31") };
    const step = { count: 1, unit: "weeks" } as const;
    expect(dates(defaultAnchors({ ...options, step }))).toEqual([
      "2023-11-10",
      "2023-11-17",
      "2023-11-24",
      "2023-12-01",
    ]);
  });

  it("refuses a window longer than the data, and a step of nothing", () => {
    const options = { window: days(0, 30), minTime: at("2023-12-10"), maxTime: at("2023-12-31") };
    expect(codeOf(() => defaultAnchors(options))).toBe("CFG174");
    const step = { count: 0, unit: "days" } as const;
    expect(codeOf(() => defaultAnchors({ ...options, step }))).toBe("CFG179");
  });
});

describe("splitAnchors", () => {
  const every = (n: number, distance: number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => i * distance * MS_PER_DAY);

  it("cuts whole timeframes 8 to 1 to 1", () => {
    const split = splitAnchors(every(10, 30), [days(0, 30)]);
    expect([split.train.length, split.val.length, split.test.length]).toEqual([8, 1, 1]);
  });

  it("leaves out anchors whose label window reaches into the next part", () => {
    const split = splitAnchors(every(20, 10), [days(0, 25)]);
    expect([split.train.length, split.val.length, split.test.length]).toEqual([12, 2, 2]);
  });

  it("keeps label windows of different parts apart", () => {
    const arb = fc.record({
      n: fc.integer({ min: 3, max: 60 }),
      distance: fc.integer({ min: 1, max: 40 }),
      start: fc.nat(20),
      length: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(arb, ({ n, distance, start, length }) => {
        const windows = [days(start, start + length)];
        let split: ReturnType<typeof splitAnchors>;
        try {
          split = splitAnchors(every(n, distance), windows);
        } catch (error) {
          expect((error as ConfigError).code).toBe("CFG175");
          return;
        }
        const closes = (anchors: Float64Array): number => labelEnd(anchors.at(-1)!, windows);
        expect(closes(split.train)).toBeLessThanOrEqual(split.val[0]!);
        expect(closes(split.val)).toBeLessThanOrEqual(split.test[0]!);
      }),
    );
  });

  it("refuses ratios that are not positive", () => {
    expect(codeOf(() => splitAnchors(every(10, 30), [], [1, 0, 0]))).toBe("CFG176");
  });
});

describe("explicitAnchors", () => {
  it("sorts the lists and drops repetitions", () => {
    const split = explicitAnchors({ train: [20, 10, 20], val: [30], test: [40] }, []);
    expect([...split.train]).toEqual([10, 20]);
  });

  it("refuses a training window that ends after validation begins", () => {
    const lists = { train: [at("2023-01-01")], val: [at("2023-01-15")], test: [at("2023-03-01")] };
    expect(codeOf(() => explicitAnchors(lists, [days(0, 30)]))).toBe("CFG177");
    expect(codeOf(() => explicitAnchors(lists, [days(0, 14)]))).toBe("none");
  });
});

describe("assignSplit", () => {
  const table = { anchorTimes: Float64Array.of(1, 1, 2, 3) } as TrainingTable;

  it("marks rows by the part of their anchor", () => {
    const split = { train: Float64Array.of(1), val: Float64Array.of(2), test: Float64Array.of(3) };
    expect([...assignSplit(table, split).split!]).toEqual([0, 0, 1, 2]);
  });

  it("refuses rows of other anchors", () => {
    const split = { train: Float64Array.of(1), val: Float64Array.of(2), test: Float64Array.of(4) };
    expect(codeOf(() => assignSplit(table, split))).toBe("CFG178");
  });
});

describe("splits of static rows", () => {
  it("cuts shuffled rows at whole shares, the same for the same seed", () => {
    const codes = randomSplit(25, { seed: 3 });
    const sizes = [0, 1, 2].map((code) => codes.filter((c) => c === code).length);
    expect(sizes).toEqual([20, 2, 3]);
    expect(randomSplit(25, { seed: 3 })).toEqual(codes);
    expect(randomSplit(25, { seed: 4 })).not.toEqual(codes);
  });

  it("gives early rows to train, late ones to test", () => {
    const codes = temporalSplit(Float64Array.of(9, 0, 1, 2, 3, 4, 5, 6, 7, 8));
    expect([...codes]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("splits at two times, both ends closed", () => {
    expect([...splitAtTimes(Float64Array.of(1, 2, 3, 4), 2, 3)]).toEqual([0, 0, 1, 2]);
  });

  it("splits nothing into nothing", () => {
    expect(randomSplit(0).length).toBe(0);
    expect(temporalSplit(new Float64Array(0)).length).toBe(0);
  });
});
