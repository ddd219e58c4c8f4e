/** MODEL: the options that say how a model is made. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { DEFAULT_MODEL_CONFIG, type ModelConfig } from "../../gnn/spec.js";
import { ConfigError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import { approximateMs, type Duration } from "../core/time.js";
import { unreadable } from "../data/io/unreadable.js";
import { MEMBER_NAMES, type MemberName } from "../experts/member-names.js";
import type { ModelOptions } from "../fit.js";
import type { BackendName } from "../tensor/backend.js";
import type { Session } from "./session.js";
import { wrongValue } from "./usage.js";
import { collect, duration, numberBetween, oneOf, splitList, wholeNumber } from "./values.js";

/** The flags of MODEL. */
export interface ModelFlags {
  readonly seed?: number;
  readonly experts?: string;
  readonly backend?: BackendName | "auto";
  readonly epochs?: number;
  readonly timeBudget?: Duration;
  readonly config?: string;
  readonly interval?: number;
  readonly maxRows?: number;
  readonly feature?: readonly string[];
}

/** What the flags of MODEL mean to the library. */
export interface ModelChoice extends ModelOptions {
  readonly backend: BackendName | "auto" | undefined;
  readonly interval: number | undefined;
  readonly maxRows: number | undefined;
}

/** Adds `--backend`. */
export function withBackend(command: Command): Command {
  return command.option(
    "--backend <name>",
    "where tensors are computed: wasm, webgpu, cuda, node, cpu or auto",
    oneOf<BackendName | "auto">("--backend", ["wasm", "webgpu", "cuda", "node", "cpu", "auto"]),
  );
}

/** Adds the options of MODEL. */
export function withModel(command: Command): Command {
  return withBackend(command)
    .option(
      "--experts <names>",
      "what predicts: some of trees, gnn, linear and constant (default: all, blended)",
    )
    .option("--epochs <n>", "passes over the training rows, at most", wholeNumber("--epochs", 1))
    .option(
      "--time-budget <duration>",
      "stop training after this, such as 60s",
      duration("--time-budget"),
    )
    .option(
      "--max-rows <n>",
      "training rows learned from at most, drawn evenly (default: 100000)",
      wholeNumber("--max-rows", 1),
    )
    .option("--config <file>", "JSON with settings of model and trainer")
    .option(
      "--interval <level>",
      "share of values that intervals of numbers hold (default: 0.8)",
      numberBetween("--interval", 0, 1),
    )
    .option(
      "--feature <expression>",
      "an input of your own that looks back, such as 'SUM(orders.amount, -90, 0, days)'; repeatable",
      collect,
    );
}

/**
 * Reads the options of MODEL.
 *
 * @param session - progress, cancellation and the clock of the time budget.
 * @param flags - as parsed.
 * @throws {@link ConfigError} CFG513 for a `--config` that does not fit, CFG507 for experts; DataError DAT201
 * or DAT205 if a file cannot be read.
 */
export async function readModel(session: Session, flags: ModelFlags): Promise<ModelChoice> {
  const experts = readExperts(flags.experts);
  const { seed, backend, epochs, interval, maxRows, timeBudget } = flags;
  const config = flags.config === undefined ? {} : await readConfig(flags.config);
  return {
    ...config,
    ...session.work,
    seed,
    experts,
    threads: session.threads,
    backend,
    epochs,
    interval,
    maxRows,
    features: flags.feature,
    timeBudget: timeBudget && approximateMs(timeBudget.count, timeBudget.unit),
    clock: session.io.now,
  };
}

function readExperts(text: string | undefined): MemberName[] | undefined {
  if (text === undefined) return undefined;
  const names = splitList(text).map((name) => oneOf<MemberName>("--experts", MEMBER_NAMES)(name));
  if (names.length > 0) return names;
  throw wrongValue("--experts", MEMBER_NAMES.join(", "), text, "write trees,gnn");
}

/** What a file of `--config` may hold. */
type Config = Pick<ModelOptions, "signals" | "trees" | "model" | "trainer" | "hops">;

async function readConfig(path: string): Promise<Config> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const wrong = (message: string, hint: string, cause?: unknown): ConfigError =>
    new ConfigError("CFG513", `\`${path}\` ${message}`, { at: { file: path }, hint, cause });
  let found: unknown;
  try {
    found = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw wrong(
      `is no JSON: ${why}`,
      'write { "trees": { … }, "model": { … }, "trainer": { … }, "hops": 2 }',
      cause,
    );
  }
  const { DEFAULT_TRAINER_CONFIG } = await import("../../gnn/trainer.js");
  const { DEFAULT_SIGNALS_CONFIG } = await import("../experts/signals-config.js");
  const { DEFAULT_TREES_CONFIG } = await import("../experts/trees-config.js");
  const sections = {
    signals: DEFAULT_SIGNALS_CONFIG,
    trees: DEFAULT_TREES_CONFIG,
    model: DEFAULT_MODEL_CONFIG,
    trainer: DEFAULT_TRAINER_CONFIG,
  };
  const config = requireRecord(found, "", wrong);
  checkNames(config, ["signals", "trees", "model", "trainer", "hops"], "", wrong);
  for (const section of ["signals", "trees", "model", "trainer"] as const) {
    if (config[section] === undefined) continue;
    const settings = requireRecord(config[section], `\`${section}\` in it `, wrong);
    checkSettings(settings, { ...sections[section] }, section, wrong);
  }
  const { hops } = config;
  if (hops !== undefined && hops !== 1 && hops !== 2 && hops !== 3) {
    throw wrong(`sets \`hops\` to ${JSON.stringify(hops)}, expected 1, 2 or 3`, "write 2");
  }
  return config as Config;
}

type Wrong = (message: string, hint: string) => ConfigError;

function requireRecord(value: unknown, what: string, wrong: Wrong): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw wrong(
    `holds ${JSON.stringify(value)?.slice(0, 40)}, ${what}expected an object`,
    "write { … }",
  );
}

function checkNames(
  record: Readonly<Record<string, unknown>>,
  known: readonly string[],
  within: string,
  wrong: Wrong,
): void {
  const unknown = Object.keys(record).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw wrong(
    `has the unknown setting \`${within}${unknown}\``,
    suggestHint(unknown, known, "settings"),
  );
}

/** Checks settings against their defaults: the same names, the same types, no negative numbers. */
function checkSettings(
  settings: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  section: string,
  wrong: Wrong,
): void {
  checkNames(settings, Object.keys(defaults), `${section}.`, wrong);
  for (const [name, value] of Object.entries(settings)) {
    const usual = defaults[name];
    const isNumber = typeof usual === "number" || usual === null;
    // Lists are checked where the network is set up.
    const fits = isNumber ? isAmount(value) : HEADS.includes(value as never);
    if (fits || Array.isArray(usual)) continue;
    const expected = isNumber ? "a number from 0 on" : HEADS.join(" or ");
    const message = `sets \`${section}.${name}\` to ${JSON.stringify(value)}, expected ${expected}`;
    throw wrong(message, `the default is ${JSON.stringify(usual)}`);
  }
}

const HEADS: readonly ModelConfig["head"][] = ["additive", "joint"];

function isAmount(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
