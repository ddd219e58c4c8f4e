/** Probabilities that mean what they say: one number for few rows, two for more, a monotone curve for many. */
import { invariant } from "../core/assert.js";
import { createRng, shuffle } from "../core/random.js";
import { logLoss } from "./binary-metrics.js";
import { isotonicCurve, readCurve } from "./isotonic.js";
import { logit, sigmoid } from "./log-odds.js";
import { fitPlatt } from "./platt.js";

/** A fitted map of probabilities; plain data that a model folder keeps. */
export type CalibrationModel =
  | { readonly kind: "none" }
  /** Divides log-odds (of classes: log-probabilities) by the temperature. */
  | { readonly kind: "temperature"; readonly temperature: number }
  /** A line on the log-odds. */
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  /** A monotone curve through points, drawn a little towards the probability itself, so that no two of them become equal. */
  | { readonly kind: "isotonic"; readonly x: readonly number[]; readonly y: readonly number[] };

/** The kinds of maps. */
export type CalibrationMethod = Exclude<CalibrationModel["kind"], "none">;

/** Options of {@link fitCalibration}. */
export interface CalibrationOptions {
  /** Number of classes; 1 (default) for a yes or no. */
  readonly classes?: number;
  /** By default by the number of rows: temperature below 1,000 and for classes, Platt below 5,000, else isotonic. */
  readonly method?: CalibrationMethod;
  /** Of the folds in which the gain is measured. */
  readonly seed?: number;
}

/** A map and what it gained on rows that it was not fitted on. */
export interface CalibrationFit {
  readonly model: CalibrationModel;
  /** Log loss of the rows as they are, and calibrated out of fold. */
  readonly before: number;
  readonly after: number;
}

const FEW = 1000;
const MANY = 5000;
const FOLDS = 5;
const LEAST_ROWS = 50;
/** How much a probability itself counts beside its isotonic curve. */
const STRICTNESS = 0.02;

/**
 * Fits a map of probabilities to what came true. It is kept only if it lowers the log loss out of fold, and never changes the
 * order of two probabilities.
 *
 * @param probabilities - `[rows]`, or `[rows, classes]`, row-major, of rows that the model was not fitted on.
 * @param targets - `[rows]`: 0 or 1, or class indices.
 * @param options - classes, method.
 * @returns the map, `none` where there is nothing to gain or there are fewer than 50 rows.
 * @see Guo et al. 2017 (temperature); Platt 1999; Zadrozny and Elkan 2002 (isotonic).
 */
export function fitCalibration(
  probabilities: Float64Array,
  targets: Float64Array,
  options: CalibrationOptions = {},
): CalibrationFit {
  const { classes = 1, seed = 0 } = options;
  const rows = targets.length;
  invariant(probabilities.length === rows * classes, "a probability of each class for each row");
  const before = lossOf(probabilities, targets, classes);
  const none: CalibrationFit = { model: { kind: "none" }, before, after: before };
  if (rows < LEAST_ROWS) return none;
  const method = options.method ?? methodFor(rows, classes);
  const folds = Int32Array.from({ length: rows }, (_, row) => row % FOLDS);
  shuffle(folds, createRng(seed).split("calibration"));
  const heldOut = new Float64Array(probabilities.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const pick = (inFold: boolean): Int32Array =>
      Int32Array.from(folds.keys()).filter((row) => (folds[row] === fold) === inFold);
    const [learn, judge] = [pick(false), pick(true)];
    const model = fitMethod(
      method,
      takeRows(probabilities, learn, classes),
      takeRows(targets, learn, 1),
      classes,
    );
    const said = applyCalibration(model, takeRows(probabilities, judge, classes), classes);
    judge.forEach((row, i) => {
      heldOut.set(said.subarray(i * classes, (i + 1) * classes), row * classes);
    });
  }
  const after = lossOf(heldOut, targets, classes);
  if (!(after < before)) return none;
  return { model: fitMethod(method, probabilities, targets, classes), before, after };
}

/**
 * Maps probabilities.
 *
 * @param model - the map.
 * @param probabilities - `[rows]`, or `[rows, classes]`.
 * @param classes - number of classes; 1 for a yes or no.
 * @returns probabilities of the same shape; those of classes add up to 1.
 */
export function applyCalibration(
  model: CalibrationModel,
  probabilities: Float64Array,
  classes = 1,
): Float64Array {
  switch (model.kind) {
    case "none":
      return probabilities;
    case "temperature":
      return classes === 1
        ? probabilities.map((p) => sigmoid(logit(p) / model.temperature))
        : sharpen(probabilities, classes, 1 / model.temperature);
    case "platt":
      return probabilities.map((p) => sigmoid(model.slope * logit(p) + model.intercept));
    case "isotonic":
      return probabilities.map(
        (p) => (1 - STRICTNESS) * readCurve(model.x, model.y, p) + STRICTNESS * p,
      );
  }
}

/**
 * Moves probabilities of a yes to another base rate: the log-odds shift by those of the rates.
 *
 * @param probabilities - `[rows]`.
 * @param from - the base rate they were learned at, in (0, 1).
 * @param to - the base rate where they will be used.
 * @see Saerens et al. 2002, Adjusting the outputs of a classifier to new a priori probabilities.
 */
export function shiftPrior(probabilities: Float64Array, from: number, to: number): Float64Array {
  const shift = logit(to) - logit(from);
  return probabilities.map((p) => sigmoid(logit(p) + shift));
}

function methodFor(rows: number, classes: number): CalibrationMethod {
  if (classes > 1 || rows < FEW) return "temperature";
  return rows < MANY ? "platt" : "isotonic";
}

function fitMethod(
  method: CalibrationMethod,
  probabilities: Float64Array,
  targets: Float64Array,
  classes: number,
): CalibrationModel {
  switch (method) {
    case "temperature":
      return {
        kind: "temperature",
        temperature: 1 / fitSharpness(probabilities, targets, classes),
      };
    case "platt": {
      const line = fitPlatt(probabilities, targets);
      return line ? { kind: "platt", ...line } : { kind: "none" };
    }
    case "isotonic":
      return { kind: "isotonic", ...isotonicCurve(probabilities, targets) };
  }
}

/** The factor on log-odds (log-probabilities) of least log loss, by bisection: its slope rises with the factor. */
function fitSharpness(probabilities: Float64Array, targets: Float64Array, classes: number): number {
  const slope =
    classes === 1
      ? binarySlope(probabilities, targets)
      : classSlope(probabilities, targets, classes);
  let low = Math.log(1 / 50);
  let high = Math.log(50);
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (slope(Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}

function binarySlope(
  probabilities: Float64Array,
  targets: Float64Array,
): (factor: number) => number {
  const odds = probabilities.map(logit);
  return (factor) =>
    odds.reduce((sum, z, row) => sum + (sigmoid(factor * z) - targets[row]!) * z, 0);
}

function classSlope(
  probabilities: Float64Array,
  targets: Float64Array,
  classes: number,
): (factor: number) => number {
  const logs = probabilities.map((p) => Math.log(Math.max(p, 1e-12)));
  return (factor) => {
    const said = sharpen(probabilities, classes, factor);
    let sum = 0;
    for (let row = 0; row < targets.length; row++) {
      for (let c = 0; c < classes; c++) sum += said[row * classes + c]! * logs[row * classes + c]!;
      sum -= logs[row * classes + targets[row]!]!;
    }
    return sum;
  };
}

function sharpen(probabilities: Float64Array, classes: number, factor: number): Float64Array {
  const out = new Float64Array(probabilities.length);
  for (let from = 0; from < out.length; from += classes) {
    let most = -Infinity;
    for (let c = from; c < from + classes; c++) {
      out[c] = factor * Math.log(Math.max(probabilities[c]!, 1e-12));
      most = Math.max(most, out[c]!);
    }
    let sum = 0;
    for (let c = from; c < from + classes; c++) sum += out[c] = Math.exp(out[c]! - most);
    for (let c = from; c < from + classes; c++) out[c]! /= sum;
  }
  return out;
}

function lossOf(probabilities: Float64Array, targets: Float64Array, classes: number): number {
  if (classes === 1) return logLoss(probabilities, targets) ?? 0;
  const own = Float64Array.from(targets, (target, row) => probabilities[row * classes + target]!);
  return logLoss(own, new Float64Array(own.length).fill(1)) ?? 0;
}

function takeRows(values: Float64Array, rows: Int32Array, width: number): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
