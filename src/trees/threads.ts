/** Training on several threads; the model is the same to the last bit as with one. */
import { availableParallelism } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { checkAborted } from "../core/progress.js";
import { type Boosting, startBoosting } from "./boosting.js";
import { groupsOf } from "./group.js";
import type { Search } from "./grow.js";
import { startTeam } from "./team.js";
import { searchAlone } from "./train.js";
import type { BinnedTreeData, TreeData, TreeEnsemble, TreeOptions } from "./types.js";

/** Matrices with fewer values train faster alone. */
const SMALL_MATRIX = 1_000_000;

/**
 * Trains trees on several threads; between rounds other work of the process gets its turn.
 *
 * @param data - columns, or columns already in bins, with targets.
 * @param options - objective, rounds, limits, generator, `threads`.
 * @returns the ensemble that `trainTrees` gives, whatever the number of threads; all threads are gone then, and after an
 *   error too.
 * @throws as `trainTrees`; {@link ModelError} MOD403 if a thread died.
 */
export async function trainTreesInThreads(
  data: TreeData | BinnedTreeData,
  options: TreeOptions,
): Promise<TreeEnsemble> {
  const boosting = startBoosting(data, options);
  const { layout } = boosting.workspace;
  const groups = groupsOf({ columns: layout.columns.length });
  const wanted = Math.min(groups, options.threads ?? availableParallelism());
  const isSmall = layout.rows * layout.columns.length < SMALL_MATRIX;
  if (wanted <= 1 || isSmall) {
    return runRounds(boosting, searchAlone(boosting.workspace), options);
  }
  const team = await startTeam(boosting.workspace, wanted - 1);
  try {
    return await runRounds(boosting, team.search, options);
  } finally {
    await team.stop();
  }
}

async function runRounds(
  boosting: Boosting,
  search: Search,
  { signal }: TreeOptions,
): Promise<TreeEnsemble> {
  while (boosting.runRound(search)) {
    await nextTurn();
    checkAborted(signal, "training trees");
  }
  return boosting.finish();
}
