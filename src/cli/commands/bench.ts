/** `relgraph bench`: benchmarks on this machine. */
import { type BenchReport, benchText } from "../bench-report.js";
import { BENCHES } from "../benches.js";
import { type SeedFlags, withSeed, withWork } from "../flags.js";
import type { WorkFlags } from "../session.js";
import { oneOf, wholeNumber } from "../values.js";
import type { Register } from "./command.js";

interface BenchFlags extends WorkFlags, SeedFlags {
  readonly runs: number;
  readonly users: number;
}

/** Registers `relgraph bench`. */
export const registerBench: Register = (program, open) => {
  const names = BENCHES.map(({ name }) => name);
  const command = program
    .command("bench")
    .description(`benchmarks on this machine: ${names.join(", ")}`)
    .argument("[name]", "one of them (default: all)", oneOf("bench", names))
    .option("--runs <n>", "timed runs", wholeNumber("--runs", 1, 1000), 7)
    .option(
      "--users <n>",
      "users of the generated company",
      wholeNumber("--users", 1, 1_000_000),
      1000,
    );
  withWork(withSeed(command)).action(async (name: string | undefined, flags: BenchFlags) => {
    const session = open(flags);
    const { seed, runs, users } = flags;
    const reports: BenchReport[] = [];
    for (const bench of BENCHES) {
      if (name !== undefined && bench.name !== name) continue;
      session.note(`${bench.name}: ${bench.what}`);
      reports.push(await bench.run({ ...session.work, seed, runs, users, now: session.io.now }));
    }
    session.result(
      () => benchText(reports),
      () => (name === undefined ? reports : reports[0]),
    );
  });
};
