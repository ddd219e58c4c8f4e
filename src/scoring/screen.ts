/** Metric screening: which metrics tell churn and expansion, how surely, and which only seem to. */
import { createRng } from "../core/random.js";
import type { ScoreConfig } from "./config.js";
import type { ScoreHistory } from "./history.js";
import { OUTCOMES, type Outcome } from "./outcomes.js";

/** One metric beside one outcome. */
export interface ScreenedMetric {
  readonly metric: string;
  readonly label: string;
  readonly outcome: Exclude<Outcome, "stayed">;
  /** Mean value per outcome, in the order of `OUTCOMES`; `null` where nobody has it. */
  readonly means: readonly (number | null)[];
  /** Share of rows that have a value; the others count nowhere. */
  readonly known: number;
  /** Rank correlation with the outcome (Spearman against 0 and 1). */
  readonly correlation: number;
  /** 95 % of the resamples of entities. */
  readonly low: number;
  readonly high: number;
  /** Chance of such a correlation without any link, corrected for trying many (Benjamini and Hochberg). */
  readonly chance: number;
  /** Place by the size of the correlation, from 1, for its outcome. */
  readonly rank: number;
  readonly verdict: "kept" | "weak" | "chance";
}

/** Options of {@link screenMetrics}. */
export interface ScreenOptions {
  readonly seed?: number | undefined;
  /** Correlations from it on are kept, 0.45 by default. */
  readonly threshold?: number | undefined;
  readonly resamples?: number | undefined;
}

/** Of this chance or less a correlation is told. */
const CHANCE = 0.05;

/**
 * Screens the metrics of a configuration.
 *
 * @param config - names the metrics.
 * @param history - of {@link readHistory}.
 * @returns per outcome, the strongest first; metrics without spread are left out.
 * @see Benjamini and Hochberg 1995, Controlling the false discovery rate.
 */
export function screenMetrics(
  config: ScoreConfig,
  history: ScoreHistory,
  { seed = 0, threshold = 0.45, resamples = 200 }: ScreenOptions = {},
): readonly ScreenedMetric[] {
  return (["churned", "expanded"] as const).flatMap((outcome) => {
    const code = OUTCOMES.indexOf(outcome);
    const isIt = Float64Array.from(history.outcomes, (found) => (found === code ? 1 : 0));
    if (!isIt.includes(1) || !isIt.includes(0)) return [];
    const found = Object.entries(config.metrics).flatMap(([metric, { label }]) => {
      const values = history.metrics.get(metric)!;
      const there = Int32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]!));
      const ranks = rankOf(pick(values, there));
      const outcomes = pick(isIt, there);
      const correlation = pearson(ranks, outcomes);
      if (Number.isNaN(correlation)) return [];
      const entities = there.map((row) => history.entityRows[row]!);
      const spread = resample(ranks, outcomes, entities, seed, resamples);
      const known = there.length / values.length;
      // Rows of one entity resemble each other, so the deviation is that of drawn entities.
      const z = Math.abs(correlation) / Math.max(1e-9, spread.deviation);
      return [{ metric, label, correlation, known, ...spread, p: twoSided(z) }];
    });
    const corrected = correct(found.map(({ p }) => p));
    const order = [...found.keys()].sort(
      (a, b) => Math.abs(found[b]!.correlation) - Math.abs(found[a]!.correlation),
    );
    return order.map((i, place): ScreenedMetric => {
      const { metric, label, correlation, low, high, known } = found[i]!;
      const chance = corrected[i]!;
      return {
        metric,
        label,
        outcome,
        means: meansOf(history.metrics.get(metric)!, history.outcomes),
        known,
        correlation,
        low,
        high,
        chance,
        rank: place + 1,
        verdict: chance > CHANCE ? "chance" : Math.abs(correlation) >= threshold ? "kept" : "weak",
      };
    });
  });
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

/** Ranks, ties shared. */
export function rankOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    return x < y ? -1 : x > y ? 1 : a - b;
  });
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** NaN where either side does not vary. */
function pearson(a: Float64Array, b: Float64Array, weights?: Float64Array): number {
  let [sum, sumA, sumB, squaresA, squaresB, both] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const w = weights ? weights[i]! : 1;
    const [x, y] = [a[i]!, b[i]!];
    sum += w;
    sumA += w * x;
    sumB += w * y;
    squaresA += w * x * x;
    squaresB += w * y * y;
    both += w * x * y;
  }
  const varianceA = squaresA / sum - (sumA / sum) ** 2;
  const varianceB = squaresB / sum - (sumB / sum) ** 2;
  if (!(varianceA > 1e-12 * squaresA) || !(varianceB > 0)) return Number.NaN;
  return (both / sum - (sumA / sum) * (sumB / sum)) / Math.sqrt(varianceA * varianceB);
}

function resample(
  ranks: Float64Array,
  isIt: Float64Array,
  entityRows: Int32Array,
  seed: number,
  resamples: number,
): { readonly low: number; readonly high: number; readonly deviation: number } {
  const places = new Map<number, number>();
  const entity = Int32Array.from(entityRows, (row) => {
    const place = places.get(row) ?? places.size;
    places.set(row, place);
    return place;
  });
  const rng = createRng(seed).split("screen");
  const counts = new Float64Array(places.size);
  const weights = new Float64Array(ranks.length);
  const found: number[] = [];
  for (let k = 0; k < resamples; k++) {
    counts.fill(0);
    for (let i = 0; i < counts.length; i++) counts[rng.int(counts.length)]!++;
    for (let i = 0; i < weights.length; i++) weights[i] = counts[entity[i]!]!;
    const value = pearson(ranks, isIt, weights);
    if (!Number.isNaN(value)) found.push(value);
  }
  found.sort((a, b) => a - b);
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / found.length;
  return {
    low: found[Math.floor(0.025 * found.length)] ?? Number.NaN,
    high: found[Math.min(found.length - 1, Math.floor(0.975 * found.length))] ?? Number.NaN,
    deviation: Math.sqrt(variance),
  };
}

/** The chance of a normal deviate at least so far from 0, by Abramowitz and Stegun 26.2.17. */
function twoSided(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const tail =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.min(1, (2 * tail * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
}

/** Benjamini and Hochberg's correction: the smallest false discovery rate at which each is told. */
export function correct(chances: readonly number[]): number[] {
  const order = [...chances.keys()].sort((a, b) => chances[b]! - chances[a]!);
  const corrected = new Array<number>(chances.length).fill(1);
  let least = 1;
  order.forEach((i, place) => {
    least = Math.min(least, (chances[i]! * chances.length) / (chances.length - place));
    corrected[i] = least;
  });
  return corrected;
}

function meansOf(values: Float64Array, outcomes: Uint8Array): (number | null)[] {
  return OUTCOMES.map((_, code) => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      if (outcomes[i] !== code || Number.isNaN(values[i]!)) continue;
      sum += values[i]!;
      count++;
    }
    return count === 0 ? null : sum / count;
  });
}
