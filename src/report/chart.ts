/** Charts as SVG that stand in a page by themselves: lines over an axis, and probabilities beside what came true. */
import { formatNumber } from "../core/pretty.js";
import { htmlText } from "./page.js";

/** One line of a chart. */
export interface ChartSeries {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Drawn with dashes, as what the others are held against. */
  readonly dashed?: boolean;
}

/** A chart of lines. */
export interface LineChart {
  readonly title: string;
  readonly x: { readonly label: string; readonly log?: boolean };
  readonly y: { readonly label: string };
  readonly series: readonly ChartSeries[];
  /** Marks each point. */
  readonly dots?: boolean;
}

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 150;
const TOP = 28;
const BOTTOM = 46;
/** Told apart by everybody: Okabe and Ito 2008. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/**
 * Draws lines.
 *
 * @param chart - axes and series; points that are no finite numbers are left out.
 * @returns an `<svg>` element with a title, in the colours of the page around it.
 */
export function lineChart(chart: LineChart): string {
  const { title, x, y, dots = false } = chart;
  const series = chart.series.map((one) => ({
    ...one,
    points: one.points.filter(
      ([a, b]) => Number.isFinite(a) && Number.isFinite(b) && (!x.log || a > 0),
    ),
  }));
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return "";
  const across = scaleOf(
    all.map(([a]) => a),
    x.log ?? false,
    LEFT,
    WIDTH - RIGHT,
  );
  const up = scaleOf(
    all.map(([, b]) => b),
    false,
    HEIGHT - BOTTOM,
    TOP,
  );
  const lines = series.map((one, i) => drawSeries(one, i, across.at, up.at, dots));
  const body = [
    `<text x="${LEFT}" y="16" font-weight="600">${htmlText(title)}</text>`,
    ...drawAxes(across, up, x.label, y.label),
    ...lines,
  ];
  return svg(title, body);
}

/** Rows of similar probability, as a reliability table has them. */
export interface ReliabilityPoint {
  readonly predicted: number;
  readonly actual: number;
  readonly rows: number;
}

/**
 * Draws a reliability diagram: on the diagonal, probabilities mean what they say.
 *
 * @param title - above it.
 * @param bins - of the reliability table.
 */
export function reliabilityChart(title: string, bins: readonly ReliabilityPoint[]): string {
  return lineChart({
    title,
    x: { label: "predicted probability" },
    y: { label: "share that came true" },
    dots: true,
    series: [
      { name: "came true", points: bins.map(({ predicted, actual }) => [predicted, actual]) },
      {
        name: "ideal",
        points: [
          [0, 0],
          [1, 1],
        ],
        dashed: true,
      },
    ],
  });
}

function svg(title: string, body: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${htmlText(title)}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor" style="max-width:100%;height:auto">\n${body.join("\n")}\n</svg>`;
}

interface Scale {
  /** Where a value lies, in units of the drawing. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function scaleOf(values: readonly number[], log: boolean, from: number, to: number): Scale {
  const space = (value: number): number => (log ? Math.log(value) : value);
  const least = Math.min(...values);
  const most = Math.max(...values);
  const ticks = log ? logTicks(values) : linearTicks(least, most);
  const low = Math.min(space(least), ...ticks.map(space));
  const high = Math.max(space(most), ...ticks.map(space));
  const span = high - low || 1;
  return { ticks, at: (value) => from + ((space(value) - low) / span) * (to - from) };
}

/** About five round numbers around a range. */
function linearTicks(least: number, most: number): number[] {
  const span = most - least || Math.abs(most) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10]
    .map((factor) => factor * power)
    .find((candidate) => candidate >= rough)!;
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step);
  // Sums of steps would gather rounding errors.
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** The values themselves, as long as they are few. */
function logTicks(values: readonly number[]): number[] {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const every = Math.ceil(distinct.length / 8);
  return distinct.filter((_, i) => i % every === 0 || i === distinct.length - 1);
}

function drawAxes(across: Scale, up: Scale, xLabel: string, yLabel: string): string[] {
  const right = WIDTH - RIGHT;
  const floor = HEIGHT - BOTTOM;
  const grid = up.ticks.map((tick) => {
    const y = round(up.at(tick));
    return `<line x1="${LEFT}" y1="${y}" x2="${right}" y2="${y}" stroke="currentColor" opacity=".15"/><text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${htmlText(formatNumber(tick))}</text>`;
  });
  const marks = across.ticks.map(
    (tick) =>
      `<text x="${round(across.at(tick))}" y="${floor + 18}" text-anchor="middle">${htmlText(formatNumber(tick))}</text>`,
  );
  const middle = (TOP + floor) / 2;
  return [
    ...grid,
    ...marks,
    `<text x="${(LEFT + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle" opacity=".7">${htmlText(xLabel)}</text>`,
    `<text x="14" y="${middle}" text-anchor="middle" opacity=".7" transform="rotate(-90 14 ${middle})">${htmlText(yLabel)}</text>`,
  ];
}

function drawSeries(
  { name, points, dashed }: ChartSeries,
  index: number,
  x: (value: number) => number,
  y: (value: number) => number,
  dots: boolean,
): string {
  const color = COLORS[index % COLORS.length]!;
  const places = points.map(([a, b]) => `${round(x(a))},${round(y(b))}`);
  const dash = dashed ? ` stroke-dasharray="5 4"` : "";
  const marks =
    dots && !dashed
      ? points.map(
          ([a, b]) => `<circle cx="${round(x(a))}" cy="${round(y(b))}" r="3" fill="${color}"/>`,
        )
      : [];
  const legend = TOP + 6 + index * 18;
  const at = WIDTH - RIGHT + 14;
  return [
    `<polyline points="${places.join(" ")}" fill="none" stroke="${color}" stroke-width="2"${dash}/>`,
    ...marks,
    `<line x1="${at}" y1="${legend}" x2="${at + 18}" y2="${legend}" stroke="${color}" stroke-width="2"${dash}/>`,
    `<text x="${at + 24}" y="${legend + 4}">${htmlText(name)}</text>`,
  ].join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
