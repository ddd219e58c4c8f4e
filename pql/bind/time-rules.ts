/** The rules of time between clauses: static against temporal queries, what ASSUMING may hold, the anchor in the text. */
import type { Span } from "../../src/core/span.js";
import { parseTime, type Timestamp } from "../../src/core/time.js";
import type { PredictiveQuery } from "../syntax/ast.js";
import { printExpression } from "../syntax/print.js";
import {
  allAggregations,
  type BoundCondition,
  type BoundExpression,
  type BoundTarget,
  isBoundCondition,
} from "./bound.js";
import type { Report } from "./report.js";

/** The bound clauses of a query; `null` where one is absent or could not be bound. */
export interface BoundClauses {
  readonly targets: readonly (BoundTarget | null)[];
  readonly where: BoundCondition | null;
}

/** Tells whether a node looks into a window, if only in the filter of an aggregation. */
export function isTimed(node: BoundTarget | null): boolean {
  return allAggregations(node).some((aggregation) => aggregation.window !== null);
}

/**
 * Checks the rules of time between the clauses of a query.
 *
 * @param query - the query as written.
 * @param clauses - its bound clauses.
 * @param assuming - the bound assumption.
 * @param report - PQL409 to PQL412.
 */
export function checkTimes(
  query: PredictiveQuery,
  { targets, where }: BoundClauses,
  assuming: BoundCondition | null,
  report: Report,
): void {
  const known = targets.filter((target) => target !== null);
  if (known.length === 0) return;
  const temporal = known.some(isTimed);
  const still = temporal ? known.flatMap(comparisons).find((part) => !isTimed(part)) : undefined;
  if (still) {
    const hint = "move the static condition into WHERE";
    report.error("PQL410", spanOf(still), "the target mixes windows with static values", hint);
  }
  const past = temporal ? undefined : allAggregations(where).find(({ window }) => window);
  if (past) {
    const hint = "a target without a window has no anchor to look back from";
    report.error("PQL409", past.span, "a static query takes no windows in WHERE", hint);
  }
  if (!query.assuming) return;
  const hint = "conditions on columns stand in WHERE";
  if (!temporal) {
    report.error("PQL411", query.assuming.span, "a static query takes no ASSUMING", hint);
    return;
  }
  const fixed = assuming && comparisons(assuming).find((part) => !isTimed(part));
  if (fixed) {
    report.error("PQL412", spanOf(fixed), "ASSUMING takes conditions on the future only", hint);
  }
}

/** Takes a target apart into its comparisons; a value is one part. */
function comparisons(node: BoundTarget): BoundTarget[] {
  if (!isBoundCondition(node)) return [node];
  switch (node.kind) {
    case "comparison":
    case "relation":
      return [node];
    case "not":
      return comparisons(node.operand);
    case "and":
    case "or":
      return node.operands.flatMap(comparisons);
  }
}

function spanOf(node: BoundTarget): Span {
  const first = (isBoundCondition(node) ? firstValue(node) : node) as BoundExpression;
  return first.span;
}

function firstValue(node: BoundCondition): BoundExpression {
  switch (node.kind) {
    case "comparison":
    case "relation":
      return node.left;
    case "not":
      return firstValue(node.operand);
    case "and":
    case "or":
      return firstValue(node.operands[0]!);
  }
}

/**
 * Reads the anchor written into a query.
 *
 * @param query - the query, its parameters replaced.
 * @param report - PQL301 no time.
 */
export function bindAnchor({ at }: PredictiveQuery, report: Report): Timestamp | null {
  if (at === null || at.kind === "parameter") return null;
  if (at.kind === "time") return at.value;
  const time = at.kind === "string" ? parseTime(at.value) : null;
  if (time !== null) {
    report.settle(at, { kind: "time", value: time, span: at.span });
    return time;
  }
  const message = `\`AT\` takes a time, found ${printExpression(at)}`;
  return report.error("PQL301", at.span, message, "write AT 2024-02-29 or AT 2024-02-29 12:30:00");
}
