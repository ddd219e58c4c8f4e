-- PREDICT COUNT(orders.* WHERE (orders.status LIKE '_ai%') OR ((orders.status NOT LIKE '%\\%') AND (orders.sku STARTS WITH 'A')), 0, 7, days) > 0 FOR EACH users.id WHERE (users.country CONTAINS 'it\'s') OR (users.country ENDS WITH 'S') OR (users.tags CONTAINS 'vip') OR (users.country <= 'DE')
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
  WHERE contains(entities."country", 'it''s') OR ends_with(entities."country", 'S') OR list_contains(entities."tags", 'vip') OR entities."country" <= 'DE'
),
count_orders AS (
  -- COUNT of orders per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, count(*) AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  WHERE ("orders"."status" LIKE '_ai%' OR (NOT (contains("orders"."status", '\')) AND starts_with(CAST("orders"."sku" AS VARCHAR), 'A')))
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT
    eligible."id",
    eligible.row_nr,
    eligible.anchor,
    CAST(coalesce(count_orders.value, 0) > 0 AS INTEGER) AS value
  FROM eligible
  LEFT JOIN count_orders ON count_orders."user_id" = eligible."id" AND count_orders.anchor = eligible.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
