/** Seeds: the rows that samples start from, each with its anchor and the time the database is seen at. */
import { GraphError } from "../src/core/errors.js";
import type { TrainingTable } from "../src/task/training-table.js";
import type { HeteroGraph } from "./hetero-graph.js";

/**
 * The rows that samples start from.
 *
 * @see PyG `NodeSamplerInput` (input nodes and input time).
 */
export interface Seeds {
  /** int32 `[S]`: rows of the seed table; a row may occur any number of times. */
  readonly rows: Int32Array;
  /** float64 `[S]`, milliseconds UTC: when the prediction is made; `+Infinity` for static tasks. */
  readonly anchorTimes: Float64Array;
  /** float64 `[S]`, at most the anchor time: the database is seen as of this time (a stale or frozen view when earlier). */
  readonly visibleTimes: Float64Array;
}

/**
 * Makes seeds from rows of a training table.
 *
 * @param table - anything with entity rows and anchor times.
 * @param options - `frozenAt`: nothing later than this time is seen (RelBench's regime); default: the anchor itself.
 */
export function createSeeds(
  table: Pick<TrainingTable, "entityRows" | "anchorTimes">,
  options: { readonly frozenAt?: number | undefined } = {},
): Seeds {
  const { entityRows: rows, anchorTimes } = table;
  const { frozenAt } = options;
  const visibleTimes =
    frozenAt === undefined ? anchorTimes : anchorTimes.map((time) => Math.min(time, frozenAt));
  return { rows, anchorTimes, visibleTimes };
}

/**
 * Copies some of the seeds.
 *
 * @param rows - indexes into the seeds, in the order wanted.
 */
export function takeSeeds(seeds: Seeds, rows: ArrayLike<number>): Seeds {
  const take = <A extends Int32Array | Float64Array>(from: A, to: A): A => {
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]!]!;
    return to;
  };
  return {
    rows: take(seeds.rows, new Int32Array(rows.length)),
    anchorTimes: take(seeds.anchorTimes, new Float64Array(rows.length)),
    visibleTimes: take(seeds.visibleTimes, new Float64Array(rows.length)),
  };
}

/**
 * Checks seeds against a graph.
 *
 * @param graph - the graph.
 * @param seedTable - index of the seeds' table in `graph.nodeTypes`.
 * @param seeds - the seeds.
 * @throws {@link GraphError} GRF102 if lengths differ; GRF103 if a row is not in the table; GRF104 if a time is NaN or
 * the view is later than the anchor.
 */
export function checkSeeds(graph: HeteroGraph, seedTable: number, seeds: Seeds): void {
  const { rows, anchorTimes, visibleTimes } = seeds;
  const { name, numNodes } = graph.nodeTypes[seedTable]!;
  if (anchorTimes.length !== rows.length || visibleTimes.length !== rows.length) {
    const found = `${rows.length} rows, ${anchorTimes.length} anchor times and ${visibleTimes.length} visible times`;
    throw new GraphError("GRF102", `seeds have ${found}, expected as many of each`, {
      at: { table: name },
      hint: "give every seed one row, one anchor time and one visible time",
    });
  }
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row < 0 || row >= numNodes) {
      throw new GraphError("GRF103", `seed ${i} is row ${row}, expected 0 to ${numNodes - 1}`, {
        at: { table: name },
        hint: `seeds are row numbers of \`${name}\`: look keys up with \`db.keyIndex\``,
      });
    }
    if (!(visibleTimes[i]! <= anchorTimes[i]!)) {
      const found = `is seen at ${visibleTimes[i]} with anchor ${anchorTimes[i]}`;
      throw new GraphError("GRF104", `seed ${i} ${found}, expected a time up to the anchor`, {
        at: { table: name },
        hint: "lower its visible time to the anchor time; neither may be NaN",
      });
    }
  }
}
