/** A target in words, for reasons that speak of its past values. */

import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { AggregateName } from "../../pql/syntax/ast.js";
import { humanize, singular, withoutUnit } from "../core/words.js";

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
  MEDIAN: "median",
  STDDEV: "spread of",
  VARIANCE: "variance of",
  QUANTILE: "quantile of",
  MODE: "most frequent",
  TIME_TO_NEXT: "time to next",
};

/**
 * Puts a target into words: `SUM(SESSIONS.DURATION_MIN, …)` in minutes is `total session duration`.
 *
 * @param plan - the query's plan.
 */
export function targetWords({ target, task }: TrainingTablePlan): string {
  switch (target.kind) {
    case "aggregation": {
      const { name, table, argument } = target;
      const rows = humanize(table.name);
      if (argument === null) return `${WORDS[name]} ${rows}`;
      if (argument.kind !== "column") return `${WORDS[name]} ${singular(rows)} values`;
      const { column } = argument;
      return `${WORDS[name]} ${singular(rows)} ${withoutUnit(humanize(column.name), column.unit)}`;
    }
    case "column":
      return humanize(target.column.name);
    case "comparison":
    case "relation":
    case "and":
    case "or":
    case "not":
      return `outcome of ${task.targetName}`;
    case "arithmetic":
    case "negative":
    case "call":
    case "constant":
    case "anchor":
      return task.targetName;
  }
}
