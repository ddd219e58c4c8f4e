-- PREDICT COUNT(orders.*, 0, 30, days) = 0 FOR EACH users.id WHERE (COUNT(orders.*, -90, 0, days) > 0) AND (users.country IN ('US', 'DE'))
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH anchors (anchor, minus_90_days, plus_30_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2022-10-04 00:00:00', TIMESTAMP '2023-02-01 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2022-11-02 00:00:00', TIMESTAMP '2023-03-02 00:00:00')
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
count_orders AS (
  -- COUNT of orders per users: orders.user_id → users, (t - 90 days, t]
  SELECT "orders"."user_id", anchors.anchor, count(*) AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.minus_90_days AND "orders"."ordered_at" <= anchors.anchor
  GROUP BY "orders"."user_id", anchors.anchor
),
eligible AS (
  -- for whom it holds, as known then
  SELECT entities.*
  FROM entities
  LEFT JOIN count_orders ON count_orders."user_id" = entities."id" AND count_orders.anchor = entities.anchor
  WHERE coalesce(count_orders.value, 0) > 0
    AND entities."country" IN ('US', 'DE')
),
count_orders_2 AS (
  -- COUNT of orders per users: orders.user_id → users, (t, t + 30 days]
  SELECT "orders"."user_id", anchors.anchor, count(*) AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_30_days
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT
    eligible."id",
    eligible.row_nr,
    eligible.anchor,
    CAST(coalesce(count_orders_2.value, 0) = 0 AS INTEGER) AS value
  FROM eligible
  LEFT JOIN count_orders_2 ON count_orders_2."user_id" = eligible."id" AND count_orders_2.anchor = eligible.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
