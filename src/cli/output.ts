/** Where results go: checked before long work begins, written beside and renamed. */
import { access, constants, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { ConfigError } from "../core/errors.js";
import { notWritable, startFile } from "../data/io/output-file.js";
import { OUTPUT_ENDINGS, unknownEnding } from "../data/io/writer.js";
import type { Table } from "../data/table.js";
import type { Session } from "./session.js";
import { csvChunks, jsonRecords } from "./table-text.js";

/**
 * Checks that a table can be written to a file.
 *
 * @param path - of `--out`; left out: stdout.
 * @throws {@link DataError} DAT302 for an unknown ending, DAT301 if it cannot be written.
 */
export async function checkTableFile(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const ending = extname(path).toLowerCase();
  if (!OUTPUT_ENDINGS.includes(ending)) throw unknownEnding(path, ending);
  await checkWritable(path);
}

/**
 * Checks that a document can be written to a file.
 *
 * @param path - of `--out`; left out: stdout.
 * @param endings - what the command can write.
 * @throws {@link ConfigError} CFG511 for another ending; DataError DAT301 if it cannot be written.
 */
export async function checkDocumentFile(
  path: string | undefined,
  endings: readonly string[],
): Promise<void> {
  if (path === undefined) return;
  const ending = extname(path).toLowerCase();
  if (!endings.includes(ending)) {
    const found = ending === "" ? "no ending" : `the ending \`${ending}\``;
    throw new ConfigError("CFG511", `\`--out\` names \`${path}\` with ${found}`, {
      at: { file: path },
      hint: `this command writes ${endings.join(" or ")}`,
    });
  }
  await checkWritable(path);
}

/**
 * Checks that a folder can be made, or holds an earlier result that may be replaced.
 *
 * @param path - of `--out`.
 * @param marker - the file that tells an earlier result.
 * @param what - the result, such as `model`.
 * @throws {@link ConfigError} CFG510 if other things are in it; DataError DAT301 if it cannot be written.
 */
export async function checkFolder(path: string, marker: string, what: string): Promise<void> {
  const place = resolve(path);
  const found = await stat(place).catch(() => null);
  if (!found) {
    await checkFolderAbove(path, place);
    return;
  }
  const names = found.isDirectory() ? await readdir(place) : null;
  if (names === null || (names.length > 0 && !names.includes(marker))) {
    const holds = names === null ? "is a file" : `holds \`${names[0]}\``;
    throw new ConfigError("CFG510", `\`${path}\` ${holds} and is no ${what} folder`, {
      at: { file: path },
      hint: `choose a new folder, or one that holds a ${what} to replace`,
    });
  }
  await access(place, constants.W_OK).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
}

/** Finds the nearest folder that exists and checks that something can be made in it. */
async function checkFolderAbove(path: string, place: string): Promise<void> {
  let above = dirname(place);
  for (;;) {
    const found = await stat(above).catch(() => null);
    if (found && !found.isDirectory()) throw notWritable(path, { code: "ENOTDIR" });
    if (found || above === dirname(above)) break;
    above = dirname(above);
  }
  await access(above, constants.W_OK).catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
}

async function checkWritable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw notWritable(path, { code: "EISDIR" });
  const probe = await startFile(path);
  await probe.discard();
}

/**
 * Writes a text file beside its place and renames it.
 *
 * @param path - the file.
 * @param text - its content.
 * @throws {@link DataError} DAT301 if it cannot be written.
 */
export async function writeDocument(path: string, text: string): Promise<void> {
  const file = await startFile(path);
  try {
    await writeFile(file.partial, text);
  } catch (cause) {
    await file.discard();
    throw notWritable(path, cause);
  }
  await file.commit();
}

/**
 * Gives a result table: to the file of `--out`, else as CSV to stdout; with `--json` stdout is a document that also
 * holds the rows where there is no file.
 *
 * @param session - the run.
 * @param table - the rows.
 * @param out - the file, checked before.
 * @param facts - what the document says besides.
 */
export async function giveTable(
  session: Session,
  table: Table,
  out: string | undefined,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  const rows = table.numRows;
  if (out !== undefined) {
    const { writeTable } = await import("../data/io/write.js");
    await writeTable(table, out, session.work);
    session.note(`${rows.toLocaleString("en-US")} rows in ${out}`);
    if (session.json)
      session.result(
        () => "",
        () => ({ ...facts, rows, out }),
      );
    return;
  }
  if (session.json) {
    session.result(
      () => "",
      () => ({ ...facts, rows, data: jsonRecords(table) }),
    );
    return;
  }
  session.end();
  for (const chunk of csvChunks(table)) session.io.stdout(chunk);
}
