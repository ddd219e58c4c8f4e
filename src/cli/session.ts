/** Session: how one run of a command talks, by its flags. */
import type { WorkOptions } from "../core/progress.js";
import type { CliIo } from "./io.js";
import { createProgress, SILENT } from "./progress.js";

/** Flags that every command takes. */
export interface WorkFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly threads?: number;
}

/** How a command talks: results to stdout, the rest to stderr. */
export interface Session {
  readonly io: CliIo;
  /** Whether stdout is one JSON document. */
  readonly json: boolean;
  /** Threads of parallel work; all cores where the user says nothing. */
  readonly threads: number | undefined;
  /** Progress and cancellation for the library. */
  readonly work: WorkOptions;
  /** Tells something in passing. */
  note(text: string): void;
  /** Tells something that the user should know about the result. */
  warn(text: string): void;
  /**
   * Gives the result.
   *
   * @param text - for people.
   * @param document - for `--json`.
   */
  result(text: () => string, document: () => unknown): void;
  /** Gives a line of a result that comes line by line; with `--json` it is a note. */
  tell(text: string): void;
  /** Takes the progress off the terminal. */
  end(): void;
  /** Ends the run with a status other than 0, although the result is given. */
  fail(status: number): void;
}

/**
 * Opens a session.
 *
 * @param io - the outside.
 * @param flags - of the command.
 * @param fail - takes the status of a run that gives a result and fails nevertheless.
 */
export function openSession(
  io: CliIo,
  flags: WorkFlags,
  fail: (status: number) => void = () => {},
): Session {
  const { json = false, quiet = false } = flags;
  const progress = quiet ? SILENT : createProgress(io);
  const remark = (text: string): void => {
    if (quiet) return;
    progress.clear();
    io.stderr(`${text}\n`);
  };
  return {
    io,
    json,
    threads: flags.threads,
    work: { onProgress: progress.show, signal: io.signal },
    note: (text) => remark(`note: ${text}`),
    warn: (text) => remark(`warning: ${text}`),
    tell(text) {
      if (json) {
        remark(text);
        return;
      }
      progress.clear();
      io.stdout(`${text}\n`);
    },
    result(text, document) {
      progress.clear();
      io.stdout(json ? `${JSON.stringify(document(), null, 2)}\n` : withLineEnd(text()));
    },
    end: progress.clear,
    fail,
  };
}

function withLineEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
