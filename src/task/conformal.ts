/** Intervals around predicted quantiles: conformalised quantile regression, per group, the latest rows counting most. */
import { invariant } from "../core/assert.js";
import { ConfigError } from "../core/errors.js";
import type { Rng } from "../core/random.js";
import { conformalQuantile } from "./conformal-quantile.js";

/** Predicted quantiles of some rows. */
export interface QuantileTable {
  /** Ascending, in (0, 1). */
  readonly levels: readonly number[];
  /** float64 `[rows, levels]`, row-major, ascending along a row, in the target's unit. */
  readonly values: Float64Array;
}

/** The values a target can take. */
export interface Support {
  readonly min: number | null;
  readonly max: number | null;
}

/** Options of {@link fitConformal}. */
export interface ConformalOptions {
  /** The share of true values that shall fall inside, 0.8 by default. */
  readonly level?: number;
  /** int32 `[rows]`: rows of a group are calibrated among themselves, where there are enough. */
  readonly groups?: Int32Array;
  /** Fewest rows of a group with a correction of its own, 200 by default. */
  readonly minRows?: number;
  /** float64 `[rows]`: when each row is asked about; later windows count more. */
  readonly times?: Float64Array;
  /** After how many distinct times a row counts half, 4 by default. */
  readonly halfLife?: number;
  /** int32 `[rows]`: whose row each is. Each entity then counts as one row: a drawn one with `rng`, else all of them in part. */
  readonly entities?: Int32Array;
  readonly rng?: Rng;
  readonly support?: Support;
}

/** Fitted corrections; plain data that a model folder keeps. */
export interface ConformalModel {
  readonly level: number;
  /** What is taken off the lower and added to the upper quantile; `null` = too few rows, unbounded. */
  readonly pooled: number | null;
  /** Corrections of single groups, by the group's number. */
  readonly groups: Readonly<Record<string, number | null>>;
  readonly support: Support;
}

const ANY: Support = { min: null, max: null };

/**
 * Fits the corrections that make predicted quantiles hold what they promise.
 *
 * The score of a row is how far its target lies outside its quantile interval, `max(lo − y, y − hi)`, negative inside; the
 * correction is the finite-sample quantile of the scores. A lower quantile that is the least value there can be cannot be
 * missed and so does not count: intervals of zero-inflated targets begin at 0. Under drift the coverage is empirical, not a
 * guarantee.
 *
 * @param quantiles - of rows that the model was not fitted on.
 * @param targets - `[rows]`, of the same rows.
 * @param options - level, groups, times, entities, support.
 * @throws {@link ConfigError} CFG111 if the level is not between 0 and 1.
 * @see Romano et al. 2019, Conformalized quantile regression; Vovk et al. 2005 (groups); Barber et al. 2023 (weights).
 */
export function fitConformal(
  quantiles: QuantileTable,
  targets: Float64Array,
  options: ConformalOptions = {},
): ConformalModel {
  const { level = 0.8, groups, minRows = 200, support = ANY } = options;
  if (!(level > 0 && level < 1)) {
    const message = `\`interval\` expects a level between 0 and 1, found ${level}`;
    throw new ConfigError("CFG111", message, { hint: "write 0.8 for an 80 % interval" });
  }
  const { low, high } = interval(quantiles, level);
  invariant(
    low.length === targets.length,
    `${low.length} quantile rows, ${targets.length} targets`,
  );
  const scores = targets.map((target, row) =>
    Math.max(
      support.min !== null && low[row]! <= support.min ? -Infinity : low[row]! - target,
      support.max !== null && high[row]! >= support.max ? -Infinity : target - high[row]!,
    ),
  );
  const rows = chooseRows(targets.length, options);
  const weights = weigh(rows, options);
  const order = rows.sort((a, b) =>
    scores[a]! < scores[b]! ? -1 : scores[a]! > scores[b]! ? 1 : a - b,
  );
  const own: Record<string, number | null> = {};
  for (const group of new Set(groups ? order.map((row) => groups[row]!) : [])) {
    const members = order.filter((row) => groups![row] === group);
    if (members.length < minRows) continue;
    own[String(group)] = finite(conformalQuantile(scores, weights, members, level));
  }
  const pooled = finite(conformalQuantile(scores, weights, order, level));
  return { level, pooled, groups: own, support };
}

/**
 * Puts intervals around predicted quantiles.
 *
 * @param model - the corrections.
 * @param quantiles - of the rows to predict.
 * @param options - `groups` of the rows, as in {@link fitConformal}; `points`: predictions that the intervals must hold.
 * @returns `[rows]` each; infinite where nothing bounds them.
 */
export function applyConformal(
  model: ConformalModel,
  quantiles: QuantileTable,
  options: { readonly groups?: Int32Array; readonly points?: Float64Array } = {},
): { lower: Float64Array; upper: Float64Array } {
  const { groups, points } = options;
  const { low, high } = interval(quantiles, model.level);
  const min = model.support.min ?? -Infinity;
  const max = model.support.max ?? Infinity;
  const lower = new Float64Array(low.length);
  const upper = new Float64Array(low.length);
  for (let row = 0; row < low.length; row++) {
    const group = groups ? String(groups[row]) : "";
    const own = Object.hasOwn(model.groups, group) ? model.groups[group]! : model.pooled;
    const by = own ?? Infinity;
    const below = low[row]! <= min ? min : Math.max(min, low[row]! - by);
    const above = high[row]! >= max ? max : Math.min(max, high[row]! + by);
    // A correction inwards may cross over; then both ends meet.
    const middle = (Math.min(below, max) + Math.max(above, min)) / 2;
    const point = points?.[row];
    lower[row] = Math.min(below <= above ? below : middle, point ?? Infinity);
    upper[row] = Math.max(below <= above ? above : middle, point ?? -Infinity);
  }
  return { lower, upper };
}

/** The two quantiles that leave out equal shares, between the levels there are by linear interpolation. */
function interval(
  { levels, values }: QuantileTable,
  level: number,
): { low: Float64Array; high: Float64Array } {
  const rows = values.length / levels.length;
  invariant(levels.length > 0 && Number.isInteger(rows), "each row has a quantile of each level");
  const at = (share: number): Float64Array => {
    let above = levels.findIndex((other) => other >= share - 1e-9);
    if (above < 0) above = levels.length - 1;
    const below = Math.max(0, Math.abs(levels[above]! - share) < 1e-9 ? above : above - 1);
    const span = levels[above]! - levels[below]!;
    const part = span > 0 ? Math.min(1, Math.max(0, (share - levels[below]!) / span)) : 0;
    return Float64Array.from({ length: rows }, (_, row) => {
      const from = values[row * levels.length + below]!;
      return from + part * (values[row * levels.length + above]! - from);
    });
  };
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

function chooseRows(count: number, { entities, rng }: ConformalOptions): Int32Array {
  const all = Int32Array.from({ length: count }, (_, row) => row);
  if (!entities || !rng) return all;
  const chosen = new Map<number, { row: number; seen: number }>();
  const stream = rng.split("one row per entity");
  for (const row of all) {
    const kept = chosen.get(entities[row]!);
    if (!kept) chosen.set(entities[row]!, { row, seen: 1 });
    else if (stream.int(++kept.seen) === 0) kept.row = row;
  }
  return Int32Array.from(chosen.values(), ({ row }) => row).sort();
}

/** What each row counts: half after some windows, and in part where an entity has several. */
function weigh(
  rows: Int32Array,
  { times, halfLife = 4, entities, rng }: ConformalOptions,
): Float64Array | undefined {
  const shared = entities && !rng;
  if (!times && !shared) return undefined;
  const length = rows.reduce((a, row) => Math.max(a, row + 1), 0);
  const weights = new Float64Array(length).fill(1);
  if (times) {
    const distinct = [...new Set(Array.from(rows, (row) => times[row]!))].sort((a, b) => b - a);
    const age = new Map(distinct.map((time, windows) => [time, windows]));
    for (const row of rows) weights[row] = 0.5 ** (age.get(times[row]!)! / halfLife);
  }
  if (shared) {
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(entities[row]!, (counts.get(entities[row]!) ?? 0) + 1);
    for (const row of rows) weights[row]! /= counts.get(entities[row]!)!;
  }
  return weights;
}

/** A score of -Infinity: the bound at hand can never be missed. */
function finite(value: number | null): number | null {
  return value === -Infinity ? 0 : value;
}

/** How much is known of an entity: the groups in which intervals are calibrated. */
export const HISTORY_GROUPS = ["none", "sparse", "rich"] as const;

/** From how many rows of its own on an entity's history is rich. */
const RICH = 5;

/**
 * Returns the group of an entity by its history, an index into {@link HISTORY_GROUPS}.
 *
 * @param rows - how many rows of its own are known.
 */
export function historyGroup(rows: number): number {
  return rows <= 0 ? 0 : rows < RICH ? 1 : 2;
}

/**
 * Finds the two edges that cut values into three groups of about equal size, such as chances of a value above 0.
 *
 * @param values - `[rows]`.
 * @returns plain data; see {@link tercileOf}.
 */
export function fitTerciles(values: Float64Array): readonly [number, number] {
  const sorted = values.slice().sort();
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;
  return [at(1 / 3), at(2 / 3)];
}

/** Returns the group of a value: 0, 1 or 2. */
export function tercileOf([first, second]: readonly [number, number], value: number): number {
  return value < first ? 0 : value < second ? 1 : 2;
}

/**
 * Moves the share of misses that intervals are made for, after it was seen how many of the last window were missed: more misses
 * than wanted make the next intervals wider.
 *
 * @param current - the share of misses that the last intervals were made for.
 * @param missed - the share of the last window's true values that fell outside.
 * @param options - `target`: the share that is wanted in the long run; `rate`: how fast it moves, 0.05 by default.
 * @returns the share for the next window; its level is one less it. It may leave [0, 1], or the long run would not come out: from
 * 0 down intervals are unbounded, from 1 up they are empty.
 * @see Gibbs and Candès 2021, Adaptive conformal inference under distribution shift, equation 2.
 */
export function adaptMissShare(
  current: number,
  missed: number,
  { target, rate = 0.05 }: { readonly target: number; readonly rate?: number },
): number {
  return current + rate * (target - missed);
}
