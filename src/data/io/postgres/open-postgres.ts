/** Opens a PostgreSQL database; a lost connection is taken up again from the start. */
import { setTimeout as wait } from "node:timers/promises";
import { RelError } from "../../../core/errors.js";
import { checkAborted } from "../../../core/progress.js";
import type { Database, OpenOptions } from "../../database.js";
import type { Source } from "../../source.js";
import { readAddress } from "./address.js";
import { LOST } from "./errors.js";
import { connectPostgres } from "./postgres-source.js";

export { isPostgresUrl } from "./address.js";

/** Milliseconds before each further attempt. */
const PAUSES = [200, 1000];

/**
 * Reads all tables in one read-only transaction. Since nothing is written, a lost connection is safe to repeat: everything is read
 * again, so that all tables are of one moment.
 *
 * @param url - the address.
 * @param read - reads a source and closes it.
 * @param options - cancellation.
 * @throws {@link DataError} DAT230 for an address that cannot be read, DAT233 to DAT238 for what the server says.
 */
export async function openPostgres(
  url: string,
  read: (source: Source, notes: readonly string[]) => Promise<Database>,
  options: OpenOptions,
): Promise<Database> {
  const address = readAddress(url);
  for (let attempt = 0; ; attempt++) {
    const notes: string[] = [];
    try {
      if (attempt > 0) {
        notes.push(`the connection was lost ${attempt} times: everything was read again`);
      }
      return await read(await connectPostgres(address, notes, options), notes);
    } catch (error) {
      const pause = PAUSES[attempt];
      if (!(error instanceof RelError) || error.code !== LOST || pause === undefined) throw error;
      await wait(pause);
      checkAborted(options.signal, `reading ${address.server}`);
    }
  }
}
