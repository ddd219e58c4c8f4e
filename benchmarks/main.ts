/** `npm run -s bench -- NAME [--json] [--backend NAME] [--setting N]`: runs a benchmark of the checkout; results go to stdout. */
import { benchText } from "../src/cli/bench-report.js";
import { ConfigError, RelError } from "../src/core/errors.js";
import { textTable } from "../src/core/pretty.js";
import { suggestHint } from "../src/core/suggest.js";
import { BEST_FIRST } from "../src/tensor/backends/recipes.js";
import { BENCHMARKS, type Benchmark } from "./registry.js";

/** A benchmark with what the command line says about it. */
interface Request {
  readonly benchmark: Benchmark;
  readonly json: boolean;
  readonly settings: Readonly<Record<string, number>>;
}

try {
  const request = readRequest(process.argv.slice(2));
  if (request === null) console.log(listText());
  else await runBenchmark(request);
} catch (error) {
  if (!(error instanceof RelError)) throw error;
  console.error(error.format());
  process.exitCode = 2;
}

async function runBenchmark({ benchmark, json, settings }: Request): Promise<void> {
  const report = await benchmark.run({ settings, onLine: (line) => console.error(line) });
  console.log(json ? JSON.stringify(report, null, 2) : benchText([report]));
}

/** Reads the arguments; `null` where there are none, which lists the benchmarks. */
function readRequest(args: readonly string[]): Request | null {
  const [name, ...flags] = args;
  if (name === undefined || name === "--help") return null;
  const benchmark = BENCHMARKS.find((candidate) => candidate.name === name);
  if (!benchmark) {
    const names = BENCHMARKS.map((candidate) => candidate.name);
    throw new ConfigError("CFG601", `there is no benchmark \`${name}\``, {
      hint: suggestHint(name, names, "benchmarks"),
    });
  }
  const settings: Record<string, number> = {};
  let json = false;
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] === "--json") json = true;
    else if (flags[i] === "--backend" && benchmark.tensors) chooseBackend(flags[++i]);
    else {
      const setting = requireSetting(benchmark, flags[i]!);
      settings[setting] = requireCount(flags[i]!, flags[++i]);
    }
  }
  return { benchmark, json, settings };
}

function requireSetting({ name, settings, tensors }: Benchmark, flag: string): string {
  const setting = settings.find((known) => `--${known}` === flag);
  if (setting !== undefined) return setting;
  const known = ["json", ...(tensors ? ["backend"] : []), ...settings].map(
    (option) => `--${option}`,
  );
  throw new ConfigError("CFG602", `the benchmark \`${name}\` has no option \`${flag}\``, {
    hint: suggestHint(flag, known, "options"),
  });
}

/** Sets what every part of a benchmark starts, also in processes of its own; `initBackend` refuses what it does not know. */
function chooseBackend(name: string | undefined): void {
  if (name === undefined) {
    const names = ["auto", ...BEST_FIRST].join(", ");
    throw new ConfigError("CFG603", "`--backend` expects a name, found none", { hint: names });
  }
  process.env["RELGRAPH_BACKEND"] = name;
}

function requireCount(flag: string, text: string | undefined): number {
  const value = Number(text);
  if (text !== undefined && Number.isInteger(value) && value > 0) return value;
  throw new ConfigError("CFG603", `\`${flag}\` expects a whole number, found \`${text ?? ""}\``, {
    hint: `write \`${flag} 1000\``,
  });
}

function listText(): string {
  const rows = BENCHMARKS.map(({ name, what, settings, tensors }) => {
    const flags = settings.map((setting) => `--${setting} N`);
    return [name, what, [...flags, ...(tensors ? ["--backend NAME"] : [])].join(" ")];
  });
  const usage = "usage: npm run -s bench -- NAME [--json] [--backend NAME] [--setting N]";
  return `${usage}\n\n${textTable(["name", "measures", "settings"], rows)}`;
}
