/** A process of the labels benchmark: one way to the labels of one case, run whenever the parent asks. */
import { type LabelsCheck, prepareWay, type WayTask } from "./labels-ways.js";

/** What a process answers to every run. */
export interface WorkerAnswer extends LabelsCheck {
  readonly seconds: number;
  /** Seconds of all cores. */
  readonly cpu: number;
  /** The most memory that the process ever held, MiB. */
  readonly peak: number;
  /** What it held before its first run, MiB. */
  readonly before: number;
}

const { run } = await prepareWay(JSON.parse(process.argv[2]!) as WayTask);
const before = process.memoryUsage.rss() / 2 ** 20;
process.on("message", async () => {
  const start = performance.now();
  const used = process.cpuUsage();
  const check = await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  const cpu = (user + system) / 1e6;
  const peak = process.resourceUsage().maxRSS / 1024;
  process.send!({ ...(await check()), seconds, cpu, peak, before } satisfies WorkerAnswer);
});
process.send!("ready");
