/** From measured values to points: rules of parts, caps of categories, deductions. */
import { formatNumber } from "../core/pretty.js";
import { type CategoryConfig, type DeductionConfig, type PartConfig, TOP_SCORE } from "./config.js";

/** Values of metrics by name, float64 `[rows]` each. */
export type MetricValues = ReadonlyMap<string, Float64Array>;

/** The points of some rows. */
export interface Points {
  /** float64 `[rows]`: at most 100, possibly below 0. */
  readonly scores: Float64Array;
  /** float64 `[rows]` per category, in their order. */
  readonly categories: readonly Float64Array[];
  /** float64 `[rows]`: 0 or below. */
  readonly deductions: Float64Array;
}

/**
 * Gives points.
 *
 * @param categories - with their parts.
 * @param deductions - what is taken away.
 * @param values - of every metric that is read.
 * @param rows - number of rows.
 */
export function givePoints(
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
  values: MetricValues,
  rows: number,
): Points {
  const scores = new Float64Array(rows);
  const byCategory = categories.map(({ parts, points }) => {
    const sum = new Float64Array(rows);
    for (const part of parts) {
      const given = pointsOfPart(part, values, rows);
      for (let i = 0; i < rows; i++) sum[i]! += given[i]!;
    }
    for (let i = 0; i < rows; i++) {
      sum[i] = Math.min(points, sum[i]!);
      scores[i]! += sum[i]!;
    }
    return sum;
  });
  const taken = new Float64Array(rows);
  for (const deduction of deductions) {
    const metric = values.get(deduction.metric)!;
    for (let i = 0; i < rows; i++) taken[i]! += deductionPoints(deduction, metric[i]!);
  }
  for (let i = 0; i < rows; i++) scores[i] = Math.min(TOP_SCORE, scores[i]!) + taken[i]!;
  return { scores, categories: byCategory, deductions: taken };
}

/** Names of the metrics that points are made of. */
export function metricsRead(
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
): ReadonlySet<string> {
  const names = new Set(deductions.map(({ metric }) => metric));
  for (const { parts } of categories) {
    for (const { metric, rules } of parts) {
      names.add(metric);
      for (const rule of rules) if (rule.metric !== undefined) names.add(rule.metric);
    }
  }
  return names;
}

/**
 * Gives the points of one part.
 *
 * @returns float64 `[rows]`.
 */
export function pointsOfPart(part: PartConfig, values: MetricValues, rows: number): Float64Array {
  const points = new Float64Array(rows);
  const own = values.get(part.metric)!;
  const looked = part.rules.map(({ metric }) => values.get(metric ?? part.metric)!);
  for (let i = 0; i < rows; i++) points[i] = pointsBy(part, findRule(part, looked, i), own[i]!);
  return points;
}

/** The place of the first rule that holds, −1 = none; a missing value fits no rule. */
function findRule({ rules }: PartConfig, looked: readonly Float64Array[], row: number): number {
  for (let r = 0; r < rules.length; r++) {
    const { from = -Infinity, below = Infinity } = rules[r]!;
    const value = looked[r]![row]!;
    if (value >= from && (value < below || below === Infinity)) return r;
  }
  return -1;
}

function pointsBy(part: PartConfig, rule: number, value: number): number {
  if (rule >= 0) return part.rules[rule]!.points;
  if (Number.isNaN(value)) return part.missing ?? 0;
  return part.each === undefined ? 0 : Math.min(part.points, Math.max(0, part.each * value));
}

/** The points that a deduction takes, 0 or below; a missing value takes none. */
export function deductionPoints(deduction: DeductionConfig, value: number): number {
  const { each, most = -Infinity, from = -Infinity, below = Infinity, points = 0 } = deduction;
  if (Number.isNaN(value)) return 0;
  if (each !== undefined) return Math.min(0, Math.max(most, each * value));
  return value >= from && value < below ? points : 0;
}

/** Why a row has the score it has: one part or deduction. */
export interface ScoreReason {
  readonly name: string;
  readonly label: string;
  /** The value as people read it. */
  readonly display: string;
  /** Points given or, negative, taken. */
  readonly points: number;
  /** Points that the best value would give more. */
  readonly lost: number;
  /** As a person would say it, such as `Sessions a week: 0.5 (3 of 15 points)`. */
  readonly text: string;
}

/** How metrics are called and told. */
export type MetricWords = (name: string) => { readonly label: string; readonly unit?: string };

/**
 * Tells the reasons of one row, what costs most first.
 *
 * @param row - its place in the values.
 */
export function reasonsOf(
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
  values: MetricValues,
  row: number,
  words: MetricWords,
): ScoreReason[] {
  const parts = categories.flatMap(({ parts: members }) =>
    members.map((part): ScoreReason => {
      const looked = part.rules.map(({ metric }) => values.get(metric ?? part.metric)!);
      const place = findRule(part, looked, row);
      const rule = part.rules[place];
      const metric = rule?.metric ?? part.metric;
      const points = pointsBy(part, place, values.get(part.metric)![row]!);
      const { label, display } = tell(words(metric), values.get(metric)![row]!);
      const told = rule?.label === undefined ? display : `${display}, ${rule.label}`;
      return {
        name: part.name,
        label,
        display,
        points,
        lost: part.points - points,
        text: `${label}: ${told} (${formatNumber(points, 3)} of ${formatNumber(part.points, 3)} points)`,
      };
    }),
  );
  const taken = deductions.flatMap((deduction): ScoreReason[] => {
    const value = values.get(deduction.metric)![row]!;
    const points = deductionPoints(deduction, value);
    if (points === 0) return [];
    const { label, display } = tell(words(deduction.metric), value);
    const text = `${label}: ${display} (${formatNumber(points, 3)} points)`;
    return [{ name: deduction.name, label, display, points, lost: -points, text }];
  });
  return [...taken, ...parts].sort((a, b) => b.lost - a.lost);
}

function tell(
  { label, unit }: { readonly label: string; readonly unit?: string },
  value: number,
): { readonly label: string; readonly display: string } {
  if (Number.isNaN(value)) return { label, display: "no data" };
  if (unit === "percent") return { label, display: `${Math.round(value * 100)} %` };
  return { label, display: `${formatNumber(value, 3)}${unit ? ` ${unit}` : ""}` };
}
