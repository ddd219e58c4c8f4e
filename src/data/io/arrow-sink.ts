/** Writes Arrow IPC files; the batches are held until the end. */
import { writeFile } from "node:fs/promises";
import { toArrow } from "../arrow.js";
import type { Column } from "../column.js";
import { concatColumns } from "../concat.js";
import { Table } from "../table.js";
import type { FormatSink } from "./format-sink.js";
import { notWritable, type OutputFile } from "./output-file.js";

/**
 * Opens an Arrow IPC file (the file format, also called Feather 2) for tables.
 *
 * @param file - where it is written.
 * @throws {@link DataError} DAT301 if it cannot be written.
 */
export async function createArrowSink(file: OutputFile): Promise<FormatSink> {
  const { tableToIPC } = await import("apache-arrow");
  const batches: (readonly Column[])[] = [];
  return {
    async append(columns) {
      batches.push(columns);
    },
    async close() {
      const width = batches[0]?.length ?? 0;
      const columns = Array.from({ length: width }, (_, c) =>
        concatColumns(batches.map((batch) => batch[c]!)),
      );
      const bytes = tableToIPC(await toArrow(new Table("table", columns)), "file");
      try {
        await writeFile(file.partial, bytes);
      } catch (cause) {
        throw notWritable(file.path, cause);
      }
    },
    async abort() {
      batches.length = 0;
    },
  };
}
