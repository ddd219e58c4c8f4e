/** Fits the experts of a model, weighs them by what they say about validation rows, and fits them once more on all rows. */

import type { Checkpoints } from "../../gnn/checkpoint.js";
import type { PathOptions } from "../../gnn/paths.js";
import type { ModelConfig } from "../../gnn/spec.js";
import type { TrainerConfig } from "../../gnn/trainer.js";
import type { BoundFeature } from "../../pql/feature/bound-feature.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Gang } from "../core/gang.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { createRng, type Rng } from "../core/random.js";
import type { Duration } from "../core/time.js";
import type { Database } from "../data/database.js";
import { type CalibrationModel, fitCalibration } from "../task/calibration.js";
import type { TrainingTable } from "../task/training-table.js";
import { makeBlend } from "./blend.js";
import { fitConstant, plainConstant } from "./constant.js";
import type { FittedExpert, MemberFit, Quantiles } from "./expert.js";
import { fitGnn } from "./gnn.js";
import { type LearningData, learningData } from "./learning-data.js";
import { fitLinear, refitLinear } from "./linear.js";
import { MEMBER_NAMES, type MemberName } from "./member-names.js";
import { toOutputs, toScores } from "./score.js";
import { fitSignalFrame, type SignalFrame } from "./signal-frame.js";
import type { SignalsConfig } from "./signals-config.js";
import { fitTrees, refitTrees, type TreesFit } from "./trees.js";
import type { TreesConfig } from "./trees-config.js";
import { blendWeights, weighScores } from "./weights.js";

/** How members are fitted. */
export interface MemberOptions extends WorkOptions {
  readonly seed: number;
  /** Which experts; by default all. */
  readonly experts?: readonly MemberName[] | undefined;
  /** How far (ms) the database may lag behind the anchors to predict. */
  readonly maxLag: number;
  readonly pastStep: Duration | null;
  readonly entityRowOnly: boolean;
  /** Whether experts are fitted once more on training and validation rows; `auto` (default) asks the trees. */
  readonly refit?: boolean | "auto" | undefined;
  readonly signals?: Partial<SignalsConfig> | undefined;
  /** The user's own features. */
  readonly features?: readonly BoundFeature[] | undefined;
  readonly trees?: Partial<TreesConfig> | undefined;
  readonly model?: Partial<ModelConfig> | undefined;
  readonly trainer?: Partial<TrainerConfig> | undefined;
  readonly paths?: PathOptions | undefined;
  readonly threads?: number | undefined;
  /** Levels of the quantiles that intervals are made from. */
  readonly levels?: readonly number[] | undefined;
  readonly isTimeUp?: (() => boolean) | undefined;
  /** The processes that the network is trained together with; the other experts are fitted by each of them. */
  readonly gang?: Gang | null | undefined;
  /** Where trainings of the network are kept, by phase. */
  readonly checkpoints?: ((phase: "fit" | "refit") => Checkpoints) | undefined;
}

/** What the experts say about the validation rows before they have seen them. */
export interface HeldOutOutputs {
  /** float64 `[validation rows, outputs]` of the blend. */
  readonly outputs: Float64Array;
  /** The same of each member, by its name. */
  readonly members: Readonly<Record<string, Float64Array>>;
  /** Quantiles of the same rows, where an expert gives them. */
  readonly quantiles: Quantiles | null;
}

/** Fitted members, put together. */
export interface MembersFit {
  /** A blend, or the one expert there is. */
  readonly expert: FittedExpert;
  readonly heldOut: HeldOutOutputs | null;
  readonly warnings: readonly string[];
}

/** A fit, and how to do it again on all rows. */
interface Member extends MemberFit {
  readonly name: MemberName;
  readonly heldOutQuantiles?: Quantiles | null;
  /** Whether it seems to help to learn from validation rows, too. */
  readonly advisesRefit?: boolean;
  readonly refit: () => Promise<FittedExpert>;
}

/** What experts count before validation has spoken. */
const PRIOR_WEIGHTS: Readonly<Record<MemberName, number>> = {
  trees: 5,
  gnn: 4,
  linear: 1,
  constant: 1,
};

/**
 * Fits the members of a model and blends them.
 *
 * @param db - the database.
 * @param plan - the query's plan.
 * @param labels - labelled rows, split; there are training rows.
 * @param visibleTimes - float64 `[label rows]`: up to when each row may see.
 * @param options - which experts, and how.
 */
export async function fitMembers(
  db: Database,
  plan: TrainingTablePlan,
  labels: TrainingTable,
  visibleTimes: Float64Array,
  options: MemberOptions,
): Promise<MembersFit> {
  const rng = createRng(options.seed).split("experts");
  const { horizon } = plan;
  const window = horizon === null ? null : { count: horizon.end, unit: horizon.unit };
  const data = learningData(labels, visibleTimes, {
    maxLag: options.maxLag,
    step: options.pastStep ?? window,
    rng: rng.split("rows"),
  });
  const asked = options.entityRowOnly ? (["trees"] as const) : (options.experts ?? MEMBER_NAMES);
  const names = MEMBER_NAMES.filter((name) => asked.includes(name));
  const setting: Setting = { db, plan, labels, visibleTimes, data, rng, options };
  const members: Member[] = [];
  try {
    await fitEach(setting, names, members);
    return await together(setting, members);
  } catch (error) {
    for (const { expert } of members) expert.dispose();
    throw error;
  }
}

/** Everything that fitting a member may need. */
interface Setting {
  readonly db: Database;
  readonly plan: TrainingTablePlan;
  readonly labels: TrainingTable;
  readonly visibleTimes: Float64Array;
  readonly data: LearningData;
  readonly rng: Rng;
  readonly options: MemberOptions;
}

async function fitEach(
  setting: Setting,
  names: readonly MemberName[],
  members: Member[],
): Promise<void> {
  const { db, plan, data, options } = setting;
  const readsSignals = names.some((name) => name === "trees" || name === "linear");
  const frame = readsSignals ? frameOf(setting) : null;
  let trees: TreesFit | null = null;
  for (const name of names) {
    checkAborted(options.signal, "fitting");
    switch (name) {
      case "trees": {
        if (frame === null || frame.signals.length === 0) break;
        const how = { ...options, config: options.trees, rng: setting.rng.split("trees") };
        const fit = await fitTrees(db, frame, data, how);
        trees = fit;
        const refit = (): Promise<FittedExpert> => refitTrees(db, frame, data, fit.choice, how);
        members.push({ ...fit, name, refit, advisesRefit: fit.choice.refit });
        break;
      }
      case "linear": {
        if (frame === null || frame.signals.length === 0) break;
        const how = { ...options, halfLife: trees?.choice.halfLife ?? Infinity };
        const fit = fitLinear(db, frame, data, how);
        const refit = async (): Promise<FittedExpert> =>
          refitLinear(db, frame, data, fit.penalty, how);
        members.push({ ...fit, name, refit });
        break;
      }
      case "constant": {
        const { classes } = setting.labels;
        const fit = fitConstant(db, plan, data, classes);
        const refit = async (): Promise<FittedExpert> =>
          plainConstant(plan, data.all.targets, classes, fit.prior);
        members.push({ ...fit, name, refit });
        break;
      }
      case "gnn":
        members.push(fitNetwork(setting));
        break;
    }
  }
}

function frameOf({ db, plan, data, options }: Setting): SignalFrame {
  return fitSignalFrame(db, plan, data.train.seeds, data.train.targets, options);
}

function fitNetwork({ db, plan, labels, visibleTimes, data, options }: Setting): Member {
  const { checkpoints: _, ...how } = options;
  const expert = fitGnn(db, plan, labels, visibleTimes, {
    ...how,
    checkpoints: options.checkpoints?.("fit"),
  });
  const { validation, space } = data;
  const heldOut = validation && toScores(space, expert.predict(db, validation.seeds, options));
  const refit = async (): Promise<FittedExpert> => {
    const epochs = Math.max(1, (expert.report?.bestEpoch ?? 0) + 1);
    // Learned from, validation rows see up to their own anchors like all others.
    const split = labels.split?.map((code) => (code === VAL ? TRAIN : code)) ?? null;
    const visible = visibleTimes.map((time, i) =>
      labels.split?.[i] === VAL ? labels.anchorTimes[i]! : time,
    );
    return fitGnn(db, plan, { ...labels, split }, visible, {
      ...how,
      trainer: { ...options.trainer, epochs },
      checkpoints: options.checkpoints?.("refit"),
    });
  };
  return { name: "gnn", expert, heldOut, refit };
}

const TRAIN = 0;
const VAL = 1;

const NO_CALIBRATION: CalibrationModel = { kind: "none" };

/** Weighs the members on the validation rows, and fits them once more on all rows. */
async function together(setting: Setting, members: Member[]): Promise<MembersFit> {
  const { data, options, plan, labels } = setting;
  if (members.length === 0) {
    const expert = plainConstant(plan, data.train.targets, labels.classes);
    const warning =
      "there is nothing to learn from but past labels: each entity is predicted from its own past";
    return { expert, heldOut: null, warnings: [warning] };
  }
  const { space, validation } = data;
  const advice = members.find((member) => member.advisesRefit !== undefined)?.advisesRefit ?? true;
  const total = members.reduce((sum, { name }) => sum + PRIOR_WEIGHTS[name], 0);
  const prior = members.map(({ name }) => PRIOR_WEIGHTS[name] / total);
  const scores = members.flatMap(({ heldOut }) => heldOut ?? []);
  const weights =
    validation === null
      ? prior
      : blendWeights(
          space,
          { scores, targets: validation.targets, entities: validation.seeds.rows },
          prior,
        );
  const heldOut: HeldOutOutputs | null =
    validation === null
      ? null
      : {
          outputs: toOutputs(space, weighScores(scores, weights)),
          members: Object.fromEntries(
            members.map(({ name }, m) => [name, toOutputs(space, scores[m]!)]),
          ),
          quantiles: members.find((member) => member.heldOutQuantiles)?.heldOutQuantiles ?? null,
        };
  const { refit = "auto" } = options;
  if (validation !== null && (refit === "auto" ? advice : refit)) await refitAll(members, options);
  const experts = members.map(({ name, expert }, m) => ({ name, expert, weight: weights[m]! }));
  const calibration =
    heldOut === null || space.scale.kind !== "logit"
      ? NO_CALIBRATION
      : fitCalibration(heldOut.outputs, validation!.targets, {
          classes: space.outputs,
          seed: options.seed,
        }).model;
  const expert =
    experts.length === 1 && calibration.kind === "none"
      ? experts[0]!.expert
      : makeBlend(space, experts, calibration);
  return { expert, heldOut, warnings: unreadFeatures(members, options) };
}

function unreadFeatures(members: readonly Member[], { features = [] }: MemberOptions): string[] {
  const isRead = members.some(({ name }) => name === "trees" || name === "linear");
  if (features.length === 0 || isRead) return [];
  return ["nothing reads the features given: only the experts trees and linear do"];
}

async function refitAll(members: Member[], options: MemberOptions): Promise<void> {
  for (const [m, member] of members.entries()) {
    checkAborted(options.signal, "fitting");
    options.onProgress?.({ stage: "refit", message: `${member.name} on all labelled rows` });
    const expert = await member.refit();
    member.expert.dispose();
    members[m] = { ...member, expert };
  }
}
