/** The examples run as they stand, use the package by its name, and stay short. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";

const folder = join(import.meta.dirname, "../examples");
const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));

/** What each example must have told by its end. */
const TELLS: Readonly<Record<string, readonly RegExp[]>> = {
  "01-first-query.ts": [/SESSIONS: \d+ rows key SESSION_ID/, /TARGET_PRED +LOWER +UPPER/, /\nU2 /],
  "02-your-own-files.ts": [
    /orders: \d+ rows key order_id time ordered_at links customer_id → customers/,
    /TRUE_PROB/,
    /the loaded model predicts the same$/,
  ],
  "03-every-stage.ts": [/(== [1-8] [\s\S]+){8}/, /\(t, t \+ 14 days\]/, /graph network/],
  "04-explain.ts": [
    /predicted [\d,.]+ minutes in the next 30 days/,
    /contributions: (-?[\d.]+) minutes\nprediction: +\1 /,
    /All other signals/,
  ],
  "05-the-language.ts": [
    /minutes_TARGET +gone_TARGET/,
    /→ forecasting[\s\S]*FORECAST_STEP/,
    /→ temporal_link_prediction/,
    /SQL for PostgreSQL/,
    /error\[PQL202\][\s\S]*error\[PQL304\]/,
  ],
  "06-beyond-one-machine.ts": [
    /DuckDB holds COMPANIES, /,
    /PART +ENTITIES +MEAN[\s\S]*train[\s\S]*val/,
    /\d+ predictions in 4 files\nas many as at once: true/,
  ],
  "07-scores.ts": [
    /^USAGE 40, ADOPTION 30, EXPANSION 30$/m,
    /TOP_REASONS +ACTION/,
    /of 15 points\)/,
    /expansion: \d+, first/,
    /three-way|churned +stayed +expanded/,
    /points learned : AUROC churned 0\.\d+/,
  ],
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(files)("examples/%s", (name) => {
  it("runs", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: unknown) => {
      lines.push(String(line));
    });
    await import(join(folder, name));
    const output = lines.join("\n");
    expect(TELLS[name]).toBeDefined();
    for (const pattern of TELLS[name]!) expect(output).toMatch(pattern);
  });

  it("is under 80 lines, says how to run it, and imports the package by its name", () => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text.split("\n").length).toBeLessThanOrEqual(80);
    expect(text.split("\n")[0]).toContain(`npx tsx examples/${name}`);
    const imports = [...text.matchAll(/from "([^"]+)"/g)].map((match) => match[1]!);
    expect(imports.filter((from) => !/^(node:|relgraph($|\/))/.test(from))).toEqual([]);
  });
});
