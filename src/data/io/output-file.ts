/** Writes files beside their place and renames them when they are whole. */
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../../core/errors.js";

/** A file on its way. */
export interface OutputFile {
  /** Where it goes in the end. */
  readonly path: string;
  /** Where it is written; in the same folder. */
  readonly partial: string;
  /** Puts the whole file in its place, over an older one. */
  commit(): Promise<void>;
  /** Removes what was written; never throws. */
  discard(): Promise<void>;
}

/**
 * Starts a file: checks that its folder can be written to.
 *
 * @param path - where the file goes.
 * @throws {@link DataError} DAT301 if the folder is missing or cannot be written to.
 */
export async function startFile(path: string): Promise<OutputFile> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
  const discard = async (): Promise<void> => {
    await rm(partial, { force: true }).catch(() => undefined);
  };
  try {
    await (await open(partial, "w")).close();
  } catch (cause) {
    throw notWritable(path, cause);
  }
  const commit = async (): Promise<void> => {
    try {
      await rename(partial, path);
    } catch (cause) {
      await discard();
      throw notWritable(path, cause);
    }
  };
  return { path, partial, commit, discard };
}

/** Makes the error of a file that cannot be written (DAT301). */
export function notWritable(path: string, cause: unknown): DataError {
  const { code } = cause as { readonly code?: string };
  const hints: Readonly<Record<string, string>> = {
    ENOENT: `create the folder \`${dirname(path)}\` first`,
    ENOTDIR: `\`${dirname(path)}\` is no folder`,
    EACCES: `check the permissions of \`${dirname(path)}\``,
    EPERM: `check the permissions of \`${dirname(path)}\``,
    EROFS: "the disk is read only: choose another folder",
    EISDIR: "a folder has this name: choose another one",
    ENOTEMPTY: "a folder has this name: choose another one",
    ENOSPC: "the disk is full: free some space",
  };
  return new DataError("DAT301", `\`${path}\` cannot be written (${code ?? String(cause)})`, {
    at: { file: path },
    hint: hints[code ?? ""] ?? "choose another file or folder",
    cause,
  });
}
