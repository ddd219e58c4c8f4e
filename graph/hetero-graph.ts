/** HeteroGraph: node types with their times and one adjacency per foreign key; checks, memory and printing. */
import { GraphError } from "../src/core/errors.js";
import { formatNumber, textTable } from "../src/core/pretty.js";
import { suggestHint } from "../src/core/suggest.js";
import { formatTime } from "../src/core/time.js";
import { type Adjacency, adjacencyBytes } from "./adjacency.js";
import { formatEdgeType, type NodeType } from "./types.js";

/**
 * A database as a temporal heterogeneous graph; immutable, integers and times only.
 *
 * @see PyG `HeteroData`; Fey et al. 2024, Relational Deep Learning, definition of the relational entity graph.
 */
export interface HeteroGraph {
  /** One per table, in the order of the database. */
  readonly nodeTypes: readonly NodeType[];
  /** One per foreign key, by child table, then in the order of its schema. */
  readonly edges: readonly Adjacency[];
}

/**
 * Returns a table's index in `graph.nodeTypes`.
 *
 * @throws {@link GraphError} GRF101 if the graph has no such table, with near matches.
 */
export function nodeTypeIndex(graph: HeteroGraph, table: string): number {
  const index = graph.nodeTypes.findIndex((type) => type.name === table);
  if (index >= 0) return index;
  const names = graph.nodeTypes.map((type) => type.name);
  throw new GraphError("GRF101", `the graph has no node type \`${table}\``, {
    hint: suggestHint(table, names, "tables"),
  });
}

/**
 * Checks what every reader of a graph relies on: lengths, ranges, and children in the order of time.
 *
 * @param graph - a graph, built or read from elsewhere.
 * @throws {@link GraphError} GRF110 naming the first promise that is broken.
 */
export function validateGraph(graph: HeteroGraph): void {
  for (const { name, numNodes, times } of graph.nodeTypes) {
    if (times === null) continue;
    if (times.length !== numNodes) {
      throw broken(`\`${name}\` has ${times.length} times, expected ${numNodes}`, name);
    }
    const row = times.findIndex(Number.isNaN);
    if (row >= 0) throw broken(`\`${name}\` has the time NaN, expected a number`, name, row);
  }
  for (const adjacency of graph.edges) validateAdjacency(graph, adjacency);
}

function validateAdjacency(graph: HeteroGraph, adjacency: Adjacency): void {
  const { parentRows, offsets, children, childTimes } = adjacency;
  const child = graph.nodeTypes[adjacency.childTable];
  const parent = graph.nodeTypes[adjacency.parentTable];
  const name = formatEdgeType(adjacency.forward);
  if (!child || !parent) throw broken(`\`${name}\` names tables that the graph lacks`);
  const expect = (what: string, found: number, expected: number): void => {
    if (found === expected) return;
    throw broken(`\`${name}\` has ${found} ${what}, expected ${expected}`, child.name);
  };
  expect("parent rows", parentRows.length, child.numNodes);
  expect("offsets", offsets.length, parent.numNodes + 1);
  expect("as first offset", offsets[0]!, 0);
  expect("as last offset", offsets[parent.numNodes]!, children.length);
  expect("time arrays", childTimes === null ? 0 : 1, child.times === null ? 0 : 1);
  if (childTimes) expect("child times", childTimes.length, children.length);
  let links = 0;
  for (let row = 0; row < parentRows.length; row++) {
    if (parentRows[row]! >= parent.numNodes) {
      throw broken(`\`${name}\` points past the last row of its parent`, child.name, row);
    }
    if (parentRows[row]! >= 0) links++;
  }
  expect("children", children.length, links);
  for (let p = 0; p < parent.numNodes; p++) {
    for (let i = offsets[p]!; i < offsets[p + 1]!; i++) {
      const row = children[i]!;
      if (parentRows[row] !== p) {
        throw broken(`\`${name}\` lists a child under another parent`, child.name, row);
      }
      if (childTimes && childTimes[i] !== child.times![row]) {
        throw broken(`\`${name}\` holds another time than its node`, child.name, row);
      }
      if (i > offsets[p]! && !inOrder(adjacency, i)) {
        throw broken(`\`${name}\` lists children out of the order of time`, child.name, row);
      }
    }
  }
}

function inOrder({ children, childTimes }: Adjacency, i: number): boolean {
  const before = childTimes === null ? 0 : childTimes[i - 1]!;
  const time = childTimes === null ? 0 : childTimes[i]!;
  return before < time || (before === time && children[i - 1]! < children[i]!);
}

function broken(message: string, table?: string, row?: number): GraphError {
  const at = { ...(table !== undefined && { table }), ...(row !== undefined && { row: row + 1 }) };
  return new GraphError("GRF110", message, { at, hint: "build the graph anew with `buildGraph`" });
}

/**
 * Counts the bytes of a graph's arrays.
 *
 * @returns bytes; times and parent rows are counted although the database shares them.
 */
export function graphBytes(graph: HeteroGraph): number {
  let bytes = 0;
  for (const { times } of graph.nodeTypes) bytes += times === null ? 0 : times.byteLength;
  for (const adjacency of graph.edges) bytes += adjacencyBytes(adjacency);
  return bytes;
}

/** Prints node types with their time spans, and edge types with links, loose rows and degrees. */
export function formatGraph(graph: HeteroGraph): string {
  const nodes = graph.nodeTypes.map((type) => [
    type.name,
    formatNumber(type.numNodes),
    ...formatSpan(type.times),
  ]);
  const edges = graph.edges.map((adjacency) => {
    const { offsets, children, parentRows } = adjacency;
    let largest = 0;
    for (let p = 1; p < offsets.length; p++) {
      largest = Math.max(largest, offsets[p]! - offsets[p - 1]!);
    }
    const parents = offsets.length - 1;
    return [
      formatEdgeType(adjacency.forward),
      formatNumber(children.length),
      formatNumber(parentRows.length - children.length),
      parents === 0 ? "-" : formatNumber(children.length / parents),
      formatNumber(largest),
    ];
  });
  const count = (rows: readonly { length: number }[]): string =>
    formatNumber(rows.reduce((sum, { length }) => sum + length, 0));
  const size = formatNumber(graphBytes(graph) / 2 ** 20, 3);
  const numNodes = graph.nodeTypes.map((type) => ({ length: type.numNodes }));
  const links = graph.edges.map((adjacency) => adjacency.children);
  const title = `HeteroGraph: ${count(numNodes)} nodes of ${nodes.length} types, ${count(links)} links of ${edges.length} foreign keys, ${size} MiB`;
  const nodeTable = textTable(["node type", "nodes", "times", "null times"], nodes, [
    "left",
    "right",
    "left",
    "right",
  ]);
  if (edges.length === 0) return `${title}\n\n${nodeTable}`;
  const header = ["edge type", "links", "without parent", "children a parent", "most"];
  const edgeTable = textTable(header, edges, ["left", "right", "right", "right", "right"]);
  return `${title}\n\n${nodeTable}\n\n${edgeTable}`;
}

function formatSpan(times: Float64Array | null): [string, string] {
  if (times === null) return ["always known", "-"];
  let min = Infinity;
  let max = -Infinity;
  let unknown = 0;
  for (const time of times) {
    if (time === Infinity) unknown++;
    else {
      if (time < min) min = time;
      if (time > max) max = time;
    }
  }
  const span = min <= max ? `${formatTime(min)} … ${formatTime(max)}` : "-";
  return [span, formatNumber(unknown)];
}
