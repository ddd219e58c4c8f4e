/** Walks of a network: along which links its output for a seed depends on other rows. */
import type { HeteroGraph } from "../graph/hetero-graph.js";
import { type LinkStep, stepDown, stepUp, type Walk } from "../src/data/walks.js";
import type { PathLayout } from "./paths.js";

/**
 * Lists the walks of a layout, one for each of its positions; rows beyond the sampled ones are counted, so all rows of a walk matter.
 *
 * @param graph - the graph that the layout is of.
 * @param layout - the paths.
 */
export function layoutWalks(graph: HeteroGraph, { plan }: PathLayout): Walk[] {
  const walks: LinkStep[][] = [];
  for (const { parent, edge, direction } of plan.positions) {
    const { foreignKey, childTable, parentTable } = graph.edges[edge]!;
    const child = graph.nodeTypes[childTable]!.name;
    const above = graph.nodeTypes[parentTable]!.name;
    const make =
      direction === "parent"
        ? stepUp(child, foreignKey.name, above)
        : stepDown(above, foreignKey.name, child);
    walks.push([...(parent < 0 ? [] : walks[parent]!), make]);
  }
  return walks;
}
