/** How the rows of a feature are looked at: many of one moment in a sweep, or each at its own time; in parts that fit into memory. */
import type { Database } from "../../src/data/database.js";
import {
  allAggregations,
  type BoundAggregation,
  boundAggregations,
  insideOf,
} from "../bind/bound.js";
import { readsAnchor, restsOnLateCells } from "../run/late.js";
import type { RowMeter } from "../run/measure.js";
import { tileTimes } from "../run/run.js";
import type { BoundFeature } from "./bound-feature.js";

/** Rows of the entity table, each seen at a time of its own; in any order, repeated as often as wanted. */
export interface FeatureRows {
  /** int32 `[S]`. */
  readonly rows: Int32Array;
  /** float64 `[S]` in milliseconds; `+Infinity` = at no time, all is known. */
  readonly times: Float64Array;
}

/** A part of the work; places are numbers of the rows asked about. */
export type Look =
  /** All entities at some ascending moments; int32 places for each moment. */
  | {
      readonly kind: "moments";
      readonly times: Float64Array;
      readonly places: readonly Int32Array[];
    }
  /** Some of the rows, each at its own time. */
  | { readonly kind: "each"; readonly places: Int32Array };

/** A row at its own time costs about as much as so many cells of a sweep: its events are copied first. */
const COPYING = 4;

/** Rows of a look at their own times are joined with so many events together, at most. */
const MOST_EVENTS = 2_000_000;

/**
 * Chooses the looks by what they cost. They differ in nothing but time: the events of a cell are added up in row order either way.
 *
 * @param feature - the feature.
 * @param meter - what its aggregations run over.
 * @param db - the database.
 * @param seeds - the rows asked about.
 * @param places - int32: those of them that are there.
 */
export function planLooks(
  feature: BoundFeature,
  meter: RowMeter,
  db: Database,
  seeds: FeatureRows,
  places: Int32Array,
): Look[] {
  const timeless = places.filter((place) => seeds.times[place] === Infinity);
  const timed = timeless.length === 0 ? places : places.filter((i) => seeds.times[i] !== Infinity);
  const looks: Look[] = [];
  // Without a time there is one moment, by itself: there all is known, at no other.
  if (timeless.length > 0) {
    looks.push({ kind: "moments", times: Float64Array.of(Infinity), places: [timeless] });
  }
  if (timed.length === 0) return looks;
  const entities = db.table(feature.entity.name).numRows;
  const aggregations = boundAggregations(feature.value);
  const sizes = eventsOf(aggregations, meter, db, feature.entity.name);
  const groups = groupByTime(seeds.times, timed);
  const moments = groups.times.length;
  const cells = moments * entities * Math.max(1, aggregations.length);
  let each = 0;
  for (let i = 0; i < timed.length; i++) each += 1 + sizes[seeds.rows[timed[i]!]!]!;
  const parts =
    each * COPYING < costOfMoments(feature, meter, cells, moments)
      ? lookAtEach(timed, seeds.rows, sizes)
      : lookAtMoments(groups, aggregations, entities);
  return [...looks, ...parts];
}

/** Counts the events of aggregations for each owner, those that their filters aggregate too, float64 `[owners]`. */
function eventsOf(
  aggregations: readonly BoundAggregation[],
  meter: RowMeter,
  db: Database,
  owner: string,
): Float64Array {
  const sizes = new Float64Array(db.table(owner).numRows);
  for (const aggregation of aggregations) {
    const { owners, rows } = meter.joined(aggregation);
    // Nested aggregations belong to the rows of the aggregated table, the first of the path.
    const nested = insideOf(aggregation).flatMap(boundAggregations);
    const inner = nested.length > 0 ? eventsOf(nested, meter, db, aggregation.table.name) : null;
    const [base = null] = rows;
    for (let i = 0; i < owners.length; i++) {
      if (owners[i]! < 0) continue;
      sizes[owners[i]!]! += 1 + (inner === null ? 0 : inner[base === null ? i : base[i]!]!);
    }
  }
  return sizes;
}

/** Cells that a sweep fills, and events that it reads anew at each moment where they look different to each. */
function costOfMoments(
  { value }: BoundFeature,
  meter: RowMeter,
  cells: number,
  moments: number,
): number {
  if (!boundAggregations(value).some(readsAnchor) && !restsOnLateCells(value)) return cells;
  let events = 0;
  for (const aggregation of allAggregations(value)) events += meter.joined(aggregation).length;
  return cells + moments * events * COPYING;
}

/** The parts of a look at each row at its own time. */
export function lookAtEach(places: Int32Array, rows: Int32Array, sizes: Float64Array): Look[] {
  const looks: Look[] = [];
  let first = 0;
  let events = 0;
  for (let i = 0; i < places.length; i++) {
    const own = 1 + sizes[rows[places[i]!]!]!;
    if (i > first && events + own > MOST_EVENTS) {
      looks.push({ kind: "each", places: places.subarray(first, i) });
      first = i;
      events = 0;
    }
    events += own;
  }
  looks.push({ kind: "each", places: places.subarray(first) });
  return looks;
}

/** The parts of a look at all entities, moment by moment. */
export function lookAtMoments(
  { times, offsets, members }: TimeGroups,
  aggregations: readonly BoundAggregation[],
  entities: number,
): Look[] {
  const windows = aggregations.flatMap(({ window }) => window ?? []);
  const tiles = tileTimes(times, windows, aggregations.length * entities, entities);
  let first = 0;
  return tiles.map((tile): Look => {
    const start = first;
    first += tile.length;
    const places = Array.from(tile, (_, i) =>
      members.subarray(offsets[start + i]!, offsets[start + i + 1]!),
    );
    return { kind: "moments", times: tile, places };
  });
}

/** Places by time: moment `m` has `members[offsets[m] … offsets[m + 1] - 1]`. */
export interface TimeGroups {
  /** Ascending, distinct. */
  readonly times: Float64Array;
  readonly offsets: Int32Array;
  readonly members: Int32Array;
}

/** Groups some places by their times. */
export function groupByTime(times: Float64Array, places: Int32Array): TimeGroups {
  const sorted = Float64Array.from(places, (place) => times[place]!).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i]!;
  }
  const distinct = sorted.slice(0, count);
  const moments = Int32Array.from(places, (place) => indexOf(distinct, times[place]!));
  const offsets = new Int32Array(count + 1);
  for (let i = 0; i < moments.length; i++) offsets[moments[i]! + 1]!++;
  for (let moment = 0; moment < count; moment++) offsets[moment + 1]! += offsets[moment]!;
  const next = offsets.slice(0, count);
  const members = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) members[next[moments[i]!]!++] = places[i]!;
  return { times: distinct, offsets, members };
}

/** Finds a time among ascending ones that hold it. */
function indexOf(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
