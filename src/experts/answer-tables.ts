/** Tables that hold the answer of a target without a window: to see their rows is to see what is to be predicted. */
import { boundAggregations } from "../../pql/bind/bound.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";

/**
 * Lists the tables that a target aggregates without a window: their rows are always there, so no expert may list them.
 *
 * @param plan - the query's plan.
 */
export function answerTables({ target }: TrainingTablePlan): string[] {
  return boundAggregations(target)
    .filter(({ window }) => window === null)
    .map(({ table }) => table.name);
}
