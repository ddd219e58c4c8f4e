/** Small networks on small databases, for tests of the network room. */
import { createLoader, type NeighborLoader } from "../../gnn/batch.js";
import { fitTableEncoding } from "../../gnn/frame/fit-encoding.js";
import { seedContextEncoding } from "../../gnn/frame/seed-context.js";
import { createModel, type RelationalGnn } from "../../gnn/model.js";
import { layoutPaths, type PathOptions } from "../../gnn/paths.js";
import { DEFAULT_MODEL_CONFIG, type ModelConfig, type ModelSpec } from "../../gnn/spec.js";
import { buildGraph } from "../../graph/build.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import type { Seeds } from "../../graph/seeds.js";
import { createRng } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { numberColumn, timestampColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import { databaseOf } from "../support/shop.js";

/** Everything a network needs, with untrained weights that are large enough to matter. */
export interface World {
  readonly db: Database;
  readonly graph: HeteroGraph;
  readonly spec: ModelSpec;
  readonly model: RelationalGnn;
  readonly loader: NeighborLoader;
}

/** Settings of {@link worldOf}. */
export interface WorldOptions {
  readonly cutoff?: number;
  readonly hidden?: ReadonlySet<string>;
  readonly paths?: PathOptions;
  readonly config?: Partial<ModelConfig>;
  readonly outputs?: number;
  readonly seed?: number;
  /** Leaves the last layers as small as training starts with. */
  readonly untouched?: boolean;
}

/** Lays out, encodes and makes a network of 8 channels. */
export function worldOf(db: Database, entity: string, options: WorldOptions = {}): World {
  const { cutoff = Infinity, hidden = new Set(), outputs = 1, seed = 1 } = options;
  const graph = buildGraph(db);
  const layout = layoutPaths(graph, entity, options.paths);
  const tables = new Set([entity, ...layout.positions.map((position) => position.table)]);
  const spec: ModelSpec = {
    config: { ...DEFAULT_MODEL_CONFIG, channels: 8, dropout: 0, ...options.config },
    layout,
    encodings: [...tables].map((table) =>
      fitTableEncoding(db, table, cutoff, { hidden, minFrequency: 1 }),
    ),
    context: seedContextEncoding(db, entity, hidden),
    outputs,
  };
  const model = createModel(spec, createRng(seed));
  if (!options.untouched) enlarge(model);
  return { db, graph, spec, model, loader: createLoader(db, graph, spec) };
}

/** The same network on another state of the database. */
export function loaderOn(db: Database, { spec }: World): NeighborLoader {
  return createLoader(db, buildGraph(db), spec);
}

/** Last layers start near zero; tests of differences need outputs that differ. */
function enlarge({ store }: RelationalGnn): void {
  const arrays = store.toArrays();
  for (const [name, { values }] of Object.entries(arrays)) {
    if (!/(^|\/)out$/.test(name)) continue;
    for (let i = 0; i < values.length; i++) values[i]! *= 20;
  }
  store.fromArrays(arrays);
}

/** Seeds at the given anchors, seeing everything up to them or up to `visible`. */
export function seedsAt(
  rows: readonly number[],
  anchors: readonly number[] | number,
  visible: readonly number[] | number = anchors,
): Seeds {
  const spread = (times: readonly number[] | number): Float64Array =>
    typeof times === "number"
      ? new Float64Array(rows.length).fill(times)
      : Float64Array.from(times);
  return {
    rows: Int32Array.from(rows),
    anchorTimes: spread(anchors),
    visibleTimes: spread(visible),
  };
}

/** The features of one sparse row as pairs of code and weight, codes counted from `firstCode`. */
export function features(
  { offsets, codes, weights }: SparseRows,
  row: number,
  range?: { readonly firstCode: number; readonly width: number },
): [number, number][] {
  const found: [number, number][] = [];
  for (let j = offsets[row]!; j < offsets[row + 1]!; j++) {
    const code = codes[j]! - (range?.firstCode ?? 0);
    if (range && (code < 0 || code >= range.width)) continue;
    found.push([code, weights[j]!]);
  }
  return found;
}

/** Day 0 of the databases below: 2024-01-01. */
export const DAY0 = Date.UTC(2024, 0, 1);

/** The time a number of days after {@link DAY0}. */
export function day(count: number): number {
  return DAY0 + count * MS_PER_DAY;
}

/** Rows of a child table: parent (row number), day and value. */
export type Events = readonly (readonly [user: number, day: number, value: number])[];

/** Users without columns, each with events at days with values. */
export function usersWithEvents(users: number, events: Events): Database {
  return databaseOf({
    users: {
      columns: [
        numberColumn(
          "id",
          Int32Array.from({ length: users }, (_, i) => i),
        ),
      ],
      primaryKey: "id",
    },
    events: {
      columns: [
        numberColumn(
          "event_id",
          events.map((_, i) => i),
        ),
        numberColumn(
          "user_id",
          events.map(([user]) => user),
        ),
        timestampColumn(
          "at",
          events.map(([, count]) => day(count)),
        ),
        numberColumn(
          "value",
          events.map(([, , value]) => value),
        ),
      ],
      primaryKey: "event_id",
      timeColumn: "at",
      foreignKeys: { user_id: "users" },
    },
  });
}
