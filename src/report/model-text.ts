/** A report of a model as text: the same numbers as on the page. */
import { formatNumber, indent, textTable } from "../core/pretty.js";
import type { ModelReport } from "./model-report.js";

/**
 * Prints a report.
 *
 * @param report - of {@link ModelReport}.
 * @returns lines of text.
 */
export function modelText(report: ModelReport): string {
  const { query, words, metric, higherIsBetter, warnings, coverage, reasons } = report;
  const scores = textTable(
    [`${metric} (${higherIsBetter ? "higher" : "lower"} is better)`, "validation", "test"],
    report.scores.map(({ name, val, test }) => [
      name,
      formatNumber(val[metric]),
      formatNumber(test[metric]),
    ]),
    ["left", "right", "right"],
  );
  const experts = Object.entries(report.experts).map(
    ([name, weight]) => `${name} ${Math.round(weight * 100)} %`,
  );
  const parts = textTable(
    ["labelled rows", "rows", "anchors", "from … to"],
    report.parts.map(({ name, rows, anchors, from, to }) => [
      name,
      formatNumber(rows),
      formatNumber(anchors),
      from === null ? "-" : `${from} … ${to}`,
    ]),
    ["left", "right", "right", "left"],
  );
  const drivers = textTable(
    ["signal", "share", "mean size", "mean effect"],
    [
      ...reasons.families.map(({ label, share, meanSize, meanContribution }) => [
        label,
        `${Math.round(share * 100)} %`,
        formatNumber(meanSize, 3),
        formatNumber(meanContribution, 3),
      ]),
      ["all other signals", `${Math.round(reasons.other * 100)} %`, "", ""],
    ],
    ["left", "right", "right", "right"],
  );
  return [
    words,
    query,
    ...warnings.map((warning) => `warning: ${warning}`),
    "",
    scores,
    `experts: ${experts.join(", ")}`,
    ...(coverage === null || coverage.inside === null
      ? []
      : [
          `${Math.round(coverage.level * 100)} % intervals held the truth in ${Math.round(coverage.inside * 100)} % of test rows`,
        ]),
    "",
    parts,
    ...(reasons.families.length === 0
      ? []
      : ["", `what drives the predictions, over ${formatNumber(reasons.rows)} test rows`, drivers]),
    ...report.examples.flatMap(({ title, text }) => ["", title, indent(text)]),
  ].join("\n");
}
