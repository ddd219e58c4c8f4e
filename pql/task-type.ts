/** Which task a query is: the inference table, and the forms that wait for a later release. */
import type { ColumnSchema, TableSchema } from "../src/data/schema.js";
import type { TaskType } from "../src/task/task.js";
import type { PredictiveQuery, Problem } from "./ast.js";
import type { BoundTarget } from "./bound.js";
import type { Report } from "./report.js";

/**
 * Infers the task of a query.
 *
 * A condition is binary; a boolean column too (Kumo calls it multiclass with two classes); `FIRST`, `LAST`,
 * `MIN`, `MAX` keep the meaning of their column; other aggregations are numbers.
 *
 * @param query - the query, for places and its problem clause.
 * @param target - the bound target, `null` where it could not be bound.
 * @param entity - the entity table.
 * @param report - PQL307 to PQL325, PQL901 to PQL904.
 * @returns the task, or `null` after an error.
 * @see Kumo `core/task_setup.py` (order of the checks).
 */
export function inferTask(
  query: PredictiveQuery,
  target: BoundTarget | null,
  entity: TableSchema,
  report: Report,
): TaskType | null {
  const { problem } = query;
  const before = report.errors.length;
  if (problem) checkNumbers(problem, report);
  if (!target) return null;
  const span = query.target.span;
  if (problem) checkFits(problem, target, report);
  if (report.errors.length > before) return null;
  if (problem?.kind === "forecast") {
    const hint = "predict the next window: leave out FORECAST";
    return report.error("PQL901", problem.span, "FORECAST is not supported yet", hint);
  }
  if (target.kind === "aggregation" && target.name === "LIST_DISTINCT") {
    return inferList(problem, target, entity, span, report);
  }
  if (target.kind === "column" || target.kind === "aggregation") {
    return inferValue(problem, target, span, report);
  }
  return "binary_classification";
}

function checkNumbers(problem: Problem, report: Report): void {
  const { span } = problem;
  if (problem.kind === "forecast") {
    if (problem.timeframes >= 1 && problem.timeframes <= 10_000) return;
    const message = `FORECAST takes 1 to 10,000 timeframes, found ${problem.timeframes}`;
    report.error("PQL324", span, message, "write FORECAST 4 TIMEFRAMES");
    return;
  }
  if (problem.kind === "top") {
    report.error(
      "PQL322",
      span,
      "`TOP` stands after RANK or CLASSIFY",
      `write RANK TOP ${problem.top}`,
    );
    return;
  }
  if (problem.top !== null && problem.top < 1) {
    const message = `TOP takes a number of at least 1, found ${problem.top}`;
    report.error("PQL323", span, message, "write TOP 10");
  } else if (problem.kind === "rank" && problem.top === null) {
    report.error("PQL321", span, "`RANK` needs the number of places", "write RANK TOP 10");
  }
}

function checkFits(problem: Problem, target: BoundTarget, report: Report): void {
  if (problem.kind === "forecast") {
    const timed = target.kind === "aggregation" && target.window !== null;
    if (timed && (target.type === "number" || target.type === "boolean")) return;
    const hint = "forecast an aggregation with a window, such as SUM(t.c, 0, 7, days)";
    report.error("PQL324", problem.span, "FORECAST takes a number over a window", hint);
    return;
  }
  if (isMultiCategory(target)) return;
  const word = problem.kind.toUpperCase();
  const message = `\`${word}\` takes a target of several categories, such as LIST_DISTINCT`;
  report.error("PQL320", problem.span, message, `leave out ${word}`);
}

function isMultiCategory(target: BoundTarget): boolean {
  if (target.kind === "aggregation" && target.name === "LIST_DISTINCT") return true;
  return (
    (target.kind === "column" || target.kind === "aggregation") &&
    keepsMeaning(target) &&
    target.column?.stype === "multicategorical"
  );
}

function keepsMeaning(target: BoundTarget): boolean {
  if (target.kind === "column") return true;
  if (target.kind !== "aggregation") return false;
  return ["FIRST", "LAST", "MIN", "MAX"].includes(target.name);
}

function inferList(
  problem: Problem | null,
  target: BoundTarget & { readonly kind: "aggregation" },
  entity: TableSchema,
  span: PredictiveQuery["span"],
  report: Report,
): null {
  const key = target.table.foreignKeys.find((k) => k.columns.includes(target.column!.name));
  if (key?.table === entity.name && key.name === target.foreignKey.name) {
    const message = "nothing to predict: the list holds the entity itself";
    return report.error("PQL311", span, message, "list another column");
  }
  if (problem?.kind === "classify") {
    return report.error(
      "PQL903",
      problem.span,
      "CLASSIFY is not supported yet",
      "count one category: COUNT(t.* WHERE t.c = 'x', 0, 30, days) > 0",
    );
  }
  if (problem) {
    const hint = "predict whether one of them occurs: COUNT(t.* WHERE …, 0, 30, days) > 0";
    return report.error("PQL902", problem.span, "RANK is not supported yet", hint);
  }
  const message = "a list as the target needs RANK TOP k or CLASSIFY";
  return report.error("PQL325", span, message, "write RANK TOP 10 after the target");
}

function inferValue(
  problem: Problem | null,
  target: BoundTarget & { readonly kind: "column" | "aggregation" },
  span: PredictiveQuery["span"],
  report: Report,
): TaskType | null {
  const { column } = target;
  if (!column || !keepsMeaning(target)) return "regression";
  if (target.type === "boolean") return "binary_classification";
  switch (column.stype) {
    case "numerical":
      return "regression";
    case "categorical":
    case "id":
      return column.kind === "timestamp"
        ? refuse(column, span, report)
        : "multiclass_classification";
    case "multicategorical": {
      if (problem?.kind === "classify" || problem?.kind === "rank") {
        const message = "a target of several categories is not supported yet";
        return report.error("PQL904", span, message, "ask for one: … CONTAINS 'x'");
      }
      const message = "a target of several categories needs CLASSIFY or RANK TOP k";
      return report.error("PQL325", span, message, "or ask for one: … CONTAINS 'x'");
    }
    case "text":
    case "timestamp":
    case "embedding":
      return refuse(column, span, report);
  }
}

function refuse(column: ColumnSchema, span: PredictiveQuery["span"], report: Report): null {
  const message = `\`${column.name}\` is of stype ${column.stype}, which cannot be predicted`;
  const hint = "predict a number or a category, or a condition such as … IS NOT NULL";
  return report.error("PQL307", span, message, hint);
}
