/** Gradient boosting: rounds of trees, each grown on the derivatives of the loss at the scores so far. */
import { checkAborted } from "../core/progress.js";
import { startBoosting } from "./boosting.js";
import { groupsOf, runGroup } from "./group.js";
import type { Job } from "./job.js";
import type { BinnedTreeData, TreeData, TreeEnsemble, TreeOptions } from "./types.js";
import type { Workspace } from "./workspace.js";

/**
 * Trains trees on one thread.
 *
 * @param data - columns, or columns already in bins, with targets.
 * @param options - objective, rounds, limits, generator.
 * @returns the ensemble; without rows or columns it only has its first scores.
 * @throws {@link DataError} DAT401 to DAT408 for data that does not fit together; {@link ConfigError} CFG701 to CFG703 for
 *   options out of range; {@link AbortedError} CFG900.
 * @see Friedman 2001 (gradient boosting); LightGBM (Ke et al. 2017).
 */
export function trainTrees(data: TreeData | BinnedTreeData, options: TreeOptions): TreeEnsemble {
  const boosting = startBoosting(data, options);
  const search = searchAlone(boosting.workspace);
  while (boosting.runRound(search)) checkAborted(options.signal, "training trees");
  return boosting.finish();
}

/** Returns a search that does all of a job itself. */
export function searchAlone(workspace: Workspace): (job: Job) => void {
  return (job) => {
    const groups = groupsOf(job);
    for (let group = 0; group < groups; group++) runGroup(workspace, job, group);
  };
}
