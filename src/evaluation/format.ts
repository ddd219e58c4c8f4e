/** An evaluation as text: per regime, the model, its experts and the baselines by the primary metric. */
import { formatNumber, textTable } from "../core/pretty.js";
import { type MetricName, type Metrics, primaryMetric } from "../task/metrics.js";
import type { Comparison, Evaluation, ModelResult, RegimeResult } from "./result.js";

const WORDS: Readonly<Record<string, string>> = { gnn: "graph network", constant: "own past" };

/**
 * Prints an evaluation: per regime the model, its experts and the baselines by the primary metric, then how the model compares.
 *
 * @param evaluation - the evaluation.
 */
export function formatEvaluation(evaluation: Evaluation): string {
  if (evaluation.targets) {
    const parts = evaluation.targets.map((target) => `${target.name}: ${formatEvaluation(target)}`);
    return [evaluation.query, ...parts].join("\n\n");
  }
  const blocks = evaluation.results.map((result) => regimeBlock(evaluation, result));
  return [evaluation.query, ...blocks].join("\n\n");
}

function regimeBlock({ taskType, folds }: Evaluation, result: RegimeResult): string {
  const { regime, rows, model, experts, baselines } = result;
  const { name, higherIsBetter } = primaryMetric(taskType);
  const names = Object.keys(experts);
  const alone = names.length === 1;
  const lines = [
    modelLine(alone ? wordOf(names[0]!) : "model", model, name),
    ...(alone
      ? []
      : names.map((expert) => modelLine(`  ${wordOf(expert)}`, experts[expert]!, name))),
    ...Object.entries(baselines).map(([baseline, { val, test }]) => [
      baseline,
      value(val, name),
      value(test, name),
      "",
    ]),
  ];
  const runs = folds === undefined ? seedWords(model.seeds.length) : `${folds} folds`;
  const title = `${regime}: ${rows.train} training, ${rows.val} validation, ${rows.test} test rows, ${runs}`;
  const header = [
    `${name} (${higherIsBetter ? "higher" : "lower"} is better)`,
    "validation",
    "test",
    `test, ${Math.round(model.interval.level * 100)} % of resamples`,
  ];
  const table = textTable(header, lines, ["left", "right", "right", "right"]);
  return [title, table, ...regimeRemarks(result)].join("\n");
}

/**
 * Says in sentences how the model compares, and how sure its predictions are.
 *
 * @param result - of one regime.
 */
export function regimeRemarks(result: RegimeResult): string[] {
  return [...result.comparisons.map(comparisonLine), ...sureness(result)];
}

/** How sure predictions are, and whether rightly. */
function sureness({ coverage, calibration }: RegimeResult): string[] {
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const lines: string[] = [];
  if (coverage && coverage.inside !== null) {
    const width = coverage.width === null ? "" : `, ${formatNumber(coverage.width)} wide`;
    lines.push(
      `${percent(coverage.level)} intervals hold ${percent(coverage.inside)} of the test values${width}`,
    );
  }
  if (calibration && calibration.ece !== null) {
    lines.push(
      `probabilities are off by ${formatNumber(calibration.ece, 2)} on average (Brier ${formatNumber(calibration.brier, 3)})`,
    );
  }
  return lines;
}

function seedWords(count: number): string {
  return count === 1 ? "1 seed" : `${count} seeds`;
}

function wordOf(expert: string): string {
  return WORDS[expert] ?? expert;
}

function modelLine(
  label: string,
  { mean, std, interval }: ModelResult,
  name: MetricName,
): string[] {
  const range = interval.test[name];
  const between = range ? `${formatNumber(range.low)} … ${formatNumber(range.high)}` : "";
  return [label, value(mean.val, name, std.val), value(mean.test, name, std.test), between];
}

function value(metrics: Metrics, name: MetricName, std?: Metrics): string {
  const spread = std?.[name];
  const around = typeof spread === "number" ? ` ± ${formatNumber(spread, 2)}` : "";
  return `${formatNumber(metrics[name])}${around}`;
}

function comparisonLine({ to, difference, low, high, better, metric }: Comparison): string {
  const signed = (number: number): string => `${number > 0 ? "+" : ""}${formatNumber(number, 3)}`;
  const share = `${Math.round(better * 100)} % of resamples`;
  return `${metric} against ${wordOf(to)}: ${signed(difference)} (${signed(low)} … ${signed(high)}), better in ${share}`;
}
