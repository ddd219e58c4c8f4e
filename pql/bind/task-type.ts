/** Which task a target is: the inference table of the language. */
import type { Span } from "../../src/core/span.js";
import type { ForeignKey, TableSchema } from "../../src/data/schema.js";
import type { TaskType } from "../../src/task/task.js";
import type { NamedTarget, Problem } from "../syntax/ast.js";
import {
  type BoundAggregation,
  type BoundColumn,
  type BoundTarget,
  boundAggregations,
  isBoundCondition,
  plainColumn,
} from "./bound.js";
import type { Report } from "./report.js";

/** The task of a target. */
export interface InferredTask {
  readonly taskType: TaskType;
  /** Number of windows of a forecast; 1 otherwise. */
  readonly timeframes: number;
  /** The k of RANK or CLASSIFY. */
  readonly top: number | null;
}

/**
 * Infers the task of a target.
 *
 * A forecast is one; a condition is binary; a list of keys with RANK is link prediction, of categories ranking, with CLASSIFY
 * multilabel; a boolean column is binary (Kumo calls it multiclass with two classes); `FIRST`, `LAST`, `MIN`, `MAX` and
 * `MODE` keep the meaning of their column; other values are numbers.
 *
 * @param target - the target as written, for its place.
 * @param problem - the problem clause, its parameters replaced.
 * @param value - the bound target, `null` where it could not be bound.
 * @param entity - the entity table.
 * @param report - PQL307 to PQL326.
 * @returns the task, or `null` after an error.
 * @see Kumo `core/task_setup.py` (order of the checks).
 */
export function inferTask(
  target: NamedTarget,
  problem: Problem | null,
  value: BoundTarget | null,
  entity: TableSchema,
  report: Report,
): InferredTask | null {
  const before = report.errors.length;
  if (problem) checkNumbers(problem, report);
  if (!value) return null;
  if (problem) checkFits(problem, value, report);
  if (report.errors.length > before) return null;
  if (problem?.kind === "forecast") {
    return { taskType: "forecasting", timeframes: problem.timeframes as number, top: null };
  }
  const top = problem && problem.kind !== "top" ? (problem.top as number | null) : null;
  const taskType = inferType(target.span, problem, value, entity, report);
  return taskType && { taskType, timeframes: 1, top };
}

function inferType(
  span: Span,
  problem: Problem | null,
  value: BoundTarget,
  entity: TableSchema,
  report: Report,
): TaskType | null {
  if (isBoundCondition(value)) return "binary_classification";
  if (value.kind === "aggregation" && value.name === "LIST_DISTINCT") {
    return inferList(span, problem, value, entity, report);
  }
  const column = keepsMeaning(value) ? plainColumn(value) : null;
  if (column) return inferColumn(span, problem, column, report);
  switch (value.type) {
    case "number":
      return "regression";
    case "boolean":
      return "binary_classification";
    case "text":
      return "multiclass_classification";
    case "time":
    case "list":
    case "vector": {
      const hint = "predict a number or a category, or a condition such as … IS NOT NULL";
      return report.error("PQL307", span, `a ${value.type} cannot be predicted`, hint);
    }
  }
}

function checkNumbers(problem: Problem, report: Report): void {
  const { span } = problem;
  if (problem.kind === "forecast") {
    const n = problem.timeframes;
    if (typeof n !== "number" || (n >= 1 && n <= 10_000)) return;
    const message = `FORECAST takes 1 to 10,000 timeframes, found ${n}`;
    report.error("PQL324", span, message, "write FORECAST 4 TIMEFRAMES");
    return;
  }
  const { top } = problem;
  if (problem.kind === "top") {
    const hint = `write RANK TOP ${typeof top === "number" ? top : "k"}`;
    report.error("PQL322", span, "`TOP` stands after RANK or CLASSIFY", hint);
  } else if (typeof top === "number" && top < 1) {
    const message = `TOP takes a number of at least 1, found ${top}`;
    report.error("PQL323", span, message, "write TOP 10");
  } else if (problem.kind === "rank" && top === null) {
    report.error("PQL321", span, "`RANK` needs the number of places", "write RANK TOP 10");
  }
}

function checkFits(problem: Problem, value: BoundTarget, report: Report): void {
  if (problem.kind === "forecast") checkForecast(problem.span, value, report);
  else if (!isMultiCategory(value)) {
    const word = problem.kind.toUpperCase();
    const message = `\`${word}\` takes a target of several categories, such as LIST_DISTINCT`;
    report.error("PQL320", problem.span, message, `leave out ${word}`);
  }
}

/** A forecast is of a number over windows of one unit, so that the next windows follow without a gap. */
function checkForecast(span: Span, value: BoundTarget, report: Report): void {
  const windows = boundAggregations(value).map((aggregation) => aggregation.window);
  const isNumber =
    !isBoundCondition(value) && (value.type === "number" || value.type === "boolean");
  if (!isNumber || windows.length === 0 || windows.includes(null)) {
    const hint = "forecast an aggregation with a window, such as SUM(t.c, 0, 7, days)";
    report.error("PQL324", span, "FORECAST takes a number over a window", hint);
  } else if (new Set(windows.map((window) => window!.unit)).size > 1) {
    const message = "a forecast moves windows of several units apart";
    report.error("PQL324", span, message, "give all windows one unit");
  }
}

function isMultiCategory(value: BoundTarget): boolean {
  if (value.kind === "aggregation" && value.name === "LIST_DISTINCT") return true;
  return keepsMeaning(value) && plainColumn(value)?.column.stype === "multicategorical";
}

const KEEPING: ReadonlySet<string> = new Set(["FIRST", "LAST", "MIN", "MAX", "MODE"]);

/** Tells whether a value means what the column means that it is of. */
export function keepsMeaning(value: BoundTarget): boolean {
  return value.kind === "column" || (value.kind === "aggregation" && KEEPING.has(value.name));
}

function inferList(
  span: Span,
  problem: Problem | null,
  value: BoundAggregation,
  entity: TableSchema,
  report: Report,
): TaskType | null {
  const key = listedKey(value);
  const first = value.path.hops[0]!;
  const isOwn = key !== null && value.path.hops.length === 1 && key === first.foreignKey;
  if (isOwn && key.table === entity.name) {
    const message = "nothing to predict: the list holds the entity itself";
    return report.error("PQL311", span, message, "list another column");
  }
  if (!problem) {
    const message = "a list as the target needs RANK TOP k or CLASSIFY";
    return report.error("PQL325", span, message, "write RANK TOP 10 after the target");
  }
  if (problem.kind === "classify") return "multilabel_classification";
  if (key === null && !listsOwnKey(value)) return "multilabel_ranking";
  return value.window === null ? "static_link_prediction" : "temporal_link_prediction";
}

/** The foreign key that a list lists. */
function listedKey(value: BoundAggregation): ForeignKey | null {
  const listed = plainColumn(value);
  if (!listed) return null;
  return listed.table.foreignKeys.find((key) => key.columns.includes(listed.column.name)) ?? null;
}

function listsOwnKey(value: BoundAggregation): boolean {
  const listed = plainColumn(value);
  return listed !== null && (listed.table.primaryKey ?? []).includes(listed.column.name);
}

function inferColumn(
  span: Span,
  problem: Problem | null,
  { type, column }: BoundColumn,
  report: Report,
): TaskType | null {
  if (type === "boolean") return "binary_classification";
  const refuse = (): null => {
    const message = `\`${column.name}\` is of stype ${column.stype}, which cannot be predicted`;
    const hint = "predict a number or a category, or a condition such as … IS NOT NULL";
    return report.error("PQL307", span, message, hint);
  };
  switch (column.stype) {
    case "numerical":
      return "regression";
    case "categorical":
    case "id":
      return type === "time" ? refuse() : "multiclass_classification";
    case "multicategorical": {
      if (problem?.kind === "classify") return "multilabel_classification";
      if (problem?.kind === "rank") return "multilabel_ranking";
      const message = "a target of several categories needs CLASSIFY or RANK TOP k";
      return report.error("PQL325", span, message, "or ask for one: … CONTAINS 'x'");
    }
    case "text":
    case "timestamp":
    case "embedding":
      return refuse();
  }
}
