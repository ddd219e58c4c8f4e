/** One run of an evaluation: a model fitted on the training rows, and what it and its members say about the others. */
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Database } from "../data/database.js";
import type { ExpertOptions } from "../fit.js";
import { type JudgedPart, judgeAnswers, judgePart, type PartAnswers, partSeeds } from "../judge.js";
import type { TaskModel } from "../model.js";
import { fitModel } from "../models/fit-model.js";
import type { PredictionValues } from "../task/prediction-table.js";
import type { TrainingTable } from "../task/training-table.js";

/** What a model says about both judged parts. */
export interface JudgedParts {
  readonly val: PartAnswers;
  readonly test: PartAnswers;
}

/** A run of a model. */
export interface ModelRun {
  readonly seed: number;
  /** Which fold tests, from 1. */
  readonly fold?: number;
  readonly seconds: number | null;
  /** What predicts. */
  readonly name: string;
  readonly parts: JudgedParts;
  /** Each member of a blend alone, by its name; none where there is one expert. */
  readonly members: Readonly<Record<string, JudgedParts>>;
  readonly warnings: readonly string[];
}

/** What a run is made of. */
export interface RunSetting {
  readonly db: Database;
  readonly plan: TrainingTablePlan;
  /** Labelled rows, split. */
  readonly labels: TrainingTable;
  /** float64 `[label rows]`: up to when each row may see. */
  readonly visible: Float64Array;
}

/**
 * Fits a model and judges it. Validation rows are judged by what the model said before it learned from them.
 *
 * @param setting - rows and what they may see.
 * @param options - how to fit; its `seed` and `clock` are told in the result.
 */
export async function runModel(setting: RunSetting, options: ExpertOptions): Promise<ModelRun> {
  const { db, plan, labels, visible } = setting;
  const { clock, seed = 0 } = options;
  const began = clock?.();
  const { model, heldOut, warnings } = await fitModel(db, plan, labels, visible, options);
  try {
    const test = judgePart(db, model, labels, "test", visible, options);
    const val = heldOut
      ? judgeAnswers(labels, "val", heldOut.values)
      : judgePart(db, model, labels, "val", visible, options);
    const members = judgeMembers(setting, model, heldOut?.members, options);
    const seconds = began === undefined || !clock ? null : (clock() - began) / 1000;
    return { seed, seconds, name: model.name, parts: { val, test }, members, warnings };
  } finally {
    model.dispose();
  }
}

function judgeMembers(
  { db, labels, visible }: RunSetting,
  model: TaskModel,
  heldOut: Readonly<Record<string, PredictionValues>> | undefined,
  options: ExpertOptions,
): Record<string, JudgedParts> {
  if (!model.predictMembers) return {};
  const says = (part: JudgedPart): Readonly<Record<string, PredictionValues>> =>
    model.predictMembers!(db, partSeeds(labels, part, visible), { signal: options.signal });
  const test = says("test");
  const val = heldOut ?? says("val");
  return Object.fromEntries(
    Object.keys(test).map((name) => [
      name,
      {
        val: judgeAnswers(labels, "val", val[name]!),
        test: judgeAnswers(labels, "test", test[name]!),
      },
    ]),
  );
}
