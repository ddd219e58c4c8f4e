/** The groups of options that commands share: data, language, times, model, output. */
import type { Command } from "commander";
import type { NullLogic } from "../../pql/bind/bound.js";
import type { Parameters, ParameterValue } from "../../pql/bind/parameters.js";
import type { Dialect, PredictiveQuery } from "../../pql/syntax/ast.js";
import { ConfigError } from "../core/errors.js";
import { parseTime } from "../core/time.js";
import type { Database, OpenOptions, RowWindow } from "../data/database.js";
import type { LanguageOptions } from "../query.js";
import type { Session, WorkFlags } from "./session.js";
import { collect, oneOf, splitList, wholeNumber } from "./values.js";

/** Flags of a command that reads data. */
export interface DataFlags extends WorkFlags {
  readonly data: string;
  readonly schema?: string;
  readonly tables?: string;
  readonly between?: readonly string[];
}

/** The flag of a command in which something is random. */
export interface SeedFlags {
  readonly seed: number;
}

/** Flags wherever a query is given. */
export interface LanguageFlags {
  /** A training table by hand; then the query may ask for its TARGET. */
  readonly table?: string;
  readonly dialect?: Dialect;
  readonly nullLogic?: NullLogic;
  readonly param?: readonly string[];
}

/** Adds `--json`, `--quiet` and `--threads`, which every command takes. */
export function withWork(command: Command): Command {
  return command
    .option("--json", "make stdout one JSON document")
    .option("--quiet", "tell nothing but results and errors")
    .option("--threads <n>", "threads where work is parallel", wholeNumber("--threads", 1, 1024));
}

/** Adds `--seed`, where something is random. */
export function withSeed(command: Command): Command {
  const most = Number.MAX_SAFE_INTEGER;
  return command.option("--seed <n>", "seed of everything random", wholeNumber("--seed", -most), 0);
}

/** Adds `--data`, which must be given, and `--schema`. */
export function withData(command: Command): Command {
  return command
    .requiredOption(
      "--data <path>",
      "a folder of Parquet, CSV, NDJSON or JSON files, a DuckDB or SQLite file, or postgres://…",
    )
    .option("--schema <file>", "settings of keys, times, links and types, as in schema.json")
    .option("--tables <names>", "read these tables only, separated by commas")
    .option(
      "--between <table=from..until>",
      "read a table's rows after one time and until another; either may be left out; repeatable",
      collect,
    );
}

/** Adds the options of the language. */
export function withLanguage(command: Command): Command {
  return command
    .option(
      "--dialect <name>",
      "kumo (exactly the published language) or relgraph",
      oneOf<Dialect>("--dialect", ["relgraph", "kumo"]),
    )
    .option(
      "--null-logic <name>",
      "how comparisons with missing values count: kleene or kumo",
      oneOf<NullLogic>("--null-logic", ["kleene", "kumo"]),
    )
    .option(
      "--param <name=value>",
      "value of the parameter :name, or a JSON list of values; repeatable",
      collect,
    );
}

/**
 * Reads the options of the language.
 *
 * @throws {@link ConfigError} CFG514 for a `--param` that is no `name=value`.
 */
export function languageOf({ dialect, nullLogic, param }: LanguageFlags): LanguageOptions {
  return { dialect, nullLogic, ...(param && { params: readParameters(param) }) };
}

/** Reads `name=value`; a value in square brackets is a JSON list, any other is a text that takes the type of its place. */
function readParameters(texts: readonly string[]): Parameters {
  const entries = texts.map((text): [string, ParameterValue] => {
    const [, name, value] = /^:?([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return [name, readValue(value)];
    throw new ConfigError("CFG514", `\`--param\` expects name=value, found \`${text}\``, {
      hint: "for :days in the query, write --param days=30",
    });
  });
  return Object.fromEntries(entries);
}

function readValue(text: string): ParameterValue {
  if (!text.trimStart().startsWith("[")) return text;
  try {
    return JSON.parse(text) as ParameterValue;
  } catch (cause) {
    throw new ConfigError("CFG514", `\`--param\` holds a list that is no JSON: \`${text}\``, {
      hint: 'write [1, 2] or ["a", "b"]',
      cause,
    });
  }
}

/** A query that can be read, and its language. */
export interface WrittenQuery {
  readonly language: LanguageOptions;
  readonly tree: PredictiveQuery;
}

/**
 * Reads the options of the language and the query's text, so that a slip in it shows before any data is read.
 *
 * @param query - the query.
 * @param flags - as parsed.
 * @throws {@link PqlError} PQL0xx or PQL1xx if it cannot be read; ConfigError CFG514 for `--param`.
 */
export async function readQuery(query: string, flags: LanguageFlags): Promise<WrittenQuery> {
  const language = languageOf(flags);
  const { parseQuery } = await import("../../pql/syntax/parse.js");
  const { dialect } = language;
  const givenTarget = flags.table !== undefined;
  return { language, tree: parseQuery(query, { ...(dialect && { dialect }), givenTarget }) };
}

/**
 * Opens the data of a command and tells its notes.
 *
 * @param session - the run.
 * @param flags - `--data` and `--schema`.
 */
export async function openData(session: Session, flags: DataFlags): Promise<Database> {
  const db = await readData(session, flags);
  for (const note of db.notes) session.note(note);
  return db;
}

/** Opens the data of a command, for those that show its notes themselves. */
export async function readData(session: Session, flags: DataFlags): Promise<Database> {
  const { Database } = await import("../data/database.js");
  return Database.open(flags.data, { ...session.work, ...openOptions(flags) });
}

/**
 * Reads the options of the data: settings, tables, rows.
 *
 * @throws {@link ConfigError} CFG515 for a `--between` that cannot be read.
 */
export function openOptions({ schema, tables, between }: DataFlags): OpenOptions {
  return {
    schemaFile: schema,
    ...(tables !== undefined && { tables: splitList(tables) }),
    ...(between && { rows: Object.fromEntries(between.map(readWindow)) }),
  };
}

/** Reads `sessions=2024-01-01..2025-01-01`; either time may be left out. */
function readWindow(text: string): [table: string, window: RowWindow] {
  const [, table, from = "", until = ""] = /^(.+?)=(.*?)\.\.(.*)$/s.exec(text) ?? [];
  const times = [from, until].map((time) => (time === "" ? undefined : parseTime(time)));
  if (table !== undefined && !times.includes(null)) {
    return [table, { after: times[0] ?? undefined, until: times[1] ?? undefined }];
  }
  throw new ConfigError("CFG515", `\`--between\` expects table=from..until, found \`${text}\``, {
    hint: "write --between sessions=2024-01-01..2025-01-01, or sessions=..2025-01-01",
  });
}
