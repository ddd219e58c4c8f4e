/** SampledSubgraph: the nodes and edges a sampler found around its seeds, hop by hop; printing as a tree. */
import { formatNumber, textTable } from "../src/core/pretty.js";
import { formatTime } from "../src/core/time.js";
import type { HeteroGraph } from "./hetero-graph.js";
import type { Seeds } from "./seeds.js";
import type { EdgeType } from "./types.js";

/** The sampled nodes of one type, by hop, then by seed. Within a seed a row occurs once; across seeds it may repeat. */
export interface SampledNodes {
  /** int32 `[N]`: rows of the table. */
  readonly rows: Int32Array;
  /** int32 `[N]`: the seed whose subgraph the node belongs to. */
  readonly seedOf: Int32Array;
  /** int32 `[hops + 2]`: nodes first met at hop `h` stand at `hopOffsets[h] … hopOffsets[h + 1] − 1`; hop 0 = seeds. */
  readonly hopOffsets: Int32Array;
}

/** The sampled edges of one type, by target, so also by hop; every target was first met one hop earlier. */
export interface SampledEdges {
  readonly edgeType: EdgeType;
  /** Index of the source's type in `graph.nodeTypes` and in `subgraph.nodes`. */
  readonly sourceTable: number;
  /** Index of the target's type in `graph.nodeTypes` and in `subgraph.nodes`. */
  readonly targetTable: number;
  /** int32 `[E]`: index into the nodes of the source's type; the message's sender. */
  readonly sources: Int32Array;
  /** int32 `[E]`, ascending: index into the nodes of the target's type. */
  readonly targets: Int32Array;
  /** int32 `[hops + 1]`: edges of hop `h` (from 1) stand at `hopOffsets[h − 1] … hopOffsets[h] − 1`. */
  readonly hopOffsets: Int32Array;
}

/**
 * The disjoint union of one subgraph per seed. Seed `s` is node `s` of its type. Layer `k` of `K` needs only the nodes
 * within `K − k` hops, which are a prefix.
 *
 * @see PyG `HeteroSamplerOutput` (node, row, col, batch, num_sampled_nodes, num_sampled_edges).
 */
export interface SampledSubgraph {
  readonly graph: HeteroGraph;
  readonly seedTable: number;
  readonly seeds: Seeds;
  readonly hops: number;
  /** One per node type of the graph. */
  readonly nodes: readonly SampledNodes[];
  /** Two per foreign key of the graph: `2e` from child to parent, `2e + 1` from parent to child. */
  readonly edges: readonly SampledEdges[];
}

/** Options of {@link formatSubgraph}. */
export interface FormatSubgraphOptions {
  /** How many seeds to print as trees; default 1. */
  readonly seeds?: number | undefined;
  /** How many edges of a kind to print under one node; default 5. */
  readonly limit?: number | undefined;
  /** Names a row for people; default: its number. */
  readonly label?: ((table: string, row: number) => string) | undefined;
}

/** Prints node and edge counts per hop, and the first seeds as trees with the times of their rows. */
export function formatSubgraph(
  subgraph: SampledSubgraph,
  options: FormatSubgraphOptions = {},
): string {
  const { nodes, edges, hops, seeds, graph } = subgraph;
  const { seeds: shown = 1 } = options;
  const sum = (lengths: readonly number[]): string =>
    formatNumber(lengths.reduce((total, length) => total + length, 0));
  const numNodes = sum(nodes.map(({ rows }) => rows.length));
  const numEdges = sum(edges.map(({ sources }) => sources.length));
  const title = `SampledSubgraph: ${formatNumber(seeds.rows.length)} seeds, ${hops} hops, ${numNodes} nodes, ${numEdges} edges`;
  const hopNames = Array.from({ length: hops + 1 }, (_, hop) => `hop ${hop}`);
  const counts = nodes.flatMap(({ hopOffsets, rows }, type) =>
    rows.length === 0
      ? []
      : [
          [
            graph.nodeTypes[type]!.name,
            ...hopNames.map((_, hop) => formatNumber(hopOffsets[hop + 1]! - hopOffsets[hop]!)),
          ],
        ],
  );
  const table = textTable(["nodes", ...hopNames], counts, [
    "left",
    ...hopNames.map(() => "right" as const),
  ]);
  const trees = Array.from({ length: Math.min(shown, seeds.rows.length) }, (_, seed) =>
    formatSeed(subgraph, seed, options),
  );
  return [title, table, ...trees].join("\n\n");
}

function formatSeed(
  subgraph: SampledSubgraph,
  seed: number,
  { limit = 5, label = (_, row) => String(row) }: FormatSubgraphOptions,
): string {
  const { graph, nodes, edges, seeds, seedTable } = subgraph;
  const nodeText = (type: number, node: number): string => {
    const { name, times } = graph.nodeTypes[type]!;
    const row = nodes[type]!.rows[node]!;
    return `${name} ${label(name, row)}${times === null ? "" : `  ${formatTime(times[row]!)}`}`;
  };
  const view = formatTime(seeds.visibleTimes[seed]!);
  const anchor = formatTime(seeds.anchorTimes[seed]!);
  const lines = [
    `seed ${seed}: ${nodeText(seedTable, seed)}, anchor ${anchor}${view === anchor ? "" : `, seen at ${view}`}`,
  ];
  const printed = nodes.map(() => new Set<number>());
  const print = (type: number, node: number, hop: number): void => {
    printed[type]!.add(node);
    const indent = "  ".repeat(hop + 1);
    for (const { edgeType, sourceTable, targetTable, sources, targets } of edges) {
      if (targetTable !== type) continue;
      const from = lowerBound(targets, node);
      const to = lowerBound(targets, node + 1);
      const stop = Math.min(to, from + limit);
      for (let i = from; i < stop; i++) {
        const source = sources[i]!;
        const first = firstHop(nodes[sourceTable]!, source);
        // Its own edges stand where it was first met.
        const again = first <= hop || printed[sourceTable]!.has(source);
        const text = `${edgeType.name}: ${nodeText(sourceTable, source)}`;
        lines.push(`${indent}${text}${again ? `  (again, hop ${first})` : ""}`);
        if (!again) print(sourceTable, source, first);
      }
      if (stop < to) lines.push(`${indent}${edgeType.name}: … ${to - stop} more`);
    }
  };
  print(seedTable, seed, 0);
  return lines.join("\n");
}

function firstHop({ hopOffsets }: SampledNodes, node: number): number {
  let hop = 0;
  while (hopOffsets[hop + 1]! <= node) hop++;
  return hop;
}

/** Returns the first index whose value is at least `value`. */
function lowerBound(values: Int32Array, value: number): number {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (values[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
