/** The generated SaaS company, company by company: a stream of table chunks that never holds all rows. */
import { checkAborted } from "../core/progress.js";
import { createRng, type Rng } from "../core/random.js";
import { formatTime } from "../core/time.js";
import { stringColumn } from "../data/column.js";
import { Table } from "../data/table.js";
import { foundCompany } from "./company.js";
import { advanceDay } from "./evolve.js";
import {
  type Calendar,
  createCalendar,
  dayTime,
  type SaasOptions,
  type SaasSettings,
  settleSaasOptions,
} from "./options.js";
import { type AnchorScores, type AnchorSummary, createAnchorScores } from "./oracle-scores.js";
import { CORE_FEATURES, FEATURES, SAAS_PARAMETERS } from "./parameters.js";
import { type ChunkRange, createSaasRows, type SaasRows, takeTables } from "./rows.js";
import { chronicleOf, openScribe, type RowCounters, writeInvoice } from "./scribe.js";
import { seasonByDay } from "./season.js";
import { writeSessions } from "./sessions.js";
import { collectTruth, createTruthRows, type TruthRows, takeTruthTables } from "./truth.js";

/** What a run hands out: chunks of tables, chunks of truth tables, and at the very end a summary. */
export type SaasStep =
  | { readonly kind: "rows"; readonly table: Table }
  | { readonly kind: "truth"; readonly table: Table }
  | { readonly kind: "summary"; readonly summary: SaasSummary };

/** What was generated, and how well it can be predicted at best. */
export interface SaasSummary {
  /** The options that the rows and the truth depend on. */
  readonly settings: Omit<SaasSettings, "chunkRows">;
  /** The coefficients of the process. */
  readonly parameters: typeof SAAS_PARAMETERS;
  /** First and last day, as ISO 8601 dates. */
  readonly calendar: { readonly from: string; readonly to: string };
  readonly rows: Readonly<Record<string, number>>;
  readonly queries: { readonly minutes: string; readonly inactivity: string };
  /** The oracle's scores; empty without truth. */
  readonly anchors: readonly AnchorSummary[];
}

interface Run {
  readonly settings: SaasSettings;
  readonly calendar: Calendar;
  readonly season: Float64Array;
  readonly root: Rng;
  readonly range: ChunkRange;
  readonly rows: SaasRows;
  readonly truth: TruthRows;
  readonly scores: readonly AnchorScores[];
  readonly counters: RowCounters;
}

/**
 * Generates a SaaS company's tables as a stream. Rows are ordered by company, within a company by time; every company has
 * its own random stream, so neither the size of chunks nor the truth changes a row, and the companies of a smaller
 * run are those of a larger one (but for the last).
 *
 * @param options - number of users, seed and more; progress stage `generate` counts users.
 * @returns steps in order: chunks of `rows` and `truth` tables (every table at least once), then the summary.
 * @throws {@link ConfigError} CFG130 if an option is out of range; AbortedError CFG900 if cancelled.
 * @see README.md of this folder for the process in formulas.
 */
export function* generateSaas(options: SaasOptions): Generator<SaasStep, void, void> {
  const settings = settleSaasOptions(options);
  const run = startRun(settings);
  const { range, rows } = run;
  const written = new Map<string, number>([["FEATURES", FEATURES.length]]);
  yield { kind: "rows", table: featureTable() };
  for (let company = 0; range.users.to < settings.users; company++) {
    checkAborted(options.signal, "generating the SaaS company");
    generateCompany(run, company);
    const total = settings.users;
    const done = range.users.to;
    if (company % 50 === 0 || done === total) {
      options.onProgress?.({ stage: "generate", message: "generating users", done, total });
    }
    if (rows.sessions.TIMESTAMP.length < settings.chunkRows && done < total) continue;
    for (const table of takeTables(rows)) {
      if (table.numRows === 0 && (written.has(table.name) || done < total)) continue;
      written.set(table.name, (written.get(table.name) ?? 0) + table.numRows);
      yield { kind: "rows", table };
    }
    if (settings.truth) {
      for (const table of takeTruthTables(run.truth)) yield { kind: "truth", table };
    }
    range.users.from = range.users.to;
    range.companies.from = range.companies.to;
  }
  yield { kind: "summary", summary: summarise(run, written) };
}

function startRun(settings: SaasSettings): Run {
  const calendar = createCalendar(settings.months);
  const range: ChunkRange = { users: { from: 0, to: 0 }, companies: { from: 0, to: 0 } };
  return {
    settings,
    calendar,
    season: seasonByDay(calendar),
    root: createRng(settings.seed),
    range,
    rows: createSaasRows(range),
    truth: createTruthRows(range),
    scores: Array.from(calendar.anchors, createAnchorScores),
    counters: { session: 0, ticket: 0, event: 0, invoice: 0 },
  };
}

function generateCompany(run: Run, company: number): void {
  const { settings, calendar, season, range, rows, truth, counters } = run;
  const stream = run.root.split("company", company);
  const firstUser = range.users.to;
  const room = settings.users - firstUser;
  const scale = settings.sessionsPerUser / 50;
  const state = foundCompany(stream.split("traits"), calendar, room, scale);
  const rng = stream.split("rows");
  const scribe = openScribe({ rows, counters, calendar, state, company, firstUser, rng });
  const chronicle = chronicleOf(scribe);
  const process = stream.split("process");
  const collector =
    settings.truth && firstUser < settings.truthUsers
      ? collectTruth(
          truth,
          run.scores,
          calendar,
          state,
          firstUser,
          season,
          settings.truthDraws,
          stream.split("futures"),
        )
      : null;
  const listener = collector?.session ?? null;
  let month = 0;
  for (let day = state.traits.created; day < calendar.days; day++) {
    while (calendar.monthStarts[month]! < day) month++;
    collector?.beforeDay(day);
    advanceDay(state, day, season[day]!, process, chronicle);
    if (calendar.monthStarts[month] === day && state.active > 0) writeInvoice(scribe, day, 0);
    writeSessions(scribe, day, listener);
    collector?.afterDay(day);
  }
  collector?.close();
  range.users.to = firstUser + state.members;
  range.companies.to = company + 1;
}

function featureTable(): Table {
  const category = FEATURES.map((_, i) => (i < CORE_FEATURES ? "core" : "power"));
  return new Table("FEATURES", [
    stringColumn("FEATURE", FEATURES),
    stringColumn("CATEGORY", category),
  ]);
}

function summarise(run: Run, rows: ReadonlyMap<string, number>): SaasSummary {
  const { calendar } = run;
  const { chunkRows: _, ...settings } = run.settings;
  const date = (day: number): string => formatTime(dayTime(calendar, day));
  return {
    settings,
    parameters: SAAS_PARAMETERS,
    calendar: { from: date(0), to: date(calendar.days - 1) },
    rows: Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1))),
    queries: {
      minutes: "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID",
      inactivity:
        "PREDICT COUNT(SESSIONS.*, 0, 30, days) = 0 FOR EACH USERS.USER_ID WHERE COUNT(SESSIONS.*, -30, 0, days) > 0",
    },
    anchors: settings.truth
      ? run.scores.map((scores, i) => scores.finish(date(calendar.anchors[i]!)))
      : [],
  };
}
