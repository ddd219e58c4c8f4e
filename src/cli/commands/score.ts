/** `relgraph score`: engagement scores with tiers, trends, reasons and actions. */
import { readFile } from "node:fs/promises";
import type { Database } from "../../data/database.js";
import { unreadable } from "../../data/io/unreadable.js";
import type { Table } from "../../data/table.js";
import type { ScoreConfig } from "../../scoring/config.js";
import type { ScoreTable } from "../../scoring/score.js";
import { entityId, readEntities } from "../entities.js";
import { type DataFlags, openData, withData, withSeed, withWork } from "../flags.js";
import { checkDocumentFile, checkTableFile, giveTable, writeDocument } from "../output.js";
import type { Session } from "../session.js";
import { oneOf, time, wholeNumber } from "../values.js";
import type { Register } from "./command.js";

const TIERS = ["fixed", "four", "population", "outcomes"] as const;

interface ScoreFlags extends DataFlags {
  readonly config?: string;
  readonly level?: "user" | "account";
  readonly simple?: number;
  readonly tiers?: (typeof TIERS)[number];
  readonly anchor?: number;
  readonly entities?: string;
  readonly actions?: string;
  readonly accounts?: string;
  readonly trend?: string;
  readonly writeConfig?: string;
  readonly validate?: boolean;
  readonly learn?: boolean;
  readonly fewSignals?: boolean;
  readonly out?: string;
  readonly seed?: number;
}

const TABLE = "a .csv, .parquet, .json, .ndjson or .arrow file";

/** Registers `relgraph score`. */
export const registerScore: Register = (program, open) => {
  const command = program
    .command("score")
    .description("score engagement from 0 to 100, with tiers, trends, reasons and actions")
    .option("--config <file>", "a .json file of metrics, points, tiers, playbooks, outcomes")
    .option(
      "--level <name>",
      "whom to score: user or account (default: user)",
      oneOf<"user" | "account">("--level", ["user", "account"]),
    )
    .option(
      "--simple <days>",
      "a weighted sum of the last 7, 14 or 30 days in place of the point model",
      wholeNumber("--simple", 1),
    )
    .option(
      "--tiers <name>",
      "which tiers: fixed, four (power user to dormant), or where population or outcomes put them (default: fixed)",
      oneOf<(typeof TIERS)[number]>("--tiers", TIERS),
    )
    .option("--anchor <time>", "when the scores are (default: the latest time)", time("--anchor"))
    .option("--entities <ids>", "only these: ID,ID,… or @FILE with one a line")
    .option(
      "--learn",
      "weigh the parts by what became of entities before, in place of fixed points",
    )
    .option("--few-signals", "with --learn: as few parts as tell the outcomes")
    .option(
      "--validate",
      "tell what became of each tier in earlier windows, and which metrics tell it; with --learn, how learned points do later",
    )
    .option("--actions <file>", `also write who needs what this week: ${TABLE}`)
    .option("--accounts <file>", `also write the scores of each account's people: ${TABLE}`)
    .option("--trend <file>", `also write how scores moved in the last twelve weeks: ${TABLE}`)
    .option("--write-config <file>", "write the configuration that is used, to edit it")
    .option("--out <file>", `${TABLE} (default: CSV to stdout)`);
  withWork(withSeed(withData(command))).action(async (flags: ScoreFlags) => {
    const session = open(flags);
    const ids = await readEntities(flags.entities);
    for (const path of [flags.out, flags.actions, flags.accounts, flags.trend]) {
      await checkTableFile(path);
    }
    await checkDocumentFile(flags.writeConfig, [".json"]);
    const db = await openData(session, flags);
    const scoring = await import("../../scoring/index.js");
    const given = await readConfig(session, db, flags);
    const { anchor } = flags;
    // Learned points know the windows that a validation would judge them by.
    const config = flags.validate ? given : await adapt(session, db, given, flags);
    if (flags.writeConfig !== undefined) {
      await writeDocument(flags.writeConfig, scoring.writeScoreConfig(config));
      session.note(`configuration in ${flags.writeConfig}`);
    }
    if (flags.validate) {
      await validate(session, db, config, flags);
      return;
    }
    const scores = scoring.engagementScore(db, {
      config,
      anchor,
      entities: ids?.map((id) => entityId(db, config.entity, id)),
      ...session.work,
    });
    await giveMore(session, db, scores, flags);
    session.note(scoring.summarizeScores(scores));
    await giveTable(session, scoring.scoresToTable(scores, db), flags.out, {
      entity: config.entity,
      tiers: scoring.countTiers(scores),
      notes: config.notes ?? [],
    });
  });
};

async function validate(
  session: Session,
  db: Database,
  config: ScoreConfig,
  { anchor, seed = 0, learn, fewSignals }: ScoreFlags,
): Promise<void> {
  const scoring = await import("../../scoring/index.js");
  const found = scoring.validateScores(db, config, { anchor, seed, ...session.work });
  const learned = learn
    ? scoring.compareLearned(db, config, { anchor, few: fewSignals, ...session.work })
    : null;
  session.result(
    () =>
      [
        scoring.formatValidation(found),
        ...(learned ? ["", scoring.formatLearned(learned)] : []),
      ].join("\n"),
    () => (learned ? { ...found, learned } : found),
  );
}

/** Writes the files beside the scores. */
async function giveMore(
  session: Session,
  db: Database,
  scores: ScoreTable,
  { actions, accounts, trend, anchor }: ScoreFlags,
): Promise<void> {
  const scoring = await import("../../scoring/index.js");
  const { writeTable } = await import("../../data/io/write.js");
  const { config } = scores;
  const write = async (path: string | undefined, what: string, make: () => Table) => {
    if (path === undefined) return;
    const table = make();
    await writeTable(table, path, session.work);
    session.note(`${table.numRows.toLocaleString("en-US")} ${what} in ${path}`);
  };
  const keys = db.tableSchema(config.entity).primaryKey ?? [];
  await write(actions, "actions", () =>
    scoring.actionsToTable(scoring.actionLists(scores, db), keys),
  );
  await write(accounts, "accounts", () => {
    const link = scoring.accountLink(db, config.entity);
    return scoring.accountsToTable(scoring.rollUp(scores, db, link), db, link.of);
  });
  await write(trend, "weeks", () =>
    scoring.trendToTable(scoring.scoreTrend(db, config, { anchor, ...session.work }), config),
  );
}

async function readConfig(
  session: Session,
  db: Database,
  { config: file, level, simple }: ScoreFlags,
): Promise<ScoreConfig> {
  const scoring = await import("../../scoring/index.js");
  const base =
    simple === undefined
      ? scoring.defaultScoreConfig(db, { level })
      : scoring.simpleScoreConfig(db, { level, days: simple });
  if (file === undefined) {
    for (const note of base.notes ?? []) session.note(note);
    return base;
  }
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  const config = scoring.readScoreConfig(text, base, file);
  scoring.checkConfig(config, db.schema);
  return config;
}

/** Learns points and moves tiers, as far as the flags ask for it. */
async function adapt(
  session: Session,
  db: Database,
  given: ScoreConfig,
  { learn, fewSignals, tiers = "fixed", anchor }: ScoreFlags,
): Promise<ScoreConfig> {
  const scoring = await import("../../scoring/index.js");
  const options = { anchor, ...session.work };
  let config = given;
  if (learn) {
    config = scoring.learnConfig(db, config, { few: fewSignals, ...options });
    for (const note of config.notes?.slice(given.notes?.length ?? 0) ?? []) session.note(note);
  }
  if (tiers === "four") {
    return { ...config, tiers: scoring.FOUR_TIERS, playbooks: scoring.FOUR_PLAYBOOKS };
  }
  if (tiers === "population") {
    const { scores } = scoring.engagementScore(db, { config, ...options });
    return { ...config, tiers: scoring.populationTiers(scores, config.tiers) };
  }
  if (tiers === "outcomes") {
    const { scores, outcomes } = scoring.readHistory(db, config, options);
    return { ...config, tiers: scoring.outcomeTiers(scores, outcomes, config.tiers) };
  }
  return config;
}
