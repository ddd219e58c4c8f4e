-- PREDICT FIRST(items.category VIA orders.sku, 0, 7, days) FOR EACH users.id
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
items_rows AS (
  -- the first row of each key of items counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "sku") AS first_row
  FROM "items"
),
orders_rows AS (
  -- the first row of each key of orders counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "order_id") AS first_row
  FROM "orders"
),
first_items_category AS (
  -- FIRST of items.category per users: items ← orders.sku, orders.user_id → users, (t, t + 7 days]
  SELECT
    "orders"."user_id",
    anchors.anchor,
    first("items"."category" ORDER BY "orders"."ordered_at", "items".row_nr, "orders".row_nr) FILTER (WHERE "items"."category" IS NOT NULL) AS value
  FROM items_rows AS "items"
  JOIN orders_rows AS "orders" ON "items"."sku" = "orders"."sku" AND "items".row_nr = "items".first_row
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities."id", entities.row_nr, entities.anchor, first_items_category.value AS value
  FROM entities
  LEFT JOIN first_items_category ON first_items_category."user_id" = entities."id" AND first_items_category.anchor = entities.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
