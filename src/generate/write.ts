/** Writes the generated company into a folder: tables, `schema.json`, and the truth in its own sub-folder. */
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ConfigError } from "../core/errors.js";
import { notWritable } from "../data/io/output-file.js";
import { createTableWriter, describeColumn, type TableWriter } from "../data/io/writer.js";
import type { Table } from "../data/table.js";
import type { SaasOptions } from "./options.js";
import { generateSaas, type SaasSummary } from "./saas.js";
import { SAAS_SCHEMA } from "./schema.js";

/** Formats of the generated files. */
export type SaasFormat = "parquet" | "csv";

/** Columns whose times are all at midnight, whatever a chunk holds; text formats print them as bare dates. */
const DATES: readonly string[] = [
  "CREATED_AT",
  "SIGNUP_DATE",
  "MONTH",
  "ANCHOR",
  "DRIFT_FROM",
  "COMPANY_DECLINE_FROM",
];
const TRUTH = "truth";

/**
 * Generates a SaaS company into a folder: a file a table, `schema.json`, and below `truth/` the truth tables and
 * `truth.json`. Everything is written beside and moved into place at the end; a folder with an earlier generated company
 * is replaced. Memory holds some chunks only.
 *
 * @param folder - where to; it may exist if it is empty or holds a generated company.
 * @param options - as of {@link generateSaas}; `format` of the tables, default `parquet`.
 * @returns the summary, as in `truth/truth.json`.
 * @throws {@link ConfigError} CFG130 if an option is out of range, CFG131 if the folder holds other things; DataError
 * DAT301 if it cannot be written; AbortedError CFG900 if cancelled.
 */
export async function writeSaas(
  folder: string,
  options: SaasOptions & { readonly format?: SaasFormat | undefined },
): Promise<SaasSummary> {
  const place = resolve(folder);
  await checkFree(place, folder);
  const partial = join(dirname(place), `.${basename(place)}.${process.pid}.partial`);
  try {
    await mkdir(join(partial, TRUTH), { recursive: true });
  } catch (cause) {
    throw notWritable(folder, cause);
  }
  try {
    const summary = await writeTables(partial, options);
    await writeFile(join(partial, "schema.json"), jsonText(SAAS_SCHEMA));
    await writeFile(join(partial, TRUTH, "truth.json"), jsonText(summary));
    await moveInto(partial, place, folder);
    return summary;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function writeTables(
  partial: string,
  options: SaasOptions & { readonly format?: SaasFormat | undefined },
): Promise<SaasSummary> {
  const { format = "parquet", signal } = options;
  if (format !== "parquet" && format !== "csv") {
    throw new ConfigError("CFG130", `\`format\` expects parquet or csv, found \`${format}\``, {
      hint: "pass parquet or csv",
    });
  }
  const writers = new Map<string, TableWriter>();
  const append = async (path: string, table: Table): Promise<void> => {
    let writer = writers.get(path);
    if (!writer) {
      const columns = table.columns.map((column) => {
        const { precision: _, ...description } = describeColumn(column);
        return DATES.includes(column.name)
          ? { ...description, precision: "days" as const }
          : description;
      });
      writer = await createTableWriter(path, columns, { signal });
      writers.set(path, writer);
    }
    await writer.append(table.columns);
  };
  try {
    let summary: SaasSummary | null = null;
    for (const step of generateSaas(options)) {
      if (step.kind === "summary") summary = step.summary;
      else {
        const below = step.kind === "truth" ? join(partial, TRUTH) : partial;
        await append(join(below, `${step.table.name}.${format}`), step.table);
      }
    }
    let done = 0;
    for (const [path, writer] of writers) {
      await writer.close();
      const message = `${basename(path)} written`;
      options.onProgress?.({ stage: "write", message, done: ++done, total: writers.size });
    }
    return summary!;
  } catch (error) {
    for (const writer of writers.values()) await writer.abort();
    throw error;
  }
}

/** A folder is free if there is nothing in it but what this module writes. */
async function checkFree(place: string, shown: string): Promise<void> {
  const names = await listOrNull(place, shown);
  const foreign = names?.find((name) => !isOurs(name));
  if (foreign === undefined) return;
  const message = `\`${shown}\` holds \`${foreign}\`, expected a new or empty folder or an earlier generated company`;
  throw new ConfigError("CFG131", message, { hint: "choose another folder for `out`" });
}

async function moveInto(partial: string, place: string, shown: string): Promise<void> {
  try {
    const names = await listOrNull(place, shown);
    if (names === null) {
      await rename(partial, place);
      return;
    }
    // The folder itself stays: it may be a mount or someone's working directory.
    for (const name of names) await rm(join(place, name), { recursive: true, force: true });
    for (const name of await readdir(partial)) await rename(join(partial, name), join(place, name));
  } catch (cause) {
    throw notWritable(shown, cause);
  }
}

async function listOrNull(place: string, shown: string): Promise<string[] | null> {
  try {
    return await readdir(place);
  } catch (cause) {
    if ((cause as { readonly code?: string }).code === "ENOENT") return null;
    throw notWritable(shown, cause);
  }
}

function isOurs(name: string): boolean {
  if (name === TRUTH || name === "schema.json") return true;
  const table = /^(.+)\.(?:parquet|csv)$/.exec(name)?.[1];
  return table !== undefined && Object.hasOwn(SAAS_SCHEMA.tables ?? {}, table);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
