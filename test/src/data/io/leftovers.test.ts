/** What killed processes leave beside a file. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { removeLeftovers } from "../../../../src/data/io/leftovers.js";
import { folderOf } from "../../cli/run.js";

const gone = spawnSync(process.execPath, ["--version"]).pid;

describe("leftovers of a file", () => {
  it("are removed where their process is no more, and nothing else is", async () => {
    const kept = [
      "p.csv",
      `.p.csv.${process.pid}.partial`,
      ".p.csv.1.partial",
      `.q.csv.${gone}.partial`,
      `.p.csv.state.json.${gone}.partial`,
      ".p.csv.x.partial",
      `.p.csv.${gone}`,
    ];
    const removed = [`.p.csv.${gone}.partial`, `.p.csv.${gone}.partial.duckdb`];
    const folder = folderOf();
    for (const name of [...kept, ...removed]) writeFileSync(folder.at(name), "x");
    mkdirSync(folder.at(`.p.csv.${gone}.partial.tmp`));
    await removeLeftovers(folder.at("p.csv"));
    expect(readdirSync(folder.path).sort()).toEqual([...kept].sort());
    folder.remove();
  });

  it("of a folder that is missing are none", async () => {
    await expect(removeLeftovers("/nowhere/at/all.csv")).resolves.toBeUndefined();
  });
});
