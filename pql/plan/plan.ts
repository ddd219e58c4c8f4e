/** Bound query to plan: plain data that says how a training table is made; one plan per target. */
import { PqlError } from "../../src/core/errors.js";
import type { Timestamp, TimeWindow } from "../../src/core/time.js";
import type { TableSchema } from "../../src/data/schema.js";
import type { EntityTask } from "../../src/task/task.js";
import { isSplitColumn } from "../../src/task/training-table.js";
import {
  allAggregations,
  allColumns,
  type BoundAggregation,
  type BoundNamedTarget,
  type BoundQuery,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  type NullLogic,
  plainColumn,
} from "../bind/bound.js";
import { distanceUnit, spanOfWindows } from "../bind/windows.js";
import { printCondition, printQuery, printTarget } from "../syntax/print.js";
import { explainPlan } from "./explain.js";
import { shiftWindows } from "./frames.js";
import type { TrainingTablePlan } from "./plan-types.js";

export type { TrainingTablePlan };

/** Options of {@link planTrainingTable}. */
export interface PlanOptions {
  /** Overrides the query's logic of missing values. */
  readonly nullLogic?: NullLogic;
}

/**
 * Plans the training table of a query with one target.
 *
 * @param bound - the bound query.
 * @param options - the logic of missing values.
 * @returns the plan; `runPlan` executes it, `explain()` prints it.
 * @throws {@link PqlError} PQL328 if the query has several targets: each has a table of its own, see {@link planTrainingTables}.
 */
export function planTrainingTable(bound: BoundQuery, options: PlanOptions = {}): TrainingTablePlan {
  const [plan, second] = planTrainingTables(bound, options);
  if (!second) return plan!;
  const { query } = bound;
  throw new PqlError("PQL328", "one target is expected here, the query has several", {
    hint: "ask for one target at a time, or plan them with planTrainingTables",
    span: query.targets[1]!.span,
    source: query.source,
  });
}

/**
 * Plans the training tables of a query, one per target; they share entities, filters and anchors.
 *
 * @param bound - the bound query.
 * @param options - the logic of missing values.
 * @returns one plan per target, in the order of the query.
 */
export function planTrainingTables(
  bound: BoundQuery,
  options: PlanOptions = {},
): TrainingTablePlan[] {
  return bound.targets.map((_, index) => planTarget(bound, index, options));
}

function planTarget(bound: BoundQuery, index: number, options: PlanOptions): TrainingTablePlan {
  const { entity, where, assuming, at } = bound;
  const named = bound.targets[index]!;
  const target = named.value;
  const alone = { ...bound.query, targets: [bound.query.targets[index]!] };
  const query = printQuery(alone);
  const step = named.timeframes > 1 ? spanOfWindows(futureWindows(target)) : null;
  const frames = Array.from({ length: named.timeframes }, (_, frame) =>
    step === null || frame === 0 ? target : shiftWindows(target, frame * (step.end - step.start)),
  );
  const labelWindows = [...frames, assuming].flatMap(futureWindows);
  const plan = {
    query,
    name: named.name,
    task: describeTask(bound, index, query),
    nullLogic: options.nullLogic ?? bound.nullLogic,
    entity,
    target,
    frames,
    where,
    assuming,
    at,
    labelWindows,
    horizon: labelWindows.length > 0 ? spanOfWindows(labelWindows) : null,
    pastWindows: allAggregations(where).flatMap(({ window }) => window ?? []),
    eligibility: describeEligibility(bound),
    labelRule: describeLabel(named, bound.nullLogic),
    timeTables: bound.temporal
      ? [...new Set(allAggregations(target).flatMap((node) => clockTable(node) ?? []))]
      : [entity.table.name],
  };
  const explain = (anchors: readonly Timestamp[] | Float64Array = []): string =>
    explainPlan(plan, bound, anchors);
  return { ...plan, explain, toString: () => explain() };
}

/** The name of the table whose time places an aggregation's rows in windows; `null` where none has a time. */
export function clockTable({ path, table }: BoundAggregation): string | null {
  if (path.clock === null) return null;
  return path.clock === 0 ? table.name : path.hops[path.clock - 1]!.to.name;
}

/** Windows that a label waits for: all that end after the anchor, from the anchor on. */
function futureWindows(node: BoundTarget | null): TimeWindow[] {
  return allAggregations(node).flatMap(({ window }) => {
    if (!window || window.end <= 0) return [];
    return window.start >= 0 ? [window] : [{ ...window, start: 0 }];
  });
}

function describeTask(bound: BoundQuery, index: number, query: string): EntityTask {
  const named = bound.targets[index]!;
  const { value, taskType } = named;
  const windows = futureWindows(value);
  const counts = value.kind === "aggregation" && value.name.startsWith("COUNT");
  return {
    query,
    taskType,
    entityTable: bound.entity.table.name,
    targetName: printTarget(bound.query.targets[index]!.value),
    window: windows.length > 0 ? spanOfWindows(windows) : null,
    unit: unitOf(value),
    integer: counts,
    hiddenColumns: windows.length > 0 ? [] : hiddenColumns(value, bound.entity.table),
    ...(named.timeframes > 1 && { timeframes: named.timeframes }),
    ...(named.top !== null && { top: named.top }),
    ...itemTableOf(value),
  };
}

/** The unit of a value: that of its column, or of its window where it is a time to come; `null` where there is none. */
function unitOf(value: BoundTarget): string | null {
  if (value.kind === "column") return value.column.unit;
  if (value.kind !== "aggregation") return null;
  switch (value.name) {
    case "COUNT":
    case "COUNT_DISTINCT":
    case "LIST_DISTINCT":
    case "VARIANCE":
      return null;
    case "TIME_TO_NEXT":
      return distanceUnit(value.window);
    default:
      return plainColumn(value)?.column.unit ?? null;
  }
}

/** The table that a listed foreign key points at. */
function itemTableOf(value: BoundTarget): { readonly itemTable?: string } {
  if (value.kind !== "aggregation" || value.name !== "LIST_DISTINCT") return {};
  const listed = plainColumn(value);
  if (!listed) return {};
  const { table, column } = listed;
  const key = table.foreignKeys.find((fk) => fk.columns.includes(column.name));
  if (key) return { itemTable: key.table };
  return table.primaryKey?.includes(column.name) ? { itemTable: table.name } : {};
}

/** What a model must not see of a static target: its columns, those that it aggregates, and the split. */
function hiddenColumns(value: BoundTarget, entity: TableSchema): EntityTask["hiddenColumns"] {
  const split = entity.columns.filter((column) => isSplitColumn(column.name));
  const read = [
    ...split.map((column) => ({ table: entity, column })),
    ...boundColumns(value),
    ...boundAggregations(value).flatMap(({ argument }) => allColumns(argument)),
  ];
  const pairs = read.map(({ table, column }) => ({ table: table.name, column: column.name }));
  return pairs.filter(
    (pair, i) =>
      pairs.findIndex((other) => other.table === pair.table && other.column === pair.column) === i,
  );
}

function describeEligibility(bound: BoundQuery): string[] {
  const { table, keys } = bound.entity;
  const names = keys.map((key) => key.name).join(" and ");
  const rules = [`${names} is not null and not a repetition`];
  if (table.timeColumn) rules.push(`${table.timeColumn} <= t`);
  if (table.endTimeColumn) {
    rules.push(`${table.endTimeColumn} is null or ${table.endTimeColumn} > t`);
  }
  const { where, assuming } = bound.query;
  if (where) rules.push(`WHERE ${printCondition(where)}`);
  if (assuming) rules.push(`ASSUMING ${printCondition(assuming)} (labelled rows only)`);
  return rules;
}

function describeLabel({ value, taskType }: BoundNamedTarget, nullLogic: NullLogic): string {
  if (value.kind === "aggregation" && (value.name.startsWith("COUNT") || value.name === "SUM")) {
    return "0 where no row is in the window";
  }
  if (value.kind === "column") return "rows without a value have no label";
  if (value.kind === "aggregation") return "no label where no value is in the window";
  if (taskType !== "binary_classification") return "no label where the value is missing";
  return nullLogic === "kleene"
    ? "no label where the condition is unknown"
    : "no label where a compared value is missing";
}
