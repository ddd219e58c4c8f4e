/** One explanation as an HTML page that needs nothing but a browser. */
import type { Contribution, Explanation } from "../../gnn/explain/explanation.js";
import { formatNumber } from "../core/pretty.js";

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2330; background: #fff; margin: 2.5rem auto; max-width: 52rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p.query { font: 13px/1.4 ui-monospace, monospace; color: #5a6272; margin: 0 0 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: #5a6272; }
th, td { padding: .45rem .6rem .45rem 0; border-bottom: 1px solid #e4e7ee; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.bar { width: 30%; }
.half { display: inline-block; width: 50%; vertical-align: middle; }
.half.left { text-align: right; }
.fill { display: inline-block; height: .8rem; border-radius: 2px; }
.up .fill { background: #2b7a4b; } .down .fill { background: #b3423a; }
small { color: #5a6272; display: block; }
@media (prefers-color-scheme: dark) { body { color: #e6e9f0; background: #14171d; } th, td { border-color: #2b303b; } p.query, th, small { color: #9aa3b5; } }
`;

/**
 * Draws an explanation.
 *
 * @param explanation - the explanation.
 * @param query - the canonical query.
 * @param title - the prediction as a sentence.
 * @returns a whole HTML document.
 */
export function explanationPage(explanation: Explanation, query: string, title: string): string {
  const { contributions, other, baseline, prediction, unit, timestamp } = explanation;
  const amount = (value: number): string => `${formatNumber(value, 3)}${unit ? ` ${unit}` : ""}`;
  const signed = (value: number): string => `${value > 0 ? "+" : ""}${amount(value)}`;
  const longest = Math.max(other.share, ...contributions.map(({ share }) => share), 1e-9);
  const line = (name: string, note: string, contribution: number, share: number): string =>
    `<tr><td>${name}${note}</td>${bar(contribution, share / longest)}<td class="number">${htmlText(signed(contribution))}</td><td class="number">${Math.round(share * 100)} %</td></tr>`;
  const rows = contributions.map((reason) =>
    line(htmlText(headline(reason)), evidence(reason), reason.contribution, reason.share),
  );
  rows.push(line("All other signals", "", other.contribution, other.share));
  const when = timestamp === null ? "" : `<p>Predicted at ${htmlText(timestamp)}.</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${htmlText(title)}</h1>
<p class="query">${htmlText(query)}</p>
${when}
<table>
<thead><tr><th>Reason</th><th>lowers · raises</th><th>Effect</th><th>Share</th></tr></thead>
<tbody>
<tr><td>On average</td><td></td><td class="number">${htmlText(amount(baseline))}</td><td></td></tr>
${rows.join("\n")}
<tr><td><b>Prediction</b></td><td></td><td class="number"><b>${htmlText(amount(prediction))}</b></td><td></td></tr>
</tbody>
</table>
</body>
</html>
`;
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

function htmlText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
