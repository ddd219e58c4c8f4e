-- PREDICT SUM(items.price, 0, 91, days) FOR EACH users.id WHERE COUNT(returns.*, -INF, 0, days) = 0
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH anchors (anchor, plus_91_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-04-03 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-05-02 00:00:00')
),
users_rows AS (
  -- the first row of each key of users counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "id") AS first_row
  FROM "users"
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, anchors.anchor
  FROM users_rows AS "users"
  JOIN anchors ON "users"."joined" <= anchors.anchor
  WHERE "users"."id" IS NOT NULL
    AND "users".row_nr = "users".first_row
    AND ("users"."left" IS NULL OR "users"."left" > anchors.anchor)
),
orders_rows AS (
  -- the first row of each key of orders counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "order_id") AS first_row
  FROM "orders"
),
count_returns AS (
  -- COUNT of returns per users: returns.order_id → orders, orders.user_id → users, (-inf, t]
  SELECT "orders"."user_id", anchors.anchor, count(*) AS value
  FROM "returns"
  JOIN orders_rows AS "orders" ON "orders"."order_id" = "returns"."order_id" AND "orders".row_nr = "orders".first_row
  JOIN anchors ON "returns"."at" <= anchors.anchor
  WHERE "orders"."ordered_at" <= anchors.anchor
  GROUP BY "orders"."user_id", anchors.anchor
),
eligible AS (
  -- for whom it holds, as known then
  SELECT entities.*
  FROM entities
  LEFT JOIN count_returns ON count_returns."user_id" = entities."id" AND count_returns.anchor = entities.anchor
  WHERE coalesce(count_returns.value, 0) = 0
),
items_rows AS (
  -- the first row of each key of items counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "sku") AS first_row
  FROM "items"
),
sum_items_price AS (
  -- SUM of items.price per users: items ← orders.sku, orders.user_id → users, (t, t + 91 days]
  SELECT "orders"."user_id", anchors.anchor, sum("items"."price") AS value
  FROM items_rows AS "items"
  JOIN orders_rows AS "orders" ON "items"."sku" = "orders"."sku" AND "items".row_nr = "items".first_row
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_91_days
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT eligible."id", eligible.row_nr, eligible.anchor, coalesce(sum_items_price.value, 0) AS value
  FROM eligible
  LEFT JOIN sum_items_price ON sum_items_price."user_id" = eligible."id" AND sum_items_price.anchor = eligible.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
