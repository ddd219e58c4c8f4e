/** The model of numbers, conditions and classes: an expert, and intervals around its numbers. */
import type { Seeds } from "../../graph/seeds.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import { ConfigError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import type { Database } from "../data/database.js";
import type { ExpertState, FittedExpert } from "../experts/expert.js";
import type { HeldOutOutputs, MembersFit } from "../experts/fit-members.js";
import { restoreExpert } from "../experts/restore.js";
import type { ModelFit, TaskModel } from "../model.js";
import {
  boundOutputs,
  fitPredictionIntervals,
  type PredictionIntervals,
} from "../prediction-intervals.js";
import { predictionValues } from "../prediction-values.js";
import type { PredictionValues } from "../task/prediction-table.js";
import type { EntityTask } from "../task/task.js";
import { splitRows, type TrainingTable } from "../task/training-table.js";
import type { NamedArrays } from "../tensor/parameters.js";

/** What a model folder keeps. */
interface ValueSettings {
  readonly classes: readonly string[] | null;
  /** Of numbers, where there were validation rows. */
  readonly intervals: PredictionIntervals | null;
  readonly expert: Omit<ExpertState, "weights">;
}

/** What a model of values is made of. */
interface ValueParts {
  readonly task: EntityTask;
  readonly expert: FittedExpert;
  readonly classes: readonly string[] | null;
  readonly intervals: PredictionIntervals | null;
}

/**
 * Makes the model of a fitted expert; intervals of numbers come from what was said about the validation rows.
 *
 * @param fit - the expert.
 * @param labels - all rows, split.
 * @param options - `interval`: the level of intervals of numbers, 0.8 by default.
 * @throws {@link ConfigError} CFG111 if that level is not between 0 and 1.
 */
export function fitValueModel(
  { expert, heldOut, warnings }: MembersFit,
  labels: TrainingTable,
  { interval }: { readonly interval?: number | undefined } = {},
): ModelFit {
  const { task, classes } = labels;
  const isBounded =
    task.taskType === "regression" && heldOut !== null && splitRows(labels, "val").length > 0;
  const intervals = isBounded ? fitPredictionIntervals(heldOut, labels, interval) : null;
  const parts: ValueParts = { task, expert, classes, intervals };
  return {
    model: makeValueModel(parts),
    heldOut: heldOut && {
      values: heldOutValues(parts, heldOut),
      members: mapValues(heldOut.members, (own) => predictionValues(task, own, classes)),
    },
    warnings,
  };
}

/** Restores the model of a folder, see {@link TaskModel.state}. */
export function restoreValueModel(
  db: Database,
  plan: TrainingTablePlan,
  settings: unknown,
  weights: NamedArrays,
): TaskModel {
  const { classes, intervals, expert: state } = settings as ValueSettings;
  const expert = restoreExpert(db, plan, { ...state, weights });
  return makeValueModel({ task: plan.task, expert, classes, intervals });
}

function makeValueModel(parts: ValueParts): TaskModel {
  const { task, expert, classes, intervals } = parts;
  const predictMembers = expert.predictMembers?.bind(expert);
  return {
    kind: "values",
    name: expert.name,
    weights: expert.memberWeights ?? { [expert.name]: 1 },
    intervalLevel: intervals?.model.level ?? null,
    predict(db, seeds, options) {
      const outputs = expert.predict(db, seeds, options);
      const values = predictionValues(task, outputs, classes);
      if (values.kind !== "regression" || intervals === null) return values;
      const quantiles = intervals.kind === "quantiles" ? expert.quantiles!(db, seeds) : null;
      return { ...values, ...boundOutputs(intervals, outputs, quantiles) };
    },
    ...(predictMembers && {
      predictMembers: (db, seeds, options) =>
        mapValues(predictMembers(db, seeds, options), (own) =>
          predictionValues(task, own, classes),
        ),
    }),
    explain(db, seeds, { top, class: name } = {}) {
      const output = outputToExplain(parts, db, seeds, name);
      const reasons = expert.explain(db, seeds, { top, output });
      return classes === null ? reasons : { ...reasons, of: classes[output]! };
    },
    reads: (db) => expert.reads(db),
    state() {
      const { weights, ...state } = expert.state();
      const settings: ValueSettings = {
        classes,
        intervals,
        expert: {
          name: state.name,
          settings: state.settings,
          ...(state.frame !== undefined && { frame: state.frame }),
        },
      };
      return { kind: "values", settings, weights };
    },
    dispose: () => expert.dispose(),
  };
}

/** What was said about validation rows, with the intervals that were fitted on it. */
function heldOutValues(
  { task, classes, intervals }: ValueParts,
  { outputs, quantiles }: HeldOutOutputs,
): PredictionValues {
  const values = predictionValues(task, outputs, classes);
  if (values.kind !== "regression" || intervals === null) return values;
  return { ...values, ...boundOutputs(intervals, outputs, quantiles) };
}

/** The class asked for, else the one with the highest score. */
function outputToExplain(
  { expert, classes }: ValueParts,
  db: Database,
  seeds: Seeds,
  name: string | undefined,
): number {
  if (classes === null) return 0;
  if (name !== undefined) return requireClass(classes, name);
  const outputs = expert.predict(db, seeds);
  return outputs.indexOf(outputs.reduce((a, b) => Math.max(a, b)));
}

/**
 * Finds a class by its name.
 *
 * @param classes - those of the model.
 * @throws {@link ConfigError} CFG155 if there is none of that name.
 */
export function requireClass(classes: readonly string[], name: string): number {
  const found = classes.indexOf(name);
  if (found >= 0) return found;
  throw new ConfigError("CFG155", `there is no class \`${name}\` to explain`, {
    hint: suggestHint(name, classes, "classes"),
  });
}

/** Maps the values of a record. */
export function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
