/** Finds the optional packages of a backend: in folders that are named, in relgraph's own tree, in the user's project. */
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Finds a package's entry.
 *
 * @param module - its name.
 * @param ownOnly - look in relgraph's own tree only, for packages that it depends on.
 * @returns the entry as a file URL to import, or `null` if no place has it.
 */
export function locatePackage(module: string, ownOnly = false): string | null {
  for (const place of ownOnly ? [import.meta.url] : places()) {
    try {
      return pathToFileURL(createRequire(place).resolve(module)).href;
    } catch {
      // The next place may have it.
    }
  }
  return null;
}

/**
 * Lists where packages are looked for, in order; each stands for a file whose `node_modules`, and those of the folders above
 * it, count. `RELGRAPH_BACKEND_PATH` holds folders of their own for packages that should stay out of a project's tree.
 */
function places(): readonly string[] {
  const named = (process.env["RELGRAPH_BACKEND_PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(resolve(folder), "package.json"));
  return [...named, import.meta.url, join(process.cwd(), "package.json")];
}
