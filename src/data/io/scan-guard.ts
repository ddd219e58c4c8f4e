/** What a scan watches and says: cancellation, progress, errors. */
import { AbortedError, DataError, RelError } from "../../core/errors.js";
import { checkAborted, type WorkOptions } from "../../core/progress.js";
import { engineMessage } from "./duckdb.js";

/** The error of a column that cannot be read in chunks. */
export function unfit(table: string, column: string, why: string): DataError {
  return new DataError("DAT216", `\`${table}.${column}\` cannot be read in chunks: ${why}`, {
    at: { table, column },
    hint: "load the table, or settle the column's type in its file",
  });
}

/** The error of a table that could not be read to its end. */
export function broken(table: string, why: string, cause?: unknown): DataError {
  return new DataError("DAT217", `\`${table}\` cannot be read to its end: ${why}`, {
    at: { table },
    hint: "the file may be damaged or changing: check it, then read it again",
    cause,
  });
}

/** Does some work of the engine on a table; what it throws becomes an error of ours. */
export async function orBroken<T>(table: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RelError ? error : broken(table, engineMessage(error), error);
  }
}

/** Watches over a scan. */
export interface ScanGuard {
  /** Throws AbortedError CFG900 if the caller gave up. */
  check(): void;
  /** Tells progress. */
  report(done: number, total: number | null): void;
  /** Turns what was thrown into an error of ours. */
  errorOf(error: unknown): unknown;
  end(): void;
}

/**
 * Watches the caller's signal, tells progress and turns errors into ours.
 *
 * @param table - the table that is read.
 * @param options - progress, cancellation.
 * @param stop - called when the caller gives up.
 */
export function guardOf(
  table: string,
  { signal, onProgress }: WorkOptions,
  stop: () => void,
): ScanGuard {
  const what = `reading \`${table}\``;
  checkAborted(signal, what);
  signal?.addEventListener("abort", stop, { once: true });
  return {
    check: (): void => checkAborted(signal, what),
    report(done: number, total: number | null): void {
      const message = `${table}: ${done.toLocaleString("en-US")} rows`;
      onProgress?.({ stage: "scan", message, done, ...(total !== null && { total }) });
    },
    errorOf(error: unknown): unknown {
      if (signal?.aborted) return new AbortedError(what);
      return error instanceof RelError ? error : broken(table, engineMessage(error), error);
    },
    end: (): void => signal?.removeEventListener("abort", stop),
  };
}
