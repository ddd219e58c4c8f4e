/** Path sampler: from every seed along a tree of typed paths, into flat arrays per position. */
import { mix, type Rng } from "../src/core/random.js";
import type { Adjacency } from "./adjacency.js";
import {
  type ChoiceScratch,
  chooseNeighbors,
  createChoiceScratch,
  samplerKey,
  seedKey,
} from "./choose.js";
import {
  type Candidates,
  chooseByHash,
  type HashChoice,
  hashPositionSalt,
  hashSeedNumber,
} from "./hash-choice.js";
import type { HeteroGraph } from "./hetero-graph.js";
import { type PathPlan, type PathPosition, pathKeys, planTables } from "./path-plan.js";
import { checkSeeds, type Seeds } from "./seeds.js";
import { childPosition, visibleCount, visibleLimit } from "./visible.js";

/** The rows sampled at one position: `E` of them for `P` rows at the position it hangs from and `S` seeds. */
export interface PositionSample {
  /** int32 `[E]`: rows of the position's table, by owner, within an owner by time ascending. */
  readonly rows: Int32Array;
  /** int32 `[E]`: index into the rows of the position it hangs from, or the seed's index. */
  readonly owners: Int32Array;
  /** int32 `[P + 1]`: where each owner's rows start. */
  readonly offsets: Int32Array;
  /** int32 `[S + 1]`: where each seed's rows start. */
  readonly seedOffsets: Int32Array;
  /** int32 `[E]`: the seed of each row. */
  readonly seedOf: Int32Array;
  /** int32 `[P]`: visible rows before sampling; 0 or 1 towards the parent. */
  readonly totals: Int32Array;
}

/** What the rows of a position hang from: seeds, or the rows of another position. */
type Owners = Pick<PositionSample, "rows" | "seedOf" | "seedOffsets">;

/**
 * Samples rows along the paths of a plan. A row is visible iff its time is at most its seed's visible time; rows of
 * tables without time always are, and have no last ones: their whole fan-out is drawn uniformly. A seed's sample is a
 * function of the graph's visible part, the stream's seed, the entity, the anchor and the paths alone: neither the
 * batch, nor later rows, nor other positions change it.
 *
 * @param graph - the graph.
 * @param plan - the paths; checked on every call.
 * @param seeds - `S` seeds; a seed's own row and its keys are given, even where the row's time has not come yet.
 * @param rng - the stream; only its seed counts, so split it to sample the same seeds anew.
 * @param hash - draws by keys in place of `rng`: the same sample as an SQL engine's; slower, since all visible rows are looked at.
 * @returns one sample per position of the plan.
 * @throws {@link GraphError} GRF101 and GRF201 to GRF204 for the plan, GRF102 to GRF104 for the seeds.
 * @see pyg-lib `neighbor_kernel.cpp` (disjoint temporal sampling), here per path and without deduplication.
 */
export function samplePaths(
  graph: HeteroGraph,
  plan: PathPlan,
  seeds: Seeds,
  rng: Rng,
  hash: HashChoice | null = null,
): readonly PositionSample[] {
  const tables = planTables(graph, plan);
  checkSeeds(graph, plan.seedTable, seeds);
  const keys = pathKeys(graph, plan);
  const seedNumbers =
    hash &&
    Float64Array.from(seeds.rows, (row, s) =>
      hashSeedNumber(hash.numbers[plan.seedTable]![row]!, seeds.anchorTimes[s]!),
    );
  const seedKeys = hashSeeds(seeds, samplerKey(rng));
  const root = seedOwners(seeds);
  const scratch = createChoiceScratch();
  const samples: PositionSample[] = [];
  plan.positions.forEach((position, i) => {
    const adjacency = graph.edges[position.edge]!;
    const owners = position.parent < 0 ? root : samples[position.parent]!;
    const times = graph.nodeTypes[tables[i]!]!.times;
    const seedTimes = graph.nodeTypes[plan.seedTable]!.times;
    samples.push(
      position.direction === "parent"
        ? sampleParents(adjacency, position, owners, seeds, times)
        : sampleChildren(
            adjacency,
            position,
            owners,
            seeds,
            seedTimes,
            seedKeys,
            keys[i]!,
            scratch,
            hash && {
              numbers: hash.numbers[tables[i]!]!,
              salt: hashPositionSalt(hash.salt, i),
              seeds: seedNumbers!,
            },
          ),
    );
  });
  return samples;
}

function hashSeeds({ rows, anchorTimes }: Seeds, key: number): Int32Array {
  const keys = new Int32Array(rows.length);
  for (let s = 0; s < rows.length; s++) keys[s] = seedKey(key, rows[s]!, anchorTimes[s]!);
  return keys;
}

function seedOwners({ rows }: Seeds): Owners {
  const seedOf = new Int32Array(rows.length);
  const seedOffsets = new Int32Array(rows.length + 1);
  for (let s = 0; s < rows.length; s++) {
    seedOf[s] = s;
    seedOffsets[s + 1] = s + 1;
  }
  return { rows, seedOf, seedOffsets };
}

function sampleParents(
  { parentRows }: Adjacency,
  { excludeSeed }: PathPosition,
  owners: Owners,
  seeds: Seeds,
  times: Float64Array | null,
): PositionSample {
  const count = owners.rows.length;
  const totals = new Int32Array(count);
  const found = new Int32Array(count);
  let size = 0;
  for (let owner = 0; owner < count; owner++) {
    const row = parentRows[owners.rows[owner]!]!;
    if (row < 0) continue;
    const seed = owners.seedOf[owner]!;
    if (times !== null && !(times[row]! <= visibleLimit(seeds.visibleTimes[seed]!))) continue;
    if (excludeSeed && row === seeds.rows[seed]) continue;
    totals[owner] = 1;
    found[size++] = row;
  }
  return finish(found.slice(0, size), totals, totals, owners);
}

function sampleChildren(
  adjacency: Adjacency,
  { last, uniform, excludeSeed }: PathPosition,
  owners: Owners,
  seeds: Seeds,
  seedTimes: Float64Array | null,
  seedKeys: Int32Array,
  pathKey: number,
  scratch: ChoiceScratch,
  hash: PositionHash | null,
): PositionSample {
  const count = owners.rows.length;
  const totals = new Int32Array(count);
  const sizes = new Int32Array(count);
  // Where the seed's own row stands in each list; −1 = not there. Only peers need it.
  const own = excludeSeed ? new Int32Array(count) : null;
  const timed = adjacency.childTimes !== null;
  const newest = timed ? last : 0;
  const drawn = timed ? uniform : last + uniform;
  const fanOut = last + uniform;
  let size = 0;
  for (let owner = 0; owner < count; owner++) {
    const row = owners.rows[owner]!;
    const seed = owners.seedOf[owner]!;
    let visible = visibleCount(adjacency, row, seeds.visibleTimes[seed]!);
    if (own !== null) {
      const seedRow = seeds.rows[seed]!;
      const position = childPosition(adjacency, row, seedRow, seedTimes?.[seedRow] ?? 0);
      own[owner] = position < visible ? position : -1;
      if (own[owner]! >= 0) visible--;
    }
    totals[owner] = visible;
    sizes[owner] = Math.min(visible, fanOut);
    size += sizes[owner]!;
  }
  const rows = new Int32Array(size);
  const { offsets, children } = adjacency;
  for (let owner = 0, at = 0; owner < count; owner++) {
    const row = owners.rows[owner]!;
    const start = offsets[row]!;
    const skipped = own === null || own[owner]! < 0 ? totals[owner]! : own[owner]!;
    const seed = owners.seedOf[owner]!;
    const end =
      at +
      (hash === null
        ? chooseNeighbors(
            totals[owner]!,
            newest,
            drawn,
            mix(mix(seedKeys[seed]!, pathKey), row),
            scratch,
            rows,
            at,
          )
        : chooseByHash(
            candidatesOf(adjacency, start, totals[owner]!, skipped, hash.numbers),
            { last: newest, uniform: drawn },
            hash.seeds[seed]!,
            hash.salt,
            rows,
            at,
          ));
    for (; at < end; at++) {
      const position = rows[at]!;
      rows[at] = children[start + (position < skipped ? position : position + 1)]!;
    }
  }
  return finish(rows, sizes, totals, owners);
}

/** What a position draws with by hash. */
interface PositionHash {
  readonly numbers: Float64Array;
  readonly salt: number;
  /** float64 `[S]`. */
  readonly seeds: Float64Array;
}

function candidatesOf(
  { children, childTimes }: Adjacency,
  start: number,
  count: number,
  skipped: number,
  numbers: Float64Array,
): Candidates {
  const placeOf = (i: number): number => start + (i < skipped ? i : i + 1);
  return {
    count,
    numberAt: (i) => numbers[children[placeOf(i)]!]!,
    timeAt: (i) => (childTimes === null ? 0 : childTimes[placeOf(i)]!),
  };
}

/** Adds owners, offsets and seeds to sampled rows. */
function finish(
  rows: Int32Array,
  sizes: Int32Array,
  totals: Int32Array,
  { seedOf, seedOffsets }: Owners,
): PositionSample {
  const offsets = new Int32Array(sizes.length + 1);
  const owners = new Int32Array(rows.length);
  const seedOfRows = new Int32Array(rows.length);
  for (let owner = 0, at = 0; owner < sizes.length; owner++) {
    for (const end = at + sizes[owner]!; at < end; at++) {
      owners[at] = owner;
      seedOfRows[at] = seedOf[owner]!;
    }
    offsets[owner + 1] = at;
  }
  return {
    rows,
    owners,
    offsets,
    seedOffsets: seedOffsets.map((owner) => offsets[owner]!),
    seedOf: seedOfRows,
    totals,
  };
}
