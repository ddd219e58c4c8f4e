/** Steps of paths in a database: from names to edges, and rows with the times at which a way to them is known. */
import { GraphError } from "../../src/core/errors.js";
import type { Database } from "../../src/data/database.js";
import { type KnownTimes, knownTimes } from "../../src/data/known.js";
import type { Adjacency } from "../adjacency.js";
import { type HeteroGraph, nodeTypeIndex } from "../hetero-graph.js";
import type { SignalPath, SignalStep } from "./types.js";

/** A database with its graph. */
export interface SignalData {
  readonly db: Database;
  readonly graph: HeteroGraph;
}

/** Rows of a path's last table, each with its root. */
export interface Chain {
  /** int32 `[rows]`: the root's row; negative for none. */
  readonly roots: Int32Array;
  /** float64 `[rows]`: when the row and all rows on the way are known; `null` = always. */
  readonly times: Float64Array | null;
  readonly numRoots: number;
}

/** Rows reached from the rows of a path's last table. */
export interface SideRows {
  readonly table: string;
  /** int32 `[rows]`, negative for none; `null` = the rows themselves. */
  readonly rows: Int32Array | null;
  /** float64 `[rows]`: when the row reached is known, given that the row itself is; `null` = with it. */
  readonly known: Float64Array | null;
}

/** Returns the table from which the lists of a path hang. */
export function rootTable(path: SignalPath): string {
  return path.roots.at(-1)?.table ?? path.entity;
}

/** Returns the table whose rows the lists hold; of a union the entity itself. */
export function listTable(path: SignalPath): string {
  return path.downs.at(-1)?.table ?? rootTable(path);
}

/** Returns the table whose columns are read. */
export function cellTable(path: SignalPath): string {
  return path.sides.at(-1)?.table ?? listTable(path);
}

/**
 * Finds the edge of a foreign key.
 *
 * @throws {@link GraphError} GRF301 if the graph has no such key.
 */
export function findEdge(
  graph: HeteroGraph,
  childTable: string,
  key: string,
  parentTable: string,
): Adjacency {
  const edge = graph.edges.find(
    ({ foreignKey, forward }) =>
      foreignKey.name === key && forward.source === childTable && forward.target === parentTable,
  );
  if (edge) return edge;
  throw new GraphError("GRF301", `\`${childTable}\` has no key \`${key}\` to \`${parentTable}\``, {
    at: { table: childTable },
    hint: "the signals were planned on another schema: plan them anew",
  });
}

/** Returns the times of a table's rows; `null` = always known. */
export function rowTimes(graph: HeteroGraph, table: string): Float64Array | null {
  return graph.nodeTypes[nodeTypeIndex(graph, table)]!.times;
}

/** Returns when the cells of a foreign key are known, given that the row is. */
export function linkTimes({ db }: SignalData, edge: Adjacency): KnownTimes {
  let known: KnownTimes = null;
  for (const column of edge.foreignKey.columns) {
    known = latest(known, knownTimes(db, edge.forward.source, column));
  }
  return known;
}

/**
 * Follows the downs of a path for all rows at once.
 *
 * @returns each row of the last table with its root; of a union the rows of its tables one after the other.
 */
export function followDowns(data: SignalData, path: SignalPath): Chain {
  const { graph } = data;
  const root = rootTable(path);
  const numRoots = graph.nodeTypes[nodeTypeIndex(graph, root)]!.numNodes;
  if (path.union.length > 0) return followUnion(data, path, numRoots);
  if (path.roots.at(-1)?.kind === "all" && path.downs.length === 0) {
    return { roots: new Int32Array(numRoots), times: rowTimes(graph, root), numRoots: 1 };
  }
  let chain: Chain | null = null;
  let table = root;
  for (const step of path.downs) {
    const edge = findEdge(graph, step.table, keyOf(step), table);
    const times = latest(rowTimes(graph, step.table), linkTimes(data, edge));
    if (chain === null) chain = { roots: edge.parentRows, times, numRoots };
    else chain = lengthen(chain, edge.parentRows, times);
    table = step.table;
  }
  return chain!;
}

function lengthen(chain: Chain, parentRows: Int32Array, times: Float64Array | null): Chain {
  const length = parentRows.length;
  const roots = new Int32Array(length);
  const needsTimes = chain.times !== null || times !== null;
  const known = needsTimes ? new Float64Array(length) : null;
  for (let row = 0; row < length; row++) {
    const parent = parentRows[row]!;
    roots[row] = parent < 0 ? -1 : chain.roots[parent]!;
    if (known === null) continue;
    const own = times === null ? -Infinity : times[row]!;
    const above = chain.times === null || parent < 0 ? -Infinity : chain.times[parent]!;
    known[row] = Math.max(own, above);
  }
  return { roots, times: known, numRoots: chain.numRoots };
}

function followUnion(data: SignalData, path: SignalPath, numRoots: number): Chain {
  const parts = path.union.map(({ table, key }) =>
    followDowns(data, { ...path, union: [], downs: [{ kind: "children", key, table }] }),
  );
  const length = parts.reduce((sum, { roots }) => sum + roots.length, 0);
  const roots = new Int32Array(length);
  const times = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    roots.set(part.roots, at);
    if (part.times === null) times.fill(-Infinity, at, at + part.roots.length);
    else times.set(part.times, at);
    at += part.roots.length;
  }
  return { roots, times, numRoots };
}

/**
 * Follows the sides of a path for all rows of its last table.
 *
 * @param from - the table the sides start at.
 */
export function followSides(
  data: SignalData,
  from: string,
  sides: readonly SignalStep[],
): SideRows {
  let reached: SideRows = { table: from, rows: null, known: null };
  for (const step of sides) {
    const edge = findEdge(data.graph, reached.table, keyOf(step), step.table);
    const link = linkTimes(data, edge);
    const times = rowTimes(data.graph, step.table);
    const length = reached.rows?.length ?? edge.parentRows.length;
    const rows = new Int32Array(length);
    const known =
      reached.known !== null || link !== null || times !== null ? new Float64Array(length) : null;
    for (let i = 0; i < length; i++) {
      const row = reached.rows === null ? i : reached.rows[i]!;
      const parent = row < 0 ? -1 : edge.parentRows[row]!;
      rows[i] = parent < 0 ? -1 : parent;
      if (known === null) continue;
      let time = reached.known === null ? -Infinity : reached.known[i]!;
      if (link !== null && row >= 0 && link[row]! > time) time = link[row]!;
      if (times !== null && parent >= 0 && times[parent]! > time) time = times[parent]!;
      known[i] = time;
    }
    reached = { table: step.table, rows, known };
  }
  return reached;
}

/** Returns the key of a step that has one. */
export function keyOf(step: SignalStep): string {
  return step.kind === "all" ? "" : step.key;
}

/** Returns the later of two times row by row; `null` = always known. */
export function latest(a: Float64Array | null, b: Float64Array | null): Float64Array | null {
  if (a === null || b === null) return a ?? b;
  const result = new Float64Array(a.length);
  for (let i = 0; i < result.length; i++) result[i] = Math.max(a[i]!, b[i]!);
  return result;
}
