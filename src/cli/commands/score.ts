/** `relgraph score`: engagement scores with tiers, trends, reasons and actions. */
import { readFile } from "node:fs/promises";
import type { Database } from "../../data/database.js";
import { unreadable } from "../../data/io/sources.js";
import type { ScoreConfig } from "../../scoring/config.js";
import { entityId, readEntities } from "../entities.js";
import { type DataFlags, openData, withData, withSeed, withWork } from "../flags.js";
import { checkDocumentFile, checkTableFile, giveTable, writeDocument } from "../output.js";
import type { Session } from "../session.js";
import { oneOf, time } from "../values.js";
import type { Register } from "./command.js";

interface ScoreFlags extends DataFlags {
  readonly config?: string;
  readonly level?: "user" | "account";
  readonly anchor?: number;
  readonly entities?: string;
  readonly actions?: string;
  readonly writeConfig?: string;
  readonly validate?: boolean;
  readonly learn?: boolean;
  readonly out?: string;
  readonly seed?: number;
}

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
    .option("--anchor <time>", "when the scores are (default: the latest time)", time("--anchor"))
    .option("--entities <ids>", "only these: ID,ID,… or @FILE with one a line")
    .option(
      "--learn",
      "weigh the parts by what became of entities before, in place of fixed points",
    )
    .option(
      "--validate",
      "tell what became of each tier in earlier windows, and which metrics tell it",
    )
    .option(
      "--actions <file>",
      "also write who needs what this week: a .csv, .parquet, .json, .ndjson or .arrow file",
    )
    .option("--write-config <file>", "write the configuration that is used, to edit it")
    .option(
      "--out <file>",
      "a .csv, .parquet, .json, .ndjson or .arrow file (default: CSV to stdout)",
    );
  withWork(withSeed(withData(command))).action(async (flags: ScoreFlags) => {
    const session = open(flags);
    const ids = await readEntities(flags.entities);
    for (const path of [flags.out, flags.actions]) await checkTableFile(path);
    await checkDocumentFile(flags.writeConfig, [".json"]);
    const db = await openData(session, flags);
    const scoring = await import("../../scoring/index.js");
    const config = await chooseConfig(session, db, flags);
    if (flags.writeConfig !== undefined) {
      await writeDocument(flags.writeConfig, scoring.writeScoreConfig(config));
      session.note(`configuration in ${flags.writeConfig}`);
    }
    const { seed = 0, anchor } = flags;
    if (flags.validate) {
      const found = scoring.validateScores(db, config, { anchor, seed, ...session.work });
      session.result(
        () => scoring.formatValidation(found),
        () => found,
      );
      return;
    }
    const scores = scoring.engagementScore(db, {
      config,
      anchor,
      entities: ids?.map((id) => entityId(db, config.entity, id)),
      ...session.work,
    });
    if (flags.actions !== undefined) {
      const { writeTable } = await import("../../data/io/write.js");
      const keys = db.tableSchema(config.entity).primaryKey ?? [];
      const items = scoring.actionLists(scores, db);
      await writeTable(scoring.actionsToTable(items, keys), flags.actions, session.work);
      session.note(`${items.length.toLocaleString("en-US")} actions in ${flags.actions}`);
    }
    session.note(scoring.summarizeScores(scores));
    await giveTable(session, scoring.scoresToTable(scores, db), flags.out, {
      entity: config.entity,
      tiers: scoring.countTiers(scores),
      notes: config.notes ?? [],
    });
  });
};

async function chooseConfig(
  session: Session,
  db: Database,
  { config: file, level, learn, anchor, seed = 0 }: ScoreFlags,
): Promise<ScoreConfig> {
  const scoring = await import("../../scoring/index.js");
  const base = scoring.defaultScoreConfig(db, { level });
  let config = base;
  if (file !== undefined) {
    const text = await readFile(file, "utf8").catch((cause: unknown) => {
      throw unreadable(file, cause);
    });
    config = scoring.readScoreConfig(text, base, file);
  }
  scoring.checkConfig(config, db.schema);
  if (file === undefined) for (const note of config.notes ?? []) session.note(note);
  return learn ? scoring.learnConfig(db, config, { anchor, seed, ...session.work }) : config;
}
