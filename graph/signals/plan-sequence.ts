/** Drafts signals of order and of conjunctions: what came last, what came after what, what occurred together. */
import type { Adjacency } from "../adjacency.js";
import type { PathCandidate } from "./paths.js";
import {
  draft,
  type PathContext,
  readAs,
  readableColumns,
  type SignalDraft,
  TIER,
} from "./plan-draft.js";
import { listTable } from "./steps.js";
import type { SignalPath, SignalWindow } from "./types.js";

/** Categories up to this many are of low cardinality. */
const FEW = 12;
/** Columns whose conjunctions are tried. */
const PAIR_COLUMNS = 3;
const PAIRS = 4;
const BIGRAMS = 4;
const POSITIONS = 4;

/**
 * Drafts the most frequent conjunctions of two columns.
 *
 * @param context - what drafts are made from.
 * @param path - a path with downs and no sides.
 */
export function pairDrafts(
  context: PathContext,
  path: SignalPath,
  distance: number,
  windows: readonly SignalWindow[],
): SignalDraft[] {
  const table = listTable(path);
  const columns = fewColumns(context, table, distance).slice(0, PAIR_COLUMNS);
  return columns.flatMap((column, i) =>
    columns.slice(i + 1).flatMap((other) =>
      context.statistics.pairs(table, column, other, PAIRS).flatMap(([category, otherCategory]) =>
        [...windows.slice(0, 1), null].map((window) => {
          const primitive = { kind: "pair", category, other, otherCategory } as const;
          return draft(path, column, primitive, distance + 2 * TIER, { window, format: "count" });
        }),
      ),
    ),
  );
}

/**
 * Drafts the order of a child table's categories.
 *
 * @param context - what drafts are made from.
 * @param path - the entity's children.
 * @param edge - the foreign key of these children.
 */
export function sequenceDrafts(
  context: PathContext,
  path: SignalPath,
  edge: Adjacency,
  windows: readonly SignalWindow[],
): SignalDraft[] {
  const table = listTable(path);
  if (edge.childTimes === null) return [];
  return fewColumns(context, table, 1).flatMap((column) => {
    const { top } = context.statistics.categories(table, column);
    const positions = top
      .slice(0, POSITIONS)
      .map((category) =>
        draft(path, column, { kind: "position", category }, 1 + 2 * TIER, { format: "count" }),
      );
    const bigrams = context.statistics
      .bigrams(edge, column, BIGRAMS)
      .flatMap(([before, category]) =>
        [...windows.slice(0, 1), null].map((window) =>
          draft(path, column, { kind: "bigram", before, category }, 1 + 3 * TIER, {
            window,
            format: "count",
          }),
        ),
      );
    return [...positions, ...bigrams];
  });
}

/**
 * Drafts which table's row came last, and how long ago.
 *
 * @param context - what drafts are made from.
 * @param candidate - the union of the entity's children.
 */
export function unionDrafts(
  context: PathContext,
  { path, distance }: PathCandidate,
): SignalDraft[] {
  const categories = path.union.map(({ table }) => table);
  const found: SignalDraft[] = [];
  for (let k = 1; k <= 3; k++) {
    const tier = distance + TIER * (k === 1 ? 1 : 2);
    found.push(draft(path, null, { kind: "nth", k }, tier, { format: "category", categories }));
  }
  for (const category of categories) {
    found.push(
      draft(path, null, { kind: "position", category }, distance + 2 * TIER, { format: "count" }),
    );
  }
  found.push(draft(path, null, { kind: "count" }, distance, { format: "count" }));
  found.push(draft(path, null, { kind: "sinceLast" }, distance, { format: "days", unit: "days" }));
  const [window = null] = context.windows;
  for (const before of categories.slice(0, POSITIONS)) {
    for (const category of categories.slice(0, POSITIONS)) {
      if (before === category) continue;
      found.push(
        draft(path, null, { kind: "bigram", before, category }, distance + 3 * TIER, {
          window,
          format: "count",
        }),
      );
    }
  }
  return found;
}

/** Columns with few categories that are known with their row. */
function fewColumns(context: PathContext, table: string, distance: number): string[] {
  return readableColumns(context, table, distance)
    .filter((column) => readAs(column) === "category" && column.knownFrom === null)
    .map(({ name }) => name)
    .filter((name) => {
      const { distinct } = context.statistics.categories(table, name);
      return distinct >= 2 && distinct <= FEW;
    });
}
