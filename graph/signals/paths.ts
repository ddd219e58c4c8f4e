/** Finds the typed paths from an entity table whose rows are worth listing, with how far away they are. */
import type { Adjacency } from "../adjacency.js";
import type { HeteroGraph } from "../hetero-graph.js";
import type { SignalGroup, SignalPath, SignalStep } from "./types.js";

/** A path that signals may be planned on. */
export interface PathCandidate {
  readonly path: SignalPath;
  readonly group: SignalGroup;
  /** Steps from the entity, a little more for roundabout ones. */
  readonly distance: number;
}

/** What limits the search. */
export interface PathLimits {
  readonly depth: number;
  /** Tables whose rows are never listed. */
  readonly without: readonly string[];
}

/** What is added to the distance: by roots that are found, not given; by each step within one table; by peers. */
const FARTHER = { newest: 0.3, recent: 0.5, self: 1, peers: -0.6 } as const;

/**
 * Lists the rows whose cells can be read one by one: the entity's own and those its keys lead to.
 *
 * @param graph - the graph.
 * @param entity - the entity table.
 * @param limits - steps at most.
 */
export function rowPaths(
  graph: HeteroGraph,
  entity: string,
  { depth }: PathLimits,
): PathCandidate[] {
  const found: PathCandidate[] = [{ path: pathOf(entity, [], []), group: "entity", distance: 0 }];
  for (const roots of parentChains(graph, entity, depth)) {
    const path = pathOf(entity, roots, []);
    const distance = roots.length - 0.4 + FARTHER.self * selfSteps(path);
    if (!isWinding(path)) found.push({ path, group: "parents", distance });
  }
  return found;
}

/**
 * Lists the paths that end in lists of rows.
 *
 * @param graph - the graph.
 * @param entity - the entity table.
 * @param limits - steps at most, and tables to leave out.
 * @returns by distance, then in the order of the schema.
 */
export function listPaths(graph: HeteroGraph, entity: string, limits: PathLimits): PathCandidate[] {
  const { depth } = limits;
  const found: PathCandidate[] = [];
  const add = (
    roots: readonly SignalStep[],
    hops: number,
    extra: number,
    group?: SignalGroup,
  ): void => {
    const from = roots.at(-1)?.table ?? entity;
    for (const downs of childChains(graph, from, depth - hops, limits.without)) {
      const path = pathOf(entity, roots, downs);
      if (isWinding(path)) continue;
      const kind = group ?? groupOf(path);
      const own = hops + downs.length + extra + FARTHER.self * selfSteps(path);
      found.push({ path, group: kind, distance: kind === "peers" ? own + FARTHER.peers : own });
    }
  };
  add([], 0, 0);
  for (const roots of parentChains(graph, entity, depth - 1)) add(roots, roots.length, 0);
  if (depth >= 3) {
    for (const edge of childEdges(graph, entity, limits.without)) {
      for (const other of otherKeys(graph, edge)) {
        if (edge.childTimes === null) continue;
        const [child, parent] = [edge.forward.source, other.forward.target];
        const newest: SignalStep = { kind: "newest", key: edge.foreignKey.name, table: child };
        const up: SignalStep = { kind: "parent", key: other.foreignKey.name, table: parent };
        add([newest, up], 2, FARTHER.newest, "recent");
        const recent: SignalStep = {
          kind: "recent",
          key: edge.foreignKey.name,
          via: child,
          otherKey: other.foreignKey.name,
          table: parent,
        };
        add([recent], 2, FARTHER.recent, "recent");
      }
    }
  }
  return found.sort((a, b) => a.distance - b.distance);
}

/**
 * Lists the parents of a path's rows: paths with one or two sides.
 *
 * @param graph - the graph.
 * @param candidate - a path that ends in a list.
 * @param limits - steps at most.
 */
export function sidePaths(
  graph: HeteroGraph,
  { path, group, distance }: PathCandidate,
  { depth }: PathLimits,
): PathCandidate[] {
  const last = path.downs.at(-1);
  if (last?.kind !== "children") return [];
  const found: PathCandidate[] = [];
  const follow = (table: string, sides: readonly SignalStep[]): void => {
    const hops = hopsOf(path) + sides.length + 1;
    for (const edge of parentEdges(graph, table)) {
      const isWayBack = sides.length === 0 && edge.foreignKey.name === last.key;
      // The only row on the way back from a first step is the root, which is the same for the whole list.
      if (isWayBack && isSame(edge, path) && path.downs.length === 1) continue;
      const isBetween = isWayBack && path.downs.length > 1;
      // Rows between the root and the list, such as the peer behind a session, are no further away.
      if (hops - (isBetween ? 1 : 0) > depth) continue;
      const step: SignalStep = {
        kind: "parent",
        key: edge.foreignKey.name,
        table: edge.forward.target,
      };
      const next = [...sides, step];
      found.push({
        path: { ...path, sides: next },
        group: group === "children" ? "others" : group,
        distance: distance + next.length - (isBetween ? 0.5 : 0),
      });
      if (!isBetween) follow(step.table, next);
    }
  };
  follow(last.table, []);
  return found;
}

/** Makes the path of all timed children of an entity as one list; `null` where there are fewer than two tables. */
export function unionPath(
  graph: HeteroGraph,
  entity: string,
  { without }: PathLimits,
): PathCandidate | null {
  const union = childEdges(graph, entity, without)
    .filter((edge) => edge.childTimes !== null && !edge.forward.source.startsWith("__"))
    .map((edge) => ({ table: edge.forward.source, key: edge.foreignKey.name }));
  const tables = new Set(union.map(({ table }) => table));
  if (tables.size < 2) return null;
  const first = union.filter(({ table }, i) => union.findIndex((u) => u.table === table) === i);
  const path: SignalPath = { ...pathOf(entity, [], []), union: first };
  return { path, group: "sequence", distance: 1 };
}

/** Makes the path of all rows of a table. */
export function wholePath(entity: string, table: string): SignalPath {
  return pathOf(entity, [{ kind: "all", table }], []);
}

/** Lists the foreign keys that point at a table. */
export function childEdges(
  graph: HeteroGraph,
  table: string,
  without: readonly string[],
): Adjacency[] {
  return graph.edges.filter(
    ({ forward }) => forward.target === table && !without.includes(forward.source),
  );
}

/** Counts the steps of a path; through a child to its other parent are two. */
export function hopsOf({ roots, downs, sides }: SignalPath): number {
  const first = roots.reduce((sum, { kind }) => sum + (kind === "recent" ? 2 : 1), 0);
  return first + downs.length + sides.length;
}

function pathOf(
  entity: string,
  roots: readonly SignalStep[],
  downs: readonly SignalStep[],
): SignalPath {
  return { entity, roots, downs, sides: [], union: [] };
}

function parentEdges(graph: HeteroGraph, table: string): Adjacency[] {
  return graph.edges.filter(({ forward }) => forward.source === table);
}

function otherKeys(graph: HeteroGraph, edge: Adjacency): Adjacency[] {
  return parentEdges(graph, edge.forward.source).filter((other) => other !== edge);
}

function isSame(edge: Adjacency, path: SignalPath): boolean {
  return edge.forward.target === (path.roots.at(-1)?.table ?? path.entity);
}

/** All chains of one to `depth` parents. */
function parentChains(graph: HeteroGraph, table: string, depth: number): SignalStep[][] {
  if (depth < 1) return [];
  return parentEdges(graph, table).flatMap(({ foreignKey, forward }) => {
    const step: SignalStep = { kind: "parent", key: foreignKey.name, table: forward.target };
    const further = parentChains(graph, forward.target, depth - 1);
    return [[step], ...further.map((steps) => [step, ...steps])];
  });
}

/** All chains of one to `depth` children. */
function childChains(
  graph: HeteroGraph,
  table: string,
  depth: number,
  without: readonly string[],
): SignalStep[][] {
  if (depth < 1) return [];
  return childEdges(graph, table, without).flatMap(({ foreignKey, forward }) => {
    const step: SignalStep = { kind: "children", key: foreignKey.name, table: forward.source };
    const further = childChains(graph, forward.source, depth - 1, without);
    return [[step], ...further.map((steps) => [step, ...steps])];
  });
}

/** Counts the steps from a table to itself. */
function selfSteps({ entity, roots, downs }: SignalPath): number {
  return [...roots, ...downs].filter(
    (step, i, steps) => step.table === (steps[i - 1]?.table ?? entity),
  ).length;
}

/** Whether a path goes more than one step within a table, in one direction: who invited the inviter. */
function isWinding({ entity, roots, downs }: SignalPath): boolean {
  const names = [...roots, ...downs].map((step, i, steps) =>
    step.table === (steps[i - 1]?.table ?? entity) ? step.kind : null,
  );
  return names.some((kind, i) => kind !== null && names.indexOf(kind) < i);
}

function groupOf({ entity, roots, downs }: SignalPath): SignalGroup {
  if (roots.length === 0) return downs.length === 1 ? "children" : "grandchildren";
  return downs[0]?.table === entity ? "peers" : "parents";
}
