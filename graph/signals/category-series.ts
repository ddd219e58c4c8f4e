/** CategorySeries: codes along an ordering, with counts of a code in any run and the number of distinct codes. */
import type { Ordering } from "./ordering.js";

const BITS = 5;
const MASK = (1 << BITS) - 1;
/** Runs up to this length are counted one by one. */
const SHORT = 48;

/** Codes in as few bytes as they need: runs of them are read again and again. */
type Codes = Int32Array | Uint8Array;

/** Codes along an ordering; every position holds one. */
export interface CategorySeries {
  readonly ordering: Ordering;
  /** `[links]`, from 0 on; in bytes where the codes fit. */
  readonly codes: Codes;
  /** The name of each code; empty where codes are rows. */
  readonly names: readonly string[];
  /** The code of each name; made when first asked for. */
  codeOfName: ReadonlyMap<string, number> | null;
  /** Places of codes in lists of names, by list. */
  readonly places: WeakMap<readonly string[], Int32Array>;
  /** By code: how often it occurs before each 32nd position; made when first asked for. */
  readonly ranks: Map<number, Int32Array>;
  /** Series that are made from this one, by name, such as pairs of neighbours. */
  readonly derived: Map<string, CategorySeries>;
  /** int32 `[links]`: the last position before with the same code, in whatever list; made when first asked for. */
  previous: Int32Array | null;
}

/**
 * Builds a series.
 *
 * @param ordering - lists of rows that all hold a code.
 * @param codes - int32 `[rows]`: the code of a row.
 * @param names - the name of each code; may be empty where codes are rows.
 */
export function buildCategorySeries(
  ordering: Ordering,
  codes: Int32Array,
  names: readonly string[],
): CategorySeries {
  const isSmall = names.length > 0 && names.length <= 256;
  const size = ordering.rows.length;
  const ordered = isSmall ? new Uint8Array(size) : new Int32Array(size);
  for (let i = 0; i < ordered.length; i++) ordered[i] = codes[ordering.rows[i]!]!;
  return seriesOf(ordering, ordered, names);
}

function seriesOf(ordering: Ordering, codes: Codes, names: readonly string[]): CategorySeries {
  const made = { ranks: new Map(), derived: new Map(), places: new WeakMap() };
  return { ordering, codes, names, ...made, codeOfName: null, previous: null };
}

/** Returns the code of a name; `−1` if there is none. */
export function codeOf(series: CategorySeries, name: string): number {
  series.codeOfName ??= new Map(series.names.map((one, code) => [one, code]));
  return series.codeOfName.get(name) ?? -1;
}

/**
 * Finds the place of each code's name in a list; every other name has the place after the last.
 *
 * @returns int32 `[codes]`.
 */
export function placesIn(series: CategorySeries, list: readonly string[]): Int32Array {
  const known = series.places.get(list);
  if (known) return known;
  const places = placesOf(series.names, list);
  series.places.set(list, places);
  return places;
}

/**
 * Finds the place of each name in a list; every other name has the place after the last.
 *
 * @returns int32 `[names]`.
 */
export function placesOf(names: readonly string[], list: readonly string[]): Int32Array {
  const places = new Map(list.map((name, place) => [name, place]));
  return Int32Array.from(names, (name) => places.get(name) ?? list.length);
}

/**
 * Returns the series of neighbours: at each position the code before and the code there as one, `before · n + code`;
 * `−1` at the first position of a list.
 */
export function neighbourSeries(series: CategorySeries): CategorySeries {
  const known = series.derived.get("neighbours");
  if (known) return known;
  const { ordering, codes, names } = series;
  const pairs = new Int32Array(codes.length);
  for (let root = 0; root + 1 < ordering.offsets.length; root++) {
    const start = ordering.offsets[root]!;
    for (let i = start; i < ordering.offsets[root + 1]!; i++) {
      pairs[i] = i === start ? -1 : codes[i - 1]! * names.length + codes[i]!;
    }
  }
  const made = seriesOf(ordering, pairs, []);
  series.derived.set("neighbours", made);
  return made;
}

/**
 * Counts a code in a run.
 *
 * @param series - the series.
 * @param code - the code; negative counts nothing.
 * @param lo - the run's first position.
 * @param hi - one past its last.
 */
export function runCount(series: CategorySeries, code: number, lo: number, hi: number): number {
  if (code < 0) return 0;
  const { codes } = series;
  if (hi - lo <= SHORT) {
    let count = 0;
    for (let i = lo; i < hi; i++) if (codes[i] === code) count++;
    return count;
  }
  const ranks = ranksOf(series, code);
  return rank(codes, ranks, code, hi) - rank(codes, ranks, code, lo);
}

function rank(codes: Codes, ranks: Int32Array, code: number, position: number): number {
  let count = ranks[position >> BITS]!;
  for (let i = position & ~MASK; i < position; i++) if (codes[i] === code) count++;
  return count;
}

function ranksOf(series: CategorySeries, code: number): Int32Array {
  const known = series.ranks.get(code);
  if (known) return known;
  const { codes } = series;
  const ranks = new Int32Array((codes.length >> BITS) + 1);
  let count = 0;
  for (let i = 0; i < codes.length; i++) {
    if ((i & MASK) === 0) ranks[i >> BITS] = count;
    if (codes[i] === code) count++;
  }
  if ((codes.length & MASK) === 0) ranks[codes.length >> BITS] = count;
  series.ranks.set(code, ranks);
  return ranks;
}

/**
 * Counts the distinct codes of a run.
 *
 * @param series - the series.
 * @param lo - the run's first position.
 * @param hi - one past its last.
 */
export function runDistinct(series: CategorySeries, lo: number, hi: number): number {
  series.previous ??= previousOf(series);
  const { previous } = series;
  let count = 0;
  for (let i = lo; i < hi; i++) if (previous[i]! < lo) count++;
  return count;
}

function previousOf({ codes, names }: CategorySeries): Int32Array {
  let most = names.length;
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= most) most = codes[i]! + 1;
  const last = new Int32Array(most).fill(-1);
  const previous = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    previous[i] = last[codes[i]!]!;
    last[codes[i]!] = i;
  }
  return previous;
}

/** Counts the bytes of a series without its ordering and names. */
export function categorySeriesBytes(series: CategorySeries): number {
  let bytes = series.codes.byteLength + (series.previous?.byteLength ?? 0);
  for (const ranks of series.ranks.values()) bytes += ranks.byteLength;
  for (const derived of series.derived.values()) bytes += categorySeriesBytes(derived);
  return bytes;
}
