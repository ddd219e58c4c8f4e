/** `relgraph generate`: writes a made-up company's tables with their truth beside them. */
import type { SaasFormat } from "../../generate/write.js";
import { type SeedFlags, withSeed, withWork } from "../flags.js";
import type { WorkFlags } from "../session.js";
import { numberBetween, oneOf, wholeNumber } from "../values.js";
import type { Register } from "./command.js";

interface GenerateFlags extends WorkFlags, SeedFlags {
  readonly out: string;
  readonly users: number;
  readonly months?: number;
  readonly sessionsPerUser?: number;
  readonly truth: boolean;
  readonly format: SaasFormat;
}

/** Registers `relgraph generate`. */
export const registerGenerate: Register = (program, open) => {
  const command = program
    .command("generate")
    .description("write the tables of a made-up SaaS company, with their truth beside them")
    .argument("<what>", "saas", oneOf("generate", ["saas"]))
    .requiredOption("--out <folder>", "a new folder, or one with an earlier generated company")
    .option("--users <n>", "number of users", wholeNumber("--users", 1, 5_000_000), 1000)
    .option("--months <n>", "length of the calendar (default: 18)", wholeNumber("--months", 4, 120))
    .option(
      "--sessions-per-user <n>",
      "mean number of sessions of a user in 18 months (default: 50)",
      numberBetween("--sessions-per-user", 0, 1000),
    )
    .option("--no-truth", "leave the truth out")
    .option(
      "--format <format>",
      "parquet or csv",
      oneOf<SaasFormat>("--format", ["parquet", "csv"]),
      "parquet",
    );
  withWork(withSeed(command)).action(async (_what: string, flags: GenerateFlags) => {
    const session = open(flags);
    const { writeSaas } = await import("../../generate/write.js");
    const { out, users, months, sessionsPerUser, truth, format, seed } = flags;
    const options = { ...session.work, users, months, sessionsPerUser, truth, format, seed };
    const summary = await writeSaas(out, options);
    session.note(`tables in ${out}`);
    session.result(
      () =>
        [
          ...Object.entries(summary.rows).map(
            ([table, rows]) =>
              `${table.padEnd(16)} ${rows.toLocaleString("en-US").padStart(12)} rows`,
          ),
          `from ${summary.calendar.from} to ${summary.calendar.to}; try`,
          `  relgraph evaluate "${summary.queries.minutes}" --data ${out}`,
        ].join("\n"),
      () => ({ out, ...summary }),
    );
  });
};
