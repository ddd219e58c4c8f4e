import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../graph/build.js";
import type { HeteroGraph } from "../../graph/hetero-graph.js";
import { type CountedPath, createWindowCounter } from "../../graph/window-counts.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { day, seedsAt } from "../gnn/fixtures.js";
import { arbHelpdesk, changeLater, knownRows, LAST_DAY } from "../gnn/helpdesk.js";

const WINDOWS = [3, 12].map((days) => days * MS_PER_DAY);

function edgeOf(graph: HeteroGraph, child: string, parent: string): number {
  const index = graph.edges.findIndex(
    ({ childTable, parentTable }) =>
      graph.nodeTypes[childTable]!.name === child && graph.nodeTypes[parentTable]!.name === parent,
  );
  expect(index).toBeGreaterThanOrEqual(0);
  return index;
}

/** Users' tickets; colleagues; colleagues' tickets. */
function pathsOf(graph: HeteroGraph): CountedPath[] {
  const company = edgeOf(graph, "users", "companies");
  const tickets = edgeOf(graph, "tickets", "users");
  return [
    { up: null, downs: [tickets], excludeSeed: false },
    { up: company, downs: [company], excludeSeed: true },
    { up: company, downs: [company, tickets], excludeSeed: true },
    { up: company, downs: [company, tickets], excludeSeed: false },
  ];
}

/** Walks every row from the seed down; no index, no search. */
function naive(graph: HeteroGraph, path: CountedPath, row: number, seen: number, after: number) {
  const timeOf = (table: number, node: number): number =>
    graph.nodeTypes[table]!.times?.[node] ?? -Infinity;
  let level = [{ row, known: -Infinity }];
  if (path.up !== null) {
    const up = graph.edges[path.up]!;
    const parent = up.parentRows[row]!;
    level =
      parent >= 0 && timeOf(up.parentTable, parent) <= seen
        ? [{ row: parent, known: -Infinity }]
        : [];
  }
  let owners = 0;
  path.downs.forEach((edge, depth) => {
    const { parentRows, childTable } = graph.edges[edge]!;
    level = level.flatMap((from) =>
      [...parentRows.keys()]
        .filter((child) => parentRows[child] === from.row)
        .filter((child) => depth > 0 || !path.excludeSeed || child !== row)
        .map((child) => ({ row: child, known: Math.max(from.known, timeOf(childTable, child)) })),
    );
    if (depth === 0) owners = level.filter(({ known }) => known <= seen).length;
  });
  const count = level.filter(({ known }) => known <= seen && known > after).length;
  return { count, owners };
}

describe("counting in windows", () => {
  it("finds what walking over all rows finds, for children, peers and what peers have", () => {
    fc.assert(
      fc.property(
        arbHelpdesk(),
        fc.integer({ min: 0, max: LAST_DAY }),
        fc.nat(9),
        (db, count, lag) => {
          const graph = buildGraph(db);
          const rows = knownRows(db, "users", Infinity);
          for (const path of pathsOf(graph)) {
            const found = createWindowCounter(graph, path, WINDOWS)!(
              seedsAt(rows, day(count), day(count - lag)),
            );
            rows.forEach((row, s) => {
              WINDOWS.forEach((window, w) => {
                const expected = naive(graph, path, row, day(count - lag), day(count) - window);
                expect(found.windows[w]![s]).toBe(expected.count);
                expect(found.owners[s]).toBe(expected.owners);
              });
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("changes nothing when rows after the view change", () => {
    fc.assert(
      fc.property(
        arbHelpdesk(),
        fc.integer({ min: 0, max: LAST_DAY }),
        fc.nat(99),
        (db, at, seed) => {
          const [one, two] = [buildGraph(db), buildGraph(changeLater(db, day(at), seed))];
          const seeds = seedsAt(knownRows(db, "users", day(at)), day(at));
          pathsOf(one).forEach((path, i) => {
            const other = pathsOf(two)[i]!;
            expect(createWindowCounter(two, other, WINDOWS)!(seeds)).toEqual(
              createWindowCounter(one, path, WINDOWS)!(seeds),
            );
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("counts nothing from an anchor without time", () => {
    const db = fc.sample(arbHelpdesk(), { numRuns: 1, seed: 1 })[0]!;
    const graph = buildGraph(db);
    const found = createWindowCounter(graph, pathsOf(graph)[0]!, WINDOWS)!(seedsAt([0], Infinity));
    expect(found.windows.map((counts) => [...counts])).toEqual([[0], [0]]);
  });
});
