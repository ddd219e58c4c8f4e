-- PREDICT COUNT(orders.* WHERE (COUNT(returns.*, 0, 30, days) = 0) AND (orders.ordered_at > ANCHOR), 0, 7, days) FOR EACH users.id
-- SQL for PostgreSQL. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor, plus_7_days, plus_30_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-01-09 00:00:00', TIMESTAMP '2023-02-01 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-02-07 00:00:00', TIMESTAMP '2023-03-02 00:00:00')
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, anchors.anchor
  FROM "users"
  JOIN anchors ON "users"."joined" <= anchors.anchor
  WHERE "users"."id" IS NOT NULL
    AND ("users"."left" IS NULL OR "users"."left" > anchors.anchor)
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
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  LEFT JOIN count_returns ON count_returns."order_id" = "orders"."order_id" AND count_returns.anchor = anchors.anchor
  WHERE coalesce(count_returns.value, 0) = 0
    AND "orders"."ordered_at" > anchors.anchor
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities."id", entities.anchor, coalesce(count_orders.value, 0) AS value
  FROM entities
  LEFT JOIN count_orders ON count_orders."user_id" = entities."id" AND count_orders.anchor = entities.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id"
