/** The constant expert: an entity's own recent mean, drawn towards everyone's; what is left when there is little history. */
import type { Seeds } from "../../graph/seeds.js";
import { runPlan } from "../../pql/execute.js";
import type { TrainingTablePlan } from "../../pql/plan.js";
import { formatNumber } from "../core/pretty.js";
import { addTime } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { TrainingTable } from "../task/training-table.js";
import type { FittedExpert, Reasons } from "./expert.js";
import { PAST_WINDOWS } from "./past-targets.js";

/** What the constant expert keeps. */
interface ConstantSettings {
  /** The mean label of everyone (share of each class); `null` when there was no label at all. */
  readonly overall: readonly number[] | null;
  /** How many labels of its own weigh as much as everyone's mean. */
  readonly prior: number;
  readonly classes: number;
}

/**
 * Fits the constant expert.
 *
 * @param labels - labelled rows, possibly none.
 * @see empirical Bayes shrinkage `(n ȳ_i + k ȳ) / (n + k)`, Efron and Morris 1973.
 */
export function fitConstant(plan: TrainingTablePlan, labels: TrainingTable): FittedExpert {
  const classes = labels.classes?.length ?? 1;
  const overall = labels.targets.length === 0 ? null : meanOf(labels.targets, classes);
  return makeConstant(plan, { overall, prior: 2, classes });
}

/** Restores the constant expert of a model folder. */
export function restoreConstant(plan: TrainingTablePlan, settings: unknown): FittedExpert {
  return makeConstant(plan, settings as ConstantSettings);
}

function makeConstant(plan: TrainingTablePlan, settings: ConstantSettings): FittedExpert {
  const { classes, prior } = settings;
  const predict = (db: Database, seeds: Seeds): Float64Array => {
    const own = ownMeans(db, plan, seeds, classes);
    const overall = settings.overall ?? own.overall;
    return own.sums.map((sum, i) => {
      const count = own.counts[Math.floor(i / classes)]!;
      return (sum + prior * overall[i % classes]!) / (count + prior);
    });
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
    state: () => ({ name: "constant", settings, weights: {} }),
    dispose: () => undefined,
  };
}

/** Sums and counts of each seed's own labels over its last windows, and the mean over all of them. */
function ownMeans(
  db: Database,
  plan: TrainingTablePlan,
  seeds: Seeds,
  classes: number,
): { sums: Float64Array; counts: Float64Array; overall: readonly number[] } {
  const sums = new Float64Array(seeds.rows.length * classes);
  const counts = new Float64Array(seeds.rows.length);
  const { horizon } = plan;
  if (horizon === null) return { sums, counts, overall: new Array<number>(classes).fill(0) };
  const all: number[] = [];
  for (const visible of new Set(seeds.visibleTimes)) {
    const anchors = Float64Array.from({ length: PAST_WINDOWS }, (_, k) =>
      addTime(visible, -(k + 1) * horizon.end, horizon.unit),
    );
    const earliest = db.timeSpan(plan.timeTables)?.min ?? Infinity;
    const usable = anchors.filter(
      (anchor) => addTime(anchor, horizon.end, horizon.unit) >= earliest,
    );
    const labels = runPlan(plan, db, usable);
    const sumOf = new Float64Array(db.table(plan.task.entityTable).numRows * classes);
    const countOf = new Float64Array(db.table(plan.task.entityTable).numRows);
    labels.targets.forEach((target, i) => {
      const entity = labels.entityRows[i]!;
      if (classes === 1) sumOf[entity]! += target;
      else sumOf[entity * classes + target]! += 1;
      countOf[entity]! += 1;
      all.push(target);
    });
    seeds.rows.forEach((row, i) => {
      if (seeds.visibleTimes[i] !== visible) return;
      for (let k = 0; k < classes; k++) sums[i * classes + k] = sumOf[row * classes + k]!;
      counts[i] = countOf[row]!;
    });
  }
  return { sums, counts, overall: meanOf(Float64Array.from(all), classes) };
}

/** The mean of numbers, or the share of each class; zeros (even shares) of nothing. */
function meanOf(targets: Float64Array, classes: number): number[] {
  if (classes === 1) {
    const sum = targets.reduce((a, b) => a + b, 0);
    return [targets.length === 0 ? 0 : sum / targets.length];
  }
  const shares = new Array<number>(classes).fill(targets.length === 0 ? 1 / classes : 0);
  for (const target of targets) shares[target]! += 1 / targets.length;
  return shares;
}
