/** Gangs of processes: started together, ended together. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RelError } from "../../../src/core/errors.js";
import type { Launcher } from "../../../src/scale/launcher.js";
import { localLauncher, slurmLauncher, sshLauncher } from "../../../src/scale/launchers.js";
import { sparkLauncher } from "../../../src/scale/spark/spark-launcher.js";

const root = mkdtempSync(join(tmpdir(), "relgraph-gang-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Ranks meet at rank 0, add their numbers, and say the sum; `extra` runs first. */
function meet(name: string, extra = ""): string[] {
  const file = join(root, `${name}.mjs`);
  writeFileSync(
    file,
    `import net from "node:net"; import { writeFileSync, existsSync } from "node:fs"; import { spawn } from "node:child_process";
     const { RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT, WORD } = process.env;
     const size = Number(WORLD_SIZE);
     writeFileSync(${JSON.stringify(join(root, name))} + "." + RANK, String(process.pid));
     ${extra}
     const tell = (sum) => { console.log("rank", RANK, "local", LOCAL_RANK, "sum", sum, WORD ?? ""); process.exit(0); };
     if (RANK === "0") {
       let sum = 0; const all = [];
       if (size === 1) tell(0);
       net.createServer((socket) => { socket.on("error", () => {}); socket.on("data", (data) => {
         sum += Number(data); all.push(socket);
         if (all.length === size - 1) { for (const one of all) one.end(String(sum)); setTimeout(tell, 50, sum); }
       }); }).listen(Number(MASTER_PORT), MASTER_ADDR);
     } else {
       const go = () => { const socket = net.connect(Number(MASTER_PORT), MASTER_ADDR, () => socket.write(RANK));
         socket.on("error", () => setTimeout(go, 50)); socket.on("data", (data) => tell(String(data))); };
       go();
     }`,
  );
  return [process.execPath, file];
}

async function failure(work: Promise<unknown>): Promise<RelError> {
  return work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: RelError) => error,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process is gone; the test's own time limit ends it otherwise. */
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function untilThere(file: string): Promise<string> {
  while (!existsSync(file) || readFileSync(file, "utf8") === "") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return readFileSync(file, "utf8");
}

function program(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("a gang on this machine", () => {
  it("meets: every rank knows its place, and where rank 0 listens", async () => {
    const spec = { ranks: 3, command: meet("three"), env: { WORD: "hello" } };
    const lines: string[] = [];
    const exits = await localLauncher().run(spec, { onProgress: (e) => lines.push(e.message) });
    expect(exits.map(({ rank, code }) => [rank, code])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    for (const [rank, { tail }] of exits.entries()) {
      expect(tail).toContain(`rank ${rank} local ${rank} sum 3 hello`);
    }
    expect(lines).toContain("[2] rank 2 local 2 sum 3 hello");
    expect(await localLauncher().run({ ranks: 1, command: meet("one") })).toHaveLength(1);
  });

  it("ends with its first rank that fails, and what that one said; what ranks started ends too", async () => {
    const child = join(root, "grandchild");
    const extra = `if (RANK === "1") { console.error("no such column"); setTimeout(() => process.exit(3), 300); }
      if (RANK === "2") { const c = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"]); writeFileSync(${JSON.stringify(child)}, String(c.pid)); }
      if (RANK !== "0") await new Promise((r) => setTimeout(r, 1e9));`;
    const error = await failure(localLauncher().run({ ranks: 3, command: meet("fails", extra) }));
    expect(error.code).toBe("SCL320");
    expect(error.message).toBe("rank 1 ended with status 3: no such column");
    for (const rank of [0, 2])
      await untilGone(Number(readFileSync(`${join(root, "fails")}.${rank}`)));
    await untilGone(Number(readFileSync(child, "utf8")));
  }, 20_000);

  it("ends when a rank is killed, and when the caller cancels", async () => {
    const extra = `if (RANK === "1") process.kill(process.pid, "SIGKILL");`;
    const killed = await failure(localLauncher().run({ ranks: 2, command: meet("killed", extra) }));
    expect(killed.message).toContain("rank 1 was killed by SIGKILL");
    const controller = new AbortController();
    const waits = `await new Promise((r) => setTimeout(r, 1e9));`;
    const work = localLauncher().run(
      { ranks: 2, command: meet("waits", waits) },
      { signal: controller.signal },
    );
    const failed = failure(work);
    const pids = await Promise.all(
      [0, 1].map((rank) => untilThere(`${join(root, "waits")}.${rank}`)),
    );
    controller.abort();
    expect((await failed).code).toBe("CFG900");
    for (const pid of pids) await untilGone(Number(pid));
  }, 20_000);

  it("is refused where the program is not there", async () => {
    const spec = { ranks: 2, command: [join(root, "nothing")] };
    expect((await failure(localLauncher().run(spec))).code).toBe("SCL321");
  });
});

describe("a gang on other machines", () => {
  // Stands in for ssh: runs the command line here, as the shell of the host would.
  const ssh = (): string[] => [program("ssh", 'shift; exec sh -c "$1"')];

  async function expectSum(launcher: Launcher, name: string): Promise<void> {
    const env = { WORD: "it's $HOME" };
    const exits = await launcher.run({ ranks: 3, command: meet(name), env });
    expect(exits.map(({ code }) => code)).toEqual([0, 0, 0]);
    const said = exits.map(({ tail }) => tail).join("");
    for (const rank of [0, 1, 2])
      expect(said).toMatch(new RegExp(`rank ${rank} .*sum 3 it's \\$HOME`));
  }

  it("is started by ssh, host by host in turn", async () => {
    const hosts = ["ann@one", "two"];
    const launcher = sshLauncher({ hosts, address: "127.0.0.1", port: 29_731, ssh: ssh() });
    await expectSum(launcher, "ssh");
    const extra = `if (RANK === "1") process.exit(4); await new Promise((r) => setTimeout(r, 1e9));`;
    const error = await failure(launcher.run({ ranks: 2, command: meet("ssh-fails", extra) }));
    expect(error.message).toContain("rank 1 ended with status 4");
  }, 20_000);

  it("is started by Slurm, whose variables become those of the gang", async () => {
    // Stands in for srun: starts as many tasks as asked for, with Slurm's variables.
    const srun = program(
      "srun",
      `for a in "$@"; do case "$a" in --ntasks=*) n="\${a#--ntasks=}";; --kill-on-bad-exit=1) kill=1;; esac; done
       while [ "$1" != sh ]; do shift; done
       i=0; pids=""; while [ "$i" -lt "$n" ]; do
         SLURM_PROCID=$i SLURM_NTASKS=$n SLURM_LOCALID=$i SLURM_STEP_NODELIST=127.0.0.1 "$@" & pids="$pids $!"; i=$((i+1)); done
       for p in $pids; do wait "$p" || { [ "$kill" = 1 ] && kill $pids; exit 1; }; done`,
    );
    const scontrol = program("scontrol", "echo 127.0.0.1");
    const path = `${root}:${process.env["PATH"]}`;
    expect(existsSync(scontrol)).toBe(true);
    const before = process.env["PATH"];
    process.env["PATH"] = path;
    try {
      await expectSum(slurmLauncher({ nodes: 1, port: 29_732, srun }), "slurm");
    } finally {
      process.env["PATH"] = before;
    }
  }, 20_000);
});

const submit = process.env["RELGRAPH_SPARK_SUBMIT"];
describe.skipIf(!submit)("a gang on Spark", () => {
  // `RELGRAPH_SPARK_MASTERS="local[2] local-cluster[2,1,1024]"` tries both.
  const masters = (process.env["RELGRAPH_SPARK_MASTERS"] ?? "local[2]").split(" ");
  for (const [i, master] of masters.entries()) {
    it(`meets, and fails whole, on ${master}`, async () => {
      const flags = ["--master", master, "--conf", "spark.ui.enabled=false"];
      const launcher = sparkLauncher({ submit: submit!, flags, port: 29_740 + i });
      const env = { WORD: "word" };
      const exits = await launcher.run({ ranks: 2, command: meet(`spark-${i}`), env });
      expect(exits).toHaveLength(2);
      for (const rank of [0, 1])
        expect(exits[0]!.tail).toMatch(new RegExp(`rank ${rank} .*sum 1 word`));
      const name = `spark-fails-${i}`;
      const first = JSON.stringify(`${join(root, name)}.0`);
      const extra = `if (RANK === "1") setInterval(() => existsSync(${first}) && process.exit(3), 200); await new Promise((r) => setTimeout(r, 1e9));`;
      const error = await failure(launcher.run({ ranks: 2, command: meet(name, extra) }));
      expect(error.code).toBe("SCL320");
      expect(error.message).toContain("rank 1 ended with 3");
      await untilGone(Number(await untilThere(`${join(root, name)}.0`)));
    }, 240_000);
  }
});
