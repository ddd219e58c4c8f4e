/** Entities named on the command line, as the values of their key. */
import { readFile } from "node:fs/promises";
import { ConfigError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import { unreadable } from "../data/io/unreadable.js";
import type { EntityId } from "../predictor.js";
import { splitList } from "./values.js";

/**
 * Reads the ids of `--entities`: `ID,ID` or `@FILE` with one a line.
 *
 * @param text - the option's value; left out: all entities.
 * @throws {@link ConfigError} CFG509 if it lists none; DataError DAT201 or DAT205 if a file cannot be read.
 */
export async function readEntities(text: string | undefined): Promise<string[] | undefined> {
  if (text === undefined) return undefined;
  const ids = text.startsWith("@") ? await idsOfFile(text.slice(1)) : splitList(text);
  if (ids.length > 0) return ids;
  throw new ConfigError("CFG509", "`--entities` lists no id", {
    hint: "write ids with commas between, or @FILE with one a line",
  });
}

async function idsOfFile(path: string): Promise<string[]> {
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return content
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/**
 * Turns the text of an id into a value of the entity table's key: a number where the key holds numbers.
 *
 * @param db - the database.
 * @param entityTable - the table.
 * @param text - as written.
 */
export function entityId(db: Database, entityTable: string, text: string): EntityId {
  const [key] = db.tableSchema(entityTable).primaryKey ?? [];
  const kind = key === undefined ? "string" : db.table(entityTable).column(key).kind;
  const number = Number(text);
  return kind === "number" && text.trim() !== "" && Number.isFinite(number) ? number : text;
}
