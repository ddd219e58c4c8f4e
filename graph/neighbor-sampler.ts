/** NeighborSampler: temporal, disjoint neighbour sampling, hop by hop with a fan-out per edge type. */
import { GraphError } from "../src/core/errors.js";
import { mix, type Rng } from "../src/core/random.js";
import type { Adjacency } from "./adjacency.js";
import {
  chooseNeighbors,
  createChoiceScratch,
  type FanOut,
  nameKey,
  samplerKey,
  seedKey,
} from "./choose.js";
import { type HeteroGraph, nodeTypeIndex } from "./hetero-graph.js";
import { checkFanOut } from "./path-plan.js";
import {
  assemble,
  createPairs,
  MAX_HOPS,
  type Pairs,
  PLACE_BITS,
  pushPair,
  type Route,
  reserve,
} from "./sample-buffers.js";
import { checkSeeds, type Seeds } from "./seeds.js";
import { SeenNodes } from "./seen-nodes.js";
import type { SampledSubgraph } from "./subgraph.js";
import { type EdgeType, formatEdgeType } from "./types.js";
import { visibleCount, visibleLimit } from "./visible.js";

/** Fan-outs hop by hop: a number is read by the sampler's strategy, `−1` is all. */
export type NumNeighbors = readonly (number | FanOut)[];

/** Options of {@link NeighborSampler}. */
export interface NeighborSamplerOptions {
  /** The table the seeds belong to. */
  readonly seedTable: string;
  /** Neighbours per edge type and hop, for all edge types or by edge type; as many hops for each. */
  readonly numNeighbors: NumNeighbors | ((edgeType: EdgeType) => NumNeighbors);
  /** Whether a number means the newest visible neighbours or a uniform draw among them; default `uniform`. */
  readonly strategy?: "uniform" | "last" | undefined;
}

/**
 * Samples a subgraph around every seed. Neighbours are rows that are visible at the seed's visible time (a row at that
 * very time is); rows of tables without time always are, and are drawn uniformly under any strategy. Only newly met
 * nodes are expanded at the next hop; a node met again gets one more edge. Seeds are nodes of their own even if their
 * row's time has not come.
 *
 * @see pyg-lib `neighbor_kernel.cpp` (`disjoint`, `temporal_strategy`); Hamilton et al. 2017 (GraphSAGE), algorithm 2.
 * @example
 * const sampler = new NeighborSampler(graph, { seedTable: "users", numNeighbors: [128, 64] });
 * const subgraph = sampler.sample(createSeeds(trainingTable), createRng(7));
 */
export class NeighborSampler {
  readonly graph: HeteroGraph;
  readonly seedTable: number;
  readonly hops: number;
  readonly #routes: readonly Route[];
  /** By type, then hop: the edge types that expand a node met at that hop. */
  readonly #routesInto: readonly (readonly number[])[];
  /** By type, then hop. */
  readonly #nodes: readonly Pairs[];
  /** By route, then hop. */
  readonly #edges: readonly Pairs[];
  readonly #seen: SeenNodes;
  readonly #scratch = createChoiceScratch();
  #chosen = new Int32Array(256);

  /**
   * @param graph - the graph.
   * @param options - seed table, fan-outs, strategy.
   * @throws {@link GraphError} GRF101 for an unknown table, GRF203 for a fan-out that is no count, GRF205 for edge types
   * with different numbers of hops or more than 15.
   */
  constructor(graph: HeteroGraph, options: NeighborSamplerOptions) {
    this.graph = graph;
    this.seedTable = nodeTypeIndex(graph, options.seedTable);
    this.#routes = graph.edges.flatMap((adjacency) => [
      createRoute(graph, adjacency, true, options),
      createRoute(graph, adjacency, false, options),
    ]);
    this.hops = countHops(this.#routes, options);
    const levels = graph.nodeTypes.length * (this.hops + 1);
    this.#routesInto = Array.from({ length: levels }, (_, level) => {
      const hop = level % (this.hops + 1);
      const type = (level - hop) / (this.hops + 1);
      const used = ({ targetTable, fanOuts }: Route): boolean =>
        targetTable === type && hop < this.hops && fanOuts[hop]!.last + fanOuts[hop]!.uniform > 0;
      return this.#routes.flatMap((route, r) => (used(route) ? [r] : []));
    });
    this.#nodes = Array.from({ length: levels }, createPairs);
    this.#edges = Array.from({ length: this.#routes.length * this.hops }, createPairs);
    this.#seen = new SeenNodes(graph.nodeTypes.length);
  }

  /**
   * Samples the subgraphs of some seeds. A seed's subgraph is a function of the graph's visible part, the stream's seed,
   * the entity and the anchor alone.
   *
   * @param seeds - `S` seeds; the same row may occur any number of times.
   * @param rng - the stream; only its seed counts, so split it to sample the same seeds anew.
   * @returns the disjoint union of the seeds' subgraphs.
   * @throws {@link GraphError} GRF102 to GRF104 for seeds that do not fit, GRF206 for more than 2^27 nodes a type and hop.
   */
  sample(seeds: Seeds, rng: Rng): SampledSubgraph {
    checkSeeds(this.graph, this.seedTable, seeds);
    for (const level of this.#nodes) level.length = 0;
    for (const level of this.#edges) level.length = 0;
    const key = samplerKey(rng);
    const roots = this.#level(this.seedTable, 0);
    reserve(roots, seeds.rows.length);
    const starts = new Int32Array(this.#nodes.length);
    for (let seed = 0; seed < seeds.rows.length; seed++) {
      const row = seeds.rows[seed]!;
      for (let level = 0; level < starts.length; level++)
        starts[level] = this.#nodes[level]!.length;
      this.#seen.clear();
      this.#seen.meet(this.seedTable, row, seed);
      pushPair(roots, row, seed);
      const stream = seedKey(key, row, seeds.anchorTimes[seed]!);
      const limit = visibleLimit(seeds.visibleTimes[seed]!);
      for (let hop = 0; hop < this.hops; hop++) {
        for (let type = 0; type < this.graph.nodeTypes.length; type++) {
          const level = type * (this.hops + 1) + hop;
          if (starts[level] === this.#nodes[level]!.length) continue;
          for (const r of this.#routesInto[level]!) {
            if (this.#routes[r]!.down) {
              this.#expandDown(r, hop, starts[level]!, seed, limit, mix(stream, hop));
            } else this.#expandUp(r, hop, starts[level]!, seed, limit);
          }
        }
      }
    }
    return {
      graph: this.graph,
      seedTable: this.seedTable,
      seeds,
      hops: this.hops,
      ...assemble(this.graph, this.#routes, this.hops, this.#nodes, this.#edges),
    };
  }

  /** Goes from the seed's targets of this hop to their visible children. */
  #expandDown(
    r: number,
    hop: number,
    from: number,
    seed: number,
    limit: number,
    hopStream: number,
  ): void {
    const { adjacency, sourceTable, targetTable, fanOuts, key } = this.#routes[r]!;
    const { last, uniform } = fanOuts[hop]!;
    const { offsets, children } = adjacency;
    const sources = this.#level(sourceTable, hop + 1);
    const edges = this.#edges[r * this.hops + hop]!;
    const { first: targets, length: to } = this.#level(targetTable, hop);
    const seen = this.#seen;
    const routeStream = mix(hopStream, key);
    const hopCode = (hop + 1) << PLACE_BITS;
    for (let target = from; target < to; target++) {
      const row = targets[target]!;
      const visible = visibleCount(adjacency, row, limit);
      if (visible === 0) continue;
      const count = Math.min(visible, last + uniform);
      if (this.#chosen.length < count) this.#chosen = new Int32Array(2 * count);
      const chosen = this.#chosen;
      const stream = mix(routeStream, row);
      chooseNeighbors(visible, last, uniform, stream, this.#scratch, chosen, 0);
      reserve(sources, count);
      reserve(edges, count);
      const { first: sourceRows, second: sourceSeeds } = sources;
      const { first: edgeSources, second: edgeTargets } = edges;
      const start = offsets[row]!;
      let place = sources.length;
      let edge = edges.length;
      for (let i = 0; i < count; i++) {
        const child = children[start + chosen[i]!]!;
        const met = seen.meet(sourceTable, child, hopCode | place);
        edgeTargets[edge] = target;
        if (met >= 0) {
          edgeSources[edge++] = met;
          continue;
        }
        edgeSources[edge++] = hopCode | place;
        sourceRows[place] = child;
        sourceSeeds[place++] = seed;
      }
      sources.length = place;
      edges.length = edge;
    }
  }

  /** Goes from the seed's targets of this hop to their visible parents. */
  #expandUp(r: number, hop: number, from: number, seed: number, limit: number): void {
    const { adjacency, sourceTable, targetTable, sourceTimes } = this.#routes[r]!;
    const { parentRows } = adjacency;
    const sources = this.#level(sourceTable, hop + 1);
    const edges = this.#edges[r * this.hops + hop]!;
    const { first: targets, length: to } = this.#level(targetTable, hop);
    const seen = this.#seen;
    const hopCode = (hop + 1) << PLACE_BITS;
    reserve(sources, to - from);
    reserve(edges, to - from);
    const { first: sourceRows, second: sourceSeeds } = sources;
    const { first: edgeSources, second: edgeTargets } = edges;
    let place = sources.length;
    let edge = edges.length;
    let lastParent = -1;
    let lastCode = -1;
    for (let target = from; target < to; target++) {
      const parent = parentRows[targets[target]!]!;
      // Neighbours often share their parent: the row they were reached from, or the same team again.
      if (parent !== lastParent) {
        if (parent < 0 || (sourceTimes !== null && !(sourceTimes[parent]! <= limit))) continue;
        lastParent = parent;
        lastCode = seen.meet(sourceTable, parent, hopCode | place);
        if (lastCode < 0) {
          lastCode = hopCode | place;
          sourceRows[place] = parent;
          sourceSeeds[place++] = seed;
        }
      } else if (parent < 0) continue;
      edgeSources[edge] = lastCode;
      edgeTargets[edge++] = target;
    }
    sources.length = place;
    edges.length = edge;
  }

  #level(type: number, hop: number): Pairs {
    return this.#nodes[type * (this.hops + 1) + hop]!;
  }
}

function createRoute(
  graph: HeteroGraph,
  adjacency: Adjacency,
  down: boolean,
  { numNeighbors, strategy = "uniform" }: NeighborSamplerOptions,
): Route {
  const edgeType = down ? adjacency.forward : adjacency.reverse;
  const [sourceTable, targetTable] = down
    ? [adjacency.childTable, adjacency.parentTable]
    : [adjacency.parentTable, adjacency.childTable];
  const sourceTimes = graph.nodeTypes[sourceTable]!.times;
  const list = typeof numNeighbors === "function" ? numNeighbors(edgeType) : numNeighbors;
  const fanOuts = list.map((count, hop) => {
    const fanOut = toFanOut(count, strategy);
    checkFanOut(fanOut, `\`${formatEdgeType(edgeType)}\`, hop ${hop + 1}`);
    return sourceTimes === null ? { last: 0, uniform: fanOut.last + fanOut.uniform } : fanOut;
  });
  const names = [edgeType.source, edgeType.name, edgeType.target];
  const key = names.reduce(nameKey, 0);
  return { adjacency, edgeType, down, sourceTable, targetTable, sourceTimes, fanOuts, key };
}

function toFanOut(count: number | FanOut, strategy: "uniform" | "last"): FanOut {
  if (typeof count !== "number") return count;
  const some = count === -1 ? Infinity : count;
  return strategy === "last" ? { last: some, uniform: 0 } : { last: 0, uniform: some };
}

function countHops(routes: readonly Route[], { numNeighbors }: NeighborSamplerOptions): number {
  const hops = typeof numNeighbors === "function" ? routes[0]?.fanOuts.length : numNeighbors.length;
  for (const { edgeType, fanOuts } of routes) {
    if (fanOuts.length === hops && hops <= MAX_HOPS) continue;
    const expected = hops === fanOuts.length ? `at most ${MAX_HOPS}` : `${hops} as for the others`;
    const message = `\`${formatEdgeType(edgeType)}\` has ${fanOuts.length} hops, expected ${expected}`;
    throw new GraphError("GRF205", message, { hint: "give each edge type one number per hop" });
  }
  return hops ?? 0;
}
