/** Learned weights: the points of parts and deductions follow what became of entities, within the shape of the model. */
import type { Database } from "../data/database.js";
import { rocAuc } from "../task/binary-metrics.js";
import { quantileOf } from "../task/bootstrap.js";
import type { CategoryConfig, DeductionConfig, ScoreConfig, TierConfig } from "./config.js";
import { type HistoryOptions, readHistory, type ScoreHistory } from "./history.js";
import { OUTCOMES } from "./outcomes.js";
import { deductionPoints, givePoints, pointsOfPart } from "./points.js";
import { segmentsOf } from "./score-segments.js";

/** Options of {@link learnConfig}. */
export interface LearnOptions extends HistoryOptions {
  readonly seed?: number | undefined;
}

/** Fewest rows with each outcome to learn from. */
const LEAST = 30;
/** How far learned points may be mixed in; what the newest moment likes best is taken. */
const SHARES = [0, 0.25, 0.5, 0.75, 1] as const;
/** The most that a deduction may grow. */
const GROWTH = 2;

/**
 * Learns points from outcomes: parts share the points of their category (weights are not negative and add up to it), deductions
 * keep their sign. They are learned on moments whose outcomes were known by the newest one, and mixed with the given ones as far as that moment
 * says it helps; so a learned score is no worse than the given one there. Segments with enough rows learn points of their own.
 *
 * @param db - the database.
 * @param config - with outcomes.
 * @param options - how far to read.
 * @returns the configuration with other points, and a note of what was learned.
 * @throws {@link ConfigError} CFG239 without outcomes, CFG242 if the data are too short.
 */
export function learnConfig(
  db: Database,
  config: ScoreConfig,
  options: LearnOptions = {},
): ScoreConfig {
  const history = readHistory(db, config, options);
  const times = Float64Array.from(history.momentOf, (k) => history.moments[k]!);
  const segments = segmentsOf(db, config, { rows: history.entityRows, times });
  const notes = [...(config.notes ?? [])];
  const whole = learnPoints(config.categories, config.deductions, history, () => true);
  notes.push(whole.note);
  const own = (config.segments ?? []).map((segment, s) => {
    const categories = segment.categories ?? config.categories;
    const deductions = segment.deductions ?? config.deductions;
    const found = learnPoints(categories, deductions, history, (row) => segments[row] === s);
    notes.push(`segment ${segment.name}: ${found.note}`);
    return { ...segment, categories: found.categories, deductions: found.deductions };
  });
  return {
    ...config,
    categories: whole.categories,
    deductions: whole.deductions,
    ...(own.length > 0 && { segments: own }),
    notes,
  };
}

interface Learned {
  readonly categories: readonly CategoryConfig[];
  readonly deductions: readonly DeductionConfig[];
  readonly note: string;
}

function learnPoints(
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
  history: ScoreHistory,
  belongs: (row: number) => boolean,
): Learned {
  const newest = history.moments.length - 1;
  const rows = Array.from(history.outcomes.keys()).filter(belongs);
  // What came of a row that is learned from was known at the newest moment.
  const known = history.moments[newest]! - history.window;
  const train = rows.filter((row) => history.moments[history.momentOf[row]!]! <= known);
  const held = rows.filter((row) => history.momentOf[row] === newest);
  const given = { categories, deductions };
  if (Math.min(countChurned(history, train), countChurned(history, held)) < LEAST / 3) {
    return { ...given, note: `points are as given: fewer than ${LEAST} outcomes to learn from` };
  }
  const learned = descend(categories, deductions, history, train);
  const candidates = SHARES.map((share) => mix(given, learned, share));
  const scored = candidates.map((one) => aucOf(one.categories, one.deductions, history, held));
  const best = scored.reduce((top, auc, i) => (auc > scored[top]! + 1e-9 ? i : top), 0);
  const [before, after] = [scored[0]!, scored[best]!].map((auc) => auc.toFixed(3));
  return {
    ...candidates[best]!,
    note:
      best === 0
        ? `points are as given: learned ones tell churn no better (${before})`
        : `points are learned from ${train.length} rows, mixed in by ${SHARES[best]! * 100} %: churn is told with ${after} in place of ${before}`,
  };
}

function countChurned({ outcomes }: ScoreHistory, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + (outcomes[row] === CHURNED ? 1 : 0), 0);
}

const CHURNED = OUTCOMES.indexOf("churned");

/** How well a score tells who does not churn. */
function aucOf(
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
  history: ScoreHistory,
  rows: readonly number[],
): number {
  const { scores } = givePoints(categories, deductions, history.metrics, history.outcomes.length);
  const stays = Float64Array.from(rows, (row) => (history.outcomes[row] === CHURNED ? 0 : 1));
  return (
    rocAuc(
      Float64Array.from(rows, (row) => scores[row]!),
      stays,
    ) ?? 0.5
  );
}

const STEPS = 400;
/** Pull towards the given points, so that parts that tell alike share. */
const RIDGE = 0.05;

/**
 * Projected gradient descent on squared error of the outcome (churned −1, stayed 0, expanded 1) against the score, whose
 * slope and level are fitted at each step.
 */
function descend(
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
  history: ScoreHistory,
  rows: readonly number[],
): { readonly parts: readonly Float64Array[]; readonly taken: Float64Array } {
  const target = Float64Array.from(rows, (row) => history.outcomes[row]! - 1);
  const shares = categories.map(({ parts }) =>
    parts.map((part) => {
      const given = pointsOfPart(part, history.metrics, history.outcomes.length);
      return Float64Array.from(rows, (row) => given[row]! / (part.points || 1));
    }),
  );
  const sizes = deductions.map((deduction) => {
    const values = history.metrics.get(deduction.metric)!;
    return Float64Array.from(rows, (row) => deductionPoints(deduction, values[row]!));
  });
  const parts = categories.map((category) =>
    Float64Array.from(category.parts, ({ points }) => points),
  );
  const given = parts.map((weights) => weights.slice());
  const taken = new Float64Array(deductions.length).fill(1);
  const n = rows.length;
  for (let step = 0; step < STEPS; step++) {
    const score = new Float64Array(n);
    for (const [c, members] of shares.entries()) {
      for (const [p, share] of members.entries()) addTo(score, share, parts[c]![p]!);
    }
    for (const [d, size] of sizes.entries()) addTo(score, size, taken[d]!);
    const { slope, level } = line(score, target);
    // A score that runs against the outcomes cannot be mended by its slope.
    const error = score.map((value, i) => Math.max(0, slope) * value + level - target[i]!);
    const rate = 4 / (1 + step / 100);
    shares.forEach((members, c) => {
      const weights = parts[c]!;
      const moved = weights.map((weight, p) => {
        const pull = RIDGE * ((weight - given[c]![p]!) / 10);
        const gradient = slope * meanProduct(error, members[p]!) * 10 + pull;
        return weight - rate * gradient;
      });
      weights.set(onSimplex(moved, categories[c]!.points));
    });
    sizes.forEach((size, d) => {
      const gradient = slope * meanProduct(error, size) + RIDGE * (taken[d]! - 1);
      taken[d] = Math.min(GROWTH, Math.max(0, taken[d]! - rate * 0.1 * gradient));
    });
  }
  return { parts, taken };
}

function addTo(sum: Float64Array, values: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * values[i]!;
}

function meanProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / Math.max(1, a.length);
}

/** The least-squares line of y by x. */
function line(
  x: Float64Array,
  y: Float64Array,
): { readonly slope: number; readonly level: number } {
  const n = Math.max(1, x.length);
  const meanX = x.reduce((a, b) => a + b, 0) / n;
  const meanY = y.reduce((a, b) => a + b, 0) / n;
  let both = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    both += (x[i]! - meanX) * (y[i]! - meanY);
    squares += (x[i]! - meanX) ** 2;
  }
  const slope = squares === 0 ? 0 : both / squares;
  return { slope, level: meanY - slope * meanX };
}

/**
 * The nearest weights that are not negative and add up to a total.
 *
 * @see Duchi et al. 2008, Efficient projections onto the l1-ball.
 */
export function onSimplex(weights: Float64Array, total: number): Float64Array {
  const sorted = weights.slice().sort().reverse();
  let sum = 0;
  let shift = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!;
    const candidate = (sum - total) / (i + 1);
    if (sorted[i]! > candidate) shift = candidate;
  }
  return weights.map((weight) => Math.max(0, weight - shift));
}

/** Learned points mixed with given ones; parts that get none are left out. */
function mix(
  { categories, deductions }: Pick<Learned, "categories" | "deductions">,
  { parts, taken }: { readonly parts: readonly Float64Array[]; readonly taken: Float64Array },
  share: number,
): Pick<Learned, "categories" | "deductions"> {
  if (share === 0) return { categories, deductions };
  return {
    categories: categories.map((category, c) => ({
      ...category,
      parts: category.parts.map((part, p) => {
        const points = part.points + share * (parts[c]![p]! - part.points);
        const factor = part.points === 0 ? 0 : points / part.points;
        return {
          ...part,
          points: cut(part.points * factor),
          rules: part.rules.map((rule) => ({ ...rule, points: cut(rule.points * factor) })),
          ...(part.missing !== undefined && { missing: cut(part.missing * factor) }),
        };
      }),
    })),
    deductions: deductions.map((deduction, d) => {
      const factor = 1 + share * (taken[d]! - 1);
      const { each, most, points } = deduction;
      return {
        ...deduction,
        ...(each !== undefined && { each: cut(each * factor) }),
        ...(most !== undefined && { most: cut(most * factor) }),
        ...(points !== undefined && { points: cut(points * factor) }),
      };
    }),
  };
}

/** Two digits behind the point, cut off so that parts never give more than their category. */
function cut(points: number): number {
  return Math.floor(points * 100 + 1e-6) / 100;
}

/** Shares of entities below each tier but the lowest, as one team found them. */
const POPULATION = [0.12, 0.33, 0.76, 0.95] as const;

/**
 * Tiers that follow the population: as many entities in each as in the published table, whatever scores look like.
 *
 * @param scores - float64: of everybody.
 * @param tiers - the names, from the lowest up; five of them.
 */
export function populationTiers(scores: Float64Array, tiers: readonly TierConfig[]): TierConfig[] {
  const sorted = scores.slice().sort();
  return tiers.map(({ name }, i) => {
    if (i === 0 || sorted.length === 0) return { name, from: i === 0 ? -Infinity : i };
    const share = POPULATION[i - 1] ?? 1 - 0.05 / (i + 1);
    // Equal scores must not make two tiers begin at one point.
    return { name, from: quantileOf(sorted, share) + i * 1e-9 };
  });
}

/**
 * Puts predictions on the scale of scores: each gets the score that has as many entities below it.
 *
 * @param predictions - float64 `[rows]`: the higher the better.
 * @returns float64 `[rows]`, 0 to 100; equal predictions get equal scores.
 */
export function predictionsToScores(predictions: Float64Array): Float64Array {
  const sorted = predictions.slice().sort();
  const below = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const most = Math.max(1, sorted.length - 1);
  return predictions.map((value) => (100 * below(value)) / most);
}
