/** A report of a model as one page that needs nothing but a browser. */
import { formatNumber } from "../core/pretty.js";
import { percent } from "../core/words.js";
import { barChart } from "./bar-chart.js";
import { lineChart, reliabilityChart } from "./chart.js";
import type { ModelReport, ReportBin } from "./model-report.js";
import { htmlPage, htmlTable, htmlText } from "./page.js";
import { reasonsTable } from "./reasons.js";
import type { FamilySummary } from "./reasons-summary.js";

/** Families whose cohorts are drawn. */
const DRAWN = 4;

/** A section that somebody else has drawn. */
export interface PageSection {
  /** Of its heading, for links. */
  readonly id: string;
  readonly title: string;
  /** HTML; its texts are escaped already. */
  readonly body: string;
}

/**
 * Draws a report.
 *
 * @param report - of {@link ModelReport}.
 * @param options - `title` of the page; `sections` put after the scores.
 * @returns a whole HTML document without links to anything outside.
 */
export function modelPage(
  report: ModelReport,
  {
    title: heading = "Report of a model",
    sections: added = [],
  }: { readonly title?: string; readonly sections?: readonly PageSection[] } = {},
): string {
  const { query, words, warnings } = report;
  const notes = warnings.map((warning) => `<li>${htmlText(warning)}</li>`);
  const sections: readonly (readonly [id: string, title: string, body: string])[] = [
    ["scores", "Is it any good?", scores(report)],
    ...added.map(({ id, title, body }) => [id, title, body] as const),
    ["data", "Data", data(report)],
    ["calibration", "Do predictions mean what they say?", calibration(report)],
    ["signals", "What drives the predictions", signals(report)],
    ["examples", "Predictions with their reasons", examples(report)],
  ];
  const drawn = sections.filter(([, , body]) => body !== "");
  const links = drawn.map(([id, title]) => `<a href="#${id}">${htmlText(title)}</a>`);
  const body = drawn.map(
    ([id, title, inside]) =>
      `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${htmlText(title)}</h2>\n${inside}\n</section>`,
  );
  return htmlPage(
    heading,
    [
      `<p>${htmlText(words)}</p>`,
      `<p class="query">${htmlText(query)}</p>`,
      ...(notes.length > 0 ? [`<ul class="warnings">${notes.join("\n")}</ul>`] : []),
      `<nav aria-label="Sections">${links.join(" · ")}</nav>`,
      `<main>`,
      ...body,
      `</main>`,
    ].join("\n"),
  );
}

function scores(report: ModelReport): string {
  const { metric, higherIsBetter, experts, coverage } = report;
  const rows = report.scores.map(({ name, val, test }) => [
    name,
    formatNumber(val[metric]),
    formatNumber(test[metric]),
  ]);
  const header = [
    `${metric} (${higherIsBetter ? "higher" : "lower"} is better)`,
    "validation",
    "test",
  ];
  const weights = Object.entries(experts).map(
    ([name, weight]) => `${name} ${percent(weight).replace(/^\+/, "")}`,
  );
  const mixed = `<p>The model is made of: ${htmlText(weights.join(", "))}. Test rows were not learned from.</p>`;
  const chart = barChart({
    title: `${metric} on the test rows`,
    legend: { bar: metric },
    bars: report.scores.map(({ name, test }) => ({
      label: name,
      value: test[metric] ?? Number.NaN,
    })),
  });
  const held =
    coverage === null || coverage.inside === null
      ? ""
      : `<p>Of the ${Math.round(coverage.level * 100)} % intervals, ${Math.round(coverage.inside * 100)} % held the truth on the test rows.</p>`;
  return [htmlTable(header, rows), chart, mixed, held].filter((part) => part !== "").join("\n");
}

function data({ tables, parts }: ModelReport): string {
  const span = (from: string | null, to: string | null): string =>
    from === null || to === null ? "–" : from === to ? from : `${from} … ${to}`;
  const read = htmlTable(
    ["Table", "rows", "from … to"],
    tables.map(({ name, rows, from, to }) => [name, formatNumber(rows), span(from, to)]),
  );
  const split = htmlTable(
    ["Labelled rows", "rows", "anchors", "from … to"],
    parts.map(({ name, rows, anchors, from, to }) => [
      name,
      formatNumber(rows),
      formatNumber(anchors),
      span(from, to),
    ]),
  );
  return `${read}\n${split}`;
}

function calibration({ calibration: bins, taskType, unit }: ModelReport): string {
  if (bins.length < 2) return "";
  if (taskType === "binary_classification") {
    return reliabilityChart("Probabilities beside what came true", bins);
  }
  const name = unit ?? "value";
  return [
    lineChart({
      title: "Rows of similar predictions, beside what came true on average",
      x: { label: `predicted ${name}` },
      y: { label: `true ${name}` },
      dots: true,
      series: [
        { name: "mean of the truth", points: points(bins) },
        {
          name: "ideal",
          points: bins.map(({ predicted }) => [predicted, predicted]),
          dashed: true,
        },
      ],
    }),
  ].join("\n");
}

function points(bins: readonly ReportBin[]): [number, number][] {
  return bins.map(({ predicted, actual }) => [predicted, actual]);
}

function signals({ reasons, unit }: ModelReport): string {
  if (reasons.families.length === 0) return "";
  const amount = unit ?? "of the prediction";
  const rows = reasons.families.map(({ label, share, meanSize, meanContribution }) => [
    label,
    `${Math.round(share * 100)} %`,
    formatNumber(meanSize, 3),
    formatNumber(meanContribution, 3),
  ]);
  const rest = ["All other signals", `${Math.round(reasons.other * 100)} %`, "", ""];
  const table = htmlTable(
    ["Signal", "share", `mean size, ${amount}`, `mean effect, ${amount}`],
    [...rows, rest],
  );
  const drawn = reasons.families.filter(({ cohorts }) => cohorts.length > 1).slice(0, DRAWN);
  return [
    `<p>Mean contributions over ${formatNumber(reasons.rows)} test rows. Contributions tell what the model used, not what would happen if somebody changed it.</p>`,
    table,
    ...drawn.map(cohorts),
  ].join("\n");
}

function cohorts({ label, cohorts: groups }: FamilySummary): string {
  const chart = barChart({
    title: label,
    legend: { bar: "mean prediction", mark: "mean of the truth" },
    bars: groups.map(({ bucket, meanPrediction, meanTarget }) => ({
      label: bucket,
      value: meanPrediction,
      mark: meanTarget,
    })),
  });
  const table = htmlTable(
    [label, "rows", "truth", "prediction", "contribution"],
    groups.map((group) => [
      group.bucket,
      `${formatNumber(group.rows)} (${Math.round(group.population * 100)} %)`,
      formatNumber(group.meanTarget, 3),
      formatNumber(group.meanPrediction, 3),
      formatNumber(group.meanContribution, 3),
    ]),
  );
  return `<figure>${chart}</figure>\n${table}`;
}

function examples({ examples: people }: ModelReport): string {
  return people
    .map(({ title, explanation }) => `<h3>${htmlText(title)}</h3>\n${reasonsTable(explanation)}`)
    .join("\n");
}
