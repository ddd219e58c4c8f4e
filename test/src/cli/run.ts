/** Runs the command line inside the test, with captured streams, and makes folders of small tables. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliIo } from "../../../src/cli/io.js";
import { runCli } from "../../../src/cli/program.js";

/** What a command left behind. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `relgraph` with some arguments. */
export async function relgraph(...argv: readonly string[]): Promise<Outcome> {
  return relgraphWith({}, ...argv);
}

/** Runs `relgraph` with an outside of the test's own. */
export async function relgraphWith(
  outside: Partial<CliIo>,
  ...argv: readonly string[]
): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const status = await runCli(argv, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTerminal: false,
    width: 100,
    stdin: async function* () {},
    env: {},
    signal: new AbortController().signal,
    now: () => performance.now(),
    clock: () => Date.now(),
    ...outside,
  });
  return { status, stdout, stderr };
}

/** A folder that goes away with the test. */
export interface Folder {
  readonly path: string;
  readonly at: (name: string) => string;
  readonly remove: () => void;
}

/** Makes a temporary folder with some files. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), "relgraph-cli-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return {
    path,
    at: (name) => join(path, name),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Three users with one session and one ticket each, in lower case: the smallest case. */
export const THREE_USERS: Readonly<Record<string, string>> = {
  "users.csv":
    "user_id,signup_date,plan\nU201,2025-01-05,pro\nU202,2025-01-10,free\nU203,2025-02-01,pro\n",
  "sessions.csv":
    "session_id,user_id,duration_min,timestamp\n" +
    "S1,U201,30,2025-02-05T10:00:00Z\nS2,U202,12,2025-02-20T10:00:00Z\nS3,U203,44,2025-03-04T10:00:00Z\n",
  "support_tickets.csv":
    "ticket_id,user_id,priority,opened_at\n" +
    "T1,U201,high,2025-02-06\nT2,U202,low,2025-02-21\nT3,U203,urgent,2025-03-01\n",
};

/** The flagship query, in upper case. */
export const MINUTES = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
