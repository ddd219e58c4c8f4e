/** Finds the tables of a folder: one file or one folder of Parquet each, the name before the ending is the table's. */
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../core/errors.js";
import { matchingFiles, partitionFiles } from "./partitions.js";
import { unreadable } from "./unreadable.js";

/** The formats of table files. */
export type FileFormat = "parquet" | "csv" | "tsv" | "ndjson" | "json" | "arrow";

/** A file that holds one table. */
export interface TableFile {
  readonly table: string;
  /** The file; of a table in several files their folder. */
  readonly path: string;
  /** The Parquet files of a table in several files, in order. */
  readonly parts?: readonly string[];
  readonly format: FileFormat;
}

/** What a folder holds. */
export interface Folder {
  /** In the order of their names. */
  readonly files: readonly TableFile[];
  readonly notes: readonly string[];
}

const ENDINGS: readonly (readonly [ending: string, format: FileFormat])[] = [
  [".parquet", "parquet"],
  [".csv", "csv"],
  [".csv.gz", "csv"],
  [".tsv", "tsv"],
  [".tsv.gz", "tsv"],
  [".ndjson", "ndjson"],
  [".jsonl", "ndjson"],
  [".json", "json"],
  [".arrow", "arrow"],
  [".arrows", "arrow"],
  [".feather", "arrow"],
];

/** The endings of table files, for hints. */
export const TABLE_ENDINGS = ".parquet, .csv, .csv.gz, .tsv, .ndjson, .json or .arrow";

/**
 * Lists the tables of a folder.
 *
 * @param folder - its path.
 * @param patterns - of tables whose files are chosen by patterns.
 * @throws {@link DataError} DAT202 if there is no table in it, DAT203 if two files hold the same table, DAT205 if it
 * cannot be listed.
 */
export async function listFolder(
  folder: string,
  patterns: Readonly<Record<string, readonly string[]>> = {},
): Promise<Folder> {
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  const files: TableFile[] = [];
  const ignored: string[] = [];
  for (const [table, own] of Object.entries(patterns)) {
    const parts = await matchingFiles(folder, own);
    const other = parts.find((path) => !/\.parquet$/i.test(path));
    if (other !== undefined) throw notParquet(other, table);
    files.push({ table, path: folder, parts, format: "parquet" });
  }
  const chosen = new Set(files.flatMap(({ parts }) => parts));
  for (const name of names) {
    if (name.startsWith(".") || name.startsWith("_")) continue;
    const path = join(folder, name);
    if (name === "schema.json" || chosen.has(path)) continue;
    if (await isFolder(path)) {
      const parts = (await partitionFiles(path)).filter((part) => !chosen.has(part));
      if (parts.length > 0)
        files.push({ table: folderTable(name), path, parts, format: "parquet" });
      else if (![...chosen].some((part) => part?.startsWith(`${path}/`))) ignored.push(name);
      continue;
    }
    const format = formatOf(name);
    if (format === null) ignored.push(name);
    else files.push({ table: tableName(name), path, format });
  }
  const shown = ignored.slice(0, 8).join(", ") + (ignored.length > 8 ? ", …" : "");
  if (files.length === 0) {
    const found = ignored.length === 0 ? "it is empty" : `found ${shown}`;
    throw new DataError("DAT202", `there is no table in \`${folder}\`: ${found}`, {
      at: { file: folder },
      hint: `a table is a file NAME with the ending ${TABLE_ENDINGS}, or a folder NAME of Parquet files`,
    });
  }
  for (const [i, file] of files.entries()) {
    const other = files.findIndex((f) => f.table.toLowerCase() === file.table.toLowerCase());
    if (other === i) continue;
    const pair = `\`${basename(files[other]!.path)}\` and \`${basename(file.path)}\``;
    throw new DataError("DAT203", `${pair} hold the same table \`${file.table}\``, {
      at: { file: file.path, table: file.table },
      hint: "move one of them out of the folder",
    });
  }
  return { files, notes: ignored.length === 0 ? [] : [`ignored files: ${shown}`] };
}

/** Returns the folder's `schema.json`; `null` where there is none. */
export async function schemaFileOf(folder: string): Promise<string | null> {
  const path = join(folder, "schema.json");
  try {
    await stat(path);
    return path;
  } catch {
    return null;
  }
}

function notParquet(path: string, table: string): DataError {
  return new DataError("DAT218", `\`${basename(path)}\` is no Parquet file`, {
    at: { file: path, table },
    hint: "a table in several files is written as Parquet: let the pattern end in .parquet",
  });
}

/** Names the table and the format of a file by its ending; `null` where the ending is none of a table's. */
export function tableFile(path: string): TableFile | null {
  const name = basename(path);
  const format = formatOf(name);
  return format && { table: tableName(name), path, format };
}

function formatOf(name: string): FileFormat | null {
  const lower = name.toLowerCase();
  return ENDINGS.find(([ending]) => lower.endsWith(ending))?.[1] ?? null;
}

function tableName(name: string): string {
  return name.replace(/\.gz$/i, "").replace(/\.[^.]+$/, "");
}

/** Spark writes a table into a folder `NAME.parquet`. */
function folderTable(name: string): string {
  return name.replace(/\.parquet$/i, "");
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * Reads the first bytes of a file.
 *
 * @param path - the file.
 * @param count - how many bytes at most.
 * @throws {@link DataError} DAT201 or DAT205 if it cannot be read.
 */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const bytes = Buffer.alloc(count);
      const { bytesRead } = await file.read(bytes, 0, count, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
