/** What state the files of a database are in: a mark that changes with them, and text files that are still being written. */
import { createHash } from "node:crypto";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { unreadable } from "./unreadable.js";

/** A file as it stands. */
interface FileState {
  readonly path: string;
  readonly size: number;
  /** Milliseconds UTC. */
  readonly changed: number;
}

/** The files of a database at one moment. */
export interface DataState {
  /** Differs wherever a file came, went, grew or was written anew. */
  readonly mark: string;
  /** A text file whose last line has no end and that was changed lately: a row of it may be missing its rest. */
  readonly unfinished: string | null;
}

/** Text files whose last row can be half there; compressed ones tell by themselves. */
const LINES = /\.(?:csv|tsv|ndjson|jsonl)$/i;

/**
 * Looks at the files of a database without reading them.
 *
 * @param path - a folder or a file.
 * @param now - the time, milliseconds UTC.
 * @param settled - milliseconds after which a last line without end counts as whole.
 * @returns `null` for a place that is no file, such as a server.
 * @throws {@link DataError} DAT201 or DAT205 if it cannot be read.
 */
export async function lookAtData(
  path: string,
  now: number,
  settled: number,
): Promise<DataState | null> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return null;
  const files = await filesOf(path);
  const hash = createHash("sha256");
  for (const { path: name, size, changed } of files) hash.update(`${name}\0${size}\0${changed}\n`);
  let unfinished: string | null = null;
  for (const file of files) {
    if (unfinished !== null || !LINES.test(file.path) || now - file.changed > settled) continue;
    if (await endsWithinLine(file)) unfinished = basename(file.path);
  }
  return { mark: hash.digest("hex"), unfinished };
}

/** Lists files with their states in the order of their names; what is hidden is none of the data. */
async function filesOf(path: string): Promise<FileState[]> {
  let info: Awaited<ReturnType<typeof stat>>;
  try {
    info = await stat(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  if (!info.isDirectory()) {
    const own = { path, size: Number(info.size), changed: Number(info.mtimeMs) };
    // SQLite keeps its last changes beside the file.
    const log = await stat(`${path}-wal`).catch(() => null);
    if (log === null) return [own];
    return [own, { path: `${path}-wal`, size: log.size, changed: log.mtimeMs }];
  }
  const names = (await readdir(path)).filter((name) => !/^[_.]/.test(name)).sort();
  const files: FileState[] = [];
  for (const name of names) files.push(...(await filesOf(join(path, name))));
  return files;
}

async function endsWithinLine({ path, size }: FileState): Promise<boolean> {
  if (size === 0) return false;
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await file.close();
  }
}
