import { describe, expect, it } from "vitest";
import { compareApproaches } from "../../../src/approaches/compare.js";
import { approachesSection, formatApproaches } from "../../../src/approaches/format.js";
import { generateSaasDatabase } from "../../../src/generate/database.js";
import { at } from "../../support/shop.js";

const TIMES = { val: at("2025-03-02"), test: at("2025-04-02") };
const QUERY = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";

describe("approaches side by side", () => {
  it("measures all of them on the same rows, with segments and what the truth would score", async () => {
    const db = await generateSaasDatabase({ users: 150, seed: 4 });
    const found = await compareApproaches(db, QUERY, {
      times: TIMES,
      experts: ["linear"],
      trees: { rounds: 20, bags: 1 },
      series: ["ets"],
      // A rule that knows nothing: everyone scores the same.
      rules: [{ name: "one score for all", score: (_, { rows }) => new Float64Array(rows.length) }],
      truth: ({ targets }) => targets,
    });
    const { approaches, rows } = found;
    expect(approaches.map(({ kind }) => kind)).toEqual([
      "guess",
      "guess",
      "rules",
      "flat table",
      "flat table",
      "time series",
      "relgraph",
      "truth",
    ]);
    for (const { all } of approaches) expect(all.rows).toBe(rows.test);
    const by = new Map(approaches.map((one) => [one.kind, one]));
    expect(by.get("truth")!.all).toMatchObject({ mae: 0, rankCorrelation: 1, lowestTenth: 1 });
    expect(by.get("relgraph")!.against).toBeNull();
    const { difference } = by.get("time series")!.against!;
    const gap = by.get("relgraph")!.all.mae! - by.get("time series")!.all.mae!;
    expect(difference).toBeCloseTo(gap, 9);
    // Everyone alike is as good as the median of the newest month at most.
    expect(by.get("rules")!.all.rankCorrelation).toBeNull();
    for (const { name, rows: inside } of found.segments) {
      expect(inside).toBeLessThan(rows.test);
      for (const { segments } of approaches) expect(segments[name]!.rows).toBe(inside);
    }
    expect(found.segments.length).toBeGreaterThan(0);
    const text = formatApproaches(found);
    const page = approachesSection(found);
    for (const { name } of approaches) {
      expect(text).toContain(name);
      expect(page).toContain(name);
    }
  }, 60_000);

  it("refuses what is no number", async () => {
    const db = await generateSaasDatabase({ users: 30, seed: 4 });
    const query = "PREDICT COUNT(SESSIONS.*, 0, 30, days) > 0 FOR EACH USERS.USER_ID";
    await expect(compareApproaches(db, query, { times: TIMES })).rejects.toMatchObject({
      code: "CFG211",
    });
  });
});
