-- PREDICT (MAX(orders.amount, 0, 7, days) > 2) OR (NOT (MIN(orders.status, 0, 7, days) = 'paid')) FOR EACH users.id WHERE NOT (users.country = 'DE')
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH anchors (anchor, plus_7_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-01-09 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-02-07 00:00:00')
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
eligible AS (
  -- for whom it holds, as known then
  SELECT entities.*
  FROM entities
  WHERE NOT (coalesce(entities."country" = 'DE', FALSE))
),
max_orders_amount AS (
  -- MAX of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, max("orders"."amount") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
min_orders_status AS (
  -- MIN of orders.status per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, min("orders"."status") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT
    eligible."id",
    eligible.row_nr,
    eligible.anchor,
    CASE WHEN max_orders_amount.value IS NOT NULL AND min_orders_status.value IS NOT NULL THEN CAST(max_orders_amount.value > 2 OR NOT (coalesce(min_orders_status.value = 'paid', FALSE)) AS INTEGER) END AS value
  FROM eligible
  LEFT JOIN max_orders_amount ON max_orders_amount."user_id" = eligible."id" AND max_orders_amount.anchor = eligible.anchor
  LEFT JOIN min_orders_status ON min_orders_status."user_id" = eligible."id" AND min_orders_status.anchor = eligible.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
