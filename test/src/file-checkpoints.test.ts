import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../src/data/database.js";
import { generateSaasDatabase } from "../../src/generate/database.js";
import { writeSaas } from "../../src/generate/write.js";
import type { FitOptions } from "../../src/prediction-options.js";
import { Predictor } from "../../src/predictor.js";

const QUERY = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";
const SMALL = { trainer: { maxSeedsPerEpoch: 100, maxValidationSeeds: 20 }, hops: 1 } as const;
const HOW: FitOptions = { ...SMALL, experts: ["gnn"], epochs: 4, seed: 3, refit: false };
const folder = mkdtempSync(join(tmpdir(), "relgraph-checkpoints-"));
const inFolder = (name: string): string => join(folder, name);

/** Fits, saves and returns the bytes of the weights. */
async function weightsOf(db: Database, how: FitOptions, name: string): Promise<Buffer> {
  const predictor = await Predictor.fit(db, QUERY, how);
  await predictor.save(inFolder(name));
  predictor.dispose();
  return readFileSync(join(inFolder(name), "weights.safetensors"));
}

/** Fits until an epoch is over, then gives up. */
async function stopAfter(db: Database, how: FitOptions, epochs: number): Promise<void> {
  const stop = new AbortController();
  let seen = 0;
  const running = Predictor.fit(db, QUERY, {
    ...how,
    signal: stop.signal,
    onProgress: ({ stage }) => {
      if (stage === "train" && ++seen === epochs) stop.abort();
    },
  });
  await expect(running).rejects.toMatchObject({ code: "CFG900" });
}

describe("a training that was stopped", () => {
  let db: Database;
  beforeAll(async () => {
    db = await generateSaasDatabase({ users: 60, seed: 2 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("goes on to the same bytes, however often it is stopped, and leaves nothing behind", async () => {
    const whole = await weightsOf(db, HOW, "whole");
    const checkpoint = inFolder("run");
    const kept = { ...HOW, checkpoint };
    await stopAfter(db, kept, 1);
    expect(existsSync(`${checkpoint}.fit`)).toBe(true);
    await stopAfter(db, kept, 2);
    expect(await weightsOf(db, kept, "resumed")).toEqual(whole);
    expect(readdirSync(folder).filter((name) => name.startsWith("run"))).toEqual([]);
  }, 60_000);

  it("refuses a checkpoint of another run, and one that is broken", async () => {
    const kept = { ...HOW, checkpoint: inFolder("other") };
    await stopAfter(db, kept, 1);
    await expect(Predictor.fit(db, QUERY, { ...kept, seed: 4 })).rejects.toMatchObject({
      code: "MOD120",
    });
    writeFileSync(`${kept.checkpoint}.fit`, "not a checkpoint");
    await expect(Predictor.fit(db, QUERY, kept)).rejects.toMatchObject({ code: "MOD110" });
  }, 60_000);

  it("says where a checkpoint cannot be written", async () => {
    const checkpoint = join(folder, "nowhere", "run");
    await expect(Predictor.fit(db, QUERY, { ...HOW, checkpoint })).rejects.toMatchObject({
      code: "CFG250",
    });
  }, 60_000);

  it("survives the death of its process", async () => {
    writeFileSync(inFolder("small.json"), JSON.stringify(SMALL));
    await writeSaas(inFolder("data"), { users: 60, seed: 2, truth: false });
    const command = (out: string, checkpoint?: string): string[] => [
      ...["--import", "tsx", "src/cli/main.ts", "fit", QUERY, "--data", inFolder("data")],
      ...[
        "--experts",
        "gnn",
        "--epochs",
        "4",
        "--config",
        inFolder("small.json"),
        "--quiet",
        "--out",
        inFolder(out),
      ],
      ...(checkpoint ? ["--checkpoint", inFolder(checkpoint)] : []),
    ];
    const run = (args: string[], kill?: () => boolean): Promise<number | null> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, args, { stdio: "ignore" });
        const watch = setInterval(() => {
          if (kill?.()) child.kill("SIGKILL");
        }, 5);
        child.once("exit", (status) => {
          clearInterval(watch);
          resolve(status);
        });
      });
    expect(await run(command("plain"))).toBe(0);
    const killed = await run(command("killed", "dead"), () => existsSync(inFolder("dead.fit")));
    expect(killed).toBeNull();
    expect(existsSync(inFolder("killed"))).toBe(false);
    expect(await run(command("killed", "dead"))).toBe(0);
    for (const file of readdirSync(inFolder("plain"))) {
      const [a, b] = ["plain", "killed"].map((name) => readFileSync(join(inFolder(name), file)));
      expect(b).toEqual(a);
    }
  }, 120_000);
});
