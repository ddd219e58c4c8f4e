/** A SQLite file that can be read alone: the file itself, or a copy where it keeps its last changes beside it. */
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DataError } from "../../../core/errors.js";
import { firstBytes } from "../sources.js";

/** A file to read, and what to do afterwards. */
export interface Snapshot {
  readonly path: string;
  /** Whether it is a copy, which may be written to. */
  readonly isCopy: boolean;
  dispose(): Promise<void>;
}

/** Attempts to copy a file that somebody writes to. */
const ATTEMPTS = 5;

/**
 * Makes sure that a file can be read as it stands. A file in write-ahead mode keeps its last changes in `FILE-wal`; both are copied
 * into a temporary folder, since the original is never written to.
 *
 * @param path - the file.
 * @throws {@link DataError} DAT242 if a writer is at work on it.
 * @see SQLite file format: bytes 18 and 19 are 2 in write-ahead mode.
 */
export async function takeSnapshot(path: string): Promise<Snapshot> {
  const head = await firstBytes(path, 20);
  if ((await mark(`${path}-journal`)) !== ABSENT && !(await isEmpty(`${path}-journal`))) {
    throw inUse(path);
  }
  if (head[18] !== 2) return { path, isCopy: false, dispose: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "relgraph-sqlite-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(path));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await marks(path);
      await copyFile(path, copy);
      await rm(`${copy}-wal`, { force: true });
      if ((await mark(`${path}-wal`)) !== ABSENT) await copyFile(`${path}-wal`, `${copy}-wal`);
      if (before === (await marks(path))) return { path: copy, isCopy: true, dispose };
    }
    throw inUse(path);
  } catch (error) {
    await dispose();
    throw error;
  }
}

const ABSENT = "absent";

/** A change of a file changes its mark. */
async function mark(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size} ${mtimeMs}`;
  } catch {
    return ABSENT;
  }
}

async function marks(path: string): Promise<string> {
  return `${await mark(path)}, ${await mark(`${path}-wal`)}`;
}

/** A journal that is kept between transactions begins with zeros. */
async function isEmpty(path: string): Promise<boolean> {
  return (await firstBytes(path, 8)).every((byte) => byte === 0);
}

function inUse(path: string): DataError {
  return new DataError("DAT242", `\`${path}\` is being written to`, {
    at: { file: path },
    hint: "wait until the writer is done, or open a copy made with `VACUUM INTO`",
  });
}
