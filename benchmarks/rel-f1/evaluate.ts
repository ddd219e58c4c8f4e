/** Benchmark `rel-f1`: the three entity tasks in both regimes, beside the baselines and what others published. */

import type { WorkOptions } from "../../src/core/progress.js";
import { requireTime } from "../../src/core/time.js";
import type { Evaluation } from "../../src/evaluate.js";
import { evaluate, formatEvaluation } from "../../src/evaluate.js";
import type { Regime } from "../../src/task/regime.js";
import { openRelF1 } from "./database.js";
import { REL_F1_TASKS } from "./tasks.js";

/** Options of {@link evaluateRelF1}. */
export interface RelF1Options extends WorkOptions {
  readonly seeds?: number | undefined;
  /** Names of tasks, such as `driver-dnf`; all by default. */
  readonly tasks?: readonly string[] | undefined;
  readonly regimes?: readonly Regime[] | undefined;
  readonly clock?: (() => number) | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/**
 * Test scores of others (AUROC as a fraction): RelBench's GNN, and the driver's mean over his last 12 windows.
 *
 * @see RelBench paper 2407.20060 (frozen); seed time: the same network run with the whole database, and our own baseline.
 */
export const PUBLISHED: Readonly<
  Record<string, Readonly<Record<Regime, { readonly rdl: number; readonly recentMean: number }>>>
> = {
  "driver-position": {
    frozen: { rdl: 4.022, recentMean: 4.023 },
    "seed-time": { rdl: 3.47, recentMean: 2.934 },
  },
  "driver-dnf": {
    frozen: { rdl: 0.7262, recentMean: 0.7013 },
    "seed-time": { rdl: 0.751, recentMean: 0.8148 },
  },
  "driver-top3": {
    frozen: { rdl: 0.7554, recentMean: 0.4686 },
    "seed-time": { rdl: 0.775, recentMean: 0.8849 },
  },
};

/**
 * Evaluates the graph network on rel-f1.
 *
 * @returns one evaluation per task, in the order of the tasks.
 */
export async function evaluateRelF1(options: RelF1Options = {}): Promise<readonly Evaluation[]> {
  const db = await openRelF1();
  const found: Evaluation[] = [];
  for (const task of REL_F1_TASKS) {
    if (options.tasks && !options.tasks.includes(task.name)) continue;
    const { evaluation } = await evaluate(db, task.query, {
      times: {
        val: requireTime(task.val, "val"),
        test: requireTime(task.test, "test"),
        evalAnchors: task.evalAnchors,
      },
      seeds: options.seeds ?? 3,
      regimes: options.regimes,
      clock: options.clock,
      onProgress: options.onProgress,
      signal: options.signal,
    });
    options.onLine?.(`${task.name}\n${formatEvaluation(evaluation)}\n`);
    found.push(evaluation);
  }
  return found;
}
