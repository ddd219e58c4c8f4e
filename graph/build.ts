/** Builds the graph of a database: a row is a node, a foreign key an edge, a time column says when a row became known. */
import { checkAborted, type WorkOptions } from "../src/core/progress.js";
import { isValid, type TimestampColumn } from "../src/data/column.js";
import type { Database } from "../src/data/database.js";
import type { ForeignKey } from "../src/data/schema.js";
import { type Adjacency, groupByParent } from "./adjacency.js";
import type { HeteroGraph } from "./hetero-graph.js";
import { timeOrder } from "./time-order.js";
import type { NodeType } from "./types.js";

/**
 * Builds the temporal heterogeneous graph of a database in time linear in its rows and links.
 *
 * @param db - the database; null and dangling foreign keys give no edge.
 * @param options - progress (one event a table) and cancellation.
 * @returns the graph; it shares the database's times and links and copies no other cell.
 * @throws {@link AbortedError} CFG900 if the caller cancels.
 * @see relbench `make_pkey_fkey_graph`; Fey et al. 2024, Relational Deep Learning, section 3.
 */
export function buildGraph(db: Database, options: WorkOptions = {}): HeteroGraph {
  const nodeTypes = db.tables.map((table): NodeType => {
    const column = db.timeColumn(table.name);
    return {
      name: table.name,
      numNodes: table.numRows,
      times: column === null ? null : nodeTimes(column),
    };
  });
  const edges: Adjacency[] = [];
  nodeTypes.forEach((child, index) => {
    checkAborted(options.signal, "building the graph");
    const { foreignKeys } = db.tableSchema(child.name);
    const order = child.times === null || foreignKeys.length === 0 ? null : timeOrder(child.times);
    for (const foreignKey of foreignKeys) {
      edges.push(linkTables(db, nodeTypes, index, foreignKey, order));
    }
    options.onProgress?.({
      stage: "graph",
      message: `${child.name}: ${child.numNodes} nodes, ${foreignKeys.length} edge types`,
      done: index + 1,
      total: nodeTypes.length,
    });
  });
  return { nodeTypes, edges };
}

/** Shares a time column's values, or copies them with `+Infinity` for nulls. */
function nodeTimes(column: TimestampColumn): Float64Array {
  let times = column.values;
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row) && !Number.isNaN(column.values[row])) continue;
    if (times === column.values) times = column.values.slice();
    times[row] = Infinity;
  }
  return times;
}

function linkTables(
  db: Database,
  nodeTypes: readonly NodeType[],
  childTable: number,
  foreignKey: ForeignKey,
  order: Int32Array | null,
): Adjacency {
  const child = nodeTypes[childTable]!;
  const parentTable = nodeTypes.findIndex((type) => type.name === foreignKey.table);
  const parent = nodeTypes[parentTable]!;
  const { parentRows } = db.link(child.name, foreignKey);
  return {
    foreignKey,
    childTable,
    parentTable,
    forward: { source: child.name, name: `f2p_${foreignKey.name}`, target: parent.name },
    reverse: { source: parent.name, name: `rev_f2p_${foreignKey.name}`, target: child.name },
    parentRows,
    ...groupByParent(parentRows, parent.numNodes, child.times, order),
  };
}
