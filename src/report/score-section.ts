/** Engagement scores as a part of a page: tiers with what became of them, the most urgent entries of the lists. */
import { formatNumber } from "../core/pretty.js";
import type { ActionItem } from "../scoring/actions.js";
import { OUTCOMES } from "../scoring/outcomes.js";
import type { ScoreTable } from "../scoring/score.js";
import { countTiers } from "../scoring/score-table.js";
import type { ScoreValidation } from "../scoring/validate.js";
import { barChart } from "./bar-chart.js";
import { lineChart } from "./chart.js";
import { htmlTable, htmlText } from "./page.js";

/** Entries shown of each list. */
const SHOWN = 5;

/**
 * Draws scores.
 *
 * @param scores - of everybody now.
 * @param actions - who needs what.
 * @param validation - how scores fared before; `null` where the data are too short to tell.
 * @returns HTML.
 */
export function scoreSection(
  scores: ScoreTable,
  actions: readonly ActionItem[],
  validation: ScoreValidation | null,
): string {
  const tiers = Object.entries(countTiers(scores)).map(([label, value]) => ({ label, value }));
  return [
    barChart({
      title: `${formatNumber(scores.scores.length)} of ${scores.config.entity} by tier`,
      legend: { bar: "now" },
      bars: tiers,
    }),
    ...(validation === null ? [] : [validated(validation)]),
    ...(["at risk", "expansion", "alert"] as const).map((list) => listed(list, actions)),
  ].join("\n");
}

function validated(found: ScoreValidation): string {
  const share = (value: number | null): string =>
    value === null ? "–" : `${Math.round(value * 100)} %`;
  const table = htmlTable(
    ["Tier", "rows", ...OUTCOMES],
    found.tiers.map(({ tier, rows, shares }) => [tier, formatNumber(rows), ...shares.map(share)]),
  );
  const { accuracy, majority, best } = found.threeWay;
  return [
    `<h3>What became of earlier scores within ${found.days} days</h3>`,
    table,
    `<p>${htmlText(`The three-way call was right in ${share(accuracy)} (always the most frequent: ${share(majority)}, the best two thresholds: ${share(best)}). AUROC of churn: ${formatNumber(found.auc.churned, 3)}.`)}</p>`,
    lineChart({
      title: "Mean score in the months before churn",
      x: { label: "months before the window (as negative numbers)" },
      y: { label: "score" },
      dots: true,
      series: [
        { name: "those who churn", points: leadOf(found, "churned") },
        { name: "all others", points: leadOf(found, "others"), dashed: true },
      ],
    }),
  ].join("\n");
}

function leadOf({ lead }: ScoreValidation, side: "churned" | "others"): [number, number][] {
  return lead.flatMap((month): [number, number][] => {
    const value = month[side];
    return value === null ? [] : [[month.months === 0 ? 0 : -month.months, value]];
  });
}

const TITLES = {
  "at risk": "At risk, for customer success",
  expansion: "Ready for more, for sales",
  alert: "Sudden drops",
} as const;

function listed(list: ActionItem["list"], actions: readonly ActionItem[]): string {
  const items = actions.filter((item) => item.list === list);
  const title = `<h3>${TITLES[list]}: ${formatNumber(items.length)}</h3>`;
  if (items.length === 0) return title;
  const rows = items.slice(0, SHOWN).map((item) => {
    const key = Object.values(item.key).map(String).join(", ");
    const change =
      item.change === null ? "" : `${item.change > 0 ? "+" : ""}${formatNumber(item.change, 3)}`;
    return `<tr><td>${htmlText(key)}<small>${htmlText(item.reasons)}</small></td><td class="number">${formatNumber(item.score, 3)}</td><td class="number">${htmlText(change)}</td><td>${htmlText(item.action)}</td></tr>`;
  });
  const header = ["Who and why", "Score", "Change", "Action"].map(
    (name, c) => `<th scope="col"${c === 1 || c === 2 ? ' class="number"' : ""}>${name}</th>`,
  );
  return `${title}\n<div class="table" tabindex="0"><table><thead><tr>${header.join("")}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
}
