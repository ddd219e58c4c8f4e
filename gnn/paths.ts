/** Paths: which chains of foreign keys a model reads from an entity, how many rows of each, and what they are called. */

import type { FanOut } from "../graph/choose.js";
import type { HeteroGraph } from "../graph/hetero-graph.js";
import { nodeTypeIndex } from "../graph/hetero-graph.js";
import type { PathPlan, PathPosition } from "../graph/path-plan.js";

/** One position of the plan as the model sees it. */
export interface ModelPosition {
  /** Stable name of its weights, such as `SESSIONS.USER_ID<` or `>COMPANY_ID/USERS.COMPANY_ID<`. */
  readonly id: string;
  readonly table: string;
  /** `pooled`: its rows are read into the seed; `fused`: its rows are read into the row they hang from. */
  readonly role: "pooled" | "fused";
  /** For people, such as `SESSIONS` or `SESSIONS of USERS of the same COMPANY_ID`. */
  readonly label: string;
  /** Its rows are not counted in windows: a dense table may reach further back in training than when predicting. */
  readonly uncounted?: boolean;
}

/** The plan of a model: positions for the sampler, and their meaning. */
export interface PathLayout {
  readonly plan: PathPlan;
  /** One per position of the plan. */
  readonly positions: readonly ModelPosition[];
  /** Windows (ms) before a seed's anchor in which the rows of each path are counted exactly; none by default. */
  readonly windows?: readonly number[];
}

/** How far a model looks. */
export interface PathOptions {
  /** 1: the entity's own rows and parents; 2: their children and peers; 3: also the rows of peers. */
  readonly hops?: 1 | 2 | 3;
  /** Rows at hop 1, 2 and 3. */
  readonly fanOut?: readonly [FanOut, FanOut, FanOut];
  /** Tables whose rows are few and dense, such as past targets, and how many rows to read at hop 1 and beyond. */
  readonly dense?: Readonly<Record<string, readonly [number, number]>>;
  /** Tables that are not read as children, such as one whose rows are the target. */
  readonly without?: readonly string[];
  /** Windows (ms, above 0) before a seed's anchor in which the rows of each path are counted exactly; none by default. */
  readonly windows?: readonly number[];
  /** Positions at most; the deepest are left out first. */
  readonly maxPositions?: number;
}

/** The fan-out of a model unless set otherwise. */
export const DEFAULT_FAN_OUT: readonly [FanOut, FanOut, FanOut] = [
  { last: 24, uniform: 8 },
  { last: 8, uniform: 4 },
  { last: 4, uniform: 0 },
];

/** A position while the plan is made. */
interface Draft {
  readonly parent: Draft | null;
  readonly edge: number;
  readonly direction: "children" | "parent";
  readonly hop: number;
  readonly role: "pooled" | "fused";
  readonly table: number;
  readonly id: string;
  readonly label: string;
}

/**
 * Lists the paths of a model that predicts for the rows of one table: its child rows (each with the parents they point
 * at), its parents, the children of its children, the other children of its parents (peers among them), and the rows of
 * its peers.
 *
 * @param graph - the graph.
 * @param seedTable - the entity's table.
 * @param options - how far and how many.
 * @returns positions with parents before children, nearer ones first.
 * @see RelGNN (2502.06784), atomic routes: a fact row is fused with its other parents before it is aggregated.
 */
export function layoutPaths(
  graph: HeteroGraph,
  seedTable: string,
  options: PathOptions = {},
): PathLayout {
  const seed = nodeTypeIndex(graph, seedTable);
  const hops = options.hops ?? 2;
  const drafts: Draft[] = [];
  let frontier: (Draft | null)[] = [null];
  for (let hop = 1; hop <= hops; hop++) {
    const next: Draft[] = [];
    for (const from of frontier) {
      for (const draft of pooledFrom(graph, seed, from, hop)) {
        const { name } = graph.nodeTypes[draft.table]!;
        if (draft.direction === "children" && options.without?.includes(name)) continue;
        next.push(draft);
        drafts.push(draft, ...fusedInto(graph, draft, hop === 1 ? 2 : 1));
      }
    }
    frontier = next;
  }
  const kept = keepNearest(drafts, options.maxPositions ?? 48);
  const fanOut = options.fanOut ?? DEFAULT_FAN_OUT;
  const positions = kept.map((draft): PathPosition => {
    const dense = options.dense?.[graph.nodeTypes[draft.table]!.name];
    const rows = fanOut[draft.hop - 1]!;
    return {
      parent: draft.parent === null ? -1 : kept.indexOf(draft.parent),
      edge: draft.edge,
      direction: draft.direction,
      last: dense ? dense[draft.hop === 1 ? 0 : 1] : rows.last,
      uniform: dense ? 0 : rows.uniform,
      excludeSeed: draft.table === seed,
    };
  });
  return {
    plan: { seedTable: seed, positions },
    positions: kept.map((draft) => ({
      id: draft.id,
      table: graph.nodeTypes[draft.table]!.name,
      role: draft.role,
      label: draft.label,
      ...(options.dense?.[graph.nodeTypes[draft.table]!.name] && { uncounted: true }),
    })),
    ...(options.windows && { windows: options.windows }),
  };
}

/** Lists the pooled positions one hop beyond another. */
function pooledFrom(graph: HeteroGraph, seed: number, from: Draft | null, hop: number): Draft[] {
  const table = from === null ? seed : from.table;
  const found: Draft[] = [];
  graph.edges.forEach((adjacency, edge) => {
    if (adjacency.parentTable === table && mayDescend(from, edge, hop)) {
      found.push(makeDraft(graph, from, edge, "children", hop, "pooled"));
    }
    // Parents of child rows are fused into them, so only the entity's own parents are paths of their own.
    if (from === null && adjacency.childTable === table) {
      found.push(makeDraft(graph, from, edge, "parent", hop, "pooled"));
    }
  });
  return found;
}

/** At the third hop only the rows of peers are read: children of rows that were reached through a parent. */
function mayDescend(from: Draft | null, edge: number, hop: number): boolean {
  if (from === null) return true;
  if (hop === 3) return from.direction === "children" && from.parent?.direction === "parent";
  // Going back down the edge that was just gone up leads to peers; that is wanted. Down twice the same edge is a cycle.
  return !(from.direction === "children" && from.edge === edge);
}

/** Lists the parents (and their parents) that are fused into the rows of a pooled position. */
function fusedInto(graph: HeteroGraph, pooled: Draft, depth: number): Draft[] {
  const found: Draft[] = [];
  const climb = (from: Draft, left: number): void => {
    graph.edges.forEach((adjacency, edge) => {
      if (adjacency.childTable !== from.table || adjacency.parentTable === from.table) return;
      if (from === pooled && pooled.direction === "children" && edge === pooled.edge) return;
      const draft = makeDraft(graph, from, edge, "parent", pooled.hop, "fused");
      found.push(draft);
      if (left > 1) climb(draft, left - 1);
    });
  };
  climb(pooled, depth);
  return found;
}

function makeDraft(
  graph: HeteroGraph,
  parent: Draft | null,
  edge: number,
  direction: "children" | "parent",
  hop: number,
  role: "pooled" | "fused",
): Draft {
  const adjacency = graph.edges[edge]!;
  const foreignKey = adjacency.foreignKey.name;
  const child = graph.nodeTypes[adjacency.childTable]!.name;
  const table = direction === "children" ? adjacency.childTable : adjacency.parentTable;
  const step = direction === "children" ? `${child}.${foreignKey}<` : `>${foreignKey}`;
  const id = parent === null ? step : `${parent.id}/${step}`;
  const label = pathLabel(graph, parent, edge, direction);
  return { parent, edge, direction, hop, role, table, id, label };
}

function pathLabel(
  graph: HeteroGraph,
  parent: Draft | null,
  edge: number,
  direction: "children" | "parent",
): string {
  const adjacency = graph.edges[edge]!;
  const child = graph.nodeTypes[adjacency.childTable]!.name;
  const foreignKey = adjacency.foreignKey.name;
  const siblings = graph.edges.filter(
    (other) =>
      other.childTable === adjacency.childTable && other.parentTable === adjacency.parentTable,
  );
  if (direction === "parent") {
    const target = graph.nodeTypes[adjacency.parentTable]!.name;
    const isSelf = adjacency.childTable === adjacency.parentTable;
    const own = siblings.length > 1 || isSelf ? `${target} (${foreignKey})` : target;
    return parent === null ? own : `${own} of ${parent.label}`;
  }
  const isSelf = adjacency.childTable === adjacency.parentTable;
  const words = isSelf ? `${child} linked by ${foreignKey}` : `${child} (${foreignKey})`;
  const own = siblings.length > 1 || isSelf ? words : child;
  if (parent === null) return own;
  if (parent.direction === "parent" && parent.edge === edge) {
    return `other ${own} of the same ${graph.nodeTypes[adjacency.parentTable]!.name}`;
  }
  return `${own} of ${parent.label}`;
}

/** Keeps the nearest positions, with everything a kept position hangs from. */
function keepNearest(drafts: readonly Draft[], limit: number): Draft[] {
  const ranked = drafts
    .map((draft, order) => ({ draft, order }))
    .sort((a, b) => a.draft.hop - b.draft.hop || a.order - b.order)
    .slice(0, limit)
    .map((entry) => entry.draft);
  return ranked.filter((draft) => draft.parent === null || ranked.includes(draft.parent));
}
