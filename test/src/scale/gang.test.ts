/** Gangs over TCP: the same sums everywhere, the same model, and an end for all when one is gone. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RelError } from "../../../src/core/errors.js";
import { writeSaas } from "../../../src/generate/write.js";
import { joinGang } from "../../../src/scale/gang.js";
import type { RankExit } from "../../../src/scale/launcher.js";
import { localLauncher } from "../../../src/scale/launchers.js";
import { sparkLauncher } from "../../../src/scale/spark/spark-launcher.js";
import { numbersOf } from "../../support/gang-numbers.js";

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "relgraph-gang-"));
  await writeSaas(join(root, "data"), { users: 80, seed: 4, truth: false });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SUBMIT = process.env["RELGRAPH_SPARK_SUBMIT"];
const hooks = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const command = (...args: readonly string[]): string[] => [
  process.execPath,
  "--import",
  hooks,
  resolve("test/support/gang-rank.ts"),
  ...args,
];
const lastLine = ({ tail }: RankExit): string => tail.trim().split("\n").at(-1)!;

async function failure(work: Promise<unknown>): Promise<RelError> {
  return work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: RelError) => error,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const environment = (rank: number, size: number, port: number): Record<string, string> => ({
  RANK: String(rank),
  WORLD_SIZE: String(size),
  MASTER_ADDR: "127.0.0.1",
  MASTER_PORT: String(port),
});

/** The numbers of `gang-rank.ts`, added in the order of the ranks. */
function expectedDigest(ranks: number, rounds: number): string {
  const digest = createHash("sha256");
  for (let round = 0; round < rounds; round++) {
    const sum = numbersOf(0, round);
    for (let rank = 1; rank < ranks; rank++) {
      const more = numbersOf(rank, round);
      for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
    }
    digest.update(new Uint8Array(sum.buffer));
  }
  return digest.digest("hex");
}

describe("a gang", () => {
  it("adds in the order of the ranks, the same bytes on each", async () => {
    const env = { RELGRAPH_GANG_TOKEN: "secret" };
    const exits = await localLauncher().run({ ranks: 3, command: command("sums", "150"), env });
    const expected = expectedDigest(3, 150);
    expect(exits.map(lastLine)).toEqual([expected, expected, expected]);
  }, 60_000);

  it("sends strangers away and goes on without them", async () => {
    const port = await freePort();
    const strangers = [
      "GET / HTTP/1.1\r\n\r\n",
      "\0\0\0\0\0",
      "\x02\0\0\0\x01{}",
      "\xff\xff\xff\xff\x04",
    ];
    let stop = false;
    const bother = (async () => {
      for (let i = 0; !stop; i++) {
        await new Promise<void>((done) => {
          const socket = connect(port, "127.0.0.1", () => {
            socket.write(strangers[i % strangers.length]!, "latin1");
            setTimeout(() => socket.destroy(), 20);
          });
          socket.on("error", () => undefined);
          socket.on("close", () => setTimeout(done, 20));
        });
      }
    })();
    const exits = await localLauncher({ port }).run({ ranks: 2, command: command("sums", "50") });
    stop = true;
    await bother;
    const expected = expectedDigest(2, 50);
    expect(exits.map(lastLine)).toEqual([expected, expected]);
  }, 60_000);

  it("ends for all when one is gone", async () => {
    const error = await failure(localLauncher().run({ ranks: 3, command: command("dies", "50") }));
    expect(error.code).toBe("SCL320");
    expect(error.message).toMatch(/rank 1 was killed by SIGKILL|SCL331.*is gone/s);
  }, 60_000);

  it("does not come together with a rank missing, of another size, or without the token", async () => {
    const port = await freePort();
    const alone = await failure(joinGang(environment(0, 2, port), { joinTimeout: 300 }));
    expect(alone.message).toContain("rank 1 is not there");
    const lost = await failure(joinGang(environment(1, 2, port), { joinTimeout: 300 }));
    expect(lost.message).toContain("rank 0 is not there");
    for (const other of [
      environment(1, 3, port),
      { ...environment(1, 2, port), RELGRAPH_GANG_TOKEN: "another" },
    ]) {
      const first = failure(joinGang(environment(0, 2, port), { joinTimeout: 10_000 }));
      const refused = await failure(joinGang(other, { joinTimeout: 10_000 }));
      expect(refused.code).toBe("SCL330");
      expect(refused.message).toMatch(/it has 2 ranks, found one of 3|the token is another one/);
      expect((await first).code).toBe("SCL330");
    }
  }, 60_000);

  it("is none for a process alone, and refuses variables that fit none", async () => {
    expect(await joinGang({})).toBeNull();
    expect(await joinGang({ WORLD_SIZE: "1", RANK: "0" })).toBeNull();
    for (const env of [
      { WORLD_SIZE: "2" },
      environment(2, 2, 29_500),
      environment(0, 2, 99_999),
      { ...environment(0, 2, 29_500), RANK: "x" },
      { ...environment(0, 2, 29_500), MASTER_ADDR: "" },
    ]) {
      expect((await failure(joinGang(env))).code).toBe("CFG260");
    }
  });
});

describe("training together", () => {
  interface Said {
    readonly digest: string;
    readonly few: readonly number[];
  }
  const said = (exit: RankExit): Said => JSON.parse(lastLine(exit)) as Said;
  const train = (ranks: number, ...more: readonly string[]): Promise<readonly RankExit[]> =>
    localLauncher().run({ ranks, command: command("train", join(root, "data"), ...more) });
  let whole: readonly Said[];
  beforeAll(async () => {
    whole = (await train(2, "-")).map(said);
  }, 120_000);

  it("gives all ranks one model, close to that of one process", async () => {
    expect(whole[1]!.digest).toBe(whole[0]!.digest);
    const [one] = (await train(1, "-")).map(said);
    expect(one!.digest).not.toBe(whole[0]!.digest);
    for (const [i, value] of one!.few.entries()) {
      expect(Math.abs(value - whole[0]!.few[i]!)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
    }
  }, 120_000);

  it("goes on from its checkpoint after a rank was killed, to the same bytes", async () => {
    const checkpoint = join(root, "run");
    const error = await failure(train(2, checkpoint, "2"));
    expect(error.code).toBe("SCL320");
    expect(existsSync(`${checkpoint}.fit`)).toBe(true);
    const resumed = (await train(2, checkpoint)).map(said);
    expect(resumed.map(({ digest }) => digest)).toEqual(whole.map(({ digest }) => digest));
    expect(existsSync(`${checkpoint}.fit`)).toBe(false);
  }, 120_000);

  it.skipIf(!SUBMIT)(
    "gives the same bytes in a barrier job of Spark",
    async () => {
      const flags = ["--master", "local[2]", "--conf", "spark.ui.enabled=false"];
      const launcher = sparkLauncher({ submit: SUBMIT!, flags, port: 29_750 });
      const [{ tail }] = (await launcher.run({
        ranks: 2,
        command: command("train", join(root, "data"), "-"),
      })) as [RankExit];
      for (const { digest } of whole) expect(tail.split(digest)).toHaveLength(3);
    },
    240_000,
  );
});
