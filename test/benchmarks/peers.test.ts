import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { missingPeer, runPyg } from "../../benchmarks/peers/pyg.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "relgraph-pyg-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Stands in for Python: a script of the shell. */
function standIn(...lines: readonly string[]): void {
  const path = join(folder, "python");
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
  vi.stubEnv("RELGRAPH_PYTHON", path);
}

it("says in a word why the peer cannot run", () => {
  vi.stubEnv("RELGRAPH_PYTHON", join(folder, "no-python"));
  expect(missingPeer()).toMatch(/cannot be started$/);
  standIn(
    "echo 'Traceback' >&2",
    `echo "ModuleNotFoundError: No module named 'torch'" >&2`,
    "exit 1",
  );
  expect(missingPeer()).toBe("ModuleNotFoundError: No module named 'torch'");
  standIn("exit 0");
  expect(missingPeer()).toBeNull();
});

it("reads what the peer tells line by line", async () => {
  standIn(
    `echo '{"versions": {"torch": "2.13.0"}}'`,
    `echo '{"gflop": 187.5}'`,
    `echo '{"step": 2.5, "cpu": 4.5}'`,
    `echo '{"step": 2.75, "cpu": 5}'`,
    `echo '{"epoch": 1, "seconds": 40.5, "score": 4.25}'`,
  );
  const options = { threads: 2, steps: 2, epochs: 1, seed: 0 };
  expect(await runPyg(folder, options)).toEqual({
    version: "2.13.0",
    steps: [2.5, 2.75],
    cpu: [4.5, 5],
    gflop: 187.5,
    scores: [{ epoch: 1, seconds: 40.5, score: 4.25 }],
  });
  standIn("exit 3");
  await expect(runPyg(folder, options)).rejects.toThrow("pyg.py ended with 3");
});
