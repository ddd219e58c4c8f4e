/** Bars as SVG that stand in a page by themselves: one bar a group, with a mark for what it is held against. */
import { formatNumber } from "../core/pretty.js";
import { htmlText } from "./page.js";

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Drawn as a mark on the bar's line; `null` = none. */
  readonly mark?: number | null;
}

/** A chart of bars. */
export interface BarChart {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** What a bar and what a mark is. */
  readonly legend: { readonly bar: string; readonly mark?: string };
}

const WIDTH = 640;
const ROW = 26;
const LEFT = 190;
const RIGHT = 70;
const TOP = 44;
const BAR = "#0072b2";
const MARK = "#d55e00";

/**
 * Draws horizontal bars from zero.
 *
 * @param chart - bars that are no finite numbers are left out.
 * @returns an `<svg>` element with a title, in the colours of the page around it; empty without bars.
 */
export function barChart({ title, bars, legend }: BarChart): string {
  const drawn = bars.filter(({ value }) => Number.isFinite(value));
  if (drawn.length === 0) return "";
  const ends = drawn.flatMap(({ value, mark }) => [value, mark ?? 0]);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const span = high - low || 1;
  const x = (value: number): number =>
    Math.round((LEFT + ((value - low) / span) * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  const height = TOP + drawn.length * ROW + 8;
  const rows = drawn.map((bar, i) => drawBar(bar, TOP + i * ROW, x));
  const marks =
    legend.mark === undefined
      ? ""
      : `<circle cx="${LEFT + 170}" cy="30" r="4" fill="${MARK}"/><text x="${LEFT + 180}" y="34">${htmlText(legend.mark)}</text>`;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${htmlText(title)}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor" style="max-width:100%;height:auto">`,
    `<text x="0" y="14" font-weight="600">${htmlText(title)}</text>`,
    `<rect x="${LEFT}" y="25" width="12" height="10" fill="${BAR}"/><text x="${LEFT + 18}" y="34">${htmlText(legend.bar)}</text>${marks}`,
    `<line x1="${x(0)}" y1="${TOP}" x2="${x(0)}" y2="${height - 8}" stroke="currentColor" opacity=".3"/>`,
    ...rows,
    "</svg>",
  ].join("\n");
}

function drawBar({ label, value, mark }: Bar, y: number, x: (value: number) => number): string {
  const from = Math.min(x(0), x(value));
  const width = Math.abs(x(value) - x(0));
  const end = Math.max(x(0), x(value), mark === null || mark === undefined ? 0 : x(mark) + 4);
  const dot =
    mark === null || mark === undefined || !Number.isFinite(mark)
      ? ""
      : `<circle cx="${x(mark)}" cy="${y + 10}" r="4" fill="${MARK}"><title>${htmlText(formatNumber(mark))}</title></circle>`;
  return `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${htmlText(clip(label))}<title>${htmlText(label)}</title></text><rect x="${from}" y="${y + 3}" width="${Math.max(1, width)}" height="14" fill="${BAR}"/>${dot}<text x="${end + 6}" y="${y + 14}">${htmlText(formatNumber(value, 3))}</text>`;
}

/** As much of a label as fits beside the bars. */
function clip(label: string): string {
  return label.length <= 30 ? label : `${label.slice(0, 29)}…`;
}
