/** RelBench's 66 tasks as predictive queries. */
import { AUTOCOMPLETE } from "./autocomplete.js";
import type { RelbenchDatabase } from "./schema.js";
import type { RelbenchTask } from "./task.js";
import { WINDOWED_V1 } from "./windowed-v1.js";
import { WINDOWED_V2 } from "./windowed-v2.js";

/** The 43 windowed tasks of v1 and v2, then the 23 autocomplete tasks. */
export const RELBENCH_TASKS: readonly RelbenchTask[] = [
  ...WINDOWED_V1,
  ...WINDOWED_V2,
  ...AUTOCOMPLETE,
];

/**
 * Finds a task.
 *
 * @param database - its database.
 * @param name - its name there.
 */
export function findRelbenchTask(
  database: RelbenchDatabase,
  name: string,
): RelbenchTask | undefined {
  return RELBENCH_TASKS.find((task) => task.database === database && task.name === name);
}
