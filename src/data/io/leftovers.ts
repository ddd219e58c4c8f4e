/** Removes what killed processes left beside a file while they wrote it. */
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Removes the hidden partial files of a place whose process is no more; those of running processes stay, and a file that cannot be removed
 * stays, too. Processes of other machines that write to the same folder are not seen.
 *
 * @param path - where the file goes, see `startFile`.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(start)) continue;
    // What a format spills while it is written ends in one more part.
    const pid = /^([1-9]\d*)\.partial(?:\.\w+)*$/.exec(name.slice(start.length))?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await rm(join(folder, name), { force: true, recursive: true }).catch(() => undefined);
  }
}

/** Signal 0 reaches a process without doing anything to it; who may not send it knows that there is one. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
