-- PREDICT SUM(orders.amount WHERE (items.category = 'food') AND (NOT (orders.status IN ('returned'))), 0, 1, months) FOR EACH users.id ASSUMING COUNT(visits.* VIA guide_id, 0, 1, quarters) > 0
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH anchors (anchor, plus_1_quarters, plus_1_months) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-04-02 00:00:00', TIMESTAMP '2023-02-02 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-04-30 00:00:00', TIMESTAMP '2023-02-28 00:00:00')
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
count_visits AS (
  -- COUNT of visits per users: visits.guide_id → users, (t, t + 1 quarters]
  SELECT "visits"."guide_id", anchors.anchor, count(*) AS value
  FROM "visits"
  JOIN anchors ON "visits"."at" > anchors.anchor AND "visits"."at" <= anchors.plus_1_quarters
  GROUP BY "visits"."guide_id", anchors.anchor
),
assumed AS (
  -- for whom the condition holds
  SELECT entities.*
  FROM entities
  LEFT JOIN count_visits ON count_visits."guide_id" = entities."id" AND count_visits.anchor = entities.anchor
  WHERE coalesce(count_visits.value, 0) > 0
),
items_rows AS (
  -- the first row of each key of items counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "sku") AS first_row
  FROM "items"
),
sum_orders_amount AS (
  -- SUM of orders.amount per users: orders.user_id → users, (t, t + 1 months]
  SELECT "orders"."user_id", anchors.anchor, sum("orders"."amount") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_1_months
  LEFT JOIN items_rows AS "items" ON "items"."sku" = "orders"."sku" AND "items".row_nr = "items".first_row
  WHERE "items"."category" = 'food'
    AND NOT ("orders"."status" IN ('returned'))
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT assumed."id", assumed.row_nr, assumed.anchor, coalesce(sum_orders_amount.value, 0) AS value
  FROM assumed
  LEFT JOIN sum_orders_amount ON sum_orders_amount."user_id" = assumed."id" AND sum_orders_amount.anchor = assumed.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, row_nr
