/** The command line as a function: arguments and the outside in, exit status out. */
import { Command, CommanderError } from "commander";
import { VERSION } from "../version.js";
import { registerBench } from "./commands/bench.js";
import { registerCheck } from "./commands/check.js";
import type { Open, Register } from "./commands/command.js";
import { registerDemo } from "./commands/demo.js";
import { registerEvaluate } from "./commands/evaluate.js";
import { registerExplain } from "./commands/explain.js";
import { registerFit } from "./commands/fit.js";
import { registerGenerate } from "./commands/generate.js";
import { registerInfo } from "./commands/info.js";
import { registerInspect } from "./commands/inspect.js";
import { registerLabels } from "./commands/labels.js";
import { registerPlan } from "./commands/plan.js";
import { registerPredict } from "./commands/predict.js";
import { registerReport } from "./commands/report.js";
import { registerScore } from "./commands/score.js";
import { registerWatch } from "./commands/watch.js";
import { registerWorker } from "./commands/worker.js";
import { describeFailure, EXIT } from "./failure.js";
import type { CliIo } from "./io.js";
import { openSession } from "./session.js";
import { usageError } from "./usage.js";

const COMMANDS: readonly Register[] = [
  registerDemo,
  registerGenerate,
  registerInspect,
  registerCheck,
  registerPlan,
  registerLabels,
  registerFit,
  registerPredict,
  registerEvaluate,
  registerExplain,
  registerReport,
  registerScore,
  registerWatch,
  registerWorker,
  registerBench,
  registerInfo,
];

/**
 * Runs one command.
 *
 * @param argv - the arguments, without node and script.
 * @param io - the outside.
 * @returns the exit status: 0 done, 1 a failure of ours, 2 wrong input, 130 interrupted. It never throws: failures are
 * told on stderr, and with `--json` as `{ "error": … }` on stdout too.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const run: { status: number; end: () => void } = { status: EXIT.done, end: () => {} };
  const open: Open = (flags) => {
    const session = openSession(io, flags, (status) => {
      run.status = status;
    });
    run.end = session.end;
    return session;
  };
  const program = createProgram(io, open);
  try {
    if (argv.length === 0) {
      io.stderr(program.helpInformation());
      return EXIT.input;
    }
    await program.parseAsync([...argv], { from: "user" });
    run.end();
    return run.status;
  } catch (thrown) {
    run.end();
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
    const error = thrown instanceof CommanderError ? usageError(thrown, program, argv) : thrown;
    const failure = describeFailure(error, Boolean(io.env["RELGRAPH_DEBUG"]));
    io.stderr(`${failure.text}\n`);
    if (argv.includes("--json")) io.stdout(`${JSON.stringify(failure.json, null, 2)}\n`);
    return failure.status;
  }
}

function createProgram(io: CliIo, open: Open): Command {
  const program = new Command("relgraph")
    .description(
      "Relational deep learning: tables and one predictive query in, predictions with reasons out.",
    )
    .version(VERSION, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText(
      "after",
      '\nResults go to stdout or --out, everything else to stderr.\nWith --json stdout is one JSON document, for errors { "error": … }.\nExit status: 0 done, 1 a failure of relgraph, 2 wrong input, 130 interrupted.',
    );
  for (const register of COMMANDS) register(program, open);
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(false)
      .configureOutput({
        writeOut: io.stdout,
        writeErr: () => {},
        getOutHelpWidth: () => Math.max(80, Math.min(120, io.width)),
      });
  }
  return program;
}
