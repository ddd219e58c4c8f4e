/** An evaluation as a page: scores beside the baselines, comparisons, learning curves, calibration. */
import { formatNumber } from "../core/pretty.js";
import { type ChartSeries, lineChart, reliabilityChart } from "../report/chart.js";
import { htmlPage, htmlTable, htmlText } from "../report/page.js";
import { type MetricName, type Metrics, primaryMetric } from "../task/metrics.js";
import type { LearningCurve, TrainingCurve } from "./curves.js";
import { regimeRemarks } from "./format.js";
import type { Evaluation, RegimeResult } from "./result.js";

/**
 * Draws an evaluation.
 *
 * @param evaluation - the evaluation.
 * @param sections - HTML of what was found besides, put at its end.
 * @returns a whole HTML document.
 */
export function evaluationPage(evaluation: Evaluation, sections: readonly string[] = []): string {
  const warnings = evaluation.warnings.map((warning) => `<li>${htmlText(warning)}</li>`);
  const body = [
    `<p class="query">${htmlText(evaluation.query)}</p>`,
    ...(warnings.length > 0 ? [`<ul>${warnings.join("\n")}</ul>`] : []),
    ...(evaluation.targets ?? [{ ...evaluation, name: null }]).flatMap((target) => [
      ...(target.name === null ? [] : [`<h2>${htmlText(target.name)}</h2>`]),
      ...target.results.map((result) => regimeSection(target, result)),
    ]),
    ...sections,
  ];
  return htmlPage("Evaluation", body.join("\n"));
}

function regimeSection(evaluation: Evaluation, result: RegimeResult): string {
  const { regime, learningCurve, training, calibration } = result;
  return [
    `<h2>${htmlText(regime)}</h2>`,
    scoreTable(evaluation, result),
    ...regimeRemarks(result).map((line) => `<p>${htmlText(line)}</p>`),
    ...(learningCurve ? [learningChart(evaluation, result, learningCurve)] : []),
    ...(training ?? []).map(trainingChart),
    ...(calibration && calibration.bins.length > 1
      ? [reliabilityChart("Probabilities beside what came true", calibration.bins)]
      : []),
  ].join("\n");
}

function scoreTable({ taskType }: Evaluation, { model, experts, baselines }: RegimeResult): string {
  const { name, higherIsBetter } = primaryMetric(taskType);
  const cells = (label: string, val: Metrics, test: Metrics, between = ""): string[] => [
    label,
    formatNumber(val[name]),
    formatNumber(test[name]),
    between,
  ];
  const range = model.interval.test[name];
  const between = range ? `${formatNumber(range.low)} … ${formatNumber(range.high)}` : "";
  const names = Object.keys(experts);
  const rows = [
    cells("model", model.mean.val, model.mean.test, between),
    ...names.map((expert) => {
      const { mean } = experts[expert]!;
      return cells(expert, mean.val, mean.test);
    }),
    ...Object.entries(baselines).map(([label, { val, test }]) => cells(label, val, test)),
  ];
  const header = [
    `${name} (${higherIsBetter ? "higher" : "lower"} is better)`,
    "validation",
    "test",
    `test, ${Math.round(model.interval.level * 100)} % of resamples`,
  ];
  return htmlTable(header, rows);
}

function learningChart(
  { taskType }: Evaluation,
  { baselines }: RegimeResult,
  { by, points }: LearningCurve,
): string {
  const { name } = primaryMetric(taskType);
  const line = (part: "val" | "test"): ChartSeries => ({
    name: part === "val" ? "validation" : "test",
    points: points.map((point) => [point.rows, scoreOf(point[part], name)]),
  });
  const [baseline] = ["recent-mean", "recent-prior", "entity-mean", "global-mean", "prior"].filter(
    (other) => baselines[other],
  );
  const floor = baseline === undefined ? Number.NaN : scoreOf(baselines[baseline]!.test, name);
  const flat: ChartSeries = {
    name: `${baseline}, test`,
    dashed: true,
    points: points.map(({ rows }) => [rows, floor]),
  };
  return lineChart({
    title: "Scores against the number of training rows",
    x: { label: `training rows (${by})`, log: true },
    y: { label: name },
    dots: true,
    series: [line("val"), line("test"), ...(Number.isFinite(floor) ? [flat] : [])],
  });
}

function scoreOf(metrics: Metrics, name: MetricName): number {
  return metrics[name] ?? Number.NaN;
}

function trainingChart({ stage, points }: TrainingCurve): string {
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))];
  return lineChart({
    title: stage === "train" ? "Training of the network" : `Training: ${stage}`,
    x: { label: stage === "train" ? "epoch" : "step" },
    y: { label: "loss or score" },
    series: names.map((name) => ({
      name,
      points: points.map(({ step, values }) => [step, values[name] ?? Number.NaN]),
    })),
  });
}
