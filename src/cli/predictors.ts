/** The predictor that a command works with: loaded from a folder, or fitted on the spot. */
import type { Database } from "../data/database.js";
import type { Predictor } from "../predictor.js";
import { type DataFlags, type LanguageFlags, openData, readQuery } from "./flags.js";
import { type ModelFlags, readModel } from "./model-flags.js";
import { openQueryData } from "./query-data.js";
import type { Session } from "./session.js";
import { readTimes, type TimesFlags } from "./times.js";
import { contradiction, missingOption } from "./usage.js";

/** Flags that lead to a predictor. */
export interface PredictorFlags extends DataFlags, LanguageFlags, TimesFlags, ModelFlags {
  readonly model?: string;
  readonly instant?: boolean;
  readonly anchor?: number;
}

/** Opens the data of a command and makes its predictor. */
export type MakePredictor = () => Promise<{ readonly db: Database; readonly predictor: Predictor }>;

/**
 * Decides between a model folder and a query, and reads all options before any work begins.
 *
 * @param session - the run.
 * @param query - the query, where one is given.
 * @param flags - as parsed.
 * @throws {@link ConfigError} CFG508 if both are given, CFG504 if none is; ModelError MOD303 or MOD304 if the folder holds
 * no model; PqlError if the query cannot be read.
 */
export async function choosePredictor(
  session: Session,
  query: string | undefined,
  flags: PredictorFlags,
): Promise<MakePredictor> {
  const { model: folder } = flags;
  if (query !== undefined && folder !== undefined) {
    const message = "both a query and `--model` are given, and a model has its own query";
    throw contradiction(message, "leave one of the two out");
  }
  if (folder !== undefined && flags.instant) {
    const message = "`--instant` learns at once, and `--model` has learned already";
    throw contradiction(message, "leave one of the two out");
  }
  if (folder !== undefined) {
    const { readModelFolder } = await import("../model-folder.js");
    await readModelFolder(folder);
    return async () => {
      const db = await openData(session, flags);
      const { Predictor } = await import("../predictor.js");
      return { db, predictor: await Predictor.load(folder, db, { backend: flags.backend }) };
    };
  }
  if (query === undefined) {
    throw missingOption(
      "--model",
      'give `--model FOLDER`, or a query in quotes such as "PREDICT …"',
    );
  }
  const { language, tree } = await readQuery(query, flags);
  const times = await readTimes(flags);
  const model = await readModel(session, flags);
  return async () => {
    const db = await openQueryData(session, flags, tree);
    const { Predictor } = await import("../predictor.js");
    const { instant, anchor } = flags;
    const how = { ...model, ...language, times, instant, anchor };
    return { db, predictor: await Predictor.fit(db, query, how) };
  };
}
