/** Batches: sampled rows of all positions, each distinct row encoded once, ready for the model. */
import type { HeteroGraph } from "../graph/hetero-graph.js";
import { type PositionSample, samplePaths } from "../graph/path-sampler.js";
import type { Seeds } from "../graph/seeds.js";
import type { Rng } from "../src/core/random.js";
import type { Database } from "../src/data/database.js";
import type { KnownTimes } from "../src/data/known.js";
import type { SparseRows } from "../src/tensor/ops.js";
import { type ActivityEncoder, createActivityEncoder } from "./frame/activity.js";
import { cacheRows } from "./frame/cached-rows.js";
import { createRowEncoder, type RowEncoder } from "./frame/encode-rows.js";
import { groupTimes } from "./frame/fit-encoding.js";
import { encodeAges } from "./frame/scales.js";
import { createSeedContextEncoder, type SeedContextEncoder } from "./frame/seed-context.js";
import type { ModelSpec } from "./spec.js";

/** Distinct rows of one table in a batch. */
export interface TableBatch {
  readonly table: string;
  /** int32 `[U]`: row numbers; a row occurs once per state of its known-later cells (and per place when separate). */
  readonly rows: Int32Array;
  /** int32 `[U]`: the position that first used the row, `−1` for the seeds' own rows. */
  readonly places: Int32Array;
  /** Sparse `[U, width]`. */
  readonly features: SparseRows;
}

/** A parent fused into the rows of a pooled position. */
export interface FusedBatch {
  /** Index of the fused position in the plan. */
  readonly position: number;
  /** int32 `[E]`: distinct row of the parent's table for each row of the pooled position; `−1` where there is none. */
  readonly index: Int32Array;
}

/** The rows of one pooled position. */
export interface PositionBatch {
  /** Index of the position in the plan. */
  readonly position: number;
  /** int32 `[E]`: distinct row of the position's table. */
  readonly index: Int32Array;
  /** Sparse `[E, AGE_WIDTH]`: age of each row at its seed's anchor; `null` for tables without time. */
  readonly ages: SparseRows | null;
  /** int32 `[S + 1]`: rows of each seed. */
  readonly seedOffsets: Int32Array;
  /** Sparse `[S, activityWidth]`: how many rows there were to choose from, and exactly how many in each window. */
  readonly counts: SparseRows;
  readonly fused: readonly FusedBatch[];
}

/**
 * Everything a model needs for some seeds.
 *
 * @see PyG `HeteroData` batches of `NeighborLoader`; here rows are encoded once however often they are sampled.
 */
export interface HeteroBatch {
  /** Number of seeds, S. */
  readonly size: number;
  readonly seeds: Seeds;
  /** One per table of the model, in the order of its specification. */
  readonly tables: readonly TableBatch[];
  /** int32 `[S]`: distinct row of the entity table. */
  readonly seedIndex: Int32Array;
  /** Sparse `[S, context width]`. */
  readonly context: SparseRows;
  readonly positions: readonly PositionBatch[];
  /** The samples behind the positions of the plan, for evidence. */
  readonly samples: readonly PositionSample[];
}

/** Makes batches of one model on one database. */
export interface NeighborLoader {
  readonly db: Database;
  readonly graph: HeteroGraph;
  /**
   * Samples and encodes the neighbourhoods of seeds.
   *
   * @param seeds - entity rows with their anchor and visible times.
   * @param rng - the sampling stream; a seed's rows do not depend on the other seeds.
   * @param options - how rows are shared.
   */
  load(seeds: Seeds, rng: Rng, options?: LoadOptions): HeteroBatch;
}

/** Options of a batch. */
export interface LoadOptions {
  /** Encodes a row anew for each position that uses it, so that attributions can tell the positions apart. */
  readonly separate?: boolean;
}

/** The distinct (row, state) pairs of a table while a batch is made. */
interface DistinctRows {
  readonly encoder: RowEncoder;
  readonly known: readonly KnownTimes[];
  /** Per row and state: the number of the last batch that used it, and its index there. */
  readonly stamps: Int32Array;
  readonly indexes: Int32Array;
  rows: number[];
  states: number[];
  places: number[];
}

/**
 * Prepares the loading of batches.
 *
 * @param db - the database to read.
 * @param graph - its graph.
 * @param spec - the model's paths and encodings.
 */
export function createLoader(db: Database, graph: HeteroGraph, spec: ModelSpec): NeighborLoader {
  const distinct = new Map<string, DistinctRows>();
  for (const encoding of spec.encodings) {
    const { numRows } = db.table(encoding.table);
    const size = numRows * 2 ** encoding.groups.length;
    distinct.set(encoding.table, {
      encoder: cacheRows(createRowEncoder(db, encoding), numRows),
      known: groupTimes(db, encoding),
      stamps: new Int32Array(size),
      indexes: new Int32Array(size),
      rows: [],
      states: [],
      places: [],
    });
  }
  const contexts: SeedContextEncoder = createSeedContextEncoder(db, spec.context);
  const { plan, positions: meanings } = spec.layout;
  const activities = new Map<number, ActivityEncoder>();
  meanings.forEach(({ role }, p) => {
    if (role === "pooled") activities.set(p, createActivityEncoder(graph, spec.layout, p));
  });
  let stamp = 0;

  const load = (seeds: Seeds, rng: Rng, { separate = false }: LoadOptions = {}): HeteroBatch => {
    stamp++;
    for (const table of distinct.values()) {
      table.rows = [];
      table.states = [];
      table.places = [];
    }
    const samples = samplePaths(graph, plan, seeds, rng);
    const seedTable = graph.nodeTypes[plan.seedTable]!.name;
    const seedIndex = placeRows(distinct.get(seedTable)!, seeds, { rows: seeds.rows }, -1, stamp);
    const indexes = samples.map((sample, p) => {
      if (separate) stamp++;
      return placeRows(distinct.get(meanings[p]!.table)!, seeds, sample, p, stamp);
    });
    const positions: PositionBatch[] = [];
    samples.forEach((sample, p) => {
      if (meanings[p]!.role !== "pooled") return;
      positions.push({
        position: p,
        index: indexes[p]!,
        ages: agesOf(graph, meanings[p]!.table, sample, seeds),
        seedOffsets: sample.seedOffsets,
        counts: activities.get(p)!(seeds, seedTotals(spec, samples, p, seeds.rows.length)),
        fused: fusedIndexes(spec, samples, indexes, p),
      });
    });
    const tables = spec.encodings.map((encoding): TableBatch => {
      const { rows, states, places, encoder } = distinct.get(encoding.table)!;
      const numbers = new Int32Array(rows);
      const bits = encoding.groups.length === 0 ? null : new Uint8Array(states);
      return {
        table: encoding.table,
        rows: numbers,
        places: new Int32Array(places),
        features: encoder.encode(numbers, bits),
      };
    });
    const context = contexts.encode(seeds.rows, seeds.anchorTimes, seeds.visibleTimes);
    return { size: seeds.rows.length, seeds, tables, seedIndex, context, positions, samples };
  };
  return { db, graph, load };
}

/** Finds or adds the distinct index of each row, as it is known at its seed's visible time. */
function placeRows(
  table: DistinctRows,
  seeds: Seeds,
  { rows, seedOf }: { readonly rows: Int32Array; readonly seedOf?: Int32Array },
  position: number,
  stamp: number,
): Int32Array {
  const { stamps, indexes, known } = table;
  const index = new Int32Array(rows.length);
  const numStates = 2 ** known.length;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let state = 0;
    for (let g = 0; g < known.length; g++) {
      const times = known[g]!;
      const visible = seeds.visibleTimes[seedOf ? seedOf[i]! : i]!;
      if (times === null || times[row]! <= visible) state |= 1 << g;
    }
    const slot = row * numStates + state;
    if (stamps[slot] !== stamp) {
      stamps[slot] = stamp;
      indexes[slot] = table.rows.length;
      table.rows.push(row);
      table.states.push(state);
      table.places.push(position);
    }
    index[i] = indexes[slot]!;
  }
  return index;
}

function agesOf(
  graph: HeteroGraph,
  table: string,
  sample: PositionSample,
  seeds: Seeds,
): SparseRows | null {
  const times = graph.nodeTypes.find((type) => type.name === table)!.times;
  if (times === null) return null;
  const { rows, seedOf } = sample;
  const ages = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) ages[i] = seeds.anchorTimes[seedOf[i]!]! - times[rows[i]!]!;
  return encodeAges(ages);
}

/**
 * Sums the visible rows behind a position over each seed. Where only the last rows are read, no more than those count:
 * a virtual table such as past targets may reach further back in training than when predicting.
 */
function seedTotals(
  spec: ModelSpec,
  samples: readonly PositionSample[],
  position: number,
  size: number,
): Int32Array {
  const { totals } = samples[position]!;
  const { parent, last, uniform } = spec.layout.plan.positions[position]!;
  const most = uniform === 0 ? last : Infinity;
  const sums = new Int32Array(size);
  for (let owner = 0; owner < totals.length; owner++) {
    sums[parent < 0 ? owner : samples[parent]!.seedOf[owner]!]! += Math.min(most, totals[owner]!);
  }
  return sums;
}

/** Finds, for each row of a pooled position, the distinct row of every parent (and their parents) fused into it. */
function fusedIndexes(
  spec: ModelSpec,
  samples: readonly PositionSample[],
  indexes: readonly Int32Array[],
  pooled: number,
): FusedBatch[] {
  const { plan, positions } = spec.layout;
  const found: FusedBatch[] = [];
  // For each row of the pooled position, its row within the samples of the position being climbed from.
  const climb = (from: number, rowsOf: Int32Array | null): void => {
    plan.positions.forEach((position, q) => {
      if (position.parent !== from || positions[q]!.role !== "fused") return;
      const { offsets } = samples[q]!;
      const size = samples[pooled]!.rows.length;
      const within = new Int32Array(size);
      const index = new Int32Array(size);
      for (let i = 0; i < size; i++) {
        const owner = rowsOf === null ? i : rowsOf[i]!;
        const at = owner < 0 || offsets[owner] === offsets[owner + 1] ? -1 : offsets[owner]!;
        within[i] = at;
        index[i] = at < 0 ? -1 : indexes[q]![at]!;
      }
      found.push({ position: q, index });
      climb(q, within);
    });
  };
  climb(pooled, null);
  return found;
}
