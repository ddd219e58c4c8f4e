-- PREDICT (MAX(orders.amount, 0, 7, days) > 2) OR (NOT (MIN(orders.status, 0, 7, days) = 'paid')) FOR EACH users.id WHERE NOT (users.country = 'DE')
-- SQL for PostgreSQL. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor, plus_7_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-01-09 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-02-07 00:00:00')
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, anchors.anchor
  FROM "users"
  JOIN anchors ON "users"."joined" <= anchors.anchor
  WHERE "users"."id" IS NOT NULL
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
  SELECT "orders"."user_id", anchors.anchor, min("orders"."status" COLLATE "C") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT
    eligible."id",
    eligible.anchor,
    CASE WHEN max_orders_amount.value IS NOT NULL AND min_orders_status.value IS NOT NULL THEN CAST(max_orders_amount.value > 2 OR NOT (coalesce(min_orders_status.value = 'paid', FALSE)) AS INTEGER) END AS value
  FROM eligible
  LEFT JOIN max_orders_amount ON max_orders_amount."user_id" = eligible."id" AND max_orders_amount.anchor = eligible.anchor
  LEFT JOIN min_orders_status ON min_orders_status."user_id" = eligible."id" AND min_orders_status.anchor = eligible.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id"
