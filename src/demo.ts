/** The demo: a generated SaaS company, one query, honest scores, predictions with reasons, and a report. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Explanation } from "../gnn/explain/explanation.js";
import { compareApproaches } from "./approaches/compare.js";
import { approachesSection, formatApproaches } from "./approaches/format.js";
import { formatNumber, indent } from "./core/pretty.js";
import type { WorkOptions } from "./core/progress.js";
import { requireTime } from "./core/time.js";
import { type CellValue, cellValue } from "./data/column.js";
import { Database } from "./data/database.js";
import { writeTable } from "./data/io/write.js";
import { oracleForecast } from "./generate/oracle-error.js";
import { writeSaas } from "./generate/write.js";
import { computeLabels } from "./labels.js";
import { predictRows, reportModel } from "./model-report.js";
import { Predictor } from "./predictor.js";
import { compileQuery } from "./query.js";
import { modelPage } from "./report/model-page.js";
import { htmlText } from "./report/page.js";
import { reasonsTable } from "./report/reasons.js";
import { scoreSection } from "./report/score-section.js";
import {
  actionLists,
  actionsToTable,
  engagementScore,
  formatValidation,
  scoresToTable,
  summarizeScores,
  validateScores,
} from "./scoring/index.js";
import type { PredictionTable } from "./task/prediction-table.js";
import { predictionTableToTable } from "./task/result-tables.js";
import type { TrainingTable } from "./task/training-table.js";

/** The query of the demo. */
export const DEMO_QUERY = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";

/** RelBench's protocol with two cuts at which the generator tells the truth. */
const TIMES = { val: requireTime("2025-04-02", "val"), test: requireTime("2025-05-02", "test") };

/** Options of {@link runDemo}. */
export interface DemoOptions extends WorkOptions {
  /** Folder for data, model, predictions and report. */
  readonly out: string;
  readonly users?: number | undefined;
  readonly seed?: number | undefined;
  readonly epochs?: number | undefined;
  /** A clock in milliseconds, for the time that approaches take. */
  readonly clock?: (() => number) | undefined;
  /** Takes the story line by line. */
  readonly print: (text: string) => void;
}

/** Where the demo's results are. */
export interface DemoResult {
  readonly report: string;
  readonly predictions: string;
  readonly scores: string;
  readonly actions: string;
  readonly model: string;
}

/**
 * Runs the whole story: generate, look, label, train, compare, predict, explain, report.
 *
 * @param options - where to, how large, who listens.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { out, print, users = 1500, seed = 1, epochs = 4, onProgress, signal } = options;
  const work = { onProgress, signal };
  const data = join(out, "data");
  await mkdir(out, { recursive: true });
  print(`1. A SaaS company with ${formatNumber(users)} users, written to ${data}`);
  await writeSaas(data, { users, seed, ...work });
  const db = await Database.open(data, work);
  print(indent(db.toString()));

  print(`\n2. One predictive query\n   ${DEMO_QUERY}`);
  const { plan } = compileQuery(db.schema, DEMO_QUERY);
  print(indent(plan.explain()));

  print("\n3. Training boosted trees and a graph network on the tables");
  const predictor = await Predictor.fit(db, DEMO_QUERY, { seed, epochs, times: TIMES, ...work });

  print(
    "\n4. Four approaches on the same users and the same held-out month (lower error is better)",
  );
  const comparison = await compareApproaches(db, DEMO_QUERY, {
    times: TIMES,
    seed,
    clock: options.clock,
    fitted: (test) => answerRows(db, predictor, test),
    truth: (test) => oracleForecast(db, test, TIMES.test, { users, seed }),
    ...work,
  });
  print(indent(formatApproaches(comparison)));

  print("\n5. The next 30 days, and why");
  const predictions = await predictor.predict(work);
  const people = await explainPeople(db, predictor, predictions);
  for (const { text } of people) print(`${indent(text)}\n`);

  print("6. Engagement scores from 0 to 100, who needs what, and what became of earlier scores");
  const { scores, actions, validation, section } = scoreEverybody(db, seed);
  print(indent(summarizeScores(scores)));
  for (const list of ["at risk", "expansion", "alert"] as const) {
    const [first] = actions.filter((item) => item.list === list);
    if (first === undefined) continue;
    const key = Object.values(first.key).map(String).join(", ");
    print(`   ${list}: ${key}, score ${formatNumber(first.score, 3)}: ${first.reasons}`);
  }
  print(`\n${indent(formatValidation(validation).split("\n\nmetrics")[0]!)}\n`);

  const table = predictionTableToTable(predictions, db);
  const files = {
    report: join(out, "report.html"),
    predictions: join(out, "predictions.csv"),
    scores: join(out, "scores.csv"),
    actions: join(out, "actions.csv"),
    model: join(out, "model"),
  };
  await writeTable(table, files.predictions, work);
  await writeTable(scoresToTable(scores, db), files.scores, work);
  await writeTable(actionsToTable(actions, ["USER_ID"]), files.actions, work);
  await predictor.save(files.model);
  const report = await reportModel(db, predictor, { times: TIMES, explained: 100, seed, ...work });
  const page = modelPage(report, {
    title: "Engagement over the next 30 days",
    sections: [
      { id: "approaches", title: "Four approaches", body: approachesSection(comparison) },
      { id: "engagement", title: "Engagement scores", body: section },
      { id: "people", title: "People whose month will change", body: peopleSection(people) },
    ],
  });
  await writeFile(`${files.report}.part`, page);
  await rename(`${files.report}.part`, files.report);
  predictor.dispose();
  print(
    `7. Predictions for ${formatNumber(predictions.entityRows.length)} users: ${files.predictions}`,
  );
  print(`   Scores: ${files.scores}, and who needs what: ${files.actions}`);
  print(`   Model: ${files.model}`);
  print(`   Report: ${files.report}`);
  return files;
}

/** Scores, lists and validation of the point model, and how a page shows them. */
function scoreEverybody(db: Database, seed: number) {
  const scores = engagementScore(db);
  const actions = actionLists(scores, db);
  const validation = validateScores(db, scores.config, { seed });
  return { scores, actions, validation, section: scoreSection(scores, actions, validation) };
}

/** What the model says about labelled rows. */
async function answerRows(
  db: Database,
  predictor: Predictor,
  rows: TrainingTable,
): Promise<Float64Array> {
  const answers = new Float64Array(rows.targets.length);
  for (const { rows: places, table } of await predictRows(db, predictor, rows)) {
    const { values } = table;
    places.forEach((row, i) => {
      answers[row] = values.kind === "regression" ? values.point[i]! : Number.NaN;
    });
  }
  return answers;
}

function peopleSection(people: readonly ExplainedPerson[]): string {
  return people
    .map(({ title, explanation }) => `<h3>${htmlText(title)}</h3>\n${reasonsTable(explanation)}`)
    .join("\n");
}

/** A person of the demo with the reasons of the prediction. */
export interface ExplainedPerson {
  readonly title: string;
  readonly text: string;
  readonly explanation: Explanation;
}

/** Explains three people: the one with most to lose, the one with most to gain, and one in the middle. */
async function explainPeople(
  db: Database,
  predictor: Predictor,
  predictions: PredictionTable,
): Promise<readonly ExplainedPerson[]> {
  const { values, entityRows } = predictions;
  if (values.kind !== "regression" || entityRows.length === 0) return [];
  const before = lastMonth(db, entityRows);
  const moved = Float64Array.from(values.point, (point, i) => point - before[i]!);
  const order = Array.from(moved.keys()).sort((a, b) => moved[a]! - moved[b]!);
  const active = order.filter((i) => before[i]! > 60);
  const chosen = [
    order[0]!,
    order.at(-1)!,
    active[active.length >> 1] ?? order[order.length >> 1]!,
  ];
  const people: ExplainedPerson[] = [];
  for (const i of new Set(chosen)) {
    const row = entityRows[i]!;
    const id = String(cellValue(db.table("USERS").column("USER_ID"), row));
    const explanation = await predictor.explain(id, { top: 6 });
    const name = nameOf(db, row);
    const title = `${name}: last 30 days ${formatNumber(before[i], 3)} minutes`;
    people.push({ title, explanation, text: `${name}\n${predictor.describe(explanation)}` });
  }
  return people;
}

/** Minutes of the last 30 days, by the same rules as the target. */
function lastMonth(db: Database, entityRows: Int32Array): Float64Array {
  const { plan } = compileQuery(db.schema, DEMO_QUERY);
  const end = db.timeSpan(plan.timeTables)!.max;
  const { labels } = computeLabels(db, plan, { anchors: [end - 30 * 86_400_000] });
  const minutes = new Float64Array(db.table("USERS").numRows);
  labels.targets.forEach((target, i) => {
    minutes[labels.entityRows[i]!] = target;
  });
  return Float64Array.from(entityRows, (row) => minutes[row]!);
}

function nameOf(db: Database, row: number): string {
  const text = (table: string, column: string, at: number): CellValue =>
    at < 0 ? null : cellValue(db.table(table).column(column), at);
  const link = db.tableSchema("USERS").foreignKeys.find((key) => key.table === "COMPANIES");
  const company = link ? db.link("USERS", link).parentRows[row]! : -1;
  return `${text("USERS", "NAME", row)} (${text("USERS", "USER_ID", row)}), ${text("COMPANIES", "NAME", company)}`;
}
