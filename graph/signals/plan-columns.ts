/** Drafts signals of one column along a list. */
import type { ColumnSchema } from "../../src/data/schema.js";
import { COLUMN, draft, type PathContext, readAs, type SignalDraft, TIER } from "./plan-draft.js";
import { cellTable, rowTimes } from "./steps.js";
import type { Signal, SignalPath, SignalWindow } from "./types.js";

/** Categories with shares, the first of them earlier in the plan. */
const SHARES = 8;
const FIRST_SHARES = 4;
/** A category has shares where its eight most frequent names hold this part of the cells. */
const LEAST_COVERAGE = 0.3;
/** Values of past targets told one by one. */
const LAGS = 8;
/** Names of a category that is told by name. */
const NAMES = 16;

/** Where a column stands. */
export interface ColumnPlace {
  readonly distance: number;
  readonly windows: readonly SignalWindow[];
  /** Its index among the columns. */
  readonly index: number;
}

/**
 * Drafts the signals of a column.
 *
 * @param context - what drafts are made from.
 * @param path - a path with downs; its sides lead to the column's table.
 * @param column - the column.
 * @param place - where it stands.
 */
export function columnDrafts(
  context: PathContext,
  path: SignalPath,
  column: ColumnSchema,
  place: ColumnPlace,
): SignalDraft[] {
  const table = cellTable(path);
  const { statistics } = context;
  const first = place.distance + COLUMN * place.index;
  switch (readAs(column)) {
    case "number":
      if (!statistics.varies(table, column.name)) return [];
      return numberDrafts(context, path, column, place, first);
    case "truth":
      if (!statistics.varies(table, column.name)) return [];
      return truthDrafts(path, column.name, place, first);
    case "category":
      return categoryDrafts(context, path, column.name, place, first);
    case "list": {
      const counts = meanDrafts(path, column.name, place, first + TIER, { format: "number" });
      const items = statistics.items(table, column.name).slice(0, SHARES);
      const shares = items.flatMap((category, i) =>
        around(place).map((window) =>
          draft(
            path,
            column.name,
            { kind: "contains", category },
            first + TIER * (i < FIRST_SHARES ? 1 : 2),
            {
              window,
              format: "percent",
            },
          ),
        ),
      );
      return [...counts, ...shares];
    }
    case "time": {
      // Days from the row's time to this one, such as how long a ticket was open.
      const hasTime = rowTimes(context.data.graph, table) !== null && path.sides.length === 0;
      if (!hasTime || !statistics.varies(table, column.name)) return [];
      return meanDrafts(path, column.name, place, first + TIER, { format: "days", unit: "days" });
    }
    case "text":
      if (!context.isOn("text") || path.sides.length > 0) return [];
      return meanDrafts(path, column.name, place, first + 2 * TIER, { format: "number" });
    case "vector":
    case null:
      return [];
  }
}

/** The nearest window and everything known. */
function around({ windows }: ColumnPlace): readonly (SignalWindow | null)[] {
  return [...windows.slice(0, 1), null];
}

type Details = Partial<Pick<Signal, "unit" | "format">>;

/** The mean, and the last value where there are times. */
function meanDrafts(
  path: SignalPath,
  column: string,
  place: ColumnPlace,
  priority: number,
  details: Details,
): SignalDraft[] {
  const found = around(place).map((window) =>
    draft(path, column, { kind: "mean" }, priority, { ...details, window }),
  );
  if (place.windows.length > 0)
    found.push(draft(path, column, { kind: "last" }, priority, details));
  return found;
}

function truthDrafts(
  path: SignalPath,
  column: string,
  place: ColumnPlace,
  first: number,
): SignalDraft[] {
  const found = meanDrafts(path, column, place, first, { format: "percent" });
  for (const window of place.windows.slice(0, 2)) {
    found.push(draft(path, column, { kind: "sum" }, first + TIER, { window, format: "count" }));
    found.push(draft(path, column, { kind: "trend" }, first + TIER, { window, format: "percent" }));
  }
  return found;
}

function numberDrafts(
  context: PathContext,
  path: SignalPath,
  { name, unit }: ColumnSchema,
  place: ColumnPlace,
  first: number,
): SignalDraft[] {
  const found: SignalDraft[] = [];
  const add = (
    primitive: Signal["primitive"],
    tier: number,
    window: SignalWindow | null = null,
  ): void => {
    const isTrend = primitive.kind === "trend";
    const details = {
      window,
      unit: isTrend ? null : unit,
      format: isTrend ? "percent" : "number",
    } as const;
    found.push(draft(path, name, primitive, first + TIER * tier, details));
  };
  const { windows } = place;
  const isNear = place.distance <= 1;
  windows.forEach((window, w) => {
    add({ kind: "mean" }, Math.min(w, 2), window);
    add({ kind: "sum" }, Math.min(w, 2), window);
    if (w < 3) add({ kind: "trend" }, Math.min(w, 2), window);
  });
  add({ kind: "mean" }, 0);
  add({ kind: "sum" }, 1);
  for (const window of around(place)) {
    add({ kind: "std" }, 2, window);
    add({ kind: "max" }, 1, window);
    add({ kind: "min" }, 2, window);
  }
  if (windows.length === 0) return found;
  add({ kind: "last" }, 0);
  add({ kind: "lastMean", k: 3 }, 1);
  add({ kind: "lastMean", k: 10 }, 1);
  add({ kind: "change" }, 2);
  add({ kind: "slope", k: 10 }, 2);
  if (isNear) add({ kind: "first" }, 3);
  if (isPast(context, path)) for (let k = 2; k <= LAGS; k++) add({ kind: "lag", k }, 0);
  return found;
}

/** Tables that are made, not given, such as past targets, have names that begin so. */
function isPast(_: PathContext, path: SignalPath): boolean {
  return cellTable(path).startsWith("__");
}

function categoryDrafts(
  context: PathContext,
  path: SignalPath,
  column: string,
  place: ColumnPlace,
  first: number,
): SignalDraft[] {
  const { top, coverage, distinct } = context.statistics.categories(cellTable(path), column);
  if (distinct < 2) return [];
  const found: SignalDraft[] = [];
  const isFan = path.roots.some(({ kind }) => kind === "recent");
  for (const window of around(place)) {
    if (distinct > SHARES) {
      found.push(
        draft(path, column, { kind: "distinct" }, first + TIER, { window, format: "count" }),
      );
    }
    if (coverage < LEAST_COVERAGE) continue;
    top.slice(0, SHARES).forEach((category, i) => {
      const tier = first + TIER * (i < FIRST_SHARES ? 0 : 2);
      found.push(
        draft(path, column, { kind: "share", category }, tier, { window, format: "percent" }),
      );
      if (i >= FIRST_SHARES) return;
      found.push(
        draft(path, column, { kind: "countOf", category }, tier + TIER, {
          window,
          format: "count",
        }),
      );
    });
    const of = top.slice(0, SHARES);
    found.push(draft(path, column, { kind: "entropy", of }, first + TIER, { window }));
  }
  if (coverage < LEAST_COVERAGE || place.windows.length === 0 || isFan) return found;
  const categories = top.slice(0, NAMES);
  const most = isPast(context, path) ? LAGS : place.distance <= 1 ? 3 : 1;
  for (let k = 1; k <= most; k++) {
    const tier = first + TIER * (k === 1 || isPast(context, path) ? 0 : 2);
    found.push(draft(path, column, { kind: "nth", k }, tier, { format: "category", categories }));
  }
  return found;
}
