import { describe, expect, it } from "vitest";
import { VERSION } from "../../../src/version.js";
import { relgraph } from "./run.js";

describe("the command line itself", () => {
  it("prints help and version on stdout", async () => {
    const help = await relgraph("--help");
    expect(help.status).toBe(0);
    expect(help.stdout).toContain("Exit status: 0 done");
    expect(help.stderr).toBe("");
    expect(await relgraph("--version")).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: "" });
    expect((await relgraph("help", "labels")).stdout).toContain("--eval-anchors");
  });

  it("shows help on stderr where no command is given", async () => {
    const { status, stdout, stderr } = await relgraph();
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: relgraph");
  });

  it.each([
    [["inspec", "--data", "x"], "CFG501", "did you mean `inspect`?"],
    [["inspect", "--dat", "x"], "CFG502", "did you mean `--data`?"],
    [["inspect", "--data", "x", "--vrebose"], "CFG502", "`relgraph inspect` has no option"],
    [["check"], "CFG503", "the argument `query` is missing"],
    [["inspect"], "CFG504", "`--data` is missing"],
    [["predict", "--data", "x"], "CFG504", "`--model` is missing"],
    [["inspect", "--data"], "CFG505", "`--data` needs a value"],
    [["check", "PREDICT", "COUNT(a.*)"], "CFG506", "a query stands in quotes"],
    [["labels", "q", "--data", "x", "--seed", "one"], "CFG507", "`--seed` expects a whole number"],
    [["labels", "q", "--data", "x", "--eval-anchors", "0"], "CFG507", "from 1 on"],
    [["predict", "q", "--data", "x", "--interval", "80"], "CFG507", "between 0 and 1"],
    [["check", "q", "--dialect", "kumos"], "CFG507", "did you mean `kumo`?"],
    [["generate", "sass", "--out", "x"], "CFG507", "did you mean `saas`?"],
    [["bench", "stp"], "CFG507", "did you mean `step`?"],
    [["fit", "q", "--data", "x", "--out", "y", "--backend", "gpu"], "CFG507", "--backend"],
    [["labels", "q", "--data", "x", "--val", "soon"], "CFG101", "`--val` expects a time"],
    [["labels", "q", "--data", "x", "--step", "30"], "CFG102", "`--step` expects a duration"],
    [["predict", "q", "--model", "m", "--data", "x"], "CFG508", "both a query and `--model`"],
  ])("refuses %j with %s", async (argv, code, text) => {
    const { status, stdout, stderr } = await relgraph(...argv);
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain(text);
    expect(stderr).toContain("  hint: ");
    expect(status).toBe(2);
    expect(stdout).toBe("");
  });

  it("tells errors as a JSON document too where one is asked for", async () => {
    const { status, stdout, stderr } = await relgraph("inspect", "--data", "nowhere", "--json");
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "DAT201" } });
    expect(stderr).toContain("error[DAT201]");
  });

  it("tells what works here", async () => {
    const { status, stdout } = await relgraph("info", "--json", "--quiet");
    expect(status).toBe(0);
    const info = JSON.parse(stdout);
    expect(info.version).toBe(VERSION);
    expect(info.backends).toContainEqual(expect.objectContaining({ name: "wasm", works: true }));
    expect(info.choices).toMatchObject([{ asked: "auto" }, { asked: "default" }]);
    for (const { name, works, note } of info.backends)
      if (!works && !note.includes("does not start"))
        expect(note).toMatch(
          new RegExp(`install: npm install .*${name === "node" ? "tfjs-node" : ""}`),
        );
  });
});
