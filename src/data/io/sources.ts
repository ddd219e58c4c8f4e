/** Finds the tables of a folder: one file each, the name before the ending is the table's. */
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../core/errors.js";

/** The formats of table files. */
export type FileFormat = "parquet" | "csv" | "tsv" | "ndjson" | "json";

/** A file that holds one table. */
export interface TableFile {
  readonly table: string;
  readonly path: string;
  readonly format: FileFormat;
}

/** What a folder holds. */
export interface Folder {
  /** In the order of their names. */
  readonly files: readonly TableFile[];
  /** The folder's `schema.json`, if there. */
  readonly schemaFile: string | null;
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
];

/** The endings of table files, for hints. */
export const TABLE_ENDINGS = ".parquet, .csv, .csv.gz, .tsv, .ndjson or .json";

/**
 * Lists the tables of a folder.
 *
 * @param folder - its path.
 * @throws {@link DataError} DAT202 if there is no table in it, DAT203 if two files hold the same table, DAT205 if it
 * cannot be listed.
 */
export async function listFolder(folder: string): Promise<Folder> {
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  const files: TableFile[] = [];
  const ignored: string[] = [];
  let schemaFile: string | null = null;
  for (const name of names) {
    if (name.startsWith(".") || name.startsWith("_")) continue;
    const path = join(folder, name);
    if (name === "schema.json") {
      schemaFile = path;
      continue;
    }
    const format = formatOf(name);
    if (format === null || (await isFolder(path))) ignored.push(name);
    else files.push({ table: tableName(name), path, format });
  }
  const shown = ignored.slice(0, 8).join(", ") + (ignored.length > 8 ? ", …" : "");
  if (files.length === 0) {
    const found = ignored.length === 0 ? "it is empty" : `found ${shown}`;
    throw new DataError("DAT202", `there is no table in \`${folder}\`: ${found}`, {
      at: { file: folder },
      hint: `a table is a file NAME with the ending ${TABLE_ENDINGS}`,
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
  return { files, schemaFile, notes: ignored.length === 0 ? [] : [`ignored files: ${shown}`] };
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

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Makes the error of a path that is missing (DAT201) or cannot be read (DAT205). */
export function unreadable(path: string, cause: unknown): DataError {
  const { code } = cause as { readonly code?: string };
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new DataError("DAT201", `there is no file or folder \`${path}\``, {
      at: { file: path },
      hint: "check the path; it is read from the working directory",
      cause,
    });
  }
  return new DataError("DAT205", `\`${path}\` cannot be read (${code ?? String(cause)})`, {
    at: { file: path },
    hint: "check the permissions of the file and of its folder",
    cause,
  });
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
