/** `relgraph demo`: the whole story on a generated company. */
import { withWork } from "../flags.js";
import { checkFolder } from "../output.js";
import type { WorkFlags } from "../session.js";
import { wholeNumber } from "../values.js";
import type { Register } from "./command.js";

interface DemoFlags extends WorkFlags {
  readonly out: string;
  readonly users?: number;
  readonly seed?: number;
  readonly epochs?: number;
}

/** Registers `relgraph demo`. */
export const registerDemo: Register = (program, open) => {
  const most = Number.MAX_SAFE_INTEGER;
  const command = program
    .command("demo")
    .description(
      "the whole story on a generated SaaS company: predictions, reasons, scores, report",
    )
    .option("--out <folder>", "where data, model and report go", "relgraph-demo")
    .option("--users <n>", "number of users", wholeNumber("--users", 20, 5_000_000))
    .option("--seed <n>", "seed of everything random", wholeNumber("--seed", -most))
    .option("--epochs <n>", "passes over the training rows, at most", wholeNumber("--epochs", 1));
  withWork(command).action(async (flags: DemoFlags) => {
    const session = open(flags);
    const { out, users, seed, epochs } = flags;
    await checkFolder(out, "data", "demo");
    const { runDemo } = await import("../../demo.js");
    const print = (text: string): void => session.tell(text);
    const files = await runDemo({
      ...session.work,
      out,
      users,
      seed,
      epochs,
      clock: session.io.now,
      print,
    });
    if (session.json)
      session.result(
        () => "",
        () => files,
      );
  });
};
