/** Times: calendar units that clamp, years far away, zones, durations, and the one rule of windows. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/core/errors.js";
import {
  addTime,
  approximateMs,
  formatTime,
  formatWindow,
  MS_PER_DAY,
  parseTime,
  placeWindow,
  requireDuration,
  requireTime,
  type TimeUnit,
} from "../../../src/core/time.js";

const UNITS: readonly TimeUnit[] = [
  "milliseconds",
  "seconds",
  "minutes",
  "hours",
  "days",
  "weeks",
  "months",
  "quarters",
  "years",
];
const at = (text: string): number => parseTime(text)!;
const time = fc.integer({ min: -4e12, max: 1e13 });
const unit = fc.constantFrom(...UNITS);

describe("addTime", () => {
  it.each([
    ["2024-01-31", 1, "months", "2024-02-29"],
    ["2023-01-31", 1, "months", "2023-02-28"],
    ["2024-03-31", -1, "months", "2024-02-29"],
    ["2024-01-31", -2, "months", "2023-11-30"],
    ["2024-01-15", -1, "months", "2023-12-15"],
    ["2024-12-31", 2, "months", "2025-02-28"],
    ["2024-02-29", 12, "months", "2025-02-28"],
    ["2024-02-29", 1, "years", "2025-02-28"],
    ["2024-02-29", -4, "years", "2020-02-29"],
    ["1900-01-29", 1, "months", "1900-02-28"],
    ["2000-01-30", 1, "months", "2000-02-29"],
    ["2023-11-30", 1, "quarters", "2024-02-29"],
    ["2024-05-31", -1, "quarters", "2024-02-29"],
    ["1969-12-31", 2, "months", "1970-02-28"],
    ["1970-01-31", -1, "months", "1969-12-31"],
    ["1868-03-31T23:59:59.999", -1, "months", "1868-02-29T23:59:59.999Z"],
    ["0004-01-31", 1, "months", "0004-02-29"],
    ["0000-12-31", 1, "years", "0001-12-31"],
    ["0099-12-31", 1, "days", "0100-01-01"],
    ["2024-03-01", -1, "days", "2024-02-29"],
    ["1970-01-01", -1, "milliseconds", "1969-12-31T23:59:59.999Z"],
    ["2024-01-01", 2, "weeks", "2024-01-15"],
    ["2024-01-01", -90, "minutes", "2023-12-31T22:30:00Z"],
  ] as const)("%s %+i %s is %s", (from, count, by, expected) => {
    expect(formatTime(addTime(at(from), count, by))).toBe(expected);
  });

  it("gives no bound for an infinite count", () => {
    for (const by of UNITS) expect(addTime(0, -Infinity, by)).toBe(-Infinity);
  });

  it("leaves an infinite time as it is", () => {
    for (const by of UNITS) expect(addTime(Infinity, -2, by)).toBe(Infinity);
  });

  it("keeps the time of day and lands in the month it counts to", () => {
    fc.assert(
      fc.property(time, fc.integer({ min: -1500, max: 1500 }), (start, months) => {
        const end = addTime(start, months, "months");
        const [before, after] = [new Date(start), new Date(end)];
        const monthsOf = (d: Date): number => d.getUTCFullYear() * 12 + d.getUTCMonth();
        const ofDay = (t: number): number => ((t % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
        expect(monthsOf(after)).toBe(monthsOf(before) + months);
        expect(ofDay(end)).toBe(ofDay(start));
        const clamped = after.getUTCDate() < before.getUTCDate();
        expect(after.getUTCDate()).toBeLessThanOrEqual(before.getUTCDate());
        if (clamped) expect(new Date(end + MS_PER_DAY).getUTCDate()).toBe(1);
      }),
    );
  });

  it("never goes back when the start or the count grows", () => {
    fc.assert(
      fc.property(time, fc.nat(1e11), fc.integer({ min: -300, max: 300 }), unit, (t, d, n, by) => {
        expect(addTime(t + d, n, by)).toBeGreaterThanOrEqual(addTime(t, n, by));
        expect(addTime(t, n + 1, by)).toBeGreaterThan(addTime(t, n, by));
      }),
    );
  });

  it("undoes itself for units of fixed length", () => {
    const fixed = fc.constantFrom<TimeUnit>("milliseconds", "minutes", "days", "weeks");
    fc.assert(
      fc.property(time, fc.integer({ min: -1e4, max: 1e4 }), fixed, (t, n, by) => {
        expect(addTime(addTime(t, n, by), -n, by)).toBe(t);
      }),
    );
  });
});

describe("placeWindow", () => {
  it("is open at the start and closed at the end, around the anchor", () => {
    const window = { start: -30, end: 0, unit: "days" } as const;
    expect(placeWindow(at("2024-03-31"), window)).toEqual({
      from: at("2024-03-01"),
      to: at("2024-03-31"),
    });
    expect(formatWindow(window)).toBe("(t - 30 days, t]");
  });

  it("clamps both ends by the calendar", () => {
    const { from, to } = placeWindow(at("2024-03-31"), { start: -1, end: 1, unit: "months" });
    expect([formatTime(from), formatTime(to)]).toEqual(["2024-02-29", "2024-04-30"]);
  });

  it("has no start where the window has none", () => {
    const window = { start: -Infinity, end: 0, unit: "days" } as const;
    expect(placeWindow(5, window)).toEqual({ from: -Infinity, to: 5 });
    expect(formatWindow(window)).toBe("(-inf, t]");
  });

  it("splits time into adjacent windows: every later row is in exactly one of them", () => {
    const count = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        time,
        count,
        unit,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (t, n, by, part) => {
          const end = addTime(t, 4 * n, by);
          const row = Math.min(end, Math.floor(t + part * (end - t)) + 1);
          const windows = [0, 1, 2, 3].map((i) =>
            placeWindow(t, { start: i * n, end: (i + 1) * n, unit: by }),
          );
          expect(windows.filter(({ from, to }) => row > from && row <= to)).toHaveLength(1);
          expect(windows.some(({ from, to }) => t > from && t <= to)).toBe(false);
        },
      ),
    );
  });

  it("moves forward with its anchor", () => {
    const start = fc.integer({ min: -60, max: 59 });
    fc.assert(
      fc.property(
        time,
        fc.nat(1e10),
        start,
        fc.integer({ min: 1, max: 60 }),
        unit,
        (t, d, s, l, by) => {
          const window = { start: s, end: s + l, unit: by };
          const [now, later] = [placeWindow(t, window), placeWindow(t + d, window)];
          expect(now.from).toBeLessThan(now.to);
          expect(later.from).toBeGreaterThanOrEqual(now.from);
          expect(later.to).toBeGreaterThanOrEqual(now.to);
        },
      ),
    );
  });
});

describe("parseTime and formatTime", () => {
  it.each([
    ["2024-02-29", "2024-02-29"],
    ["2024-2-9", "2024-02-09"],
    [" 2024-02-29 12:30 ", "2024-02-29T12:30:00Z"],
    ["2024-02-29T12:30:00.5+02:00", "2024-02-29T10:30:00.500Z"],
    ["2024-02-29T12:30:00-0330", "2024-02-29T16:00:00Z"],
    ["2024-02-29T23:30:00-05", "2024-03-01T04:30:00Z"],
    ["2024-02-29t12:30", null],
    ["2024-02-29T12:30:00z", "2024-02-29T12:30:00Z"],
    ["2024-02-29T12:30:00,123456789", "2024-02-29T12:30:00.123Z"],
    ["2024-02-29T24:00", "2024-03-01"],
    ["2016-12-31T23:59:60Z", "2017-01-01"],
    ["1868-02-29", "1868-02-29"],
    ["0001-01-01", "0001-01-01"],
    ["0099-12-31", "0099-12-31"],
    ["2023-02-29", null],
    ["2024-04-31", null],
    ["2024-13-01", null],
    ["2024-00-10", null],
    ["2024-01-00", null],
    ["2024-01-01T25:00", null],
    ["2024-01-01T24:01", null],
    ["2024-01-01T10:60", null],
    ["2024-01-01T10", null],
    ["24-01-01", null],
    ["2024/01/01", null],
    ["tomorrow", null],
    ["", null],
  ])("read %j as %s", (text, expected) => {
    const found = parseTime(text);
    expect(found === null ? null : formatTime(found)).toBe(expected);
  });

  it("are each other's inverse, years far away included", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (t) => {
        expect(parseTime(formatTime(t))).toBe(t);
      }),
    );
  });

  it("print what is no time as a word", () => {
    expect([-Infinity, Infinity, Number.NaN].map(formatTime)).toEqual(["-inf", "+inf", "null"]);
  });
});

describe("requireTime and requireDuration", () => {
  it("read what people write", () => {
    expect(requireTime("2024-01-01", "--anchor")).toBe(at("2024-01-01"));
    expect(requireDuration("30d", "--step")).toEqual({ count: 30, unit: "days" });
    expect(requireDuration(" 2 Weeks ", "--step")).toEqual({ count: 2, unit: "weeks" });
    expect(requireDuration("1mo", "--step")).toEqual({ count: 1, unit: "months" });
    expect(requireDuration("90min", "--step")).toEqual({ count: 90, unit: "minutes" });
    expect(requireDuration("1 quarter", "--step")).toEqual({ count: 1, unit: "quarters" });
  });

  it.each(["", "d", "30", "0d", "-1d", "1.5h", "3 fortnights"])("refuse %j with a hint", (text) => {
    expect(() => requireDuration(text, "--step")).toThrow(ConfigError);
    expect(() => requireDuration(text, "--step")).toThrow(
      `\`--step\` expects a duration, found \`${text}\``,
    );
  });

  it("name the option and what was found", () => {
    expect(() => requireTime("soon", "--anchor")).toThrow(
      "`--anchor` expects a time, found `soon`",
    );
  });
});

describe("approximateMs", () => {
  it("orders units by their length", () => {
    const lengths = UNITS.map((by) => approximateMs(1, by));
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(approximateMs(2, "months")).toBe(60 * MS_PER_DAY);
    expect(approximateMs(-Infinity, "days")).toBe(-Infinity);
  });
});
