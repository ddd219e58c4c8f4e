/** The rules of time in a query: which windows may stand where, and the span they cover together. */
import { approximateMs, type TimeUnit, type TimeWindow } from "../../src/core/time.js";
import type { TableSchema } from "../../src/data/schema.js";
import { type Aggregation, aggregationsOf } from "../syntax/ast.js";
import type { Report } from "./report.js";

/** The clauses of a query that hold conditions and values. */
export type Clause = "target" | "where" | "assuming" | "feature";

const INT32 = 2 ** 31;

/** An aggregation whose window is checked. */
export interface WindowPlace {
  readonly clause: Clause;
  /** Whether it stands inside another aggregation's filter. */
  readonly nested: boolean;
  /** The table whose time places its rows; `null` = none has a time. */
  readonly clock: TableSchema | null;
  /** The aggregated table. */
  readonly table: TableSchema;
}

/**
 * Checks the window of an aggregation.
 *
 * @param node - the aggregation.
 * @param place - where it stands and what it aggregates.
 * @param report - PQL401 to PQL408, PQL413.
 * @returns the window, `null` where no table has a time, `undefined` after an error.
 */
export function checkWindow(
  node: Aggregation,
  place: WindowPlace,
  report: Report,
): TimeWindow | null | undefined {
  const { window } = node;
  const { clause, clock, table } = place;
  if (!window) {
    if (clock === null) return null;
    const message = `\`${node.name}\` over \`${table.name}\` has no window`;
    const hint =
      clause === "where" || clause === "feature"
        ? "add one that looks back, such as -30, 0, days or -INF, 0, days"
        : "add one, such as 0, 30, days";
    report.error("PQL402", node.span, message, hint);
    return undefined;
  }
  const { unit, span } = window;
  const start = window.start as number;
  const end = window.end as number;
  const fail = (code: string, message: string, hint: string): undefined => {
    report.error(code, span, message, hint);
    return undefined;
  };
  if (clock === null) {
    const hint = `name a time column of "${table.name}" in schema.json, or leave out the window`;
    return fail("PQL401", `a window needs a time, table \`${table.name}\` has none`, hint);
  }
  if ((Number.isFinite(start) && Math.abs(start) >= INT32) || Math.abs(end) >= INT32) {
    return fail("PQL407", "a window's bounds are below 2^31", "use a larger unit");
  }
  if (start >= end) {
    const message = `the window starts at ${start} and ends at ${end}, so it is empty`;
    return fail("PQL403", message, "the start is before the end");
  }
  if (clause === "feature" && end > 0) {
    const message = `a feature looks back, this window ends at ${end}, after the prediction is made`;
    const hint = "end it at 0 or before, such as -90, 0, days; what comes later is for the target";
    return fail("PQL413", message, hint);
  }
  if (node.name === "TIME_TO_NEXT" && start < 0) {
    const message = "`TIME_TO_NEXT` looks ahead, its window starts before the anchor";
    const ahead = clause === "feature" ? "" : "start it at 0 or later; ";
    return fail("PQL408", message, `${ahead}for the past use MAX of the time`);
  }
  if (clause === "where" && end > 0) {
    const message = "a window of WHERE looks back, this one ends after the anchor";
    return fail("PQL406", message, "end it at 0; conditions on the future stand in ASSUMING");
  }
  // Inside a label's filter the past is as good as the future, and a filter that looks ahead makes a label of the past.
  if (place.nested || start >= 0 || looksAhead(node)) return { start, end, unit };
  const hint = "start it at 0 or later; conditions on the past stand in WHERE";
  if (clause === "target") {
    return fail("PQL404", "the target's window starts before the anchor", hint);
  }
  if (clause === "assuming") {
    return fail("PQL405", "a window of ASSUMING starts before the anchor", hint);
  }
  return { start, end, unit };
}

/** Tells whether the filter of an aggregation holds one with a window of the future. */
function looksAhead({ where }: Aggregation): boolean {
  if (!where) return false;
  return aggregationsOf(where).some(({ window }) => window !== null && Number(window.end) > 0);
}

const FIXED_UNITS: readonly TimeUnit[] = ["days", "hours", "minutes", "seconds", "milliseconds"];

/**
 * Returns the span of several windows, `min(start) … max(end)`. Mixed units are folded into the coarsest fixed unit
 * that holds them all: a month counts as 30 days, a quarter as 91, a year as 365.
 *
 * @param windows - at least one window with finite bounds.
 */
export function spanOfWindows(windows: readonly TimeWindow[]): TimeWindow {
  const unit = windows[0]!.unit;
  if (windows.every((window) => window.unit === unit))
    return cover(windows, unit, (count) => count);
  const bounds = windows.flatMap(({ start, end, unit: u }) => [
    approximateMs(start, u),
    approximateMs(end, u),
  ]);
  const folded = FIXED_UNITS.find((u) => bounds.every((ms) => ms % approximateMs(1, u) === 0))!;
  return cover(windows, folded, (count, u) => approximateMs(count, u) / approximateMs(1, folded));
}

function cover(
  windows: readonly TimeWindow[],
  unit: TimeUnit,
  convert: (count: number, unit: TimeUnit) => number,
): TimeWindow {
  const start = Math.min(...windows.map((window) => convert(window.start, window.unit)));
  const end = Math.max(...windows.map((window) => convert(window.end, window.unit)));
  return { start, end, unit };
}

/**
 * Returns the unit in which the time to the next row of a window is told: the window's own, days for calendar units and where
 * there is no window.
 */
export function distanceUnit(window: TimeWindow | null): TimeUnit {
  switch (window?.unit) {
    case undefined:
    case "months":
    case "quarters":
    case "years":
      return "days";
    default:
      return window!.unit;
  }
}

/** Tells whether windows use several units, so that their span is an approximation. */
export function hasMixedUnits(windows: readonly TimeWindow[]): boolean {
  return new Set(windows.map((window) => window.unit)).size > 1;
}
