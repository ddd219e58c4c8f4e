/** The neighbour sampler's growing buffers, and how they become a SampledSubgraph. */
import { GraphError } from "../src/core/errors.js";
import type { Adjacency } from "./adjacency.js";
import type { FanOut } from "./choose.js";
import type { HeteroGraph } from "./hetero-graph.js";
import type { SampledEdges, SampledNodes, SampledSubgraph } from "./subgraph.js";
import type { EdgeType } from "./types.js";

/** One edge type as the sampler walks it: from a target of the last hop to the sources that send to it. */
export interface Route {
  readonly adjacency: Adjacency;
  readonly edgeType: EdgeType;
  /** Whether the sources are children of the target. */
  readonly down: boolean;
  readonly sourceTable: number;
  readonly targetTable: number;
  /** Node times of the source table; `null` when it has none. */
  readonly sourceTimes: Float64Array | null;
  /** One per hop. */
  readonly fanOuts: readonly FanOut[];
  /** Hash of the edge type's names. */
  readonly key: number;
}

/** Two growing int32 columns: rows and seeds of nodes, or sources and targets of edges. */
export interface Pairs {
  first: Int32Array;
  second: Int32Array;
  length: number;
}

/** While sampling, a node is coded as its hop, above these bits, and its place among the nodes of its type and hop. */
export const PLACE_BITS = 27;

/** The most hops that fit above {@link PLACE_BITS} in a positive int32. */
export const MAX_HOPS = 15;

const MAX_PLACES = 1 << PLACE_BITS;

/** Makes empty columns. */
export function createPairs(): Pairs {
  return { first: new Int32Array(64), second: new Int32Array(64), length: 0 };
}

/**
 * Makes room for more entries.
 *
 * @throws {@link GraphError} GRF206 if there would be more than 2^27.
 */
export function reserve(pairs: Pairs, more: number): void {
  const needed = pairs.length + more;
  if (needed <= pairs.first.length) return;
  if (needed > MAX_PLACES) {
    throw new GraphError(
      "GRF206",
      `a batch needs more than ${MAX_PLACES} nodes or edges of a kind`,
      {
        hint: "sample fewer seeds at a time, or lower the fan-outs",
      },
    );
  }
  const capacity = Math.min(MAX_PLACES, Math.max(needed, 2 * pairs.first.length));
  const { first, second } = pairs;
  pairs.first = new Int32Array(capacity);
  pairs.second = new Int32Array(capacity);
  pairs.first.set(first);
  pairs.second.set(second);
}

/** Appends an entry for which there is room. */
export function pushPair(pairs: Pairs, first: number, second: number): void {
  const at = pairs.length++;
  pairs.first[at] = first;
  pairs.second[at] = second;
}

/**
 * Copies the buffers of all hops into one array per type and turns codes into indices.
 *
 * @param graph - the graph.
 * @param routes - the edge types.
 * @param hops - number of hops.
 * @param nodes - per type and hop 0 … `hops`: rows and seeds.
 * @param edges - per route and hop: source codes, and target places in the hop before.
 */
export function assemble(
  graph: HeteroGraph,
  routes: readonly Route[],
  hops: number,
  nodes: readonly Pairs[],
  edges: readonly Pairs[],
): Pick<SampledSubgraph, "nodes" | "edges"> {
  const sampledNodes = graph.nodeTypes.map((_, type): SampledNodes => {
    const levels = nodes.slice(type * (hops + 1), (type + 1) * (hops + 1));
    const hopOffsets = levelOffsets(levels);
    const rows = new Int32Array(hopOffsets[hops + 1]!);
    const seedOf = new Int32Array(rows.length);
    levels.forEach(({ first, second, length }, hop) => {
      rows.set(first.subarray(0, length), hopOffsets[hop]!);
      seedOf.set(second.subarray(0, length), hopOffsets[hop]!);
    });
    return { rows, seedOf, hopOffsets };
  });
  const sampledEdges = routes.map(({ edgeType, sourceTable, targetTable }, r): SampledEdges => {
    const levels = edges.slice(r * hops, (r + 1) * hops);
    const hopOffsets = levelOffsets(levels);
    const sources = new Int32Array(hopOffsets[hops]!);
    const targets = new Int32Array(sources.length);
    const sourceOffsets = sampledNodes[sourceTable]!.hopOffsets;
    const targetOffsets = sampledNodes[targetTable]!.hopOffsets;
    for (let hop = 0, at = 0; hop < hops; hop++) {
      const { first, second, length } = levels[hop]!;
      const targetOffset = targetOffsets[hop]!;
      for (let i = 0; i < length; i++, at++) {
        const code = first[i]!;
        sources[at] = sourceOffsets[code >>> PLACE_BITS]! + (code & (MAX_PLACES - 1));
        targets[at] = targetOffset + second[i]!;
      }
    }
    return { edgeType, sourceTable, targetTable, sources, targets, hopOffsets };
  });
  return { nodes: sampledNodes, edges: sampledEdges };
}

function levelOffsets(levels: readonly Pairs[]): Int32Array {
  const offsets = new Int32Array(levels.length + 1);
  levels.forEach(({ length }, i) => {
    offsets[i + 1] = offsets[i]! + length;
  });
  return offsets;
}
