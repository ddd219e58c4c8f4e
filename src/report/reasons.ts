/** The reasons of one prediction as an HTML table with bars. */
import type { Contribution, Explanation } from "../../gnn/explain/explanation.js";
import { formatNumber } from "../core/pretty.js";
import { htmlText } from "./page.js";

/**
 * Draws an explanation from the average to the prediction.
 *
 * @param explanation - the explanation.
 */
export function reasonsTable(explanation: Explanation): string {
  const { contributions, other, baseline, prediction, unit } = explanation;
  const amount = (value: number): string => `${formatNumber(value, 3)}${unit ? ` ${unit}` : ""}`;
  const signed = (value: number): string => `${value > 0 ? "+" : ""}${amount(value)}`;
  const longest = Math.max(other.share, ...contributions.map(({ share }) => share), 1e-9);
  const line = (name: string, note: string, contribution: number, share: number): string =>
    `<tr><td>${name}${note}</td>${bar(contribution, share / longest)}<td class="number">${htmlText(signed(contribution))}</td><td class="number">${Math.round(share * 100)} %</td></tr>`;
  const rows = contributions.map((reason) =>
    line(htmlText(headline(reason)), evidence(reason), reason.contribution, reason.share),
  );
  rows.push(line("All other signals", "", other.contribution, other.share));
  return `<div class="table" tabindex="0"><table>
<thead><tr><th scope="col">Reason</th><th scope="col">lowers · raises</th><th scope="col" class="number">Effect</th><th scope="col" class="number">Share</th></tr></thead>
<tbody>
<tr><td>${htmlText(explanation.against ?? "On average")}</td><td></td><td class="number">${htmlText(amount(baseline))}</td><td></td></tr>
${rows.join("\n")}
<tr><td><b>Prediction</b></td><td></td><td class="number"><b>${htmlText(amount(prediction))}</b></td><td></td></tr>
</tbody>
</table></div>`;
}

function headline({ label, display, comparison }: Contribution): string {
  const values = [display, comparison].filter((part) => part);
  return values.length === 0 ? label : `${label}: ${values.join(", ")}`;
}

function evidence({ evidence: rows }: Contribution): string {
  if (rows.length === 0) return "";
  const keys = rows.map(({ table, key }) => `${table} ${Object.values(key).join(", ")}`);
  return `<small>${htmlText(keys.join(" · "))}</small>`;
}

/** A bar to the left (lowers) or to the right (raises) of the middle. */
function bar(contribution: number, share: number): string {
  const fill = `<span class="fill" style="width:${(share * 100).toFixed(1)}%"></span>`;
  const [left, right] = contribution < 0 ? [fill, ""] : ["", fill];
  const direction = contribution < 0 ? "down" : "up";
  return `<td class="bar ${direction}"><span class="half left">${left}</span><span class="half">${right}</span></td>`;
}
