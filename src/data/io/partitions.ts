/** Tables that lie in several Parquet files: folders of partitions, and files chosen by a pattern. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../core/errors.js";
import { unreadable } from "./unreadable.js";

/** Folders deeper than this are no partitions. */
const DEEPEST = 16;

/**
 * Lists the Parquet files of a partitioned table: `sessions/part-0.parquet`, `sessions/year=2025/month=01/a.parquet`.
 *
 * @param folder - the table's folder.
 * @returns paths in the order of their names; empty where the folder holds anything else. Names that begin with `_` or `.` are
 * passed over, as Spark and Hive do.
 * @throws {@link DataError} DAT205 if it cannot be listed, DAT204 if it is a Delta or Iceberg table, whose files alone are not
 * its rows.
 */
export async function partitionFiles(folder: string): Promise<readonly string[]> {
  const files = await walk(folder);
  const lake = files.find((path) =>
    /(?:^|\/)(?:_delta_log\/|metadata\/.*\.metadata\.json$)/.test(path),
  );
  if (lake !== undefined) {
    throw new DataError(
      "DAT204",
      `\`${folder}\` is a Delta or Iceberg table, not a folder of Parquet`,
      {
        at: { file: folder },
        hint: "export it to plain Parquet: its files also hold rows that were deleted or replaced",
      },
    );
  }
  const plain = files.filter((path) => !isHidden(path));
  if (!plain.every((path) => /\.parquet$/i.test(path))) return [];
  return plain.map((path) => join(folder, path));
}

/**
 * Lists the files of a folder that a pattern names.
 *
 * @param folder - where patterns begin.
 * @param patterns - `*` and `?` within a name, `**` for folders of any depth, `[a-z]`, `{a,b}`.
 * @returns paths in the order of their names.
 * @throws {@link DataError} DAT205 if the folder cannot be listed, DAT201 if a pattern names no file.
 */
export async function matchingFiles(
  folder: string,
  patterns: readonly string[],
): Promise<readonly string[]> {
  const files = (await walk(folder)).filter((path) => !isHidden(path));
  const found = new Set<string>();
  for (const pattern of patterns) {
    const form = globForm(pattern);
    const hits = files.filter((path) => form.test(path));
    if (hits.length === 0) {
      throw new DataError("DAT201", `no file in \`${folder}\` fits \`${pattern}\``, {
        at: { file: folder },
        hint: "patterns begin at the folder of the data: logs/**/sessions-*.parquet",
      });
    }
    for (const path of hits) found.add(path);
  }
  return [...found].sort().map((path) => join(folder, path));
}

/** Lists all files below a folder, with `/` between names, in their order. */
async function walk(folder: string, depth = 0): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof readEntries>>;
  try {
    entries = await readEntries(folder);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  const files: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) files.push(entry.name);
    else if (depth < DEEPEST) {
      const below = await walk(join(folder, entry.name), depth + 1);
      files.push(...below.map((path) => `${entry.name}/${path}`));
    }
  }
  return files.sort();
}

const readEntries = (folder: string) => readdir(folder, { withFileTypes: true });

function isHidden(path: string): boolean {
  return path.split("/").some((name) => /^[_.]/.test(name)) || basename(path).startsWith(".");
}

function globForm(pattern: string): RegExp {
  const source = pattern.replace(
    /\*\*\/|\*\*|\*|\?|\[!?[^\]]*\]|\{[^}]*\}|[.+^$()|\\]/g,
    (part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      if (part === "?") return "[^/]";
      if (part.startsWith("[")) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
      if (part.startsWith("{")) {
        const words = part.slice(1, -1).split(",");
        return `(?:${words.map((word) => word.replace(/[.+^$()|\\*?[\]]/g, "\\$&")).join("|")})`;
      }
      return `\\${part}`;
    },
  );
  return new RegExp(`^${source}$`, "u");
}
