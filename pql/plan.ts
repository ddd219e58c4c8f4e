/** Bound query to plan: plain data that says how the training table is made, and prints itself. */
import {
  addTime,
  formatTime,
  formatWindow,
  type Timestamp,
  type TimeWindow,
} from "../src/core/time.js";
import type { EntityTask } from "../src/task/task.js";
import {
  type BoundAggregation,
  type BoundCondition,
  type BoundQuery,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  type NullLogic,
} from "./bound.js";
import { printColumn, printCondition, printQuery, printTarget } from "./print.js";
import { spanOfWindows } from "./windows.js";

/** How a training table is made. */
export interface TrainingTablePlan {
  /** The canonical query. */
  readonly query: string;
  readonly task: EntityTask;
  readonly nullLogic: NullLogic;
  readonly entity: BoundQuery["entity"];
  readonly target: BoundTarget;
  readonly where: BoundCondition | null;
  readonly assuming: BoundCondition | null;
  /** Windows that must be over before a label is known: those of the target and of ASSUMING. */
  readonly labelWindows: readonly TimeWindow[];
  /** The end of the latest label window, in its own unit; `null` for a static target. */
  readonly horizon: TimeWindow | null;
  /** Windows that WHERE looks back through. */
  readonly pastWindows: readonly TimeWindow[];
  /** Who is in the table, one sentence each, in the order in which rows are dropped. */
  readonly eligibility: readonly string[];
  /** When a row has a label, and which. */
  readonly labelRule: string;
  /** Tables whose times bound the anchors: those the target aggregates, or the entity table. */
  readonly timeTables: readonly string[];
  /**
   * Prints the plan, one step a line.
   *
   * @param anchorTimes - the anchors, to show windows in absolute dates.
   */
  explain(anchorTimes?: readonly Timestamp[] | Float64Array): string;
  toString(): string;
}

/** Options of {@link planTrainingTable}. */
export interface PlanOptions {
  /** Overrides the query's logic of missing values. */
  readonly nullLogic?: NullLogic;
}

/**
 * Plans the training table of a bound query.
 *
 * @param bound - the bound query.
 * @param options - the logic of missing values.
 * @returns the plan; {@link runPlan} executes it, `explain()` prints it.
 */
export function planTrainingTable(bound: BoundQuery, options: PlanOptions = {}): TrainingTablePlan {
  const { entity, target, where, assuming } = bound;
  const windows = windowsOf(target);
  const labelWindows = [...windows, ...windowsOf(assuming)];
  const query = printQuery(bound.query);
  const plan = {
    query,
    task: describeTask(bound, query, windows),
    nullLogic: options.nullLogic ?? bound.nullLogic,
    entity,
    target,
    where,
    assuming,
    labelWindows,
    horizon: labelWindows.length > 0 ? spanOfWindows(labelWindows) : null,
    pastWindows: windowsOf(where),
    eligibility: describeEligibility(bound),
    labelRule: describeLabel(bound),
    timeTables: bound.temporal
      ? [...new Set(boundAggregations(target).map((aggregation) => aggregation.table.name))]
      : [entity.table.name],
  };
  const explain = (anchors: readonly Timestamp[] | Float64Array = []): string =>
    explainPlan(plan, bound, anchors);
  return { ...plan, explain, toString: () => explain() };
}

function windowsOf(node: BoundTarget | null): TimeWindow[] {
  return boundAggregations(node).flatMap((aggregation) => aggregation.window ?? []);
}

function describeTask(
  bound: BoundQuery,
  query: string,
  windows: readonly TimeWindow[],
): EntityTask {
  const { target, taskType, entity } = bound;
  const isValue = target.kind === "column" || target.kind === "aggregation";
  const counts = target.kind === "aggregation" && target.name.startsWith("COUNT");
  const hidden = boundColumns(target).map(({ table, column }) => ({
    table: table.name,
    column: column.name,
  }));
  for (const { window, column, table } of boundAggregations(target)) {
    if (window === null && column) hidden.push({ table: table.name, column: column.name });
  }
  return {
    query,
    taskType,
    entityTable: entity.table.name,
    targetName: printTarget(bound.query.target),
    window: windows.length > 0 ? spanOfWindows(windows) : null,
    unit: isValue && !counts ? (target.column?.unit ?? null) : null,
    integer: counts,
    hiddenColumns: hidden,
  };
}

function describeEligibility(bound: BoundQuery): string[] {
  const { table, key } = bound.entity;
  const rules = [`${key.name} is not null and not a repetition`];
  if (table.timeColumn) rules.push(`${table.timeColumn} <= t`);
  if (table.endTimeColumn) {
    rules.push(`${table.endTimeColumn} is null or ${table.endTimeColumn} > t`);
  }
  const { where, assuming } = bound.query;
  if (where) rules.push(`WHERE ${printCondition(where)}`);
  if (assuming) rules.push(`ASSUMING ${printCondition(assuming)} (labelled rows only)`);
  return rules;
}

function describeLabel({ target, taskType, nullLogic }: BoundQuery): string {
  if (target.kind === "aggregation" && (target.name.startsWith("COUNT") || target.name === "SUM")) {
    return "0 where no row is in the window";
  }
  if (target.kind === "column") return "rows without a value have no label";
  if (target.kind === "aggregation") return "no label where no value is in the window";
  return taskType === "binary_classification" && nullLogic === "kleene"
    ? "no label where the condition is unknown"
    : "no label where a compared value is missing";
}

function explainPlan(
  plan: Omit<TrainingTablePlan, "explain" | "toString">,
  bound: BoundQuery,
  anchors: readonly Timestamp[] | Float64Array,
): string {
  const { task, entity } = plan;
  const key = `${entity.table.name}.${entity.key.name}`;
  const kind = task.taskType.replaceAll("_", " ");
  const lines = [`TrainingTable  entity ${key}   target ${task.targetName} → ${kind}`];
  const when = describeAnchors(anchors, entity.table.timeColumn, task.window === null);
  lines.push(
    task.window
      ? `  window   ${formatWindow(task.window)}      anchors ${when}`
      : `  static target      anchors ${when}`,
  );
  const steps: string[][] = [];
  for (const aggregation of boundAggregations(plan.target)) {
    steps.push(...describeAggregation(aggregation, "label"));
  }
  for (const { table, column } of boundColumns(plan.target)) {
    steps.push(["read", `${table.name}.${column.name}`, "hidden from models"]);
  }
  for (const aggregation of boundAggregations(plan.where)) {
    steps.push(...describeAggregation(aggregation, "filter"));
  }
  for (const aggregation of boundAggregations(plan.assuming)) {
    steps.push(...describeAggregation(aggregation, "assumption"));
  }
  for (const rule of plan.eligibility) steps.push(["keep", rule, ""]);
  steps.push(["label", plan.labelRule, ""]);
  const verbs = Math.max(...steps.map(([verb]) => verb!.length));
  steps.forEach(([verb, what, note], i) => {
    const line = `  ${String(i + 1).padStart(2)} ${verb!.padEnd(verbs)}  ${what!.padEnd(note ? 36 : 0)}  ${note!}`;
    lines.push(line.trimEnd());
  });
  if (anchors.length > 0 && task.window) {
    const first = anchors[0]!;
    const last = anchors[anchors.length - 1]!;
    const windows = [...new Set([first, last])].map((anchor) => absolute(anchor, task.window!));
    lines.push(`  label windows ${windows.join(" … ")}`);
  }
  for (const warning of bound.warnings) lines.push(`  note ${warning.code}: ${warning.message}`);
  return lines.join("\n");
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

function absolute(anchor: Timestamp, window: TimeWindow): string {
  const from = addTime(anchor, window.start, window.unit);
  const to = addTime(anchor, window.end, window.unit);
  return `(${formatTime(from)}, ${formatTime(to)}]`;
}

function describeAggregation(aggregation: BoundAggregation, role: string): string[][] {
  const { table, column, foreignKey, window, where, name } = aggregation;
  const when = window ? `keep ${table.timeColumn} in ${formatWindow(window)}` : "keep all rows";
  const steps = [["scan", table.name, when]];
  if (where) steps.push(["filter", table.name, `${countComparisons(where)} on its own columns`]);
  steps.push(["join", `${table.name}.${foreignKey.name} → ${foreignKey.table}`, ""]);
  const what = column
    ? printColumn({
        kind: "column",
        table: table.name,
        column: column.name,
        span: aggregation.span,
      })
    : `${table.name}.*`;
  const zero = name.startsWith("COUNT") || name === "SUM";
  const empty = zero ? "empty gives 0" : "empty gives null";
  steps.push([name.toLowerCase(), `${what} per (entity, t)`, `${role}, ${empty}`]);
  return steps;
}

function countComparisons(node: BoundCondition): string {
  const count = (n: BoundCondition): number => {
    if (n.kind === "comparison") return 1;
    return n.kind === "not" ? count(n.operand) : count(n.left) + count(n.right);
  };
  const n = count(node);
  return `${n} condition${n === 1 ? "" : "s"}`;
}
