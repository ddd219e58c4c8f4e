/** Scores of an evaluation in the form of all benchmarks: one result per regime and expert. */
import { type BenchResult, spread } from "../src/cli/bench-report.js";
import type { Evaluation, ModelResult } from "../src/evaluate.js";
import type { Regime } from "../src/task/regime.js";

/** A score to compare with, by regime. */
export type Compared = Readonly<Record<Regime, { readonly to: string; readonly median: number }>>;

/**
 * Lists the test scores of an evaluation: the model, then each expert alone.
 *
 * @param task - the name of the task.
 * @param evaluation - its evaluation.
 * @param compared - what the model's score stands beside.
 */
export function scoreResults(
  task: string,
  evaluation: Evaluation,
  compared?: Compared,
): BenchResult[] {
  const { metric } = evaluation;
  return evaluation.results.flatMap(({ regime, model, experts }) => {
    const beside = compared?.[regime];
    const scored = (name: string, result: ModelResult): BenchResult => {
      const scores = result.seeds.map(({ test }) => test[metric as "mae"] ?? Number.NaN);
      const measured = spread(scores);
      return {
        name: `${task}, ${regime}, test${name}`,
        unit: metric,
        ...measured,
        ...(beside && { compared: { ...beside, ratio: measured.median / beside.median } }),
      };
    };
    const alone = Object.entries(experts).filter(() => Object.keys(experts).length > 1);
    return [scored("", model), ...alone.map(([name, result]) => scored(`, ${name} alone`, result))];
  });
}
