/** A process of the labels benchmark: one way to the labels of one case, run whenever the parent asks. */
import { type LabelsCheck, prepareWay, type WayTask } from "./labels-ways.js";
import { measureStage, type StageCost } from "./stage.js";

/** What a process answers to every run. */
export interface WorkerAnswer extends LabelsCheck, StageCost {
  /** What it held before its first run, MiB. */
  readonly before: number;
}

const { run } = await prepareWay(JSON.parse(process.argv[2]!) as WayTask);
const before = process.memoryUsage.rss() / 2 ** 20;
process.on("message", async () => {
  const { made: check, cost } = await measureStage(run);
  process.send!({ ...(await check()), ...cost, before } satisfies WorkerAnswer);
});
process.send!("ready");
