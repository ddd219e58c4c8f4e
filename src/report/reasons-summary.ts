/** What drives a model over many predictions: mean contributions by family, and cohorts of rows with similar values. */
import type { Contribution, Explanation } from "../../gnn/explain/explanation.js";

/** Rows with similar values of a signal. */
export interface Cohort {
  /** The values as people read them, such as `3 … 7 days`. */
  readonly bucket: string;
  readonly rows: number;
  /** Share of the rows that have the signal. */
  readonly population: number;
  /** Mean of what came true; `null` where nothing is known yet. */
  readonly meanTarget: number | null;
  readonly meanPrediction: number;
  readonly meanContribution: number;
}

/** One family of signals over all explained rows. */
export interface FamilySummary {
  readonly family: string;
  /** The label of its most frequent signal. */
  readonly label: string;
  /** Mean absolute contribution, in the unit of the prediction; rows that do not list it count 0. */
  readonly meanSize: number;
  /** Of all mean absolute contributions, in 0 … 1. */
  readonly share: number;
  /** Mean contribution with its sign. */
  readonly meanContribution: number;
  readonly cohorts: readonly Cohort[];
}

/** The global view of a model. */
export interface ReasonsSummary {
  readonly rows: number;
  /** The largest first. */
  readonly families: readonly FamilySummary[];
  /** Share of everything that no row listed by name, in 0 … 1. */
  readonly other: number;
}

/** Buckets of numbers, at most. */
const BUCKETS = 4;
/** Fewest rows of a signal that are told in cohorts. */
const LEAST_ROWS = 8;

/**
 * Summarizes explanations.
 *
 * @param explanations - of rows of one model, each with as many reasons as it can list.
 * @param targets - float64 `[explanations]`: what came true, NaN where it is not known.
 * @param top - families told, 10 by default; what is left counts as `other`.
 * @see KumoRFM's cohorts (bucket, population, mean target), here with mean prediction and contribution.
 */
export function summarizeReasons(
  explanations: readonly Explanation[],
  targets: Float64Array,
  { top = 10 }: { readonly top?: number } = {},
): ReasonsSummary {
  const families = new Map<string, Occurrence[]>();
  let total = 0;
  explanations.forEach((explanation, row) => {
    for (const contribution of explanation.contributions) {
      const found = families.get(contribution.family) ?? [];
      found.push({ row, contribution });
      families.set(contribution.family, found);
      total += Math.abs(contribution.contribution);
    }
    total += otherSize(explanation);
  });
  const summaries = [...families]
    .map(([family, found]) => summarizeFamily(family, found, explanations, targets, total))
    .sort((a, b) => b.meanSize - a.meanSize || (a.family < b.family ? -1 : 1));
  const shown = summaries.slice(0, top);
  const named = shown.reduce((sum, { share }) => sum + share, 0);
  return {
    rows: explanations.length,
    families: shown,
    other: total === 0 ? 0 : Math.max(0, 1 - named),
  };
}

/** A family in one explanation. */
interface Occurrence {
  readonly row: number;
  readonly contribution: Contribution;
}

/** The absolute contributions behind `other`: shares are of absolute contributions. */
function otherSize({ contributions, other }: Explanation): number {
  const shown = contributions.reduce((sum, one) => sum + Math.abs(one.contribution), 0);
  const share = contributions.reduce((sum, one) => sum + one.share, 0);
  return share <= 0 ? Math.abs(other.contribution) : (shown * other.share) / share;
}

function summarizeFamily(
  family: string,
  found: readonly Occurrence[],
  explanations: readonly Explanation[],
  targets: Float64Array,
  total: number,
): FamilySummary {
  const size = found.reduce((sum, { contribution: { contribution: c } }) => sum + Math.abs(c), 0);
  const moved = found.reduce((sum, { contribution: { contribution: c } }) => sum + c, 0);
  const label = mostFrequent(found.map(({ contribution }) => contribution.label));
  const same = found.filter(({ contribution }) => contribution.label === label);
  const rows = Math.max(1, explanations.length);
  return {
    family,
    label,
    meanSize: size / rows,
    share: total === 0 ? 0 : size / total,
    meanContribution: moved / rows,
    cohorts:
      same.length < LEAST_ROWS
        ? []
        : bucketsOf(same).map((bucket) => cohortOf(bucket, same.length, explanations, targets)),
  };
}

function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]![0];
}

/** Parts rows by their values: numbers into about equal parts with equal values together, everything else by its text. */
function bucketsOf(found: readonly Occurrence[]): readonly (readonly Occurrence[])[] {
  if (found.some(({ contribution }) => contribution.value === null)) return bucketsByText(found);
  const sorted = [...found].sort((a, b) => a.contribution.value! - b.contribution.value!);
  const buckets: Occurrence[][] = [];
  for (let from = 0; from < sorted.length; ) {
    const wanted = Math.max(from + 1, Math.round(((buckets.length + 1) * sorted.length) / BUCKETS));
    let to = Math.min(sorted.length, wanted);
    while (
      to < sorted.length &&
      sorted[to]!.contribution.value === sorted[to - 1]!.contribution.value
    )
      to++;
    buckets.push(sorted.slice(from, to));
    from = to;
  }
  return buckets;
}

function bucketsByText(found: readonly Occurrence[]): readonly (readonly Occurrence[])[] {
  const byText = new Map<string, Occurrence[]>();
  for (const one of found) {
    const bucket = byText.get(one.contribution.display) ?? [];
    bucket.push(one);
    byText.set(one.contribution.display, bucket);
  }
  return [...byText.values()].sort((a, b) => b.length - a.length).slice(0, BUCKETS + 2);
}

function cohortOf(
  bucket: readonly Occurrence[],
  all: number,
  explanations: readonly Explanation[],
  targets: Float64Array,
): Cohort {
  const first = bucket[0]!.contribution.display;
  const last = bucket.at(-1)!.contribution.display;
  const known = bucket.filter(({ row }) => !Number.isNaN(targets[row]!));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    bucket: first === last ? first : `${first} … ${last}`,
    rows: bucket.length,
    population: bucket.length / all,
    meanTarget: known.length === 0 ? null : mean(known.map(({ row }) => targets[row]!)),
    meanPrediction: mean(bucket.map(({ row }) => explanations[row]!.prediction)),
    meanContribution: mean(bucket.map(({ contribution }) => contribution.contribution)),
  };
}
