/** The runs of a regime to its result: scores of model, experts and baselines, comparisons, sureness. */
import { countParts, type PartMetrics, runBaselines } from "../judge.js";
import { summarizeMetrics } from "../task/metrics.js";
import type { Regime } from "../task/regime.js";
import type { TaskType } from "../task/task.js";
import type { EvaluateOptions } from "./options.js";
import type { RegimeRuns } from "./regime-runs.js";
import type { RegimeResult } from "./result.js";
import type { ModelRun, RunSetting } from "./run.js";
import { bestBaseline, compareWith, type Rival, type ScoredRun, summarizeRuns } from "./summary.js";
import { calibrationOf, coverageOf } from "./uncertainty.js";

/**
 * Puts the runs of a regime together.
 *
 * @param regime - the regime.
 * @param settings - the rows of each fold, or of the one split.
 * @param runs - the runs.
 * @param options - the seed of drawn entities, the level of intervals.
 */
export function summarizeRegime(
  regime: Regime,
  settings: readonly RunSetting[],
  { model, entityRow, curves }: RegimeRuns,
  { seed = 0, interval }: EvaluateOptions,
): RegimeResult {
  const [{ labels }] = settings as readonly [RunSetting];
  const { taskType } = labels.task;
  const naive = settings.map((setting) => runBaselines(setting.labels, setting.visible));
  const rivals = Object.keys(naive[0]!).map(
    (to): Rival => ({
      to,
      kind: "baseline",
      runs: naive.map((fold) => ({ parts: fold[to]! })),
    }),
  );
  const own = entityRow[0] && entityRowName(entityRow[0]);
  if (own) rivals.push({ to: own, kind: "baseline", runs: entityRow });
  const baselines = Object.fromEntries(rivals.map(({ to, runs }) => [to, meanScores(runs)]));
  const members = Object.keys(model[0]!.members);
  const alone = members.map((name): readonly ScoredRun[] =>
    model.map((run) => ({ ...run, parts: run.members[name]! })),
  );
  const whole = summarizeRuns(taskType, model, seed);
  const best = bestBaseline(taskType, baselines);
  const compared = [
    ...rivals.filter(({ to }) => to === best),
    ...members.map((to, i): Rival => ({ to, kind: "expert", runs: alone[i]! })),
  ];
  return {
    regime,
    rows: countParts(labels),
    model: whole,
    experts:
      members.length === 0
        ? { [model[0]!.name]: whole }
        : Object.fromEntries(
            members.map((name, i) => [name, summarizeRuns(taskType, alone[i]!, seed)]),
          ),
    baselines,
    comparisons: compareWith(taskType, model, compared, seed),
    ...(taskType === "regression" && { coverage: coverageOf(model, interval) }),
    ...(hasChances(taskType) && { calibration: calibrationOf(model) }),
    ...curves,
  };
}

function hasChances(taskType: TaskType): boolean {
  return taskType === "binary_classification" || taskType === "multiclass_classification";
}

function entityRowName({ name }: ModelRun): string {
  return name === "gnn" ? "entity-row" : `entity-row-${name}`;
}

function meanScores(runs: Rival["runs"]): PartMetrics {
  return {
    val: summarizeMetrics(runs.map(({ parts }) => parts.val.metrics)).mean,
    test: summarizeMetrics(runs.map(({ parts }) => parts.test.metrics)).mean,
  };
}
