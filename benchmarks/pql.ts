/** Benchmark `pql`: how fast queries are read and bound, how time grows with length, and what broken texts do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bindQuery, checkQuery, parseQuery } from "../pql/index.js";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { invariant } from "../src/core/assert.js";
import { createRng } from "../src/core/random.js";
import type { ColumnKind } from "../src/data/column.js";
import type { Schema, TableSchema } from "../src/data/schema.js";
import { fuzzInput } from "./pql-inputs.js";

/** Options of {@link runPqlBench}. */
export interface PqlBenchOptions {
  /** Timed passes after the first ones; default 15. */
  readonly runs?: number | undefined;
  /** Number of random and broken texts; default 1,000,000. */
  readonly inputs?: number | undefined;
  /** Of the random texts; default 1. */
  readonly seed?: number | undefined;
  /** Told every line as it is known. */
  readonly onLine?: ((line: string) => void) | undefined;
}

const TYPICAL =
  "PREDICT COUNT(orders.* WHERE orders.status IN ('paid', 'open') AND orders.amount >= 2.5, 0, 30, days) = 0 FOR EACH users.id WHERE COUNT(orders.*, -90, 0, days) > 0 AND users.country = 'US'";

/**
 * Runs the benchmark.
 *
 * @param options - runs, number and seed of the texts.
 * @returns milliseconds of processor time; the doubled lengths are compared with the single ones: a ratio of 2 is linear.
 */
export function runPqlBench(options: PqlBenchOptions = {}): BenchReport {
  const { runs = 15, inputs = 1_000_000, seed = 1, onLine = () => {} } = options;
  const results: BenchResult[] = [];
  const add = (result: BenchResult): BenchResult => {
    results.push(result);
    onLine(`${result.name}: ${result.median.toPrecision(3)} ${result.unit}`);
    return result;
  };
  const query = parseQuery(TYPICAL);
  add(measure("typical query: parse and bind", runs, 200, () => check(TYPICAL)));
  add(measure("typical query: parse", runs, 200, () => parseQuery(TYPICAL)));
  add(measure("typical query: bind", runs, 200, () => bindQuery(query, schema)));
  add(measure("100 KB of conditions", runs, 1, () => check(longQuery(100_000))));
  for (const [what, size, text] of growing) {
    const [one, two] = [text(size), text(2 * size)];
    const single = add(measure(`${what}: ${size}`, runs, 1, () => check(one)));
    const double = measure(`${what}: ${2 * size}`, runs, 1, () => check(two));
    const ratio = double.median / single.median;
    add({ ...double, compared: { to: `${size}`, median: single.median, ratio } });
    onLine(`  twice as long takes ${ratio.toFixed(2)} times as long`);
  }
  for (const [what, text] of deep) {
    const { errors } = checkQuery(text, schema);
    invariant(errors[0]?.code === "PQL112", `${what} are refused for their depth`);
    add(measure(`${what}, refused`, runs, 1, () => checkQuery(text, schema)));
  }
  for (const result of runTexts(inputs, seed, onLine)) add(result);
  return benchReport("pql", "none", results);
}

function check(text: string): void {
  const { errors } = checkQuery(text, schema);
  invariant(errors.length === 0, errors[0]?.format() ?? "");
}

/** Times a number of passes, each of some calls, by the processor's clock: others on the machine do not count. */
function measure(name: string, runs: number, calls: number, run: () => unknown): BenchResult {
  const pass = (): number => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) run();
    return process.cpuUsage(before).user / 1000 / calls;
  };
  for (let i = 0; i < (calls > 1 ? 15 : 3); i++) pass();
  return { name, unit: "ms", ...spread(Array.from({ length: runs }, pass)) };
}

const where = (condition: string): string =>
  `PREDICT COUNT(orders.*, 0, 30, days) FOR EACH users.id WHERE ${condition}`;

function longQuery(characters: number): string {
  const terms: string[] = [];
  for (let length = 0, i = 0; length < characters; i++) {
    const term = [
      `users.age + ${i} > 3 * users.age`,
      `users.country LIKE 'c${i}%'`,
      `COUNT(orders.* WHERE orders.amount >= ${i}.5, -${i + 1}, 0, days) > 0`,
      `users.joined BETWEEN 2023-01-01 AND 2023-02-01 12:30:00`,
    ][i % 4]!;
    terms.push(term);
    length += term.length + 5;
  }
  return where(terms.join(" AND "));
}

const growing: readonly (readonly [string, number, (size: number) => string])[] = [
  [
    "elements of an IN list",
    10_000,
    (size) => where(`users.age IN (${Array.from({ length: size }, (_, i) => i).join(", ")})`),
  ],
  [
    "terms of an OR chain",
    5000,
    (size) => where(Array.from({ length: size }, (_, i) => `users.age = ${i}`).join(" OR ")),
  ],
];

const deep: readonly (readonly [string, string])[] = [
  ["100,000 brackets", where("(".repeat(100_000))],
  ["100,000 negations", where(`${"NOT ".repeat(100_000)}users.age = 1`)],
  ["100,000 signs", where(`users.age > ${"- ".repeat(100_000)}1`)],
  ["100,000 filters in filters", where("COUNT(orders.* WHERE ".repeat(100_000))],
];

/** Checks random and broken texts; whatever is thrown is a crash. */
function runTexts(
  count: number,
  seed: number,
  onLine: (line: string) => void,
): readonly BenchResult[] {
  const rng = createRng(seed);
  const seeds = readFileSync(join(import.meta.dirname, "../test/golden/pql-corpus.txt"), "utf8")
    .split(/^---$/m)
    .concat(TYPICAL, longQuery(500));
  const chunk = Math.max(1, Math.min(10_000, Math.floor(count / 10)));
  const rates: number[] = [];
  let crashes = 0;
  // Nobody reads the stacks of these errors, and they take most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  for (let done = 0; done < count; done += chunk) {
    const texts = Array.from({ length: Math.min(chunk, count - done) }, () =>
      fuzzInput(rng, seeds),
    );
    const start = performance.now();
    for (const text of texts) {
      try {
        checkQuery(text, schema);
      } catch (error) {
        crashes++;
        onLine(`crash: ${error instanceof Error ? error.message : error}: ${JSON.stringify(text)}`);
      }
    }
    rates.push((1000 * texts.length) / (performance.now() - start));
    if (rates.length % 10 === 0) onLine(`  ${done + texts.length} texts, ${crashes} crashes`);
  }
  Error.stackTraceLimit = stackTraceLimit;
  const one = { min: crashes, max: crashes, runs: 1 };
  return [
    { name: "random and broken texts", unit: "texts/s", ...spread(rates) },
    { name: `crashes of ${count} texts`, unit: "crashes", median: crashes, ...one },
  ];
}

function table(
  name: string,
  columns: Readonly<Record<string, ColumnKind>>,
  roles: Partial<TableSchema> = {},
): TableSchema {
  return {
    name,
    columns: Object.entries(columns).map(([column, kind]) => ({
      name: column,
      kind,
      stype: kind === "timestamp" ? kind : kind === "number" ? "numerical" : "categorical",
      unit: null,
      knownFrom: null,
    })),
    primaryKey: null,
    timeColumn: null,
    endTimeColumn: null,
    foreignKeys: [],
    ...roles,
  };
}

const schema: Schema = {
  tables: [
    table(
      "users",
      { id: "number", joined: "timestamp", age: "number", country: "string", premium: "boolean" },
      { primaryKey: ["id"], timeColumn: "joined" },
    ),
    table(
      "orders",
      { id: "number", user_id: "number", at: "timestamp", amount: "number", status: "string" },
      {
        primaryKey: ["id"],
        timeColumn: "at",
        foreignKeys: [{ name: "user_id", columns: ["user_id"], table: "users" }],
      },
    ),
  ],
};
