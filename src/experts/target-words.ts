/** A target in words, for reasons that speak of its past values. */
import { humanize, singular, withoutUnit } from "../../gnn/explain/words.js";
import type { AggregateName } from "../../pql/ast.js";
import type { TrainingTablePlan } from "../../pql/plan.js";

const WORDS: Readonly<Record<AggregateName, string>> = {
  SUM: "total",
  AVG: "average",
  MIN: "lowest",
  MAX: "highest",
  COUNT: "number of",
  COUNT_DISTINCT: "number of different",
  FIRST: "first",
  LAST: "last",
  LIST_DISTINCT: "set of",
};

/**
 * Puts a target into words: `SUM(SESSIONS.DURATION_MIN, …)` in minutes is `total session duration`.
 *
 * @param plan - the query's plan.
 */
export function targetWords({ target, task }: TrainingTablePlan): string {
  switch (target.kind) {
    case "aggregation": {
      const { name, table, column } = target;
      const rows = humanize(table.name);
      if (column === null) return `${WORDS[name]} ${rows}`;
      return `${WORDS[name]} ${singular(rows)} ${withoutUnit(humanize(column.name), column.unit)}`;
    }
    case "column":
      return humanize(target.column.name);
    case "comparison":
    case "and":
    case "or":
    case "not":
      return `outcome of ${task.targetName}`;
  }
}
