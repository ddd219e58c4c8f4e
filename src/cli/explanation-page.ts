/** One explanation as an HTML page that needs nothing but a browser. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { htmlPage, htmlText } from "../report/page.js";
import { reasonsTable } from "../report/reasons.js";

/**
 * Draws an explanation.
 *
 * @param explanation - the explanation.
 * @param query - the canonical query.
 * @param title - the prediction as a sentence.
 * @returns a whole HTML document.
 */
export function explanationPage(explanation: Explanation, query: string, title: string): string {
  const { timestamp } = explanation;
  const when = timestamp === null ? "" : `<p>Predicted at ${htmlText(timestamp)}.</p>`;
  const body = `<p class="query">${htmlText(query)}</p>\n${when}\n${reasonsTable(explanation)}`;
  return htmlPage(title, body);
}
