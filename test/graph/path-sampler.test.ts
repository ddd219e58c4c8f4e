/** The path sampler against a brute-force oracle, and what it promises about time, batches and chance. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../graph/build.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import {
  formatPathPlan,
  type PathPlan,
  type PathPosition,
  planTables,
} from "../../graph/path-plan.js";
import { type PositionSample, samplePaths } from "../../graph/path-sampler.js";
import { createSeeds, type Seeds } from "../../graph/seeds.js";
import { createRng } from "../../src/core/random.js";
import {
  arbSamplerCase,
  changeFuture,
  chiSquare,
  chiSquareLimit,
  graphDatabase,
  isKnown,
  type SamplerCase,
  type TableSpec,
  takeSeeds,
  visibleChildren,
  visibleParent,
} from "../support/graph-fixtures.js";

const FAN_OUTS = [
  [0, 0],
  [1, 0],
  [2, 1],
  [0, 2],
  [3, 2],
  [Infinity, 0],
] as const;

/** Grows a plan of up to five positions by picking foreign keys that fit. */
function drawPlan(graph: HeteroGraph, { seedTable, picks }: SamplerCase): PathPlan {
  const positions: PathPosition[] = [];
  const tables: number[] = [];
  for (let i = 0; i < 5; i++) {
    const [a, b, c, d] = picks.slice(4 * i);
    const parent = (a! % (positions.length + 1)) - 1;
    const from = parent < 0 ? seedTable : tables[parent]!;
    const steps = graph.edges.flatMap((edge, index) => [
      ...(edge.parentTable === from
        ? [{ index, direction: "children" as const, to: edge.childTable }]
        : []),
      ...(edge.childTable === from
        ? [{ index, direction: "parent" as const, to: edge.parentTable }]
        : []),
    ]);
    const step = steps[b! % Math.max(1, steps.length)];
    if (!step) continue;
    const [last, uniform] = FAN_OUTS[c! % FAN_OUTS.length]!;
    const excludeSeed = step.to === seedTable && d! % 2 === 0;
    const { index: edge, direction } = step;
    positions.push({ parent, edge, direction, last, uniform, excludeSeed });
    tables.push(step.to);
  }
  return { seedTable, positions };
}

/** Checks one owner's rows against all that it can see. */
function checkOwner(
  spec: TableSpec,
  position: PathPosition,
  visible: readonly number[],
  rows: readonly number[],
): void {
  const { last, uniform, direction } = position;
  if (direction === "parent" || visible.length <= last + uniform) {
    expect(rows).toEqual(visible);
    return;
  }
  expect(rows.length).toBe(last + uniform);
  expect(new Set(rows).size).toBe(rows.length);
  const places = rows.map((row) => visible.indexOf(row));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places[0] ?? 0).toBeGreaterThanOrEqual(0);
  if (spec.time) expect(rows.slice(uniform)).toEqual(visible.slice(visible.length - last));
}

function checkPosition(
  { specs, seeds }: Pick<SamplerCase, "specs" | "seeds">,
  graph: HeteroGraph,
  position: PathPosition,
  table: number,
  owners: Pick<PositionSample, "rows" | "seedOf">,
  sample: PositionSample,
): void {
  const edge = graph.edges[position.edge]!;
  expect(sample.offsets.length).toBe(owners.rows.length + 1);
  expect(sample.rows.length).toBe(sample.offsets.at(-1)!);
  owners.rows.forEach((ownerRow, owner) => {
    const seed = owners.seedOf[owner]!;
    const time = seeds.visibleTimes[seed]!;
    const parent = visibleParent(specs, edge, ownerRow, time);
    const all =
      position.direction === "children"
        ? visibleChildren(specs, edge, ownerRow, time)
        : parent === null
          ? []
          : [parent];
    const visible = all.filter((row) => !(position.excludeSeed && row === seeds.rows[seed]));
    expect(sample.totals[owner]).toBe(visible.length);
    const [from, to] = [sample.offsets[owner]!, sample.offsets[owner + 1]!];
    checkOwner(specs[table]!, position, visible, [...sample.rows.slice(from, to)]);
    for (let i = from; i < to; i++) {
      expect([sample.owners[i], sample.seedOf[i]]).toEqual([owner, seed]);
    }
  });
  const expected = seeds.rows.map((_, s) => sample.seedOf.filter((seed) => seed < s).length);
  expect([...sample.seedOffsets]).toEqual([...expected, sample.rows.length]);
}

const rowsOf = (sample: PositionSample, seed: number): number[] => [
  ...sample.rows.slice(sample.seedOffsets[seed]!, sample.seedOffsets[seed + 1]!),
];

describe("samplePaths", () => {
  it("takes what the brute-force oracle allows", () => {
    fc.assert(
      fc.property(arbSamplerCase(), (drawn) => {
        const graph = buildGraph(graphDatabase(drawn.specs));
        const plan = drawPlan(graph, drawn);
        const tables = planTables(graph, plan);
        const samples = samplePaths(graph, plan, drawn.seeds, createRng(3));
        const root = { rows: drawn.seeds.rows, seedOf: drawn.seeds.rows.map((_, s) => s) };
        plan.positions.forEach((position, i) => {
          const owners = position.parent < 0 ? root : samples[position.parent]!;
          checkPosition(drawn, graph, position, tables[i]!, owners, samples[i]!);
        });
      }),
      { numRuns: 400 },
    );
  });

  it("never takes a row later than the visible time", () => {
    fc.assert(
      fc.property(arbSamplerCase(), (drawn) => {
        const graph = buildGraph(graphDatabase(drawn.specs));
        const plan = drawPlan(graph, drawn);
        const tables = planTables(graph, plan);
        samplePaths(graph, plan, drawn.seeds, createRng(3)).forEach((sample, i) => {
          sample.rows.forEach((row, e) => {
            const time = drawn.seeds.visibleTimes[sample.seedOf[e]!]!;
            expect(isKnown(drawn.specs[tables[i]!]!, row, time)).toBe(true);
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it("gives a seed the same sample in any batch, at any place", () => {
    fc.assert(
      fc.property(arbSamplerCase(), fc.array(fc.nat(), { maxLength: 10 }), (drawn, picks) => {
        const count = drawn.seeds.rows.length;
        if (count === 0) return;
        const graph = buildGraph(graphDatabase(drawn.specs));
        const plan = drawPlan(graph, drawn);
        const order = picks.map((pick) => pick % count);
        const whole = samplePaths(graph, plan, drawn.seeds, createRng(3));
        const other = samplePaths(graph, plan, takeSeeds(drawn.seeds, order), createRng(3));
        whole.forEach((sample, i) => {
          order.forEach((seed, s) => {
            expect(rowsOf(other[i]!, s)).toEqual(rowsOf(sample, seed));
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it("does not feel rows later than the visible time, changed or added", () => {
    fc.assert(
      fc.property(arbSamplerCase(), fc.nat(8), (drawn, cutoff) => {
        const visibleTimes = drawn.seeds.visibleTimes.map((time) => Math.min(time, cutoff));
        const seeds = { ...drawn.seeds, visibleTimes };
        const graph = buildGraph(graphDatabase(drawn.specs));
        const changed = buildGraph(graphDatabase(changeFuture(drawn, cutoff)));
        const plan = drawPlan(graph, drawn);
        const sample = samplePaths(graph, plan, seeds, createRng(3));
        expect(samplePaths(changed, plan, seeds, createRng(3))).toEqual(sample);
      }),
      { numRuns: 200 },
    );
  });

  it("sees from a frozen view what is left when later rows are deleted", () => {
    fc.assert(
      fc.property(arbSamplerCase(), fc.nat(8), (drawn, cutoff) => {
        // Deleting by a null time keeps the row numbers.
        const cut = drawn.specs.map((spec) =>
          spec.time
            ? { ...spec, time: spec.time.map((t) => (t !== null && t > cutoff ? null : t)) }
            : spec,
        );
        const graph = buildGraph(graphDatabase(drawn.specs));
        const plan = drawPlan(graph, drawn);
        const { rows: entityRows, anchorTimes } = drawn.seeds;
        const frozen = createSeeds({ entityRows, anchorTimes }, { frozenAt: cutoff });
        const whole = createSeeds({ entityRows, anchorTimes });
        expect(samplePaths(buildGraph(graphDatabase(cut)), plan, whole, createRng(3))).toEqual(
          samplePaths(graph, plan, frozen, createRng(3)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("samples a path alike whatever else the plan holds", () => {
    fc.assert(
      fc.property(arbSamplerCase(), (drawn) => {
        const graph = buildGraph(graphDatabase(drawn.specs));
        const plan = drawPlan(graph, drawn);
        const whole = samplePaths(graph, plan, drawn.seeds, createRng(3));
        plan.positions.forEach((position, i) => {
          if (position.parent >= 0) return;
          const alone = { ...plan, positions: [position] };
          expect(samplePaths(graph, alone, drawn.seeds, createRng(3))).toEqual([whole[i]]);
        });
      }),
      { numRuns: 100 },
    );
  });
});

/** One parent with many children at times 0, 1, 2 …, and a second parent without any. */
function star(children: number): HeteroGraph {
  const keys = Array.from({ length: children }, () => 0);
  const time = keys.map((_, row) => row);
  return buildGraph(
    graphDatabase([
      { name: "users", rows: 2 },
      { name: "events", rows: children, time, links: { user: { to: "users", keys } } },
    ]),
  );
}

const oneStep = (last: number, uniform: number): PathPlan => ({
  seedTable: 0,
  positions: [{ parent: -1, edge: 0, direction: "children", last, uniform, excludeSeed: false }],
});

/** Seeds of row 0 with distinct anchors from `first` on: independent draws over the same children. */
const repeatSeeds = (count: number, first: number): Seeds =>
  createSeeds({
    entityRows: new Int32Array(count),
    anchorTimes: Float64Array.from({ length: count }, (_, i) => first + i),
  });

describe("chance", () => {
  it.each([
    [40, 8, 4],
    [41, 0, 16],
    [3000, 2, 5],
    [70, 3, 60],
    [400, 0, 300],
  ])(
    "draws each of the older children of %i equally often (last %i, uniform %i)",
    (size, last, uniform) => {
      const runs = Math.ceil((size * 60) / uniform);
      const [sample] = samplePaths(
        star(size),
        oneStep(last, uniform),
        repeatSeeds(runs, size),
        createRng(11),
      );
      const counts = new Array<number>(size).fill(0);
      for (const row of sample!.rows) counts[row]!++;
      expect(counts.slice(size - last)).toEqual(new Array(last).fill(runs));
      const older = size - last;
      // Draws without replacement spread less than multinomial ones by (older − uniform) / (older − 1).
      const spread = (older - uniform) / (older - 1);
      const statistic = chiSquare(counts.slice(0, older), (runs * uniform) / older) / spread;
      expect(statistic).toBeLessThan(chiSquareLimit(older - 1));
      expect(statistic).toBeGreaterThan(older - 1 - 5 * Math.sqrt(2 * older));
    },
  );

  it("draws each pair of children equally often", () => {
    const [size, uniform, runs] = [12, 4, 6000];
    const [sample] = samplePaths(
      star(size),
      oneStep(0, uniform),
      repeatSeeds(runs, size),
      createRng(5),
    );
    const counts = new Map<number, number>();
    for (let s = 0; s < runs; s++) {
      const rows = rowsOf(sample!, s);
      for (const a of rows)
        for (const b of rows)
          if (a < b) counts.set(a * size + b, (counts.get(a * size + b) ?? 0) + 1);
    }
    const pairs = (size * (size - 1)) / 2;
    expect(counts.size).toBe(pairs);
    const expected = (runs * uniform * (uniform - 1)) / 2 / pairs;
    expect(chiSquare([...counts.values()], expected)).toBeLessThan(chiSquareLimit(pairs - 1));
  });

  it("repeats with the same stream, and changes with its seed or a split", () => {
    const draw = (rng = createRng(1)): readonly PositionSample[] =>
      samplePaths(star(500), oneStep(2, 6), repeatSeeds(20, 500), rng);
    const used = createRng(1);
    for (let i = 0; i < 7; i++) used.next();
    expect(draw(used)).toEqual(draw());
    expect(draw(createRng(2))).not.toEqual(draw());
    expect(draw(createRng(1).split("epoch", 1))).not.toEqual(draw());
  });

  it("draws tables without time uniformly, whatever part of the fan-out asks for the last", () => {
    const keys = new Array<number>(30).fill(0);
    const graph = buildGraph(
      graphDatabase([
        { name: "users", rows: 1 },
        { name: "tags", rows: 30, links: { user: { to: "users", keys } } },
      ]),
    );
    const [sample] = samplePaths(graph, oneStep(5, 1), repeatSeeds(600, 0), createRng(2));
    const counts = new Array<number>(30).fill(0);
    for (const row of sample!.rows) counts[row]!++;
    expect(chiSquare(counts, 120)).toBeLessThan(chiSquareLimit(29));
  });
});

describe("visibility", () => {
  it("counts a child at the visible time itself as seen", () => {
    const [sample] = samplePaths(star(9), oneStep(3, 0), repeatSeeds(1, 4), createRng(0));
    expect([...sample!.rows]).toEqual([2, 3, 4]);
    expect([...sample!.totals]).toEqual([5]);
  });

  it("lags behind the anchor when the view is frozen earlier", () => {
    const table = { entityRows: Int32Array.of(0, 0), anchorTimes: Float64Array.of(4, 8) };
    const seeds = createSeeds(table, { frozenAt: 5 });
    const [sample] = samplePaths(star(9), oneStep(1, 0), seeds, createRng(0));
    expect([...sample!.rows]).toEqual([4, 5]);
  });

  it("does not show null times even to an infinite anchor", () => {
    const graph = buildGraph(
      graphDatabase([
        { name: "users", rows: 1 },
        {
          name: "events",
          rows: 2,
          time: [null, 3],
          links: { user: { to: "users", keys: [0, 0] } },
        },
      ]),
    );
    const [sample] = samplePaths(graph, oneStep(9, 9), repeatSeeds(1, Infinity), createRng(0));
    expect([...sample!.rows]).toEqual([1]);
  });

  it("leaves the seed's row out of its peers without shortening the sample", () => {
    const keys = new Array<number>(10).fill(0);
    const graph = buildGraph(
      graphDatabase([
        { name: "teams", rows: 1 },
        { name: "users", rows: 10, links: { team: { to: "teams", keys } } },
      ]),
    );
    const step = { edge: 0, last: 0, uniform: 0, excludeSeed: false };
    const plan: PathPlan = {
      seedTable: 1,
      positions: [
        { ...step, parent: -1, direction: "parent" },
        { ...step, parent: 0, direction: "children", uniform: 9, excludeSeed: true },
      ],
    };
    const seeds = createSeeds({ entityRows: Int32Array.of(3), anchorTimes: Float64Array.of(0) });
    const peers = samplePaths(graph, plan, seeds, createRng(0))[1]!;
    expect([...peers.rows]).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect([...peers.totals]).toEqual([9]);
    expect(formatPathPlan(graph, plan)).toMatchInlineSnapshot(`
      "users
        → teams by team
          ← users by team, last 0 + uniform 9, without the seed"
    `);
  });
});

describe("requests that cannot be served", () => {
  const graph = star(3);
  const step = oneStep(1, 1).positions[0]!;
  const seeds = repeatSeeds(1, 0);

  it.each([
    ["GRF101", { seedTable: 7, positions: [] }],
    ["GRF201", { seedTable: 0, positions: [{ ...step, parent: 0 }] }],
    ["GRF202", { seedTable: 0, positions: [{ ...step, edge: 4 }] }],
    ["GRF202", { seedTable: 0, positions: [{ ...step, direction: "parent" }] }],
    ["GRF203", { seedTable: 0, positions: [{ ...step, last: -1 }] }],
    ["GRF203", { seedTable: 0, positions: [{ ...step, uniform: 1.5 }] }],
    ["GRF204", { seedTable: 0, positions: [{ ...step, excludeSeed: true }] }],
  ] as const)("plans give %s", (code, plan) => {
    expect(() => samplePaths(graph, plan, seeds, createRng(0))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it.each([
    ["GRF102", { ...seeds, anchorTimes: new Float64Array(2) }],
    ["GRF103", { ...seeds, rows: Int32Array.of(2) }],
    ["GRF103", { ...seeds, rows: Int32Array.of(-1) }],
    ["GRF104", { ...seeds, visibleTimes: Float64Array.of(1) }],
    ["GRF104", { ...seeds, anchorTimes: Float64Array.of(Number.NaN) }],
  ])("seeds give %s", (code, wrong) => {
    const sample = (): unknown => samplePaths(graph, oneStep(1, 1), wrong, createRng(0));
    expect(sample).toThrow(expect.objectContaining({ code }));
  });

  it("no seeds and no positions give empty samples", () => {
    const none = repeatSeeds(0, 0);
    expect(samplePaths(graph, { seedTable: 0, positions: [] }, seeds, createRng(0))).toEqual([]);
    const [empty] = samplePaths(graph, oneStep(1, 1), none, createRng(0));
    expect(empty!.rows.length).toBe(0);
    expect([...empty!.seedOffsets]).toEqual([0]);
  });
});
