/** The planted effects show in the rows, with the right sign and a fair size, and the truth tells the truth. */
import { describe, expect, it } from "vitest";
import type { StringColumn, TimestampColumn } from "../../../src/data/column.js";
import { cellValue } from "../../../src/data/column.js";
import type { Table } from "../../../src/data/table.js";
import { generateSaasTables } from "../../../src/generate/database.js";

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const { tables, truth, summary } = generateSaasTables({ users: 2000, seed: 11, truthDraws: 16 });

function table(name: string): Table {
  return [...tables, ...truth].find((candidate) => candidate.name === name)!;
}

function numbers(name: string, column: string): Float64Array {
  return (table(name).column(column) as TimestampColumn).values;
}

function nullable(name: string, column: string): (number | null)[] {
  const values = table(name).column(column);
  return Array.from({ length: values.length }, (_, row) => cellValue(values, row) as number | null);
}

function codes(name: string, column: string): Int32Array {
  return (table(name).column(column) as StringColumn).codes;
}

function words(name: string, column: string): string[] {
  const { codes, dictionary } = table(name).column(column) as StringColumn;
  return Array.from(codes, (code) => dictionary[code]!);
}

/** Sessions by user and day: `counts[user * DAYS + day]`. */
const DAYS = 547;
const USERS = table("USERS").numRows;
const sessionUser = codes("SESSIONS", "USER_ID");
const sessionDay = Int32Array.from(numbers("SESSIONS", "TIMESTAMP"), (time) =>
  Math.floor((time - START) / DAY),
);
const counts = new Float64Array(USERS * DAYS);
sessionUser.forEach((user, i) => {
  counts[user * DAYS + sessionDay[i]!]!++;
});
const joinedDay = Int32Array.from(numbers("USERS", "SIGNUP_DATE"), (t) => (t - START) / DAY);
const leftDay = nullable("USERS", "DEACTIVATED_AT").map((time) =>
  time === null ? DAYS : Math.floor((time - START) / DAY),
);

function sum(user: number, from: number, to: number): number {
  let total = 0;
  for (let day = Math.max(0, from); day < Math.min(DAYS, to); day++) {
    total += counts[user * DAYS + day]!;
  }
  return total;
}

/** Ratio of sessions a day after some moments to those before, over all moments together. */
function ratioAround(
  moments: readonly (readonly [user: number, day: number])[],
  before: number,
  afterFrom: number,
  afterTo: number,
): number {
  let earlier = 0;
  let later = 0;
  for (const [user, day] of moments) {
    if (day - before < joinedDay[user]! + 20 || day + afterTo > leftDay[user]!) continue;
    earlier += sum(user, day - before, day) / before;
    later += sum(user, day + afterFrom, day + afterTo) / (afterTo - afterFrom);
  }
  return later / earlier;
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0) / values.length;
  const mx = mean(x);
  const my = mean(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  x.forEach((value, i) => {
    xy += (value - mx) * (y[i]! - my);
    xx += (value - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  });
  return xy / Math.sqrt(xx * yy);
}

describe("the planted effects", () => {
  it("lets the leads' last weeks tell where their colleagues go next", () => {
    const company = codes("USERS", "COMPANY_ID");
    const role = words("USERS", "ROLE");
    const signal: number[] = [];
    const change: number[] = [];
    for (const day of [300, 360, 420, 480]) {
      const recent = new Float64Array(USERS);
      const before = new Float64Array(USERS);
      for (let user = 0; user < USERS; user++) {
        if (role[user] !== "admin" && role[user] !== "manager") continue;
        recent[company[user]!]! += sum(user, day - 21, day);
        before[company[user]!]! += sum(user, day - 60, day - 21) * (21 / 39);
      }
      for (let user = 0; user < USERS; user++) {
        if (role[user] !== "analyst" && role[user] !== "viewer") continue;
        const c = company[user]!;
        if (joinedDay[user]! > day - 90 || leftDay[user]! < day + 30) continue;
        if (recent[c]! + before[c]! < 10) continue;
        signal.push(Math.log((recent[c]! + 2) / (before[c]! + 2)));
        change.push(Math.log((sum(user, day, day + 30) + 1) / (sum(user, day - 30, day) + 1)));
      }
    }
    expect(signal.length).toBeGreaterThan(500);
    expect(correlation(signal, change)).toBeGreaterThan(0.2);
  });

  it("lowers usage while an urgent ticket is open, and lets it come back", () => {
    const owner = codes("SUPPORT_TICKETS", "USER_ID");
    const priority = words("SUPPORT_TICKETS", "PRIORITY");
    const opened = nullable("SUPPORT_TICKETS", "OPENED_AT");
    const resolved = nullable("SUPPORT_TICKETS", "RESOLVED_AT");
    const held: [number, number][] = [];
    const freed: [number, number][] = [];
    const harmless: [number, number][] = [];
    opened.forEach((time, i) => {
      const day = Math.floor((time! - START) / DAY);
      const end = resolved[i] === null ? DAYS : Math.floor((resolved[i]! - START) / DAY);
      if (priority[i] === "low") harmless.push([owner[i]!, day]);
      if (priority[i] !== "urgent" || end - day < 14) return;
      held.push([owner[i]!, day]);
      freed.push([owner[i]!, end]);
    });
    expect(ratioAround(held, 30, 1, 14)).toBeLessThan(0.4);
    expect(ratioAround(freed, 14, 1, 20)).toBeGreaterThan(1.8);
    expect(ratioAround(harmless, 30, 1, 14)).toBeGreaterThan(0.75);
  });

  it("raises usage in the weeks after a power feature was adopted", () => {
    const owner = codes("FEATURE_EVENTS", "USER_ID");
    const kind = words("FEATURE_EVENTS", "KIND");
    const feature = words("FEATURE_EVENTS", "FEATURE");
    const power = new Set(["api", "automations", "integrations", "custom_reports"]);
    const adoptions: [number, number][] = [];
    numbers("FEATURE_EVENTS", "TIMESTAMP").forEach((time, i) => {
      if (kind[i] !== "adopted" || !power.has(feature[i]!)) return;
      adoptions.push([owner[i]!, Math.floor((time - START) / DAY)]);
    });
    const soon = ratioAround(adoptions, 30, 0, 10);
    const later = ratioAround(adoptions, 30, 25, 55);
    expect(later).toBeGreaterThan(1.2);
    expect(later).toBeGreaterThan(soon);
  });

  it("lets users drift away over months before they leave", () => {
    const monthly = [6, 5, 4, 3, 2, 1].map((month) => {
      let total = 0;
      leftDay.forEach((day, user) => {
        if (day < DAYS && day - joinedDay[user]! > 200) {
          total += sum(user, day - 30 * month, day - 30 * (month - 1));
        }
      });
      return total;
    });
    expect(monthly[5]!).toBeLessThan(0.4 * monthly[0]!);
    expect(monthly[3]!).toBeLessThan(0.85 * monthly[0]!);
    expect(monthly[5]!).toBeLessThan(monthly[4]!);
    expect(monthly[4]!).toBeLessThan(monthly[3]!);
  });

  it("loses single-user companies more often", () => {
    const sizes = words("COMPANIES", "SIZE");
    const company = codes("USERS", "COMPANY_ID");
    const risk = (single: boolean): number => {
      let days = 0;
      let left = 0;
      leftDay.forEach((day, user) => {
        if ((sizes[company[user]!] === "1") !== single) return;
        days += day - joinedDay[user]!;
        if (day < DAYS) left++;
      });
      return left / days;
    };
    expect(risk(true)).toBeGreaterThan(1.5 * risk(false));
  });

  it("saturates at the plan's limit until the upgrade", () => {
    const issued = numbers("INVOICES", "ISSUED_AT");
    const kind = words("INVOICES", "KIND");
    const company = codes("INVOICES", "COMPANY_ID");
    const upgrades = new Map<number, number>();
    issued.forEach((time, i) => {
      if (kind[i] === "plan_upgrade") upgrades.set(company[i]!, Math.floor((time - START) / DAY));
    });
    const moments: [number, number][] = [];
    codes("USERS", "COMPANY_ID").forEach((c, user) => {
      if (upgrades.has(c)) moments.push([user, upgrades.get(c)!]);
    });
    expect(upgrades.size).toBeGreaterThan(20);
    expect(ratioAround(moments, 14, 0, 14)).toBeGreaterThan(1.03);
  });

  it("lets declining companies pay late, and drifting users meet errors and use less", () => {
    const decline = new Map<number, number>();
    const driftFrom = nullable("LATENT_USERS", "DRIFT_FROM");
    nullable("LATENT_USERS", "COMPANY_DECLINE_FROM").forEach((time, user) => {
      if (time !== null) decline.set(codes("USERS", "COMPANY_ID")[user]!, time);
    });
    const paid = nullable("INVOICES", "PAID_AT");
    const company = codes("INVOICES", "COMPANY_ID");
    const late = [0, 0];
    const all = [0, 0];
    numbers("INVOICES", "ISSUED_AT").forEach((time, i) => {
      if (time > START + (DAYS - 40) * DAY) return;
      const group = time > (decline.get(company[i]!) ?? Infinity) ? 1 : 0;
      all[group]!++;
      if (paid[i] === null || paid[i]! - time > 14 * DAY) late[group]!++;
    });
    expect(late[1]! / all[1]!).toBeGreaterThan(2 * (late[0]! / all[0]!));

    const errors = [0, 0];
    const features = [0, 0];
    const sessions = [0, 0];
    const used = table("SESSIONS").column("FEATURES_USED") as { readonly offsets: Int32Array };
    const times = numbers("SESSIONS", "TIMESTAMP");
    numbers("SESSIONS", "ERRORS").forEach((count, i) => {
      const group = times[i]! > (driftFrom[sessionUser[i]!] ?? Infinity) ? 1 : 0;
      errors[group]! += count;
      features[group]! += used.offsets[i + 1]! - used.offsets[i]!;
      sessions[group]!++;
    });
    expect(errors[1]! / sessions[1]!).toBeGreaterThan(3 * (errors[0]! / sessions[0]!));
    expect(features[1]! / sessions[1]!).toBeLessThan(0.85 * (features[0]! / sessions[0]!));
  });

  it("has weekends and seasons", () => {
    const byWeekday = new Float64Array(7);
    sessionDay.forEach((day) => {
      byWeekday[day % 7]!++;
    });
    expect(byWeekday[5]!).toBeLessThan(0.6 * byWeekday[1]!);
  });
});

describe("the truth", () => {
  it("expects as many sessions as there are, month by month", () => {
    const expected = new Map<number, number>();
    const times = numbers("USER_MONTHS", "MONTH");
    numbers("USER_MONTHS", "EXPECTED_SESSIONS").forEach((value, i) => {
      expected.set(times[i]!, (expected.get(times[i]!) ?? 0) + value);
    });
    const actual = new Map<number, number>();
    numbers("SESSIONS", "TIMESTAMP").forEach((time) => {
      const date = new Date(time);
      const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
      actual.set(month, (actual.get(month) ?? 0) + 1);
    });
    expect(expected.size).toBe(18);
    for (const [month, value] of expected) {
      expect(Math.abs((actual.get(month) ?? 0) - value)).toBeLessThan(4.5 * Math.sqrt(value) + 1);
    }
  });

  it("forecasts without bias, and is calibrated on who falls silent", () => {
    const mean = numbers("ANCHORS", "MEAN_MINUTES");
    const actual = numbers("ANCHORS", "ACTUAL_MINUTES");
    const zero = numbers("ANCHORS", "ZERO_PROB");
    const sessions = numbers("ANCHORS", "ACTUAL_SESSIONS");
    const total = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
    expect(total(mean) / total(actual)).toBeGreaterThan(0.93);
    expect(total(mean) / total(actual)).toBeLessThan(1.07);
    for (const [low, high] of [
      [0, 0.2],
      [0.2, 0.5],
      [0.5, 0.8],
      [0.8, 1],
    ] as const) {
      let rows = 0;
      let said = 0;
      let silent = 0;
      zero.forEach((p, i) => {
        if (p < low || p >= high) return;
        rows++;
        said += p;
        if (sessions[i] === 0) silent++;
      });
      expect(rows).toBeGreaterThan(40);
      expect(Math.abs(said - silent) / rows).toBeLessThan(0.06);
    }
  });

  it("tells actual totals as the rows do", () => {
    const user = codes("ANCHORS", "USER_ID");
    const anchor = numbers("ANCHORS", "ANCHOR");
    const actual = numbers("ANCHORS", "ACTUAL_SESSIONS");
    for (let i = 0; i < user.length; i += 97) {
      const day = (anchor[i]! - START) / DAY;
      expect(actual[i]).toBe(sum(user[i]!, day, day + 30));
    }
  });

  it("sets a floor well below simple guesses, at a base rate worth predicting", () => {
    for (const { minutes, inactivity } of summary.anchors) {
      expect(minutes.oracleMae!).toBeLessThan(0.75 * minutes.lastWindowMae!);
      expect(minutes.oracleMae!).toBeLessThan(0.6 * minutes.constantMae!);
      expect(inactivity.baseRate!).toBeGreaterThan(0.07);
      expect(inactivity.baseRate!).toBeLessThan(0.25);
      expect(inactivity.oracleAuroc!).toBeGreaterThan(0.85);
      expect(inactivity.oracleAuroc!).toBeGreaterThan(inactivity.lastWindowAuroc! + 0.04);
    }
  });
});
