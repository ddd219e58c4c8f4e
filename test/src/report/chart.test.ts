import { describe, expect, it } from "vitest";
import { lineChart, reliabilityChart } from "../../../src/report/chart.js";

/** The points of each line, as numbers. */
function lines(svg: string): number[][][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points === "" ? [] : points!.split(" ").map((pair) => pair.split(",").map(Number)),
  );
}

describe("a chart of lines", () => {
  const chart = {
    title: "Scores <of> models",
    x: { label: "rows", log: true },
    y: { label: "mae" },
    series: [
      {
        name: "test",
        points: [
          [10, 4],
          [100, 2],
          [1000, 1],
        ],
      },
      {
        name: "floor",
        points: [
          [10, 3],
          [1000, 3],
        ],
        dashed: true,
      },
    ],
    dots: true,
  } as const;

  it("puts equal ratios at equal distances, and more above less", () => {
    const [test, floor] = lines(lineChart(chart));
    const [a, b, c] = test!.map(([x]) => x!);
    expect(b! - a!).toBeCloseTo(c! - b!, 0);
    const [high, middle, low] = test!.map(([, y]) => y!);
    expect(high).toBeLessThan(middle!);
    expect(middle).toBeLessThan(low!);
    expect(floor![0]![1]).toBe(floor![1]![1]);
  });

  it("names lines and axes, escaped, and marks points", () => {
    const svg = lineChart(chart);
    expect(svg).toContain("Scores &lt;of&gt; models");
    for (const word of ["rows", "mae", "test", "floor", ">1,000<"]) expect(svg).toContain(word);
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
  });

  it("leaves out what is no number, and is empty without points", () => {
    const points = [
      [1, Number.NaN],
      [2, 5],
      [3, Infinity],
    ] as const;
    const svg = lineChart({ ...chart, x: { label: "x" }, series: [{ name: "a", points }] });
    expect(lines(svg)[0]).toHaveLength(1);
    expect(svg).not.toContain("NaN");
    expect(lineChart({ ...chart, series: [] })).toBe("");
    const flat = lineChart({
      ...chart,
      series: [
        {
          name: "a",
          points: [
            [1, 0],
            [2, 0],
          ],
        },
      ],
    });
    expect(flat).not.toContain("NaN");
  });

  it("of reliability has the diagonal", () => {
    const svg = reliabilityChart("Reliability", [
      { predicted: 0.2, actual: 0.1, rows: 5 },
      { predicted: 0.8, actual: 0.9, rows: 5 },
    ]);
    expect(lines(svg)).toHaveLength(2);
    expect(svg).toContain("share that came true");
  });
});
