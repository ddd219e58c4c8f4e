-- PREDICT COUNT(orders.* WHERE (COUNT(returns.*, 0, 30, days) = 0) AND (orders.ordered_at > ANCHOR), 0, 7, days) FOR EACH users.id
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH anchors (anchor, plus_7_days, plus_30_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-01-09 00:00:00', TIMESTAMP '2023-02-01 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-02-07 00:00:00', TIMESTAMP '2023-03-02 00:00:00')
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
  -- COUNT of returns per orders: returns.order_id → orders, (t, t + 30 days]
  SELECT "returns"."order_id", anchors.anchor, count(*) AS value
  FROM "returns"
  JOIN anchors ON "returns"."at" > anchors.anchor AND "returns"."at" <= anchors.plus_30_days
  GROUP BY "returns"."order_id", anchors.anchor
),
count_orders AS (
  -- COUNT of orders per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, count(*) AS value
  FROM orders_rows AS "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  LEFT JOIN count_returns ON count_returns."order_id" = "orders"."order_id" AND "orders".row_nr = "orders".first_row AND count_returns.anchor = anchors.anchor
  WHERE coalesce(count_returns.value, 0) = 0
    AND "orders"."ordered_at" > anchors.anchor
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities."id", entities.row_nr, entities.anchor, coalesce(count_orders.value, 0) AS value
  FROM entities
  LEFT JOIN count_orders ON count_orders."user_id" = entities."id" AND count_orders.anchor = entities.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
