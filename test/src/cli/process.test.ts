import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderOf, MINUTES, THREE_USERS } from "./run.js";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "src/cli/main.ts");
const data = folderOf(THREE_USERS);
const out = folderOf();
afterAll(() => {
  data.remove();
  out.remove();
});

/** Runs the command as a process of its own. */
function start(...argv: readonly string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...argv], { cwd: ROOT });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>(
    (resolve) => {
      child.on("close", (status) => resolve({ status, stdout, stderr }));
    },
  );
  return { child, ended };
}

describe("the process", () => {
  it("keeps stdout clean and ends by itself", async () => {
    const { status, stdout, stderr } = await start("predict", MINUTES, "--data", data.path).ended;
    expect(status).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(4);
    expect(stderr).toContain("warning: there is too little history");
  });

  it("ends with 2 and our error on wrong input", async () => {
    const { status, stdout, stderr } = await start("inspect", "--data", data.at("none")).ended;
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error\[DAT201\]/);
  });

  it("ends with 130 when interrupted, with nothing half written", async () => {
    const run = start("generate", "saas", "--users", "20000", "--out", out.at("company"));
    await new Promise((resolve) => run.child.stderr.once("data", resolve));
    run.child.kill("SIGINT");
    const { status, stderr } = await run.ended;
    expect(status).toBe(130);
    expect(stderr).toContain("error[CFG900]");
    expect(readdirSync(out.path)).toEqual([]);
  });

  it("ends quietly when its reader has enough", async () => {
    const run = start("labels", MINUTES, "--data", data.path, "--anchors", "2025-02-01");
    run.child.stdout.destroy();
    const { status, stderr } = await run.ended;
    expect(status).toBe(0);
    expect(stderr).not.toContain("EPIPE");
  });
});
