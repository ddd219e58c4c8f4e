/** Workers as processes: tasks, reports, and every way in which they can end. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RelError } from "../../../src/core/errors.js";
import { processWorkers } from "../../../src/scale/process-workers.js";
import type { ShardTask } from "../../../src/scale/shard-workers.js";

const root = mkdtempSync(join(tmpdir(), "relgraph-workers-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A worker that writes its input's name; what it does with the first line is up to `first`. */
function worker(name: string, first = ""): string[] {
  const file = join(root, `${name}.mjs`);
  writeFileSync(
    file,
    `import { createInterface } from "node:readline";
     import { existsSync, writeFileSync } from "node:fs";
     const marker = ${JSON.stringify(join(root, `${name}.marker`))};
     for await (const line of createInterface({ input: process.stdin })) {
       const [input, output] = line.split("\\t");
       ${first}
       writeFileSync(output, input);
       process.stdout.write(output + "\\t" + input.length + "\\n");
     }`,
  );
  return [process.execPath, file];
}

function tasksOf(name: string, count = 7): ShardTask[] {
  return Array.from({ length: count }, (_, i) => ({
    input: `in-${i}`,
    output: join(root, `${name}-${i}`),
  }));
}

async function failure(work: Promise<unknown>): Promise<RelError> {
  return work.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: RelError) => error,
  );
}

describe("workers as processes", () => {
  it("do every task and report in the order of the tasks", async () => {
    const tasks = tasksOf("plain");
    const workers = processWorkers({ command: worker("plain"), processes: 3 });
    const seen: number[] = [];
    const reports = await workers.run(tasks, { onProgress: ({ done }) => seen.push(done ?? -1) });
    expect(reports).toEqual(tasks.map(({ output }) => ({ output, rows: 4 })));
    for (const { input, output } of tasks) expect(readFileSync(output, "utf8")).toBe(input);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await workers.run([])).toEqual([]);
  });

  it("that are killed have their task done by another", async () => {
    const once = `if (!existsSync(marker)) { writeFileSync(marker, ""); process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); }`;
    const tasks = tasksOf("killed");
    const reports = await processWorkers({
      command: worker("killed", once),
      processes: 2,
    }).run(tasks);
    expect(reports).toHaveLength(7);
    expect(existsSync(join(root, "killed.marker"))).toBe(true);
    for (const { output } of tasks) expect(existsSync(output)).toBe(true);
  });

  it("that are killed on a shard again and again end the work", async () => {
    const always = `if (input === "in-3") { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); }`;
    const workers = processWorkers({ command: worker("again", always), processes: 2 });
    const error = await failure(workers.run(tasksOf("again")));
    expect(error.code).toBe("SCL301");
    expect(error.at?.file).toBe("in-3");
  });

  it("that end by themselves are told of with what they said", async () => {
    const broken = `console.error("no such model"); process.exit(2);`;
    const workers = processWorkers({ command: worker("ends", broken), processes: 2 });
    const error = await failure(workers.run(tasksOf("ends")));
    expect(error.code).toBe("SCL302");
    expect(error.message).toContain("status 2: no such model");
  });

  it("that cannot be started, answer something else, or have paths of several lines are refused", async () => {
    const missing = processWorkers({ command: [join(root, "nothing")], processes: 1 });
    expect((await failure(missing.run(tasksOf("missing")))).code).toBe("SCL303");
    const chatty = worker("chatty", `console.log("hello");`);
    const other = processWorkers({ command: chatty, processes: 1 });
    expect((await failure(other.run(tasksOf("chatty")))).code).toBe("SCL304");
    const odd = processWorkers({ command: worker("odd"), processes: 1 });
    expect((await failure(odd.run([{ input: "a\tb", output: "c" }]))).code).toBe("SCL305");
  });

  it("are gone once the work is cancelled", async () => {
    const controller = new AbortController();
    const slow = `writeFileSync(marker, String(process.pid)); await new Promise(() => {}, setInterval(() => {}, 1e6));`;
    const workers = processWorkers({ command: worker("slow", slow), processes: 1 });
    const waiting = failure(workers.run(tasksOf("slow"), { signal: controller.signal }));
    const marker = join(root, "slow.marker");
    while (!existsSync(marker) || readFileSync(marker, "utf8") === "") {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    controller.abort();
    expect((await waiting).code).toBe("CFG900");
    const pid = Number(readFileSync(marker, "utf8"));
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
