/** Gives an SQL engine the tables of a folder. */
import { ScaleError } from "../core/errors.js";
import { listFolder } from "../data/io/sources.js";
import type { SqlEngine } from "../scale/sql-engine.js";

/**
 * Makes the tables of a folder those of an engine: every file `NAME.parquet` and every folder `NAME` of Parquet files.
 *
 * @param engine - the engine; it sees the folder under the same name.
 * @param folder - the folder, on storage that this machine sees too.
 * @returns the names of the tables.
 * @throws {@link ScaleError} SCL211 for a table in another format; DataError DAT20x for a folder that cannot be read.
 */
export async function mountFolder(engine: SqlEngine, folder: string): Promise<string[]> {
  const { files } = await listFolder(folder);
  for (const { table, path, format } of files) {
    if (format !== "parquet") {
      throw new ScaleError("SCL211", `\`${path}\` is ${format}, expected Parquet`, {
        at: { file: path, table },
        hint: "an engine reads Parquet: open the folder and write the table as NAME.parquet first",
      });
    }
    await engine.mount(table, path);
  }
  return files.map(({ table }) => table);
}
