/** The benchmarks of a checkout: each can be loaded, none is told twice, and wrong names get our errors. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BENCHMARKS } from "../../benchmarks/registry.js";

const root = join(import.meta.dirname, "../..");

function bench(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const command = ["--import", "tsx", "benchmarks/main.ts", ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

it("names every benchmark once and describes it in benchmarks/README.md", () => {
  const names = BENCHMARKS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const text = readFileSync(join(root, "benchmarks/README.md"), "utf8");
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

it("prints the documented JSON and nothing else on stdout", async () => {
  const size = ["--users", "200", "--events", "4000", "--repeat", "1"];
  const { status, stdout } = await bench("sampler", "--json", ...size);
  const report = JSON.parse(stdout);
  expect(status).toBe(0);
  expect(Object.keys(report)).toEqual(["name", "version", "machine", "results"]);
  expect(Object.keys(report.machine)).toEqual(["cpu", "cores", "memoryGiB", "node", "backend"]);
  for (const result of report.results) {
    expect(result).toMatchObject({
      name: expect.any(String),
      unit: expect.any(String),
      runs: expect.any(Number),
    });
    expect(result.min <= result.median && result.median <= result.max).toBe(true);
  }
});

it("lists what there is when no name is given", async () => {
  const { status, stdout } = await bench();
  expect(status).toBe(0);
  for (const { name } of BENCHMARKS) expect(stdout).toContain(name);
});

it.each([
  [["samplr"], "error[CFG601]: there is no benchmark `samplr`\n  hint: did you mean `sampler`?"],
  [["sampler", "--user", "3"], "error[CFG602]: the benchmark `sampler` has no option `--user`"],
  [["sampler", "--users", "x"], "error[CFG603]: `--users` expects a whole number, found `x`"],
  [
    ["sampler", "--backend", "cpu"],
    "error[CFG602]: the benchmark `sampler` has no option `--backend`",
  ],
  [["step", "--backend"], "error[CFG603]: `--backend` expects a name, found none"],
  [["step", "--backend", "tpu"], "error[CFG201]: option `backend` knows no `tpu`"],
])("refuses %j with status 2", async (args, message) => {
  const { status, stdout, stderr } = await bench(...args);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(message);
});
