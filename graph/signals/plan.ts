/** Plans signals: which paths, columns, primitives and windows are worth computing for an entity table. */
import type { Database } from "../../src/data/database.js";
import { type HeteroGraph, nodeTypeIndex } from "../hetero-graph.js";
import { familyId, signalId, signalLabel, signalTable } from "./labels.js";
import { childEdges, listPaths, rowPaths, sidePaths, unionPath, wholePath } from "./paths.js";
import type { SignalDraft } from "./plan-draft.js";
import { listDrafts, type PathContext, sideDrafts, wholeDrafts } from "./plan-list.js";
import { rowDrafts } from "./plan-row.js";
import { unionDrafts } from "./plan-sequence.js";
import { createStatistics } from "./statistics.js";
import type { Signal, SignalGroup, SignalOptions, SignalPlan } from "./types.js";
import { chooseWindows } from "./windows.js";

/** Signals planned unless asked otherwise. */
const MAX_SIGNALS = 1500;
/** Strong signals that cohorts are made of. */
const COHORT_SIGNALS = 20;
/** Groups that are off unless asked for: they drift with time, or with who else is a seed. */
const OFF: readonly SignalGroup[] = ["cohort", "global"];

/**
 * Plans the signals of an entity table: near paths and cheap primitives first. What it reads of the rows (top categories,
 * cadence) is known at the cutoff, so a plan made then is the same whatever came later.
 *
 * @param db - the database.
 * @param graph - its graph.
 * @param entityTable - the seeds' table.
 * @param options - horizon, cutoff and limits.
 * @returns signals by priority; plain data that a fitted model keeps.
 * @throws {@link GraphError} GRF101 if the graph has no such table.
 * @see models.md of the project's reference, stage S; Kanter and Veeramachaneni 2015, Deep Feature Synthesis.
 */
export function planSignals(
  db: Database,
  graph: HeteroGraph,
  entityTable: string,
  options: SignalOptions,
): SignalPlan {
  nodeTypeIndex(graph, entityTable);
  const { horizon, cutoff, hidden = [], without = [], depth = 3, words = {} } = options;
  const data = { db, graph };
  const statistics = createStatistics(data, cutoff);
  const limits = { depth, without };
  const isOn = (group: SignalGroup): boolean => options.groups?.[group] ?? !OFF.includes(group);
  const children = childEdges(graph, entityTable, without);
  const timed = children.filter(({ childTimes }) => childTimes !== null);
  const span = statistics.span(
    timed.length > 0
      ? timed.map(({ forward }) => forward.source)
      : graph.nodeTypes.map(({ name }) => name),
  );
  const cadences = timed.map((edge) => statistics.cadence(edge)).filter((cadence) => cadence > 0);
  const windows = chooseWindows(horizon, span, cadences.length > 0 ? Math.min(...cadences) : 0);
  const context: PathContext = { data, statistics, windows, hidden, isOn };

  const drafts: SignalDraft[] = [];
  for (const candidate of rowPaths(graph, entityTable, limits)) {
    if (isOn(candidate.group)) drafts.push(...rowDrafts(context, candidate));
  }
  for (const candidate of listPaths(graph, entityTable, limits)) {
    if (isOn(candidate.group)) drafts.push(...listDrafts(context, candidate));
    for (const side of sidePaths(graph, candidate, limits)) {
      if (isOn(side.group)) drafts.push(...sideDrafts(context, side));
    }
  }
  const union = unionPath(graph, entityTable, limits);
  if (union !== null && isOn("sequence")) drafts.push(...unionDrafts(context, union));
  if (isOn("global")) {
    for (const table of new Set(timed.map(({ forward }) => forward.source))) {
      drafts.push(...wholeDrafts(context, wholePath(entityTable, table)));
    }
  }
  const signals = choose(drafts, options.maxSignals ?? MAX_SIGNALS).map((draft) =>
    finish(draft, { db, graph, words }),
  );
  if (isOn("cohort")) signals.push(...cohortSignals(signals, { db, graph, words }));
  return { entityTable, signals };
}

/** Keeps the drafts of highest priority; ties stay in their order. */
function choose(drafts: readonly SignalDraft[], limit: number): SignalDraft[] {
  return [...drafts].sort((a, b) => a.priority - b.priority).slice(0, limit);
}

function finish(
  { priority: _, ...draft }: SignalDraft,
  context: Parameters<typeof signalLabel>[1],
): Signal {
  return {
    ...draft,
    id: signalId(draft),
    table: signalTable(draft),
    family: familyId(draft.path, draft.column),
    label: signalLabel(draft, context),
  };
}

function cohortSignals(
  signals: readonly Signal[],
  context: Parameters<typeof signalLabel>[1],
): Signal[] {
  const strong = signals
    .filter(({ kind, path }) => kind === "numerical" && path.downs.length > 0)
    .slice(0, COHORT_SIGNALS);
  return strong.flatMap((of) =>
    (["rank", "percentile", "zscore"] as const).map((what): Signal => {
      const primitive = { kind: "cohort", what, of } as const;
      const { path, column, window } = of;
      const format = what === "percentile" ? "percent" : what === "rank" ? "count" : "number";
      const draft = {
        path,
        column,
        primitive,
        window,
        unit: null,
        format,
        kind: "numerical",
        categories: null,
      } as const;
      return finish({ ...draft, priority: 0 }, context);
    }),
  );
}
