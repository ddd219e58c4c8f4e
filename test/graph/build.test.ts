/** The graph of a database: links both ways, order of time, loose keys, null times. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../graph/build.js";
import { formatGraph, graphBytes, nodeTypeIndex, validateGraph } from "../../graph/hetero-graph.js";
import type { ProgressEvent } from "../../src/core/progress.js";
import { arbTables, graphDatabase, type TableSpec } from "../support/graph-fixtures.js";

const SHOP: readonly TableSpec[] = [
  { name: "users", rows: 3 },
  {
    name: "orders",
    rows: 6,
    time: [5, 3, null, 5, 1, 4],
    links: {
      user: { to: "users", keys: [0, 0, 0, 0, 1, null] },
      gift: { to: "orders", keys: [1, 9, 0, null, 4, 0] },
    },
  },
];

describe("buildGraph", () => {
  it("lists a parent's children by time, ties by row, null times last", () => {
    const graph = buildGraph(graphDatabase(SHOP));
    const [user] = graph.edges;
    expect([...user!.offsets]).toEqual([0, 4, 5, 5]);
    expect([...user!.children]).toEqual([1, 0, 3, 2, 4]);
    expect([...user!.childTimes!]).toEqual([3, 5, 5, Infinity, 1]);
  });

  it("names both directions of a foreign key", () => {
    const [user] = buildGraph(graphDatabase(SHOP)).edges;
    expect(user!.forward).toEqual({ source: "orders", name: "f2p_user", target: "users" });
    expect(user!.reverse).toEqual({ source: "users", name: "rev_f2p_user", target: "orders" });
  });

  it("gives null and dangling keys no edge, and self references one", () => {
    const gift = buildGraph(graphDatabase(SHOP)).edges[1]!;
    expect([...gift.parentRows].map((row) => Math.max(row, -1))).toEqual([1, -1, 0, -1, 4, 0]);
    expect([...gift.children]).toEqual([5, 2, 0, 4]);
  });

  it("leaves the database's times as they are", () => {
    const db = graphDatabase(SHOP);
    const before = [...db.timeColumn("orders")!.values];
    const graph = buildGraph(db);
    expect(graph.nodeTypes[1]!.times![2]).toBe(Infinity);
    expect([...db.timeColumn("orders")!.values]).toEqual(before);
  });

  it("builds the graph of a database without tables", () => {
    const graph = buildGraph(graphDatabase([]));
    expect(graph).toEqual({ nodeTypes: [], edges: [] });
    expect(formatGraph(graph)).toContain("0 nodes");
  });

  it("tells its progress and stops when cancelled", () => {
    const events: ProgressEvent[] = [];
    buildGraph(graphDatabase(SHOP), { onProgress: (event) => events.push(event) });
    expect(events.map((event) => event.done)).toEqual([1, 2]);
    const signal = AbortSignal.abort();
    expect(() => buildGraph(graphDatabase(SHOP), { signal })).toThrow("cancelled");
  });

  it("keeps every promise of a graph and every link of the database", () => {
    fc.assert(
      fc.property(arbTables(), (specs) => {
        const db = graphDatabase(specs);
        const graph = buildGraph(db);
        validateGraph(graph);
        expect(graph.edges.length).toBe(specs.flatMap((t) => Object.keys(t.links ?? {})).length);
        for (const edge of graph.edges) {
          const table = db.table(edge.forward.source);
          const column = table.column(edge.foreignKey.name);
          const keys = specs.find((spec) => spec.name === table.name)!.links![column.name]!.keys;
          const parents = graph.nodeTypes[edge.parentTable]!.numNodes;
          keys.forEach((key, row) => {
            const expected = key !== null && key < parents ? key : -1;
            expect(Math.max(edge.parentRows[row]!, -1)).toBe(expected);
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("validateGraph", () => {
  const graph = buildGraph(graphDatabase(SHOP));
  const [user, gift] = graph.edges;
  const nodes = graph.nodeTypes;
  const reversed = Int32Array.from([0, 1, 3, 2, 4]);

  it.each([
    ["children out of order", { ...graph, edges: [{ ...user!, children: reversed }, gift!] }],
    ["short offsets", { ...graph, edges: [{ ...user!, offsets: user!.offsets.slice(1) }, gift!] }],
    ["too few children", { ...graph, edges: [{ ...user!, children: user!.children.slice(1) }] }],
    ["no child times", { ...graph, edges: [{ ...user!, childTimes: null }] }],
    ["other times", { ...graph, edges: [{ ...user!, childTimes: new Float64Array(5) }] }],
    [
      "parents out of range",
      { ...graph, edges: [{ ...user!, parentRows: new Int32Array(6).fill(3) }] },
    ],
    [
      "swapped parents",
      { ...graph, edges: [{ ...user!, parentRows: Int32Array.of(1, 0, 0, 0, 0, -1) }] },
    ],
    ["lacking tables", { ...graph, nodeTypes: [] }],
    [
      "NaN times",
      { ...graph, nodeTypes: [nodes[0]!, { ...nodes[1]!, times: new Float64Array(6).fill(NaN) }] },
    ],
    [
      "few times",
      { ...graph, nodeTypes: [nodes[0]!, { ...nodes[1]!, times: new Float64Array(2) }] },
    ],
  ])("finds %s", (_, broken) => {
    expect(() => validateGraph(broken)).toThrow(expect.objectContaining({ code: "GRF110" }));
  });
});

describe("a graph prints", () => {
  it("its node types and edge types", () => {
    expect(formatGraph(buildGraph(graphDatabase(SHOP)))).toMatchInlineSnapshot(`
      "HeteroGraph: 9 nodes of 2 types, 9 links of 2 foreign keys, 0.000237 MiB

      node type  nodes  times                                                null times
      ---------  -----  ---------------------------------------------------  ----------
      users          3  always known                                                  -
      orders         6  1970-01-01T00:00:00.001Z … 1970-01-01T00:00:00.005Z           1

      edge type                  links  without parent  children a parent  most
      -------------------------  -----  --------------  -----------------  ----
      orders -f2p_user-> users       5               1              1.667     4
      orders -f2p_gift-> orders      4               2             0.6667     2"
    `);
  });

  it("its size in bytes", () => {
    const graph = buildGraph(graphDatabase(SHOP));
    // times 6 x 8; user: 6 + 4 + 5 int32 and 5 float64; gift: 6 + 7 + 4 int32 and 4 float64
    expect(graphBytes(graph)).toBe(48 + 60 + 40 + 68 + 32);
  });

  it("the near match of an unknown table", () => {
    const graph = buildGraph(graphDatabase(SHOP));
    expect(nodeTypeIndex(graph, "orders")).toBe(1);
    expect(() => nodeTypeIndex(graph, "order")).toThrow(
      expect.objectContaining({ code: "GRF101", hint: expect.stringContaining("`orders`") }),
    );
  });
});
