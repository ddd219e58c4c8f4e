/** Node and edge types: what the tables and foreign keys of a database become in its graph. */

/** One table as a node type: node `i` is row `i`. */
export interface NodeType {
  /** The table's name. */
  readonly name: string;
  readonly numNodes: number;
  /**
   * float64 `[numNodes]`, milliseconds UTC: when each row became known; `+Infinity` where the time is null, which no
   * anchor ever sees. `null`: the table has no time, its rows are always known.
   */
  readonly times: Float64Array | null;
}

/**
 * A kind of edge along which messages flow from `source` to `target`.
 *
 * @see PyG `HeteroData` edge types (source, relation, target); relbench `make_pkey_fkey_graph` for the names.
 */
export interface EdgeType {
  /** The table that sends. */
  readonly source: string;
  /** `f2p_<foreign key>` from child to parent, `rev_f2p_<foreign key>` from parent to child. */
  readonly name: string;
  /** The table that receives. */
  readonly target: string;
}

/** Prints an edge type as `sessions -f2p_user_id-> users`. */
export function formatEdgeType(type: EdgeType): string {
  return `${type.source} -${type.name}-> ${type.target}`;
}
