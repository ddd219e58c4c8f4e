/** A shop with planted signals: labels whose cause is known, and how much of them the cause explains. */
import { createRng, type Rng } from "../../src/core/random.js";
import { numberColumn, stringColumn, timestampColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { databaseOf } from "../support/shop.js";
import { day } from "./fixtures.js";

/** One order of a user. */
export interface Order {
  readonly user: number;
  /** Days after day 0. */
  readonly at: number;
  readonly price: number;
  readonly store: number;
  readonly product: number;
}

/** One item of an order. */
export interface Item {
  readonly order: number;
  readonly weight: number;
}

/** A shop: users in regions, with plans; orders at stores, of products; items of orders. */
export interface PlantedShop {
  readonly db: Database;
  readonly users: readonly { readonly region: number; readonly plan: number }[];
  readonly orders: readonly Order[];
  readonly items: readonly Item[];
  /** By store and product, whether it is of the first of two kinds. */
  readonly storeKinds: readonly number[];
  readonly productKinds: readonly number[];
}

const KINDS = ["north", "south", "east", "west"];
const STORES = 12;

/**
 * Makes a shop. Each user orders at a pace that changes half-way; even regions and even plans are two kinds that only
 * a model of both together can tell apart.
 */
export function plantedShop(numUsers: number, days: number, seed: number): PlantedShop {
  const rng = createRng(seed);
  const users = Array.from({ length: numUsers }, () => ({ region: rng.int(4), plan: rng.int(4) }));
  const storeKinds = Array.from({ length: STORES }, (_, i) => i % 2);
  const productKinds = Array.from({ length: STORES }, (_, i) => (i >> 1) % 2);
  const orders = users.flatMap((_, user) => ordersOf(user, days, rng));
  const items = orders.flatMap((_, order) =>
    Array.from({ length: 1 + rng.int(2) }, () => ({
      order,
      weight: 10 * Math.sin(orders[order]!.user) + 3 * rng.normal(),
    })),
  );
  const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  const kinds = (all: readonly number[]) =>
    stringColumn(
      "kind",
      all.map((kind) => KINDS[kind]!),
    );
  const lookup = (all: readonly number[]) => ({
    columns: [numberColumn("id", ids(all.length)), kinds(all)],
    primaryKey: "id",
  });
  const db = databaseOf({
    regions: lookup([0, 1, 2, 3]),
    plans: lookup([0, 1, 2, 3]),
    stores: lookup(storeKinds),
    products: lookup(productKinds),
    users: {
      columns: [
        numberColumn("id", ids(numUsers)),
        numberColumn(
          "region_id",
          users.map(({ region }) => region),
        ),
        numberColumn(
          "plan_id",
          users.map(({ plan }) => plan),
        ),
      ],
      primaryKey: "id",
      foreignKeys: { region_id: "regions", plan_id: "plans" },
    },
    orders: {
      columns: [
        numberColumn("id", ids(orders.length)),
        numberColumn(
          "user_id",
          orders.map(({ user }) => user),
        ),
        numberColumn(
          "store_id",
          orders.map(({ store }) => store),
        ),
        numberColumn(
          "product_id",
          orders.map(({ product }) => product),
        ),
        timestampColumn(
          "at",
          orders.map(({ at }) => day(at)),
        ),
        numberColumn(
          "price",
          orders.map(({ price }) => price),
        ),
      ],
      primaryKey: "id",
      timeColumn: "at",
      foreignKeys: { user_id: "users", store_id: "stores", product_id: "products" },
    },
    items: {
      columns: [
        numberColumn(
          "order_id",
          items.map(({ order }) => order),
        ),
        numberColumn(
          "weight",
          items.map(({ weight }) => weight),
        ),
      ],
      foreignKeys: { order_id: "orders" },
    },
  });
  return { db, users, orders, items, storeKinds, productKinds };
}

function ordersOf(user: number, days: number, rng: Rng): Order[] {
  const found: Order[] = [];
  // A pace in orders a day that changes every 40 days, so that counts of neighbouring windows differ.
  const paces = Array.from({ length: Math.ceil(days / 40) }, () => 0.02 + 0.4 * rng.next());
  for (let at = 0; at < days; at++) {
    if (rng.next() < paces[Math.floor(at / 40)]!) {
      found.push({
        user,
        at: at + rng.next(),
        price: 20 + 5 * rng.normal(),
        store: rng.int(STORES),
        product: rng.int(STORES),
      });
    }
  }
  return found;
}
