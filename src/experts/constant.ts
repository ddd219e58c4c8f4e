/** The constant expert: an entity's own recent mean, drawn towards everyone's; what is left when there is little history. */
import type { Seeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { formatNumber } from "../core/pretty.js";
import { addTime } from "../core/time.js";
import type { Database } from "../data/database.js";
import { RECENT_WINDOWS } from "../task/baselines.js";
import { labelEnd } from "../task/splits.js";
import type { FittedExpert, MemberFit, Reasons } from "./expert.js";
import { labelsAt } from "./label-cache.js";
import type { LearningData } from "./learning-data.js";
import { readsLateCells } from "./past-targets.js";
import { labelWalks, OWN_ROW_ONLY, readsEverything } from "./reads.js";
import { scoreLosses, toScores } from "./score.js";

/** What the constant expert keeps. */
interface ConstantSettings {
  /** The mean label of everyone (share of each class); `null` when there was no label at all. */
  readonly overall: readonly number[] | null;
  /** How many labels of its own weigh as much as everyone's mean. */
  readonly prior: number;
  /** By name, because another state of the database may number its classes otherwise. */
  readonly classes: readonly string[] | null;
}

/** How many of an entity's own labels weigh as much as everyone's mean: what is tried on validation rows. */
const PRIORS = [1, 2, 4, 8, 16] as const;
/** What is taken where there are no validation rows. */
const USUAL_PRIOR = 2;

/** A fit with the prior that validation chose. */
export interface ConstantFit extends MemberFit {
  readonly prior: number;
}

/**
 * Fits the constant expert: everyone's mean from training rows, and how far an entity's own mean is drawn to it from validation rows.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param data - labelled rows.
 * @param classes - the classes of a multiclass target.
 * @see empirical Bayes shrinkage `(n ȳ_i + k ȳ) / (n + k)`, Efron and Morris 1973.
 */
export function fitConstant(
  db: Database,
  plan: TrainingTablePlan,
  { space, train, validation }: LearningData,
  classes: readonly string[] | null,
): ConstantFit {
  const overall = meanOf(train.targets, classes);
  if (validation === null) {
    const expert = makeConstant(plan, { overall, prior: USUAL_PRIOR, classes });
    return { expert, heldOut: null, prior: USUAL_PRIOR };
  }
  const own = ownMeans(db, plan, validation.seeds, classes);
  let best: { prior: number; scores: Float64Array; loss: number } | null = null;
  for (const prior of PRIORS) {
    const scores = toScores(space, shrink(own, overall, prior));
    const loss = scoreLosses(space, scores, validation.targets).reduce((a, b) => a + b, 0);
    if (best === null || loss < best.loss) best = { prior, scores, loss };
  }
  const { prior, scores } = best!;
  return { expert: makeConstant(plan, { overall, prior, classes }), heldOut: scores, prior };
}

/**
 * Makes the constant expert without choosing anything: after a choice on validation rows, or where there is too little to choose on.
 *
 * @param targets - float64: labels that everyone's mean is taken of, possibly none.
 * @param prior - how many labels of its own weigh as much as everyone's mean.
 */
export function plainConstant(
  plan: TrainingTablePlan,
  targets: Float64Array,
  classes: readonly string[] | null,
  prior: number = USUAL_PRIOR,
): FittedExpert {
  const overall = targets.length === 0 ? null : meanOf(targets, classes);
  return makeConstant(plan, { overall, prior, classes });
}

/** Restores the constant expert of a model folder. */
export function restoreConstant(plan: TrainingTablePlan, settings: unknown): FittedExpert {
  return makeConstant(plan, settings as ConstantSettings);
}

function makeConstant(plan: TrainingTablePlan, settings: ConstantSettings): FittedExpert {
  const { classes, prior } = settings;
  const predict = (db: Database, seeds: Seeds): Float64Array => {
    const own = ownMeans(db, plan, seeds, classes);
    return shrink(own, settings.overall ?? own.overall, prior);
  };
  return {
    name: "constant",
    predict,
    explain(db, seeds, { output = 0 } = {}): Reasons {
      const own = ownMeans(db, plan, seeds, classes);
      const baseline = (settings.overall ?? own.overall)[output]!;
      const prediction = predict(db, seeds)[output]!;
      const count = own.counts[0]!;
      const moved = prediction - baseline;
      const contribution = {
        label: `Past ${plan.task.targetName}`,
        value: count === 0 ? null : own.sums[output]! / count,
        display: count === 0 ? "no history" : `${formatNumber(own.sums[output]! / count, 3)} avg`,
        comparison: `mean ${formatNumber(baseline, 3)}`,
        contribution: moved,
        share: 1,
        direction: moved < 0 ? ("down" as const) : ("up" as const),
        family: "past target",
        evidence: [],
      };
      return {
        prediction,
        baseline,
        contributions: [contribution],
        other: { contribution: 0, share: 0 },
      };
    },
    reads: () =>
      settings.overall === null
        ? readsEverything("nobody had a label to learn from, so everyone's mean is taken anew")
        : { ...OWN_ROW_ONLY, walks: labelWalks(plan) },
    state: () => ({ name: "constant", settings, weights: {} }),
    dispose: () => undefined,
  };
}

/** Numbers a row of outputs has. */
function widthOf(classes: readonly string[] | null): number {
  return classes?.length ?? 1;
}

/** Draws each seed's own mean to everyone's. */
function shrink(own: OwnMeans, overall: readonly number[], prior: number): Float64Array {
  const width = overall.length;
  return own.sums.map((sum, i) => {
    const count = own.counts[Math.floor(i / width)]!;
    return (sum + prior * overall[i % width]!) / (count + prior);
  });
}

/** Labels of each seed's own past. */
interface OwnMeans {
  /** float64 `[S, outputs]`. */
  readonly sums: Float64Array;
  /** float64 `[S]`. */
  readonly counts: Float64Array;
  /** The mean over all of them, `[outputs]`. */
  readonly overall: readonly number[];
}

/** Sums and counts of each seed's own labels over its last windows, and the mean over all of them. */
function ownMeans(
  db: Database,
  plan: TrainingTablePlan,
  seeds: Seeds,
  classes: readonly string[] | null,
): OwnMeans {
  const width = widthOf(classes);
  const sums = new Float64Array(seeds.rows.length * width);
  const counts = new Float64Array(seeds.rows.length);
  const { horizon } = plan;
  if (horizon === null || readsLateCells(plan)) {
    return { sums, counts, overall: meanOf([], classes) };
  }
  const all: number[] = [];
  for (const visible of new Set(seeds.visibleTimes)) {
    const anchors = Float64Array.from({ length: RECENT_WINDOWS }, (_, k) =>
      addTime(visible, -(k + 1) * horizon.end, horizon.unit),
    );
    const earliest = db.timeSpan(plan.timeTables)?.min ?? Infinity;
    const usable = anchors.filter((anchor) => {
      const end = labelEnd(anchor, plan.labelWindows);
      return Number.isFinite(anchor) && end >= earliest && end <= visible;
    });
    const labels = labelsAt(db, plan, usable);
    const sumOf = new Float64Array(db.table(plan.task.entityTable).numRows * width);
    const countOf = new Float64Array(db.table(plan.task.entityTable).numRows);
    labels.targets.forEach((target, i) => {
      const entity = labels.entityRows[i]!;
      const label = classes === null ? target : classes.indexOf(labels.classes![target]!);
      if (classes === null) sumOf[entity]! += label;
      else if (label >= 0) sumOf[entity * width + label]! += 1;
      else return;
      countOf[entity]! += 1;
      all.push(label);
    });
    seeds.rows.forEach((row, i) => {
      if (seeds.visibleTimes[i] !== visible) return;
      for (let k = 0; k < width; k++) sums[i * width + k] = sumOf[row * width + k]!;
      counts[i] = countOf[row]!;
    });
  }
  return { sums, counts, overall: meanOf(all, classes) };
}

/** The mean of numbers, or the share of each class; zero, or even shares, of nothing. */
function meanOf(labels: ArrayLike<number>, classes: readonly string[] | null): number[] {
  const count = labels.length;
  if (classes === null) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += labels[i]!;
    return [count === 0 ? 0 : sum / count];
  }
  const shares = new Array<number>(classes.length).fill(count === 0 ? 1 / classes.length : 0);
  for (let i = 0; i < count; i++) shares[labels[i]!]! += 1 / count;
  return shares;
}
