/** PathPlan: the tree of typed steps a path sample follows from the seed table; checks and printing. */
import { GraphError } from "../src/core/errors.js";
import { type FanOut, nameKey } from "./choose.js";
import type { HeteroGraph } from "./hetero-graph.js";

/** One position of a plan: the rows reached from another position over one foreign key. */
export interface PathPosition extends FanOut {
  /** Index of the position it hangs from; `−1` = the seed itself. */
  readonly parent: number;
  /** Index into `graph.edges`. */
  readonly edge: number;
  /** Towards the rows that refer to this one (many), or the row that this one refers to (at most one). */
  readonly direction: "children" | "parent";
  /** How many of the newest visible children to keep; ignored towards the parent. */
  readonly last: number;
  /** How many of the older visible children to draw; ignored towards the parent. */
  readonly uniform: number;
  /** Leaves out the seed's own row: its peers through a shared parent. */
  readonly excludeSeed: boolean;
}

/**
 * A tree of positions from the seed table; parents stand before their children.
 *
 * @see Sun et al. 2011, PathSim (meta-paths), here over foreign keys and as a tree.
 */
export interface PathPlan {
  /** Index of the seeds' table in `graph.nodeTypes`. */
  readonly seedTable: number;
  readonly positions: readonly PathPosition[];
}

/**
 * Finds the table of each position and checks the plan.
 *
 * @param graph - the graph.
 * @param plan - the plan.
 * @returns int32 `[positions]`: indices into `graph.nodeTypes`.
 * @throws {@link GraphError} GRF201 if a position hangs from one that does not stand before it; GRF202 if its foreign
 * key does not start at its parent's table; GRF203 if a fan-out is no count; GRF204 if `excludeSeed` is asked of another
 * table than the seeds'.
 */
export function planTables(graph: HeteroGraph, plan: PathPlan): Int32Array {
  const { seedTable, positions } = plan;
  const names = graph.nodeTypes.map((type) => type.name);
  if (!names[seedTable]) {
    throw new GraphError("GRF101", `the graph has no node type ${seedTable}`, {
      hint: `it has ${names.length}: take the index from \`nodeTypeIndex\``,
    });
  }
  const tables = new Int32Array(positions.length);
  positions.forEach((position, i) => {
    if (!(Number.isInteger(position.parent) && position.parent >= -1 && position.parent < i)) {
      const message = `position ${i} hangs from position ${position.parent}, expected −1 to ${i - 1}`;
      throw new GraphError("GRF201", message, { hint: "list parents before their children" });
    }
    const from = position.parent < 0 ? seedTable : tables[position.parent]!;
    const adjacency = graph.edges[position.edge];
    const up = position.direction === "parent";
    const start = up ? adjacency?.childTable : adjacency?.parentTable;
    if (!adjacency || start !== from) {
      const found = adjacency ? `starts at \`${names[start!]}\`` : "does not exist";
      const message = `position ${i}: foreign key ${position.edge} ${found}, expected one that starts at \`${names[from]}\``;
      throw new GraphError("GRF202", message, {
        hint: `direction \`parent\` starts at the referring table, \`children\` at the table referred to`,
      });
    }
    if (!up) checkFanOut(position, `position ${i}`);
    tables[i] = up ? adjacency.parentTable : adjacency.childTable;
    if (position.excludeSeed && tables[i] !== seedTable) {
      const message = `position ${i} leaves out the seed's row but holds rows of \`${names[tables[i]!]}\``;
      throw new GraphError("GRF204", message, {
        hint: `set \`excludeSeed\` only where rows of \`${names[seedTable]}\` are reached`,
      });
    }
  });
  return tables;
}

/**
 * Checks a fan-out.
 *
 * @param fanOut - the fan-out.
 * @param what - what it belongs to, for the message.
 * @throws {@link GraphError} GRF203 if a part is neither a whole number from 0 on nor `Infinity`.
 */
export function checkFanOut({ last, uniform }: FanOut, what: string): void {
  for (const [name, count] of [
    ["last", last],
    ["uniform", uniform],
  ] as const) {
    if (count === Infinity || (Number.isInteger(count) && count >= 0)) continue;
    throw new GraphError("GRF203", `${what}: \`${name}\` is ${count}, expected a whole number`, {
      hint: "give 0 for none, Infinity for all",
    });
  }
}

/**
 * Hashes the path that leads to each position, by names: neither other positions nor the order of tables take part.
 *
 * @returns int32 `[positions]`.
 */
export function pathKeys(graph: HeteroGraph, plan: PathPlan): Int32Array {
  const keys = new Int32Array(plan.positions.length);
  plan.positions.forEach(({ parent, edge, direction }, i) => {
    const { forward, reverse } = graph.edges[edge]!;
    const type = direction === "parent" ? reverse : forward;
    let key = parent < 0 ? 0 : keys[parent]!;
    for (const name of [type.source, type.name, type.target]) key = nameKey(key, name);
    keys[i] = key;
  });
  return keys;
}

/** Prints a plan as a tree of tables with foreign keys and fan-outs. */
export function formatPathPlan(graph: HeteroGraph, plan: PathPlan): string {
  const tables = planTables(graph, plan);
  const lines = [graph.nodeTypes[plan.seedTable]!.name];
  const print = (parent: number, indent: string): void => {
    plan.positions.forEach((position, i) => {
      if (position.parent !== parent) return;
      const { foreignKey } = graph.edges[position.edge]!;
      const table = graph.nodeTypes[tables[i]!]!.name;
      const { last, uniform } = position;
      const step =
        position.direction === "parent"
          ? `→ ${table} by ${foreignKey.name}`
          : `← ${table} by ${foreignKey.name}, last ${last} + uniform ${uniform}`;
      lines.push(`${indent}${step}${position.excludeSeed ? ", without the seed" : ""}`);
      print(i, `${indent}  `);
    });
  };
  print(-1, "  ");
  return lines.join("\n");
}
