-- PREDICT SUM(orders.amount WHERE (items.category = 'food') AND (NOT (orders.status IN ('returned'))), 0, 1, months) FOR EACH users.id ASSUMING COUNT(visits.* VIA guide_id, 0, 1, quarters) > 0
-- SQL for PostgreSQL. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor, plus_1_quarters, plus_1_months) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-04-02 00:00:00', TIMESTAMP '2023-02-02 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-04-30 00:00:00', TIMESTAMP '2023-02-28 00:00:00')
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, anchors.anchor
  FROM "users"
  JOIN anchors ON "users"."joined" <= anchors.anchor
  WHERE "users"."id" IS NOT NULL
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
sum_orders_amount AS (
  -- SUM of orders.amount per users: orders.user_id → users, (t, t + 1 months]
  SELECT "orders"."user_id", anchors.anchor, sum("orders"."amount") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_1_months
  LEFT JOIN "items" ON "items"."sku" = "orders"."sku"
  WHERE "items"."category" = 'food'
    AND NOT ("orders"."status" IN ('returned'))
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT assumed."id", assumed.anchor, coalesce(sum_orders_amount.value, 0) AS value
  FROM assumed
  LEFT JOIN sum_orders_amount ON sum_orders_amount."user_id" = assumed."id" AND sum_orders_amount.anchor = assumed.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id"
