import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listInteractions } from "../../../pql/run/interactions.js";
import { compileQuery } from "../../../src/query.js";
import { CANDIDATE_LIMITS, createCandidateFinder } from "../../../src/recommend/candidates.js";
import { chooseItemColumns } from "../../../src/recommend/catalog.js";
import { openShelf, readPairs } from "../../../src/recommend/recommender.js";
import { DAY, type Order, productShop, QUERY, START } from "./products.js";

const arbOrders = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 0, max: 100 }),
  ),
  { minLength: 1, maxLength: 40 },
) as fc.Arbitrary<Order[]>;

const NOW = 60;
const seeds = (day: number) => ({
  rows: Int32Array.of(0, 1, 2, 3),
  anchorTimes: new Float64Array(4).fill(START + day * DAY),
  visibleTimes: new Float64Array(4).fill(START + day * DAY),
});

function shelfOf(orders: readonly Order[]) {
  const db = productShop(orders);
  const { plan } = compileQuery(db.schema, QUERY);
  return { db, plan, shelf: openShelf(db, plan, chooseItemColumns(db, plan.task)) };
}

describe("pairs of entities and items", () => {
  it("are all orders in the order of time", () => {
    fc.assert(
      fc.property(arbOrders, (orders) => {
        const { db, plan } = shelfOf(orders);
        const found = listInteractions(plan, db)!;
        const told = Array.from(found.owners, (owner, i) => [
          owner + 1,
          Number(found.names[found.items[i]!]),
          (found.times[i]! - START) / DAY,
        ]);
        const key = (order: readonly number[]): string => order.join();
        expect(told.map(key).sort()).toEqual(orders.map(key).sort());
        expect(found.times).toEqual(found.times.slice().sort());
      }),
      { numRuns: 40 },
    );
  });

  it("have signals that a filter over the orders gives", () => {
    fc.assert(
      fc.property(arbOrders, (orders) => {
        const { shelf } = shelfOf(orders);
        const block = readPairs(shelf, seeds(NOW));
        const column = (id: string) => block.features.find(({ name }) => name === id)!.values;
        const past = orders.filter(([, , day]) => day <= NOW);
        for (let user = 0; user < 4; user++) {
          for (let pair = block.offsets[user]!; pair < block.offsets[user + 1]!; pair++) {
            const product = Number(shelf.catalog.names[block.items[pair]!]);
            const own = past.filter(([u, p]) => u === user + 1 && p === product);
            const any = past.filter(([, p]) => p === product);
            const mine = past.filter(([u]) => u === user + 1);
            const within = (list: readonly Order[], days: number): number =>
              list.filter(([, , day]) => day > NOW - days).length;
            expect(column("own_all")[pair]).toBe(own.length);
            expect(column("own_h")[pair]).toBe(within(own, 10));
            expect(column("own_3h")[pair]).toBe(within(own, 30));
            expect(column("item_h")[pair]).toBe(within(any, 10));
            expect(column("item_all")[pair]).toBe(any.length);
            expect(column("entity_all")[pair]).toBe(mine.length);
            const last = Math.max(...own.map(([, , day]) => day));
            expect(column("own_since")[pair]).toBe(own.length === 0 ? Number.NaN : NOW - last);
            const alike = mine.filter(([, p]) => p % 2 === product % 2).length;
            const liked = mine.length === 0 ? Number.NaN : Math.fround(alike / mine.length);
            expect(column("likes.kind")[pair]).toBe(liked);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("do not change with what comes after the moment", () => {
    fc.assert(
      fc.property(arbOrders, arbOrders, (orders, later) => {
        const past = [[1, 1, 0] as Order, ...orders.filter(([, , day]) => day <= NOW)];
        const future = later.map(([user, product, day]): Order => [user, product, NOW + 1 + day]);
        const told = (list: readonly Order[]) => {
          const { shelf } = shelfOf(list);
          const { items, offsets, features } = readPairs(shelf, seeds(NOW));
          const names = Array.from(items, (item) => shelf.catalog.names[item]!);
          const pairs = names.map((name, pair) => {
            const user = offsets.findIndex((_, i) => pair < offsets[i + 1]!);
            return [user, name, ...features.map(({ values }) => values[pair]!)].join();
          });
          return pairs;
        };
        expect(told([...past, ...future])).toEqual(told(past));
      }),
      { numRuns: 60 },
    );
  });

  it("are of own, popular, peers' and new items where the catalogue is large", () => {
    const orders: Order[] = [
      [1, 10, 50],
      [2, 10, 51],
      [2, 20, 52],
      [3, 30, 53],
      [3, 30, 54],
    ];
    const db = productShop(orders, { products: 400, newProductDay: 55 });
    const { plan } = compileQuery(db.schema, QUERY);
    const { catalog, history } = openShelf(db, plan, chooseItemColumns(db, plan.task));
    const limits = { ...CANDIDATE_LIMITS, popular: 2, fresh: 1, whole: 10 };
    const finder = createCandidateFinder(
      catalog,
      history,
      { horizon: 10 * DAY, blind: false },
      limits,
    );
    const names = (day: number): number[] =>
      Array.from(finder.find(0, START + day * DAY, START + day * DAY), (item) =>
        Number(catalog.names[item]),
      ).sort((a, b) => a - b);
    // Its own 10, its peer's 20, the popular 30, the new 400.
    expect(names(60)).toEqual([10, 20, 30, 400]);
    // On day 50 nobody but user 1 had anything, and the new product is not listed yet.
    expect(names(50)).not.toContain(400);
    expect(names(50)).not.toContain(20);
  });
});
