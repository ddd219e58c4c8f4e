import { describe, expect, it } from "vitest";
import { layoutPaths, type PathLayout, type PathOptions } from "../../gnn/paths.js";
import { buildGraph } from "../../graph/build.js";
import { planTables } from "../../graph/path-plan.js";
import type { Database } from "../../src/data/database.js";
import { graphDatabase } from "../support/graph-fixtures.js";
import { shop } from "../support/shop.js";

/** One line a position: role, fan-out, id and label; indented under what it hangs from. */
function print(db: Database, entity: string, options: PathOptions = {}): string {
  const layout = layoutPaths(buildGraph(db), entity, options);
  const depth = (p: number): number => {
    const { parent } = layout.plan.positions[p]!;
    return parent < 0 ? 0 : 1 + depth(parent);
  };
  return layout.positions
    .map(({ id, role, label }, p) => {
      const { last, uniform, direction, excludeSeed } = layout.plan.positions[p]!;
      const rows = direction === "parent" ? "1" : `${last}+${uniform}`;
      const own = excludeSeed ? ", not the seed" : "";
      return `${"  ".repeat(depth(p))}${role} ${rows}${own}  ${id}  "${label}"`;
    })
    .join("\n");
}

/** People in companies; messages from a person to a person; a person may have a boss. */
function office(): Database {
  const none = { rows: 0, keys: [] };
  return graphDatabase([
    { name: "companies", rows: 0 },
    {
      name: "people",
      rows: 0,
      links: { company: { to: "companies", ...none }, boss: { to: "people", ...none } },
    },
    {
      name: "messages",
      rows: 0,
      time: [],
      links: { sender: { to: "people", ...none }, receiver: { to: "people", ...none } },
    },
  ]);
}

/** Users in companies with sessions, whose events point at pages. */
function saas(): Database {
  const none = { rows: 0, keys: [] };
  return graphDatabase([
    { name: "companies", rows: 0 },
    { name: "users", rows: 0, links: { company_id: { to: "companies", ...none } } },
    { name: "sessions", rows: 0, time: [], links: { user_id: { to: "users", ...none } } },
    { name: "pages", rows: 0 },
    {
      name: "events",
      rows: 0,
      time: [],
      links: { session_id: { to: "sessions", ...none }, page_id: { to: "pages", ...none } },
    },
  ]);
}

/** The plan is one the sampler takes, and parents stand before what hangs from them. */
function expectSound(db: Database, { plan, positions }: PathLayout): void {
  const graph = buildGraph(db);
  const tables = planTables(graph, plan);
  expect(positions.map(({ table }) => table)).toEqual(
    Array.from(tables, (table) => graph.nodeTypes[table]!.name),
  );
  expect(new Set(positions.map(({ id }) => id)).size).toBe(positions.length);
}

describe("layoutPaths", () => {
  it("reads a shop: children with their parents, children of children", () => {
    expect(print(shop(), "users")).toMatchInlineSnapshot(`
      "pooled 24+8  orders.user_id<  "orders"
        fused 1  orders.user_id</>sku  "items of orders"
      pooled 24+8  visits.user_id<  "visits (user_id)"
        fused 1, not the seed  visits.user_id</>guide_id  "users (guide_id) of visits (user_id)"
      pooled 24+8  visits.guide_id<  "visits (guide_id)"
        fused 1, not the seed  visits.guide_id</>user_id  "users (user_id) of visits (guide_id)"
      pooled 24+8  notes.user_id<  "notes"
        pooled 8+4  orders.user_id</returns.order_id<  "returns of orders""
    `);
  });

  it("reads an entity with parents only: parents and peers", () => {
    expect(print(shop(), "orders")).toMatchInlineSnapshot(`
      "pooled 1  >user_id  "users"
      pooled 1  >sku  "items"
      pooled 24+8  returns.order_id<  "returns"
        pooled 8+4, not the seed  >user_id/orders.user_id<  "other orders of the same users"
          fused 1  >user_id/orders.user_id</>sku  "items of other orders of the same users"
        pooled 8+4  >user_id/visits.user_id<  "visits (user_id) of users"
          fused 1  >user_id/visits.user_id</>guide_id  "users (guide_id) of visits (user_id) of users"
        pooled 8+4  >user_id/visits.guide_id<  "visits (guide_id) of users"
          fused 1  >user_id/visits.guide_id</>user_id  "users (user_id) of visits (guide_id) of users"
        pooled 8+4  >user_id/notes.user_id<  "notes of users"
        pooled 8+4, not the seed  >sku/orders.sku<  "other orders of the same items"
          fused 1  >sku/orders.sku</>user_id  "users of other orders of the same items""
    `);
  });

  it("goes along a self reference both ways, and keeps two links to one table apart", () => {
    expect(print(office(), "people")).toMatchInlineSnapshot(`
      "pooled 1  >company  "companies"
      pooled 24+8, not the seed  people.boss<  "people linked by boss"
        fused 1  people.boss</>company  "companies of people linked by boss"
      pooled 1, not the seed  >boss  "people (boss)"
        fused 1  >boss/>company  "companies of people (boss)"
      pooled 24+8  messages.sender<  "messages (sender)"
        fused 1, not the seed  messages.sender</>receiver  "people (receiver) of messages (sender)"
          fused 1  messages.sender</>receiver/>company  "companies of people (receiver) of messages (sender)"
      pooled 24+8  messages.receiver<  "messages (receiver)"
        fused 1, not the seed  messages.receiver</>sender  "people (sender) of messages (receiver)"
          fused 1  messages.receiver</>sender/>company  "companies of people (sender) of messages (receiver)"
        pooled 8+4, not the seed  >company/people.company<  "other people of the same companies"
        pooled 8+4  people.boss</messages.sender<  "messages (sender) of people linked by boss"
          fused 1, not the seed  people.boss</messages.sender</>receiver  "people (receiver) of messages (sender) of people linked by boss"
        pooled 8+4  people.boss</messages.receiver<  "messages (receiver) of people linked by boss"
          fused 1, not the seed  people.boss</messages.receiver</>sender  "people (sender) of messages (receiver) of people linked by boss"
        pooled 8+4, not the seed  >boss/people.boss<  "other people linked by boss of the same people"
          fused 1  >boss/people.boss</>company  "companies of other people linked by boss of the same people"
        pooled 8+4  >boss/messages.sender<  "messages (sender) of people (boss)"
          fused 1, not the seed  >boss/messages.sender</>receiver  "people (receiver) of messages (sender) of people (boss)"
        pooled 8+4  >boss/messages.receiver<  "messages (receiver) of people (boss)"
          fused 1, not the seed  >boss/messages.receiver</>sender  "people (sender) of messages (receiver) of people (boss)""
    `);
  });

  it("reads the rows of peers at the third hop, and nothing else", () => {
    expect(print(saas(), "users", { hops: 3 })).toMatchInlineSnapshot(`
      "pooled 1  >company_id  "companies"
      pooled 24+8  sessions.user_id<  "sessions"
        pooled 8+4, not the seed  >company_id/users.company_id<  "other users of the same companies"
        pooled 8+4  sessions.user_id</events.session_id<  "events of sessions"
          fused 1  sessions.user_id</events.session_id</>page_id  "pages of events of sessions"
          pooled 4+0  >company_id/users.company_id</sessions.user_id<  "sessions of other users of the same companies""
    `);
    const two = layoutPaths(buildGraph(saas()), "users", { hops: 2 }).positions.map((p) => p.id);
    const three = layoutPaths(buildGraph(saas()), "users", { hops: 3 }).positions.map((p) => p.id);
    expect(three.slice(0, two.length)).toEqual(two);
  });

  it("takes fan-outs per hop, and dense tables at their own", () => {
    const fanOut = [
      { last: 3, uniform: 0 },
      { last: 2, uniform: 1 },
      { last: 1, uniform: 0 },
    ] as const;
    const text = print(saas(), "users", { hops: 3, fanOut, dense: { sessions: [12, 5] } });
    expect(text).toMatchInlineSnapshot(`
      "pooled 1  >company_id  "companies"
      pooled 12+0  sessions.user_id<  "sessions"
        pooled 2+1, not the seed  >company_id/users.company_id<  "other users of the same companies"
        pooled 2+1  sessions.user_id</events.session_id<  "events of sessions"
          fused 1  sessions.user_id</events.session_id</>page_id  "pages of events of sessions"
          pooled 5+0  >company_id/users.company_id</sessions.user_id<  "sessions of other users of the same companies""
    `);
  });

  it("gives an entity without links no path", () => {
    const db = graphDatabase([{ name: "lonely", rows: 3 }]);
    expect(layoutPaths(buildGraph(db), "lonely").positions).toEqual([]);
    expect(layoutPaths(buildGraph(shop()), "users", { maxPositions: 0 }).positions).toEqual([]);
  });

  it("keeps the nearest positions of a wide schema, each with what it hangs from", () => {
    const none = { rows: 0, keys: [] };
    const wide = graphDatabase([
      { name: "hub", rows: 0 },
      ...Array.from({ length: 12 }, (_, i) => ({
        name: `spoke${i}`,
        rows: 0,
        links: { hub_id: { to: "hub", ...none }, kind_id: { to: `kind${i}`, ...none } },
      })),
      ...Array.from({ length: 12 }, (_, i) => ({ name: `kind${i}`, rows: 0 })),
      ...Array.from({ length: 12 }, (_, i) => ({
        name: `leaf${i}`,
        rows: 0,
        links: { spoke_id: { to: `spoke${i}`, ...none } },
      })),
    ]);
    const graph = buildGraph(wide);
    expect(layoutPaths(graph, "hub").positions).toHaveLength(36);
    const layout = layoutPaths(graph, "hub", { maxPositions: 30 });
    expect(layout.positions).toHaveLength(30);
    expect(layout.positions.slice(0, 24).map(({ table }) => table.replace(/\d+/, ""))).toEqual(
      Array.from({ length: 12 }, () => ["spoke", "kind"]).flat(),
    );
    expect(layout.positions.slice(24).map(({ table }) => table)).toEqual([
      "leaf0",
      "leaf1",
      "leaf2",
      "leaf3",
      "leaf4",
      "leaf5",
    ]);
    expectSound(wide, layout);
    for (let maxPositions = 0; maxPositions < 36; maxPositions += 5) {
      expectSound(wide, layoutPaths(graph, "hub", { maxPositions }));
    }
  });

  it("makes plans that the sampler takes, with ids that differ, from every table", () => {
    for (const db of [shop(), office(), saas()]) {
      for (const { name } of db.tables) {
        for (const hops of [1, 2, 3] as const) {
          expectSound(db, layoutPaths(buildGraph(db), name, { hops }));
        }
      }
    }
  });

  it("does not read the rows of a table that is left out", () => {
    const layout = layoutPaths(buildGraph(saas()), "users", { hops: 3, without: ["sessions"] });
    expect(layout.positions.map(({ table }) => table)).not.toContain("sessions");
    expectSound(saas(), layout);
  });
});
