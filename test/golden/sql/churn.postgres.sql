-- PREDICT COUNT(orders.*, 0, 30, days) = 0 FOR EACH users.id WHERE (COUNT(orders.*, -90, 0, days) > 0) AND (users.country IN ('US', 'DE'))
-- SQL for PostgreSQL. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor, minus_90_days, plus_30_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2022-10-04 00:00:00', TIMESTAMP '2023-02-01 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2022-11-02 00:00:00', TIMESTAMP '2023-03-02 00:00:00')
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, anchors.anchor
  FROM "users"
  JOIN anchors ON "users"."joined" <= anchors.anchor
  WHERE "users"."id" IS NOT NULL
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
    eligible.anchor,
    CAST(coalesce(count_orders_2.value, 0) = 0 AS INTEGER) AS value
  FROM eligible
  LEFT JOIN count_orders_2 ON count_orders_2."user_id" = eligible."id" AND count_orders_2.anchor = eligible.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id"
