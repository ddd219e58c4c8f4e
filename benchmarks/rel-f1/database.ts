/** rel-f1 in memory, for benchmarks and tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "../../src/data/database.js";
import { writeRelF1 } from "./build.js";

/**
 * Builds rel-f1 in a temporary folder and opens it.
 *
 * @returns the whole database; the folder is gone again.
 */
export async function openRelF1(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), "rel-f1-"));
  try {
    await writeRelF1(folder);
    return await Database.open(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
