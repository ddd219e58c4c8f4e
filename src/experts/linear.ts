/** The linear expert: ridge or logistic regression on rank-Gauss signals; what is smooth it finds with few rows. */
import type { Seeds } from "../../graph/seeds.js";
import type { SignalMatrix } from "../../graph/signals/types.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { FittedExpert, MemberFit } from "./expert.js";
import { type LearningData, type LearningRows, recencyWeights } from "./learning-data.js";
import { applyRankGauss, fitRankGauss, type RankGauss } from "./rank-gauss.js";
import { applyLinear, type Design, fitLogistic, fitRidge } from "./ridge.js";
import { type ScoreSpace, scoreLosses, targetScores, toOutputs } from "./score.js";
import { type SignalFrame, spread } from "./signal-frame.js";
import { signalReasons } from "./signal-reasons.js";

/** What a model folder keeps. */
interface LinearSettings {
  readonly space: ScoreSpace;
  /** Signals read, by their place in the frame. */
  readonly terms: readonly { readonly signal: number; readonly map: RankGauss }[];
  /** `[outputs][1 + terms]`: intercept and coefficients. */
  readonly coefficients: readonly (readonly number[])[];
  /** `[terms]`: mean of each term over the rows learned from: the baseline of reasons. */
  readonly means: readonly number[];
}

/** Options of {@link fitLinear}. */
export interface LinearOptions extends WorkOptions {
  /** Half-life of anchors in milliseconds. */
  readonly halfLife: number;
}

/** A fit with the penalty that validation chose. */
export interface LinearFit extends MemberFit {
  readonly penalty: number;
}

/** Signals read at most, those first that go best with the target alone. */
const MOST_TERMS = 80;
/** Rows learned from at most. */
const MOST_ROWS = 20_000;
/** Penalties tried, as shares of the rows. */
const PENALTIES = [0.003, 0.03, 0.3] as const;

/**
 * Fits the linear expert; its penalty is chosen on validation rows.
 *
 * @param db - the database.
 * @param frame - the signals.
 * @param data - labelled rows.
 * @param options - half-life, progress.
 */
export function fitLinear(
  db: Database,
  frame: SignalFrame,
  data: LearningData,
  options: LinearOptions,
): LinearFit {
  const { space, train, validation } = data;
  const held = validation && frame.compute(db, validation.seeds, options);
  const rows = prepare(space, frame.compute(db, train.seeds, options), train, options.halfLife);
  let best: { settings: LinearSettings; penalty: number; loss: number } | null = null;
  for (const penalty of held === null ? [PENALTIES[1]] : PENALTIES) {
    const settings = solve(space, rows, penalty);
    const scores = held && scoresOf(settings, held);
    const losses = scores && scoreLosses(space, scores, validation!.targets);
    const loss = losses?.reduce((a, b) => a + b, 0) ?? 0;
    if (best === null || loss < best.loss) best = { settings, penalty, loss };
  }
  const { settings, penalty } = best!;
  const heldOut = held && scoresOf(settings, held);
  return { expert: makeLinear(frame, settings), heldOut, penalty };
}

/** Fits the linear expert once more on training and validation rows. */
export function refitLinear(
  db: Database,
  frame: SignalFrame,
  { space, all }: LearningData,
  penalty: number,
  options: LinearOptions,
): FittedExpert {
  const rows = prepare(space, frame.compute(db, all.seeds, options), all, options.halfLife);
  return makeLinear(frame, solve(space, rows, penalty));
}

/** Restores the linear expert of a model folder. */
export function restoreLinear(frame: SignalFrame, settings: unknown): FittedExpert {
  return makeLinear(frame, settings as LinearSettings);
}

function makeLinear(frame: SignalFrame, settings: LinearSettings): FittedExpert {
  const { space, terms, means } = settings;
  return {
    name: "linear",
    predict(db, seeds, options) {
      return toOutputs(space, scoresOf(settings, frame.compute(db, seeds, options)));
    },
    explain(db: Database, seeds: Seeds, { top, output = 0 } = {}) {
      const matrix = frame.compute(db, seeds);
      const coefficients = settings.coefficients[output]!;
      const contributions = new Float64Array(frame.signals.length);
      let baseline = coefficients[0]!;
      designOf(terms, matrix).forEach((column, j) => {
        const slope = coefficients[j + 1]!;
        baseline += slope * means[j]!;
        contributions[terms[j]!.signal]! += slope * (column[0]! - means[j]!);
      });
      const scores = scoresOf(settings, matrix);
      return signalReasons(db, frame, seeds, {
        space,
        scores,
        baseline,
        contributions,
        output,
        top,
      });
    },
    reads: (db) => frame.reads(db),
    state: () => ({ name: "linear", settings, weights: {}, frame: frame.settings }),
    dispose: () => undefined,
  };
}

/** Rows to learn from, with their terms chosen and mapped. */
interface PreparedRows {
  readonly terms: LinearSettings["terms"];
  readonly design: Design;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

function prepare(
  space: ScoreSpace,
  matrix: SignalMatrix,
  rows: LearningRows,
  halfLife: number,
): PreparedRows {
  const picked = newest(rows, MOST_ROWS);
  const all = targetScores(space, rows.targets);
  const targets = Float64Array.from(picked, (i) => all[i]!);
  const anchors = Float64Array.from(picked, (i) => rows.seeds.anchorTimes[i]!);
  const terms: { signal: number; map: RankGauss }[] = [];
  const design: Float64Array[] = [];
  for (const signal of chooseTerms(space, matrix, picked, targets)) {
    const column = matrix.columns[signal]!;
    const values = Float32Array.from(picked, (i) => column[i]!);
    const map = fitRankGauss(values);
    terms.push({ signal, map });
    design.push(applyRankGauss(map, values));
  }
  return { terms, design, targets, weights: recencyWeights(anchors, halfLife) };
}

function solve(
  space: ScoreSpace,
  { terms, design, targets, weights }: PreparedRows,
  penalty: number,
): LinearSettings {
  const strength = penalty * weights.reduce((a, b) => a + b, 0);
  return {
    space,
    terms,
    coefficients: fitOutputs(space, design, targets, weights, strength),
    means: design.map((column) => column.reduce((a, b) => a + b, 0) / Math.max(1, column.length)),
  };
}

/** Rows that terms are chosen on. */
const CHOICE_ROWS = 2_000;

/** The signals that go best with the target alone, by their place in the frame. */
function chooseTerms(
  space: ScoreSpace,
  { signals, columns }: SignalMatrix,
  rows: Int32Array,
  targets: Float64Array,
): number[] {
  const places = spread(rows.length, CHOICE_ROWS);
  const some = Float64Array.from(places, (i) => targets[i]!);
  const found = signals.flatMap(({ kind }, signal) => {
    if (kind === "categorical") return [];
    const values = Float32Array.from(places, (i) => columns[signal]![rows[i]!]!);
    const fit = relation(space, applyRankGauss(fitRankGauss(values), values), some);
    return fit > 0 ? [{ signal, fit }] : [];
  });
  found.sort((a, b) => b.fit - a.fit || a.signal - b.signal);
  return found.slice(0, MOST_TERMS).map(({ signal }) => signal);
}

/** One linear model an output; numbers are moved so that the median of what is left over is 0, classes stand against the rest. */
function fitOutputs(
  space: ScoreSpace,
  design: Design,
  targets: Float64Array,
  weights: Float64Array,
  penalty: number,
): number[][] {
  if (space.scale.kind !== "logit") {
    const found = fitRidge(design, targets, weights, penalty);
    const left = applyLinear(found, design, targets.length)
      .map((z, i) => targets[i]! - z)
      .sort();
    found[0]! += left[left.length >> 1] ?? 0;
    return [[...found]];
  }
  if (space.outputs === 1) return [[...fitLogistic(design, targets, weights, penalty)]];
  return Array.from({ length: space.outputs }, (_, k) => {
    const isClass = targets.map((label) => (label === k ? 1 : 0));
    return [...fitLogistic(design, isClass, weights, penalty)];
  });
}

function scoresOf(
  { space, terms, coefficients }: LinearSettings,
  matrix: SignalMatrix,
): Float64Array {
  const design = designOf(terms, matrix);
  const scores = new Float64Array(matrix.numRows * space.outputs);
  coefficients.forEach((own, k) => {
    applyLinear(own, design, matrix.numRows).forEach((z, i) => {
      scores[i * space.outputs + k] = z;
    });
  });
  return scores;
}

function designOf(terms: LinearSettings["terms"], { columns }: SignalMatrix): Float64Array[] {
  return terms.map(({ signal, map }) => applyRankGauss(map, columns[signal]!));
}

/** How well a column goes with the target alone: the squared correlation; for classes with the best of them. */
function relation({ outputs }: ScoreSpace, column: Float64Array, targets: Float64Array): number {
  if (outputs === 1) return squaredCorrelation(column, targets);
  let best = 0;
  for (let k = 0; k < outputs; k++) {
    const isClass = targets.map((label) => (label === k ? 1 : 0));
    best = Math.max(best, squaredCorrelation(column, isClass));
  }
  return best;
}

function squaredCorrelation(x: Float64Array, y: Float64Array): number {
  const n = x.length;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < n; i++) {
    sumX += x[i]!;
    sumY += y[i]!;
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    const a = x[i]! - sumX / n;
    const b = y[i]! - sumY / n;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return xx > 1e-12 && yy > 1e-12 ? (xy * xy) / (xx * yy) : 0;
}

/** The rows with the newest anchors, in order. */
function newest({ seeds }: LearningRows, limit: number): Int32Array {
  const order = Int32Array.from(seeds.rows.keys());
  if (order.length <= limit) return order;
  const { anchorTimes } = seeds;
  order.sort((a, b) => anchorTimes[b]! - anchorTimes[a]! || a - b);
  return order.subarray(0, limit).sort();
}
