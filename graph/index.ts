/** The graph room: from tables to a temporal graph, and from seeds to samples. */
export { type Adjacency, adjacencyBytes } from "./adjacency.js";
export { buildGraph } from "./build.js";
export type { FanOut } from "./choose.js";
export {
  formatGraph,
  graphBytes,
  type HeteroGraph,
  nodeTypeIndex,
  validateGraph,
} from "./hetero-graph.js";
export {
  NeighborSampler,
  type NeighborSamplerOptions,
  type NumNeighbors,
} from "./neighbor-sampler.js";
export {
  formatPathPlan,
  type PathPlan,
  type PathPosition,
  planTables,
} from "./path-plan.js";
export { type PositionSample, samplePaths } from "./path-sampler.js";
export { createSeeds, type Seeds, takeSeeds } from "./seeds.js";
export { formatSignalPlan, formatSignalValue } from "./signals/format.js";
export { planSignals } from "./signals/plan.js";
export { type PruneOptions, pruneSignals } from "./signals/prune.js";
export { createSignalStore, type SignalStore } from "./signals/store.js";
export type {
  Signal,
  SignalEvidence,
  SignalFormat,
  SignalGroup,
  SignalMatrix,
  SignalOptions,
  SignalPath,
  SignalPlan,
  SignalPrimitive,
  SignalStep,
  SignalWindow,
} from "./signals/types.js";
export {
  type FormatSubgraphOptions,
  formatSubgraph,
  type SampledEdges,
  type SampledNodes,
  type SampledSubgraph,
} from "./subgraph.js";
export { type EdgeType, formatEdgeType, type NodeType } from "./types.js";
export { visibleCount } from "./visible.js";
