/** How a plan prints: one step a line, windows in absolute dates. */
import {
  addTime,
  formatTime,
  formatWindow,
  type Timestamp,
  type TimeWindow,
} from "../../src/core/time.js";
import { argumentName, columnName } from "../bind/aggregation-rules.js";
import {
  type BoundAggregation,
  type BoundCondition,
  type BoundQuery,
  boundAggregations,
  boundColumns,
} from "../bind/bound.js";
import { printHop, printPath } from "../bind/describe-bound.js";
import type { TrainingTablePlan } from "./plan-types.js";

/** A plan before it can print itself. */
type PlainPlan = Omit<TrainingTablePlan, "explain" | "toString">;

/**
 * Prints a plan.
 *
 * @param plan - the plan.
 * @param bound - the bound query, for its warnings.
 * @param anchors - the anchors, to show windows in absolute dates; none = not chosen yet.
 */
export function explainPlan(
  plan: PlainPlan,
  bound: BoundQuery,
  anchors: readonly Timestamp[] | Float64Array,
): string {
  const { task, entity, target, where, assuming } = plan;
  const key = `${entity.table.name}.${entity.keys.map(({ name }) => name).join("+")}`;
  const kind = task.taskType.replaceAll("_", " ");
  const lines = [`TrainingTable  entity ${key}   target ${task.targetName} → ${kind}`];
  const when = describeAnchors(anchors, entity.table.timeColumn, task.window === null);
  lines.push(
    task.window
      ? `  window   ${formatWindow(task.window)}      anchors ${when}`
      : `  static target      anchors ${when}`,
  );
  if (plan.frames.length > 1) {
    lines.push(`  forecast ${plan.frames.length} windows, up to ${formatWindow(plan.horizon!)}`);
  }
  const steps: string[][] = [];
  for (const aggregation of boundAggregations(target)) {
    steps.push(...describeAggregation(aggregation, "label"));
  }
  for (const column of boundColumns(target)) {
    const looked = column.steps.length > 0 ? `up ${printPath(column.steps)}; ` : "";
    const note = task.window === null ? "hidden from models" : "";
    steps.push(["read", columnName(column), `${looked}${note}`]);
  }
  for (const aggregation of boundAggregations(where)) {
    steps.push(...describeAggregation(aggregation, "filter"));
  }
  for (const aggregation of boundAggregations(assuming)) {
    steps.push(...describeAggregation(aggregation, "assumption"));
  }
  for (const rule of plan.eligibility) steps.push(["keep", rule, ""]);
  steps.push(["label", plan.labelRule, ""]);
  lines.push(...numbered(steps));
  if (anchors.length > 0 && task.window) {
    const first = anchors[0]!;
    const last = anchors[anchors.length - 1]!;
    const windows = [...new Set([first, last])].map((anchor) => absolute(anchor, task.window!));
    lines.push(`  label windows ${windows.join(" … ")}`);
  }
  for (const warning of bound.warnings) lines.push(`  note ${warning.code}: ${warning.message}`);
  return lines.join("\n");
}

function numbered(steps: readonly string[][]): string[] {
  const verbs = Math.max(...steps.map(([verb]) => verb!.length));
  return steps.map(([verb, what, note], i) => {
    const line = `  ${String(i + 1).padStart(2)} ${verb!.padEnd(verbs)}  ${what!.padEnd(note ? 36 : 0)}  ${note!}`;
    return line.trimEnd();
  });
}

function describeAnchors(
  anchors: readonly Timestamp[] | Float64Array,
  timeColumn: string | null,
  isStatic: boolean,
): string {
  if (anchors.length > 0) {
    const first = formatTime(anchors[0]!);
    const last = formatTime(anchors[anchors.length - 1]!);
    return `${first} … ${last} (${anchors.length})`;
  }
  if (!isStatic) return "not chosen yet";
  return timeColumn ? `each row at its own ${timeColumn}` : "none, the table has no time";
}

/** Prints a window at an anchor in absolute times. */
export function absolute(anchor: Timestamp, window: TimeWindow): string {
  const from = addTime(anchor, window.start, window.unit);
  const to = addTime(anchor, window.end, window.unit);
  return `(${formatTime(from)}, ${formatTime(to)}]`;
}

function describeAggregation(aggregation: BoundAggregation, role: string): string[][] {
  const { table, path, window, where, name } = aggregation;
  const { clock, hops } = path;
  const timed = clock === null || clock === 0 ? table : hops[clock - 1]!.to;
  const column = timed === table ? timed.timeColumn : `${timed.name}.${timed.timeColumn}`;
  const when = window ? `keep ${column} in ${formatWindow(window)}` : "keep all rows";
  const steps = [["scan", table.name, when]];
  if (where) steps.push(["filter", table.name, describeFilter(where)]);
  for (const nested of boundAggregations(where)) {
    steps.push(...describeAggregation(nested, `per row of ${nested.owner.name}`));
  }
  for (const hop of hops) steps.push(["join", printHop(hop), ""]);
  const empty = name.startsWith("COUNT") || name === "SUM" ? "empty gives 0" : "empty gives null";
  const owner = role.startsWith("per row") ? role.slice("per ".length) : "(entity, t)";
  const what = `${argumentName(aggregation)} per ${owner}`;
  steps.push([
    name.toLowerCase(),
    what,
    `${role.startsWith("per row") ? "nested" : role}, ${empty}`,
  ]);
  return steps;
}

function describeFilter(where: BoundCondition): string {
  const n = countComparisons(where);
  const others = boundColumns(where).some(
    ({ position, steps }) => position > 0 || steps.length > 0,
  );
  return `${n} condition${n === 1 ? "" : "s"} on ${others ? "its own and linked" : "its own"} columns`;
}

function countComparisons(node: BoundCondition): number {
  switch (node.kind) {
    case "comparison":
    case "relation":
      return 1;
    case "not":
      return countComparisons(node.operand);
    case "and":
    case "or":
      return node.operands.reduce((sum, part) => sum + countComparisons(part), 0);
  }
}
