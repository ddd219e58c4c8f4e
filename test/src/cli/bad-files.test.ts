import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeTable } from "../../../src/data/io/write.js";
import { Table } from "../../../src/data/table.js";
import { type Folder, folderOf, MINUTES, relgraph, THREE_USERS } from "./run.js";

let data: Folder;
let out: Folder;
beforeEach(() => {
  data = folderOf(THREE_USERS);
  out = folderOf();
});
afterEach(() => {
  data.remove();
  out.remove();
});

/** Fits on the test's folder; every failure must leave the output folder as it was. */
async function fitting(...flags: readonly string[]) {
  const argv = flags.length > 0 ? flags : ["--out", out.at("model")];
  return relgraph("fit", MINUTES, "--data", data.path, "--quiet", ...argv);
}

describe("bad input", () => {
  it("names file, row and line of a broken CSV row", async () => {
    writeFileSync(data.at("sessions.csv"), `${THREE_USERS["sessions.csv"]}S4,U203\n`);
    const { status, stderr } = await fitting();
    expect(status).toBe(2);
    expect(stderr).toContain("error[DAT206]: row 4 (line 5) is broken: expected 4 fields, found 2");
    expect(stderr).toContain("at sessions.csv › sessions › row 4");
    expect(readdirSync(out.path)).toEqual([]);
  });

  it("names a truncated Parquet file", async () => {
    const file = data.at("visits.parquet");
    await writeTable(Table.fromRecords("visits", [{ id: 1, user_id: "U201" }]), file);
    truncateSync(file, Math.floor(readFileSync(file).length / 2));
    const { status, stderr } = await fitting();
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[DAT2\d\d\]: .*visits/);
    expect(stderr).toContain("  hint: ");
    expect(readdirSync(out.path)).toEqual([]);
  });

  it("names an empty table and an empty file", async () => {
    writeFileSync(data.at("sessions.csv"), "session_id,user_id,duration_min,timestamp\n");
    const argv = ["predict", MINUTES, "--data", data.path];
    const empty = await relgraph(...argv);
    expect(empty.status).toBe(2);
    expect(empty.stderr).toContain("note: `sessions` has no rows");
    expect(empty.stderr.match(/error\[/g)).toHaveLength(1);
    expect(empty.stderr).toContain("error[DAT120]: table `sessions` has no rows");
    writeFileSync(data.at("sessions.csv"), "");
    expect((await relgraph(...argv)).stderr).toContain("error[DAT207]: `sessions.csv` is empty");
  });

  it("names a missing folder", async () => {
    const run = await relgraph("fit", MINUTES, "--data", data.at("none"), "--out", out.at("model"));
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("error[DAT201]: there is no file or folder");
    expect(existsSync(out.at("model"))).toBe(false);
  });

  it("refuses an output that cannot be written before any work", async () => {
    const file = data.at("users.csv");
    for (const [flags, code] of [
      [["--out", data.path], "CFG510"],
      [["--out", file], "CFG510"],
      [["--out", `${file}/model`], "DAT301"],
    ] as const) {
      const { status, stderr } = await fitting(...flags);
      expect(stderr).toMatch(new RegExp(`^error\\[${code}\\]`));
      expect(stderr).not.toContain("load");
      expect(status).toBe(2);
    }
    expect(readFileSync(file, "utf8")).toBe(THREE_USERS["users.csv"]);
    const folder = await relgraph(
      "labels",
      MINUTES,
      "--data",
      data.path,
      "--out",
      `${data.path}/x.csv/y.csv`,
    );
    expect(folder.stderr).toMatch(/^error\[DAT301\]/);
    const html = await relgraph(
      "explain",
      "U201",
      MINUTES,
      "--data",
      data.path,
      "--out",
      out.at("why.pdf"),
    );
    expect(html.stderr).toMatch(/^error\[CFG511\]: `--out` names .* with the ending `.pdf`/);
  });

  it("refuses to generate into a folder of other things", async () => {
    const { status, stderr } = await relgraph(
      "generate",
      "saas",
      "--out",
      data.path,
      "--users",
      "2",
    );
    expect(status).toBe(2);
    expect(stderr).toContain("error[CFG131]");
    expect(Object.keys(THREE_USERS).every((name) => existsSync(data.at(name)))).toBe(true);
  });

  it("refuses a model folder that is none", async () => {
    const run = await relgraph("predict", "--model", out.path, "--data", data.path);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/^error\[MOD303\]/);
  });
});
