/** Values of a feature as what models take: float32, NaN where missing, categories by their place in a list. */
import { MS_PER_DAY } from "../../src/core/time.js";
import { UNKNOWN } from "../run/filter.js";
import { compareDigits, compareTexts } from "../run/text-order.js";
import type { RowValues } from "../run/values-of-rows.js";
import type { FeatureKind } from "./bound-feature.js";

/** The values of a feature. */
export interface FeatureValues {
  /** float32 `[S]`: numbers, 0 and 1, days, or places in `categories`; NaN = missing. */
  readonly values: Float32Array;
  /** What codes mean: numbers by value, digits of integers by value, texts by code units; `null` for other kinds. */
  readonly categories: readonly string[] | null;
}

/** Gathers values as they are computed. */
export interface ValueCollector {
  /**
   * Takes values.
   *
   * @param values - values of some rows.
   * @param sources - int32: where among them the value of each place stands; `null` = in their order.
   * @param places - int32: whose they are.
   */
  take(values: RowValues, sources: Int32Array | null, places: Int32Array): void;
  finish(): FeatureValues;
}

/** Beyond this, float32 is infinite. */
const LARGEST = 3.4028234663852886e38;

/**
 * Makes a collector.
 *
 * @param kind - what the values are.
 * @param times - float64 `[S]`: when each row is seen.
 * @param categories - those of the fit; `null` collects them.
 */
export function collectValues(
  kind: FeatureKind,
  times: Float64Array,
  categories: readonly string[] | null,
): ValueCollector {
  const values = new Float32Array(times.length).fill(Number.NaN);
  if (kind === "category") return collectCategories(values, categories);
  const take: ValueCollector["take"] = ({ data, nulls }, sources, places) => {
    for (let i = 0; i < places.length; i++) {
      const source = sources === null ? i : sources[i]!;
      if (nulls !== null && nulls[source] === 1) continue;
      const place = places[i]!;
      const value = data[source]!;
      const number = kind === "age" ? (times[place]! - value) / MS_PER_DAY : value;
      values[place] = Math.max(-LARGEST, Math.min(LARGEST, number));
    }
  };
  return { take, finish: () => ({ values, categories: null }) };
}

/** Truth values as numbers, missing where unknown. */
export function truthValues(truth: Uint8Array): RowValues {
  let nulls: Uint8Array | null = null;
  for (let row = 0; row < truth.length; row++) {
    if (truth[row] !== UNKNOWN) continue;
    nulls ??= new Uint8Array(truth.length);
    nulls[row] = 1;
  }
  return { data: truth, nulls, dictionary: null, int64: false, list: null };
}

const UNSEEN = -2;
const ABSENT = -1;

/** Numbers categories as they come, and by their order in the end; or as they are given. */
function collectCategories(values: Float32Array, given: readonly string[] | null): ValueCollector {
  const ids = new Map((given ?? []).map((name, id) => [name, id]));
  let order: (a: string, b: string) => number = byNumber;
  const idOf = (name: string): number => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    if (given !== null) return ABSENT;
    const id = ids.size;
    ids.set(name, id);
    return id;
  };
  const take: ValueCollector["take"] = ({ data, nulls, dictionary, int64 }, sources, places) => {
    if (dictionary !== null) order = int64 && order !== compareTexts ? compareDigits : compareTexts;
    const byCode = dictionary && new Int32Array(dictionary.length).fill(UNSEEN);
    for (let i = 0; i < places.length; i++) {
      const source = sources === null ? i : sources[i]!;
      if (nulls !== null && nulls[source] === 1) continue;
      const value = data[source]!;
      let id = byCode === null ? idOf(String(value)) : byCode[value]!;
      if (byCode !== null && id === UNSEEN) {
        id = idOf(dictionary![value]!);
        byCode[value] = id;
      }
      if (id !== ABSENT) values[places[i]!] = id;
    }
  };
  const finish = (): FeatureValues => {
    if (given !== null) return { values, categories: given };
    const names = [...ids.keys()].sort(order);
    const placeOf = new Int32Array(names.length);
    names.forEach((name, place) => {
      placeOf[ids.get(name)!] = place;
    });
    for (let i = 0; i < values.length; i++) {
      if (!Number.isNaN(values[i]!)) values[i] = placeOf[values[i]!]!;
    }
    return { values, categories: names };
  };
  return { take, finish };
}

function byNumber(a: string, b: string): number {
  return Number(a) - Number(b);
}
