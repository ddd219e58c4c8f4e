/** A shop of products: users, products of two kinds, orders by day. */
import { numberColumn, stringColumn, timestampColumn } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { at, databaseOf } from "../../support/shop.js";

/** Day 0. */
export const START = at("2024-01-01");
export const DAY = 86_400_000;

/** An order: who, what, on which day. */
export type Order = readonly [user: number, product: number, day: number];

/** Makes the shop. */
export function productShop(
  orders: readonly Order[],
  { users = 4, products = 6, newProductDay = null as number | null } = {},
): Database {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  return databaseOf({
    users: {
      columns: [
        numberColumn("id", ids(users)),
        timestampColumn(
          "joined",
          ids(users).map(() => START),
        ),
      ],
      primaryKey: "id",
      timeColumn: "joined",
    },
    products: {
      columns: [
        numberColumn("id", ids(products)),
        stringColumn(
          "kind",
          ids(products).map((id) => (id % 2 === 0 ? "even" : "odd")),
        ),
        timestampColumn(
          "listed",
          ids(products).map((id) =>
            id === products && newProductDay !== null ? START + newProductDay * DAY : START - DAY,
          ),
        ),
      ],
      primaryKey: "id",
      timeColumn: "listed",
    },
    orders: {
      columns: [
        numberColumn(
          "user_id",
          orders.map(([user]) => user),
        ),
        numberColumn(
          "product_id",
          orders.map(([, product]) => product),
        ),
        timestampColumn(
          "at",
          orders.map(([, , day]) => START + day * DAY),
        ),
      ],
      timeColumn: "at",
      foreignKeys: { user_id: "users", product_id: "products" },
    },
  });
}

/** What every test predicts. */
export const QUERY =
  "PREDICT LIST_DISTINCT(orders.product_id, 0, 10, days) RANK TOP 3 FOR EACH users.id";
