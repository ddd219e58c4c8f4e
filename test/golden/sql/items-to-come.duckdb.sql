-- PREDICT LIST_DISTINCT(orders.sku, 0, 7, days) RANK TOP 3 FOR EACH users.id
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
list_distinct_orders_sku_items AS (
  -- the values to list, when each came first
  SELECT
    "orders"."user_id",
    anchors.anchor,
    "orders"."sku" AS item,
    min(row("orders"."ordered_at", "orders".rowid)) AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  WHERE "orders"."sku" IS NOT NULL
  GROUP BY "orders"."user_id", anchors.anchor, "orders"."sku"
),
list_distinct_orders_sku AS (
  -- LIST_DISTINCT of orders.sku per users: orders.user_id → users, (t, t + 7 days]
  SELECT "user_id", anchor, list(item ORDER BY value) AS value
  FROM list_distinct_orders_sku_items
  GROUP BY "user_id", anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities."id", entities.row_nr, entities.anchor, list_distinct_orders_sku.value AS value
  FROM entities
  LEFT JOIN list_distinct_orders_sku ON list_distinct_orders_sku."user_id" = entities."id" AND list_distinct_orders_sku.anchor = entities.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
