/** The errors of a path that is missing or cannot be read. */
import { DataError } from "../../core/errors.js";

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
