/** TIMES: the options that choose anchors and their split. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { ConfigError } from "../core/errors.js";
import { type Duration, requireTime, type Timestamp } from "../core/time.js";
import { unreadable } from "../data/io/unreadable.js";
import type { TimeOptions } from "../labels.js";
import { contradiction } from "./usage.js";
import { duration, splitList, time, wholeNumber } from "./values.js";

/** The flags of TIMES. */
export interface TimesFlags {
  readonly anchors?: string;
  readonly val?: Timestamp;
  readonly test?: Timestamp;
  readonly evalAnchors?: number;
  readonly step?: Duration;
  readonly table?: string;
  readonly folds?: number;
}

/** Adds the options of TIMES. */
export function withTimes(command: Command): Command {
  return command
    .option("--anchors <times>", "exactly these anchors: T,T,… or @FILE with one a line")
    .option("--val <time>", "when validation begins (RelBench's protocol)", time("--val"))
    .option("--test <time>", "when test begins (RelBench's protocol)", time("--test"))
    .option(
      "--eval-anchors <n>",
      "validation and test anchors each (default: 1)",
      wholeNumber("--eval-anchors", 1),
    )
    .option(
      "--step <duration>",
      "distance of anchors, such as 30d or 12h (default: the target's window)",
      duration("--step"),
    )
    .option(
      "--table <file>",
      "your own training table (key, TIMESTAMP, TARGET, SPLIT) for PREDICT TARGET FOR EACH t.key",
    )
    .option(
      "--folds <k>",
      "K-fold cross-validation of a static task (evaluate, labels)",
      wholeNumber("--folds", 2),
    );
}

/**
 * Reads the options of TIMES.
 *
 * @param flags - as parsed.
 * @param options - `folds`: whether the command knows what to do with `--folds`.
 * @throws {@link ConfigError} CFG101 for a time that is none, CFG509 for a file without times, CFG508 for options that
 * contradict each other; DataError DAT2xx if a file cannot be read.
 */
export async function readTimes(
  flags: TimesFlags,
  options: { readonly folds?: boolean } = {},
): Promise<TimeOptions> {
  const { val, test, evalAnchors, step, folds } = flags;
  refuseTogether(flags);
  if (folds !== undefined && !options.folds) {
    const message = "`--folds` splits rows to evaluate on, and this command makes one model";
    throw contradiction(message, "leave it out, or use `relgraph evaluate`");
  }
  if (flags.table !== undefined) {
    const { readTable } = await import("../data/io/read-table.js");
    return { table: await readTable(flags.table), val, test, step, folds };
  }
  if (flags.anchors === undefined) {
    if (evalAnchors !== undefined && val === undefined && test === undefined) {
      const message = "`--eval-anchors` belongs to `--val` and `--test`, which are missing";
      throw contradiction(message, "give all three, or leave `--eval-anchors` out");
    }
    return { val, test, evalAnchors, step, folds };
  }
  return { anchors: await readAnchors(flags.anchors) };
}

/** What each of these options leaves nothing to say for. */
const CONTRADICTED = {
  anchors: ["lists all anchors", ["val", "test", "evalAnchors", "step", "table", "folds"]],
  table: ["has its own times", ["evalAnchors"]],
  folds: ["makes the parts itself", ["val", "test", "evalAnchors", "step"]],
} as const;

function refuseTogether(flags: TimesFlags): void {
  for (const [name, [why, others]] of Object.entries(CONTRADICTED)) {
    if (flags[name as keyof TimesFlags] === undefined) continue;
    const other = others.find((option) => flags[option] !== undefined);
    if (!other) continue;
    const written = other === "evalAnchors" ? "eval-anchors" : other;
    const message = `\`--${name}\` ${why}, so \`--${written}\` has nothing to say`;
    throw contradiction(message, "leave one of the two out");
  }
}

async function readAnchors(text: string): Promise<Timestamp[]> {
  if (!text.startsWith("@")) {
    const items = splitList(text);
    if (items.length > 0) return items.map((item) => requireTime(item, "--anchors"));
    throw new ConfigError("CFG509", "`--anchors` lists no time", {
      hint: "write times in ISO 8601 with commas between, or @FILE",
    });
  }
  const path = text.slice(1);
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const lines = content.replace(/^\uFEFF/, "").split(/\r?\n/);
  const anchors = lines.flatMap((line, i) =>
    splitList(line.replace(/#.*/, "")).map((item) => {
      try {
        return requireTime(item, "--anchors");
      } catch (cause) {
        throw new ConfigError("CFG101", `\`--anchors\` expects times, found \`${item}\``, {
          at: { file: path, row: i + 1 },
          hint: "write one time in ISO 8601 a line",
          cause,
        });
      }
    }),
  );
  if (anchors.length > 0) return anchors;
  throw new ConfigError("CFG509", `\`${path}\` lists no time`, {
    at: { file: path },
    hint: "write one time in ISO 8601 a line",
  });
}
