/** `relgraph check`: parses a query, and with data also binds and validates it. */
import { EXIT } from "../failure.js";
import {
  type DataFlags,
  type LanguageFlags,
  languageOf,
  openData,
  withLanguage,
  withWork,
} from "../flags.js";
import type { Register } from "./command.js";

/** Registers `relgraph check`. */
export const registerCheck: Register = (program, open) => {
  const command = program
    .command("check")
    .description("parse a query, and with data also bind and validate it")
    .argument("<query>", "the predictive query, in quotes")
    .option("--data <path>", "a folder of table files, or a DuckDB file")
    .option("--schema <file>", "settings of keys, times, links and types, as in schema.json");
  withWork(withLanguage(command)).action(
    async (text: string, flags: LanguageFlags & Partial<DataFlags>) => {
      const session = open(flags);
      const { dialect, nullLogic, params } = languageOf(flags);
      const db =
        flags.data === undefined ? null : await openData(session, { ...flags, data: flags.data });
      const { checkQuery } = await import("../../../pql/check.js");
      const { firstWithOthers } = await import("../../../pql/syntax/parse.js");
      const { printQuery } = await import("../../../pql/syntax/print.js");
      const options = {
        ...(dialect && { dialect }),
        ...(nullLogic && { nullLogic }),
        ...(params && { params }),
      };
      const found = checkQuery(text, db?.schema, options);
      const { errors, warnings, extensions, query, bound } = found;
      for (const { code, message, hint } of warnings) {
        session.warn(`${code}: ${message}${hint ? ` (${hint})` : ""}`);
      }
      if (errors.length > 0 && !session.json) throw firstWithOthers(errors);
      const canonical = query ? printQuery(query) : null;
      const targets = (bound?.targets ?? []).map(({ name, taskType }) => ({ name, taskType }));
      const tasks = targets.map(({ taskType }) => taskType.replaceAll("_", " "));
      session.result(
        () => `${canonical}\ntask: ${tasks.length > 0 ? tasks.join(", ") : "known with --data"}`,
        () => ({
          valid: errors.length === 0,
          query: canonical,
          taskType: targets[0]?.taskType ?? null,
          ...(targets.length > 1 && { targets }),
          errors,
          warnings,
          extensions,
        }),
      );
      if (errors.length === 0) return;
      session.io.stderr(`${errors.map((error) => error.format()).join("\n")}\n`);
      session.fail(EXIT.input);
    },
  );
};
