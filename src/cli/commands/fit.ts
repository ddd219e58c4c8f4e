/** `relgraph fit`: trains a model and saves its folder. */
import {
  type DataFlags,
  type LanguageFlags,
  readQuery,
  type SeedFlags,
  withData,
  withLanguage,
  withSeed,
  withWork,
} from "../flags.js";
import { type ModelFlags, readModel, withModel } from "../model-flags.js";
import { checkFolder } from "../output.js";
import { openQueryData } from "../query-data.js";
import { readTimes, type TimesFlags, withTimes } from "../times.js";
import type { Register } from "./command.js";

interface FitFlags
  extends DataFlags,
    LanguageFlags,
    TimesFlags,
    Omit<ModelFlags, "seed">,
    SeedFlags {
  readonly out: string;
  readonly checkpoint?: string;
}

/** Registers `relgraph fit`. */
export const registerFit: Register = (program, open) => {
  const command = program
    .command("fit")
    .description("train a model and save it as a folder")
    .argument("<query>", "the predictive query, in quotes")
    .requiredOption("--out <folder>", "the model folder; an earlier model in it is replaced")
    .option(
      "--checkpoint <file>",
      "keep the training of the network here, and go on from there if it was stopped",
    );
  withWork(withSeed(withModel(withTimes(withLanguage(withData(command)))))).action(
    async (query: string, flags: FitFlags) => {
      const session = open(flags);
      const { language, tree } = await readQuery(query, flags);
      const times = await readTimes(flags);
      const model = await readModel(session, flags);
      await checkFolder(flags.out, "model.json", "model");
      const { joinGang } = await import("../../scale/gang.js");
      const gang = await joinGang(session.io.env);
      const db = await openQueryData(session, flags, tree);
      const { Predictor } = await import("../../predictor.js");
      const predictor = await Predictor.fit(db, query, {
        ...model,
        ...language,
        times,
        checkpoint: flags.checkpoint,
        gang,
      });
      await gang?.close();
      for (const warning of predictor.warnings) session.warn(warning);
      if (gang && gang.rank > 0) {
        session.note(`rank ${gang.rank} is done; rank 0 saves the model`);
        predictor.dispose();
        return;
      }
      await predictor.save(flags.out);
      session.note(`model saved in ${flags.out}`);
      const { task, query: canonical, warnings } = predictor;
      session.result(
        () => predictor.toString(),
        () => ({ query: canonical, taskType: task.taskType, out: flags.out, warnings }),
      );
      predictor.dispose();
    },
  );
};
