/** Drafts signals of single rows: the entity's own, and the parents its keys lead to. */
import { MONTHS, WEEKDAYS } from "./fill-row.js";
import type { PathCandidate } from "./paths.js";
import {
  COLUMN,
  draft,
  type PathContext,
  readAs,
  readableColumns,
  type SignalDraft,
  TIER,
} from "./plan-draft.js";
import { MOST_NAMES } from "./statistics.js";
import { rootTable } from "./steps.js";
import { TEXT_BUCKETS } from "./types.js";

/** Vector entries read. */
const MOST_DIMENSIONS = 64;
/** A category is read where its most frequent names hold this share of the cells. */
const LEAST_COVERAGE = 0.3;

/**
 * Drafts the signals of a row.
 *
 * @param context - what drafts are made from.
 * @param candidate - a path without downs.
 */
export function rowDrafts(context: PathContext, candidate: PathCandidate): SignalDraft[] {
  const { statistics, data } = context;
  const { path, distance } = candidate;
  const table = rootTable(path);
  const found: SignalDraft[] = [];
  if (path.roots.length === 0) {
    found.push(draft(path, null, { kind: "staleness" }, 0, { format: "days", unit: "days" }));
  }
  readableColumns(context, table, distance).forEach((column, i) => {
    const { name, unit } = column;
    const first = Math.max(0, distance) + COLUMN * i;
    switch (readAs(column)) {
      case "number":
        if (statistics.varies(table, name))
          found.push(draft(path, name, { kind: "value" }, first, { unit }));
        break;
      case "truth":
        if (statistics.varies(table, name)) {
          found.push(draft(path, name, { kind: "value" }, first, { format: "percent" }));
        }
        break;
      case "category": {
        const { top, topCoverage } = statistics.categories(table, name);
        if (top.length < 2 || topCoverage < LEAST_COVERAGE) break;
        const categories = top.slice(0, MOST_NAMES);
        found.push(draft(path, name, { kind: "value" }, first, { format: "category", categories }));
        break;
      }
      case "time": {
        found.push(draft(path, name, { kind: "age" }, first, { format: "days", unit: "days" }));
        const late = first + 2 * TIER;
        found.push(
          draft(path, name, { kind: "month" }, late, { format: "category", categories: MONTHS }),
        );
        found.push(
          draft(path, name, { kind: "weekday" }, late, {
            format: "category",
            categories: WEEKDAYS,
          }),
        );
        break;
      }
      case "text":
        if (!context.isOn("text")) break;
        found.push(draft(path, name, { kind: "length" }, first + TIER, { format: "count" }));
        if (path.roots.length > 1) break;
        for (let bucket = 0; bucket < TEXT_BUCKETS; bucket++) {
          found.push(draft(path, name, { kind: "hash", bucket }, first + 2 * TIER));
        }
        break;
      case "list":
        found.push(draft(path, name, { kind: "length" }, first, { format: "count" }));
        for (const category of statistics.items(table, name)) {
          found.push(
            draft(path, name, { kind: "contains", category }, first + TIER, { format: "percent" }),
          );
        }
        break;
      case "vector": {
        const vector = data.db.table(table).column(name);
        if (vector.kind !== "vector" || path.roots.length > 1) break;
        for (let index = 0; index < Math.min(MOST_DIMENSIONS, vector.dimension); index++) {
          found.push(draft(path, name, { kind: "dimension", index }, first + TIER));
        }
        break;
      }
      case null:
        break;
    }
  });
  return found;
}
