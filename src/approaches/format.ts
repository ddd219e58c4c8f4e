/** A comparison of approaches as text and as a page. */
import { formatNumber, textTable } from "../core/pretty.js";
import { barChart } from "../report/bar-chart.js";
import { htmlTable, htmlText } from "../report/page.js";
import type { ApproachComparison, ApproachResult } from "./compare.js";

/**
 * Prints a comparison: all rows first, then the error in each segment.
 *
 * @param comparison - of `compareApproaches`.
 */
export function formatApproaches(comparison: ApproachComparison): string {
  const { header, rows } = mainTable(comparison);
  const parts = [
    textTable(
      header,
      rows,
      header.map((_, c) => (c === 0 ? "left" : "right")),
    ),
  ];
  if (comparison.segments.length > 0) {
    const bySegment = segmentTable(comparison);
    parts.push(
      "",
      "mean absolute error by segment",
      textTable(
        bySegment.header,
        bySegment.rows,
        bySegment.header.map((_, c) => (c === 0 ? "left" : "right")),
      ),
    );
  }
  return [
    ...parts,
    ...verdict(comparison),
    ...comparison.skipped.map((why) => `skipped: ${why}`),
  ].join("\n");
}

/** Draws a comparison as part of a page. */
export function approachesSection(comparison: ApproachComparison): string {
  const { header, rows } = mainTable(comparison);
  const bySegment = segmentTable(comparison);
  const unit = comparison.unit ?? "units of the target";
  return [
    htmlTable(header, rows),
    barChart({
      title: `Mean absolute error on ${formatNumber(comparison.rows.test)} test rows, ${unit}`,
      legend: { bar: "mean absolute error" },
      bars: comparison.approaches.map(({ name, all }) => ({
        label: name,
        value: all.mae ?? Number.NaN,
      })),
    }),
    ...(comparison.segments.length > 0
      ? ["<h3>Mean absolute error by segment</h3>", htmlTable(bySegment.header, bySegment.rows)]
      : []),
    ...verdict(comparison).map((line) => `<p>${htmlText(line)}</p>`),
    ...comparison.skipped.map((why) => `<p>${htmlText(`Skipped: ${why}`)}</p>`),
  ].join("\n");
}

interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function mainTable({ approaches, unit }: ApproachComparison): TextTable {
  const header = [
    "approach",
    `error${unit ? `, ${unit}` : ""}`,
    "rank correlation",
    "finds the lowest tenth",
    "relgraph less it, 95 %",
    "seconds",
  ];
  const rows = approaches.map(({ name, all, against, seconds }) => [
    name,
    formatNumber(all.mae, 4),
    all.rankCorrelation === null ? "-" : all.rankCorrelation.toFixed(2),
    all.lowestTenth === null ? "-" : all.lowestTenth.toFixed(2),
    against === null ? "" : `${formatNumber(against.low, 3)} … ${formatNumber(against.high, 3)}`,
    seconds === null ? "-" : formatNumber(seconds, 2),
  ]);
  return { header, rows };
}

function segmentTable({ approaches, segments }: ApproachComparison): TextTable {
  const header = [
    "approach",
    ...segments.map(({ name, rows }) => `${name} (${formatNumber(rows)})`),
  ];
  const rows = approaches.map(({ name, segments: scores }) => [
    name,
    ...segments.map((segment) => formatNumber(scores[segment.name]!.mae, 4)),
  ]);
  return { header, rows };
}

/** Says who wins, and where relgraph does not. */
function verdict({ approaches, segments }: ApproachComparison): string[] {
  const rivals = approaches.filter(({ kind }) => kind !== "truth");
  const best = (of: (one: ApproachResult) => number | null): ApproachResult =>
    rivals.reduce((a, b) => ((of(b) ?? Infinity) < (of(a) ?? Infinity) ? b : a));
  const winner = best(({ all }) => all.mae);
  const lost = segments.flatMap(({ name }) => {
    const first = best((one) => one.segments[name]!.mae);
    return first.kind === "relgraph" ? [] : [`${name}: ${first.name}`];
  });
  return [
    `The smallest error has: ${winner.name}.`,
    ...(lost.length === 0 ? [] : [`Others win in: ${lost.join("; ")}.`]),
  ];
}
