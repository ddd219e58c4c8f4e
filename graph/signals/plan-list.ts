/** Drafts signals of lists: how many, when, which numbers and categories, what is open. */
import type { PathCandidate } from "./paths.js";
import { columnDrafts } from "./plan-columns.js";
import {
  draft,
  endColumns,
  type PathContext,
  readAs,
  readableColumns,
  type SignalDraft,
  TIER,
} from "./plan-draft.js";
import { pairDrafts, sequenceDrafts } from "./plan-sequence.js";
import { findEdge, listTable, rootTable, rowTimes } from "./steps.js";
import type { SignalPath, SignalWindow } from "./types.js";

export type { PathContext } from "./plan-draft.js";

/** Categories that open rows are counted by. */
const OPEN_CATEGORIES = 3;
/** Columns that rows of a whole table are told by. */
const WHOLE_COLUMNS = 2;

/**
 * Drafts the signals of a list and its own columns.
 *
 * @param context - what drafts are made from.
 * @param candidate - a path with downs and no sides.
 */
export function listDrafts(context: PathContext, candidate: PathCandidate): SignalDraft[] {
  const { path, distance } = candidate;
  const table = listTable(path);
  const windows = windowsAt(context, path, distance);
  const found = [...activityDrafts(path, distance, windows, isTimed(context, path))];
  readableColumns(context, table, distance).forEach((column, i) => {
    const isRowTime = context.data.db.tableSchema(table).timeColumn === column.name;
    if (!isRowTime)
      found.push(...columnDrafts(context, path, column, { distance, windows, index: i }));
  });
  if (context.isOn("open")) found.push(...openDrafts(context, path, distance));
  found.push(...keyDrafts(context, path, distance, windows));
  if (distance < 3) found.push(...pairDrafts(context, path, distance, windows));
  const [step] = path.downs;
  if (context.isOn("sequence") && distance === 1 && step?.kind === "children") {
    const edge = findEdge(context.data.graph, step.table, step.key, rootTable(path));
    found.push(...sequenceDrafts(context, path, edge, windows));
  }
  return found;
}

/**
 * Drafts the signals of a list's parents.
 *
 * @param context - what drafts are made from.
 * @param candidate - a path with sides.
 */
export function sideDrafts(context: PathContext, candidate: PathCandidate): SignalDraft[] {
  const { path, distance } = candidate;
  const windows = windowsAt(context, path, distance);
  return readableColumns(context, path.sides.at(-1)!.table, distance).flatMap((column, index) =>
    columnDrafts(context, path, column, { distance, windows, index }),
  );
}

/**
 * Drafts the level of a whole table: its rows and the means of a few numbers.
 *
 * @param context - what drafts are made from.
 * @param path - the path of all rows of a table.
 */
export function wholeDrafts(context: PathContext, path: SignalPath): SignalDraft[] {
  const [window] = context.windows;
  if (!window) return [];
  const table = rootTable(path);
  const found = [
    draft(path, null, { kind: "count" }, 2, { window, format: "count" }),
    draft(path, null, { kind: "countTrend" }, 2, { window, format: "percent" }),
  ];
  const numbers = readableColumns(context, table, 1).filter((one) => readAs(one) === "number");
  for (const { name, unit } of numbers.slice(0, WHOLE_COLUMNS)) {
    found.push(draft(path, name, { kind: "mean" }, 2, { window, unit }));
    found.push(draft(path, name, { kind: "trend" }, 2, { window, format: "percent" }));
  }
  return found;
}

/** The windows of a path: all near the entity, fewer further away; none where rows have no times. */
function windowsAt(
  context: PathContext,
  path: SignalPath,
  distance: number,
): readonly SignalWindow[] {
  if (!isTimed(context, path)) return [];
  return context.windows.slice(0, distance <= 1 ? 6 : distance <= 2 ? 3 : 2);
}

/** Whether some table on the way down has times. */
function isTimed({ data }: PathContext, { downs }: SignalPath): boolean {
  return downs.some(({ table }) => rowTimes(data.graph, table) !== null);
}

function activityDrafts(
  path: SignalPath,
  distance: number,
  windows: readonly SignalWindow[],
  timed: boolean,
): SignalDraft[] {
  const days = { format: "days", unit: "days" } as const;
  const found = [draft(path, null, { kind: "count" }, distance, { format: "count" })];
  windows.forEach((window, w) => {
    const tier = distance + TIER * Math.min(w, 2);
    found.push(draft(path, null, { kind: "count" }, tier, { window, format: "count" }));
    found.push(
      draft(path, null, { kind: "countTrend" }, tier + TIER, { window, format: "percent" }),
    );
    if (w < 2 && distance <= 1) {
      found.push(draft(path, null, { kind: "days" }, tier + TIER, { window, format: "count" }));
    }
  });
  if (timed) {
    found.push(draft(path, null, { kind: "sinceLast" }, distance, days));
    found.push(draft(path, null, { kind: "sinceFirst" }, distance + TIER, days));
    found.push(draft(path, null, { kind: "meanGap" }, distance + TIER, days));
    found.push(draft(path, null, { kind: "due" }, distance + TIER));
  }
  const [root] = path.roots;
  const [down] = path.downs;
  const isOverPeers =
    path.roots.length === 1 &&
    root?.kind === "parent" &&
    down?.kind === "children" &&
    down.table === path.entity &&
    down.key === root.key;
  if (isOverPeers && path.downs.length > 1) {
    for (const window of [...windows.slice(0, 2), null]) {
      found.push(draft(path, null, { kind: "perPeer" }, distance, { window }));
      found.push(draft(path, null, { kind: "ownShare" }, distance, { window, format: "percent" }));
    }
  }
  return found;
}

function openDrafts(context: PathContext, path: SignalPath, distance: number): SignalDraft[] {
  const table = listTable(path);
  return endColumns(context, table).flatMap((end) => {
    const found = [draft(path, end, { kind: "open" }, distance, { format: "count" })];
    for (const column of readableColumns(context, table, distance)) {
      if (readAs(column) !== "category" || column.knownFrom !== null) continue;
      const { top, coverage } = context.statistics.categories(table, column.name);
      if (coverage < 0.3 || top.length < 2) continue;
      for (const category of top.slice(0, OPEN_CATEGORIES)) {
        const primitive = { kind: "openOf", of: column.name, category } as const;
        found.push(draft(path, end, primitive, distance + TIER, { format: "count" }));
      }
    }
    return found;
  });
}

/** How many different rows the other keys of a list's rows point at. */
function keyDrafts(
  { data }: PathContext,
  path: SignalPath,
  distance: number,
  windows: readonly SignalWindow[],
): SignalDraft[] {
  const last = path.downs.at(-1);
  if (last?.kind !== "children" || distance > 2) return [];
  const { foreignKeys } = data.db.tableSchema(last.table);
  return foreignKeys
    .filter(({ name }) => name !== last.key)
    .flatMap(({ name, table }) => {
      const sides = [{ kind: "parent", key: name, table } as const];
      return [...windows.slice(0, 1), null].map((window) =>
        draft({ ...path, sides }, null, { kind: "distinct" }, distance + TIER, {
          window,
          format: "count",
        }),
      );
    });
}
