/** The neighbour sampler against a brute-force reading of its rules, and what it promises about time, batches, chance. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../graph/build.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import {
  NeighborSampler,
  type NeighborSamplerOptions,
  type NumNeighbors,
} from "../../graph/neighbor-sampler.js";
import { createSeeds, type Seeds } from "../../graph/seeds.js";
import { formatSubgraph, type SampledSubgraph } from "../../graph/subgraph.js";
import type { EdgeType } from "../../graph/types.js";
import { createRng } from "../../src/core/random.js";
import {
  arbSamplerCase,
  changeFuture,
  chiSquare,
  chiSquareLimit,
  graphDatabase,
  isKnown,
  type SamplerCase,
  takeSeeds,
  visibleChildren,
  visibleParent,
} from "../support/graph-fixtures.js";

const HOPS: readonly NumNeighbors[] = [
  [],
  [-1],
  [2, 1],
  [3, 3, 2],
  [-1, -1, -1],
  [1, 0, 2],
  [
    { last: 1, uniform: 1 },
    { last: 2, uniform: 0 },
  ],
];

function drawOptions({ specs, seedTable, picks }: SamplerCase): NeighborSamplerOptions {
  const numNeighbors = HOPS[picks[0]! % HOPS.length]!;
  const byType = (edgeType: EdgeType): NumNeighbors =>
    edgeType.name.startsWith("rev_") ? numNeighbors.map(() => 1) : numNeighbors;
  return {
    seedTable: specs[seedTable]!.name,
    numNeighbors: picks[1]! % 2 === 0 ? numNeighbors : byType,
    strategy: picks[2]! % 2 === 0 ? "uniform" : "last",
  };
}

function sampleCase(drawn: SamplerCase, specs = drawn.specs, seeds = drawn.seeds): SampledSubgraph {
  const graph = buildGraph(graphDatabase(specs));
  return new NeighborSampler(graph, drawOptions(drawn)).sample(seeds, createRng(3));
}

const list = (options: NeighborSamplerOptions, type: EdgeType): NumNeighbors =>
  typeof options.numNeighbors === "function" ? options.numNeighbors(type) : options.numNeighbors;

/** Reads the fan-out of an edge type at a hop as [newest, drawn]. */
function fanOut(options: NeighborSamplerOptions, type: EdgeType, hop: number): [number, number] {
  const count = list(options, type)[hop]!;
  if (typeof count !== "number") return [count.last, count.uniform];
  const some = count === -1 ? Infinity : count;
  return options.strategy === "last" ? [some, 0] : [0, some];
}

/** Walks one seed's subgraph hop by hop and checks every rule. */
function checkSeed(drawn: SamplerCase, subgraph: SampledSubgraph, seed: number): void {
  const { specs } = drawn;
  const options = drawOptions(drawn);
  const { nodes, edges, hops, seedTable, seeds, graph } = subgraph;
  const time = seeds.visibleTimes[seed]!;
  const known = nodes.map(() => new Set<number>());
  known[seedTable]!.add(seed);
  let frontier = nodes.map((_, type) => (type === seedTable ? [seed] : []));
  for (let hop = 0; hop < hops; hop++) {
    const next = nodes.map(() => new Set<number>());
    edges.forEach((sampled, r) => {
      const edge = graph.edges[r >> 1]!;
      const down = r % 2 === 0;
      const [last, uniform] = fanOut(options, sampled.edgeType, hop);
      for (const target of frontier[sampled.targetTable]!) {
        const row = nodes[sampled.targetTable]!.rows[target]!;
        const parent = visibleParent(specs, edge, row, time);
        const up = parent === null || last + uniform === 0 ? [] : [parent];
        const visible = down ? visibleChildren(specs, edge, row, time) : up;
        const [from, to] = [sampled.hopOffsets[hop]!, sampled.hopOffsets[hop + 1]!];
        const sources: number[] = [];
        for (let i = from; i < to; i++)
          if (sampled.targets[i] === target) sources.push(sampled.sources[i]!);
        const rows = sources.map((source) => nodes[sampled.sourceTable]!.rows[source]!);
        expect(rows.length).toBe(Math.min(visible.length, last + uniform));
        expect(visible).toEqual(expect.arrayContaining(rows));
        expect(new Set(rows).size).toBe(rows.length);
        if (down && specs[sampled.sourceTable]!.time && visible.length > last + uniform) {
          expect(rows.slice(uniform)).toEqual(visible.slice(visible.length - last));
        }
        for (const source of sources) {
          expect(nodes[sampled.sourceTable]!.seedOf[source]).toBe(seed);
          if (!known[sampled.sourceTable]!.has(source)) next[sampled.sourceTable]!.add(source);
        }
      }
    });
    frontier = next.map((found) => [...found].sort((a, b) => a - b));
    frontier.forEach((found, type) => {
      for (const node of found) known[type]!.add(node);
      const { hopOffsets, seedOf } = nodes[type]!;
      const level: number[] = [];
      for (let n = hopOffsets[hop + 1]!; n < hopOffsets[hop + 2]!; n++)
        if (seedOf[n] === seed) level.push(n);
      expect(level).toEqual(found);
    });
  }
  nodes.forEach(({ rows, seedOf }, type) => {
    const own = [...rows].filter((_, node) => seedOf[node] === seed);
    expect(own.length).toBe(known[type]!.size);
    expect(new Set(own).size).toBe(own.length);
  });
}

/** One seed's subgraph with rows in place of indices, to compare across batches. */
function portrait({ nodes, edges }: SampledSubgraph, seed: number): unknown {
  const rows = nodes.map(({ rows, seedOf }) =>
    [...rows].filter((_, node) => seedOf[node] === seed),
  );
  const links = edges.map(({ sources, targets, sourceTable, targetTable }) =>
    [...sources].flatMap((source, i) => {
      const target = targets[i]!;
      if (nodes[targetTable]!.seedOf[target] !== seed) return [];
      return [[nodes[sourceTable]!.rows[source], nodes[targetTable]!.rows[target]]];
    }),
  );
  return { rows, links };
}

describe("NeighborSampler", () => {
  it("follows its rules hop by hop, as read by brute force", () => {
    fc.assert(
      fc.property(arbSamplerCase(), (drawn) => {
        const subgraph = sampleCase(drawn);
        for (let seed = 0; seed < drawn.seeds.rows.length; seed++) checkSeed(drawn, subgraph, seed);
        const { nodes, edges, seedTable, seeds } = subgraph;
        expect([...nodes[seedTable]!.rows.subarray(0, seeds.rows.length)]).toEqual([...seeds.rows]);
        for (const { targets, hopOffsets, sources } of edges) {
          expect(hopOffsets.at(-1)).toBe(sources.length);
          expect([...targets]).toEqual([...targets].sort((a, b) => a - b));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never takes a row later than the visible time, but for the seed itself", () => {
    fc.assert(
      fc.property(arbSamplerCase(), (drawn) => {
        const { nodes, seeds, seedTable } = sampleCase(drawn);
        nodes.forEach(({ rows, seedOf }, type) => {
          rows.forEach((row, node) => {
            if (type === seedTable && node < seeds.rows.length) return;
            expect(isKnown(drawn.specs[type]!, row, seeds.visibleTimes[seedOf[node]!]!)).toBe(true);
          });
        });
      }),
      { numRuns: 200 },
    );
  });

  it("gives a seed the same subgraph in any batch, at any place", () => {
    fc.assert(
      fc.property(arbSamplerCase(), fc.array(fc.nat(), { maxLength: 10 }), (drawn, picks) => {
        const count = drawn.seeds.rows.length;
        if (count === 0) return;
        const order = picks.map((pick) => pick % count);
        const whole = sampleCase(drawn);
        const other = sampleCase(drawn, drawn.specs, takeSeeds(drawn.seeds, order));
        order.forEach((seed, s) => {
          expect(portrait(other, s)).toEqual(portrait(whole, seed));
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
        const { nodes, edges } = sampleCase(drawn, drawn.specs, seeds);
        const changed = sampleCase(drawn, changeFuture(drawn, cutoff), seeds);
        expect(changed.nodes).toEqual(nodes);
        expect(changed.edges).toEqual(edges);
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same bytes again, also after other batches", () => {
    fc.assert(
      fc.property(arbSamplerCase(), (drawn) => {
        const graph = buildGraph(graphDatabase(drawn.specs));
        const sampler = new NeighborSampler(graph, drawOptions(drawn));
        const first = sampler.sample(drawn.seeds, createRng(3));
        sampler.sample(drawn.seeds, createRng(4));
        expect(sampler.sample(drawn.seeds, createRng(3))).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });
});

/** Users with many events each; an event belongs to a user and a type. */
function events(users: number, perUser: number): HeteroGraph {
  const rows = users * perUser;
  const each = Array.from({ length: rows }, (_, row) => row);
  return buildGraph(
    graphDatabase([
      { name: "users", rows: users },
      { name: "types", rows: 3 },
      {
        name: "events",
        rows,
        time: each,
        links: {
          user: { to: "users", keys: each.map((row) => row % users) },
          type: { to: "types", keys: each.map((row) => row % 3) },
        },
      },
    ]),
  );
}

const seedsAt = (count: number, time: number): Seeds =>
  createSeeds({
    entityRows: new Int32Array(count),
    anchorTimes: Float64Array.from({ length: count }, (_, i) => time + i),
  });

describe("a subgraph", () => {
  it("grows past its first buffers and holds many seeds apart", () => {
    const graph = events(2, 2000);
    const options = { seedTable: "users", numNeighbors: [-1, 4] };
    const subgraph = new NeighborSampler(graph, options).sample(seedsAt(40, 1e6), createRng(1));
    const [users, types, found] = subgraph.nodes;
    expect(found!.rows.length).toBe(40 * 2000);
    expect([...found!.hopOffsets]).toEqual([0, 0, 80_000, 80_000]);
    expect([...users!.hopOffsets]).toEqual([0, 40, 40, 40]);
    expect(types!.rows.length).toBe(40 * 3);
    // Every event has its edge back to the user, who is not expanded again.
    expect(subgraph.edges[1]!.sources.length).toBe(80_000);
    expect(subgraph.edges[1]!.sources[79_999]).toBe(39);
  });

  it("draws children uniformly", () => {
    const graph = events(1, 60);
    const options = { seedTable: "users", numNeighbors: [10] };
    const { nodes } = new NeighborSampler(graph, options).sample(seedsAt(900, 60), createRng(8));
    const counts = new Array<number>(60).fill(0);
    for (const row of nodes[2]!.rows) counts[row]!++;
    expect(chiSquare(counts, 150) / (50 / 59)).toBeLessThan(chiSquareLimit(59));
  });

  it("prints counts per hop and its first seeds as trees", () => {
    const options = { seedTable: "users", numNeighbors: [3, 2], strategy: "last" as const };
    const subgraph = new NeighborSampler(events(2, 4), options).sample(seedsAt(2, 6), createRng(1));
    expect(formatSubgraph(subgraph, { limit: 2 })).toMatchInlineSnapshot(`
      "SampledSubgraph: 2 seeds, 2 hops, 14 nodes, 18 edges

      nodes   hop 0  hop 1  hop 2
      ------  -----  -----  -----
      users       2      0      0
      types       0      0      6
      events      0      6      0

      seed 0: users 0, anchor 1970-01-01T00:00:00.006Z
        f2p_user: events 2  1970-01-01T00:00:00.002Z
          rev_f2p_user: users 0  (again, hop 0)
          rev_f2p_type: types 2
        f2p_user: events 4  1970-01-01T00:00:00.004Z
          rev_f2p_user: users 0  (again, hop 0)
          rev_f2p_type: types 1
        f2p_user: … 1 more"
    `);
  });
});

describe("requests that cannot be served", () => {
  const graph = events(1, 2);

  it.each([
    ["GRF101", { seedTable: "user", numNeighbors: [1] }],
    ["GRF203", { seedTable: "users", numNeighbors: [-2] }],
    ["GRF203", { seedTable: "users", numNeighbors: [0.5] }],
    ["GRF205", { seedTable: "users", numNeighbors: new Array<number>(16).fill(1) }],
    [
      "GRF205",
      {
        seedTable: "users",
        numNeighbors: (type: EdgeType) => (type.source === "types" ? [1] : [1, 1]),
      },
    ],
  ])("options give %s", (code, options) => {
    expect(() => new NeighborSampler(graph, options)).toThrow(expect.objectContaining({ code }));
  });

  it("seeds out of range give GRF103", () => {
    const sampler = new NeighborSampler(graph, { seedTable: "users", numNeighbors: [1] });
    const seeds = { ...seedsAt(1, 0), rows: Int32Array.of(5) };
    expect(() => sampler.sample(seeds, createRng(0))).toThrow(
      expect.objectContaining({ code: "GRF103" }),
    );
  });
});
