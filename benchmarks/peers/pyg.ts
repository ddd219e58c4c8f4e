/** PyTorch Geometric's RelBench network beside ours, through Python where torch, PyG and relbench are installed there. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A score and when it was reached. */
export interface ScoreAt {
  readonly epoch: number;
  /** Since training began, with all validation passes. */
  readonly seconds: number;
  readonly score: number;
}

/** What the peer did. */
export interface PeerRun {
  readonly version: string;
  /** Seconds of each timed step, by the clock and of the processor. */
  readonly steps: readonly number[];
  readonly cpu: readonly number[];
  readonly gflop: number;
  readonly scores: readonly ScoreAt[];
}

/** How the peer is run. */
export interface PeerOptions {
  readonly threads: number;
  readonly steps: number;
  readonly epochs: number;
  readonly seed: number;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What the script prints on one line. */
interface Line {
  readonly versions?: { readonly torch: string };
  readonly gflop?: number;
  readonly step?: number;
  readonly cpu?: number;
  readonly epoch?: number;
  readonly seconds?: number;
  readonly score?: number;
}

/**
 * Tells why the peer cannot run here; the Python is `python3`, or what `RELGRAPH_PYTHON` names.
 *
 * @returns `null` if it can.
 */
export function missingPeer(): string | null {
  const { status, stderr, error } = spawnSync(
    python(),
    ["-c", "import torch, torch_geometric, torch_frame, pyg_lib, relbench"],
    { encoding: "utf8" },
  );
  if (error) return `\`${python()}\` cannot be started`;
  return status === 0 ? null : (stderr.trim().split("\n").at(-1) ?? "it ended without a word");
}

/**
 * Trains the peer.
 *
 * @param folder - rel-f1 as Parquet with schema.json, and labels.csv.
 * @throws Error if the script fails; what it prints as an error is passed on.
 */
export async function runPyg(folder: string, options: PeerOptions): Promise<PeerRun> {
  const { threads, steps, epochs, seed, onLine = () => {} } = options;
  const script = fileURLToPath(new URL("./pyg.py", import.meta.url));
  const numbers = [threads, steps, epochs, seed].map(String);
  const child = spawn(python(), ["-W", "ignore", script, folder, ...numbers], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TQDM_DISABLE: "1" },
  });
  const ended = new Promise<number>((resolve) => {
    child.on("close", (status) => resolve(status ?? -1));
  });
  const lines: Line[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(text) as Line);
    onLine(`PyG: ${text}`);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`pyg.py ended with ${status}`);
  const pick = (key: "step" | "cpu" | "gflop"): number[] =>
    lines.flatMap((line) => (line[key] === undefined ? [] : [line[key]]));
  return {
    version: lines[0]?.versions?.torch ?? "unknown",
    steps: pick("step"),
    cpu: pick("cpu"),
    gflop: pick("gflop")[0] ?? 0,
    scores: lines.flatMap(({ epoch, seconds, score }) =>
      epoch === undefined || seconds === undefined || score === undefined
        ? []
        : [{ epoch, seconds, score }],
    ),
  };
}

function python(): string {
  return process.env["RELGRAPH_PYTHON"] || "python3";
}
