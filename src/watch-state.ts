/** What a watched file of predictions was made from, kept beside it in `FILE.state.json`. */
import { access, readFile, writeFile } from "node:fs/promises";
import type { Timestamp } from "./core/time.js";
import { notWritable, startFile } from "./data/io/output-file.js";

/** What the file of predictions was made from. */
export interface WatchState {
  readonly version: 1;
  /** The mark of the data's files; `null` for a place without files, which is read at every look. */
  readonly data: string | null;
  /** The mark of the model's files. */
  readonly model: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly latest: Timestamp | null;
}

/** Where the state of a file is kept. */
export function statePath(out: string): string {
  return `${out}.state.json`;
}

/** Reads the state beside a file; one that is missing or broken is `null`, and the next look writes anew. */
export async function readWatchState(out: string): Promise<WatchState | null> {
  try {
    const state = JSON.parse(await readFile(statePath(out), "utf8")) as Partial<WatchState>;
    // The predictions may have been removed since.
    await access(out);
    const whole = state.version === 1 && typeof state.model === "string" && state.rows;
    return whole ? (state as WatchState) : null;
  } catch {
    return null;
  }
}

/**
 * Writes the state beside a file, whole or not at all.
 *
 * @throws {@link DataError} DAT301 if it cannot be written.
 */
export async function writeWatchState(out: string, state: WatchState): Promise<void> {
  const file = await startFile(statePath(out));
  try {
    await writeFile(file.partial, `${JSON.stringify(state, null, 2)}\n`);
  } catch (cause) {
    await file.discard();
    throw notWritable(statePath(out), cause);
  }
  await file.commit();
}
