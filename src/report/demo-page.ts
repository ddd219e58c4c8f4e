/** The demo's report: approaches compared, and a few predictions with their reasons. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { formatNumber } from "../core/pretty.js";
import { htmlPage, htmlTable, htmlText } from "./page.js";
import { reasonsTable } from "./reasons.js";

/** What the report shows. */
export interface DemoReport {
  readonly query: string;
  /** Number of predicted entities. */
  readonly rows: number;
  /** Name and mean absolute error; `null` where it could not be measured. */
  readonly approaches: readonly (readonly [string, number | null])[];
  readonly people: readonly { readonly title: string; readonly explanation: Explanation }[];
}

/**
 * Draws the report.
 *
 * @returns a whole HTML document.
 */
export function demoPage(report: DemoReport): string {
  const compared = htmlTable(
    ["Approach", "Mean absolute error, minutes"],
    report.approaches.map(([name, error]) => [name, formatNumber(error, 4)]),
  );
  const people = report.people.map(
    ({ title, explanation }) => `<h2>${htmlText(title)}</h2>\n${reasonsTable(explanation)}`,
  );
  return htmlPage(
    "Engagement over the next 30 days",
    `<p class="query">${htmlText(report.query)}</p>
<p>${formatNumber(report.rows)} users predicted. Errors are of a month that no approach has seen.</p>
${compared}
${people.join("\n")}`,
  );
}
