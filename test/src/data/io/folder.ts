/** A folder of table files that lasts for one test file. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { RelError } from "../../../../src/core/errors.js";

/** Gives new folders with files in them. */
export interface Folders {
  /** Makes a folder with files by name. */
  make(files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
}

/** Makes folders that are removed after the tests of the calling file. */
export function useFolders(): Folders {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "relgraph-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  return {
    async make(files) {
      const folder = await mkdtemp(join(root, "f-"));
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(folder, name), content);
      }
      return folder;
    },
  };
}

/** Waits for a refusal and returns it. */
export async function refusal(work: Promise<unknown>): Promise<RelError> {
  try {
    await work;
  } catch (error) {
    return error as RelError;
  }
  throw new Error("nothing was refused");
}
