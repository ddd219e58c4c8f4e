-- PREDICT SUM(orders.amount * 2 + LENGTH(orders.status), 0, 1, days) FORECAST 4 TIMEFRAMES FOR EACH users.id WHERE (users.age >= 18) OR (users.age IS NULL)
-- SQL for PostgreSQL. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00')
),
steps (anchor, step, step_plus_0_days, step_plus_1_days) AS (
  -- the steps of the forecast, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', 1, TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-01-03 00:00:00'),
    (TIMESTAMP '2023-01-02 00:00:00', 2, TIMESTAMP '2023-01-03 00:00:00', TIMESTAMP '2023-01-04 00:00:00'),
    (TIMESTAMP '2023-01-02 00:00:00', 3, TIMESTAMP '2023-01-04 00:00:00', TIMESTAMP '2023-01-05 00:00:00'),
    (TIMESTAMP '2023-01-02 00:00:00', 4, TIMESTAMP '2023-01-05 00:00:00', TIMESTAMP '2023-01-06 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', 1, TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-02-01 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', 2, TIMESTAMP '2023-02-01 00:00:00', TIMESTAMP '2023-02-02 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', 3, TIMESTAMP '2023-02-02 00:00:00', TIMESTAMP '2023-02-03 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', 4, TIMESTAMP '2023-02-03 00:00:00', TIMESTAMP '2023-02-04 00:00:00')
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
  WHERE entities."age" >= 18 OR entities."age" IS NULL
),
sum_orders AS (
  -- SUM of orders per users: orders.user_id → users, (t, t + 1 days]
  SELECT
    "orders"."user_id",
    steps.anchor,
    steps.step,
    sum((CAST("orders"."amount" AS DOUBLE PRECISION) * 2) + length("orders"."status")) AS value
  FROM "orders"
  JOIN steps ON "orders"."ordered_at" > steps.step_plus_0_days AND "orders"."ordered_at" <= steps.step_plus_1_days
  GROUP BY "orders"."user_id", steps.anchor, steps.step
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT eligible."id", eligible.anchor, steps.step, coalesce(sum_orders.value, 0) AS value
  FROM eligible
  JOIN steps ON steps.anchor = eligible.anchor
  LEFT JOIN sum_orders ON sum_orders."user_id" = eligible."id" AND sum_orders.anchor = steps.anchor AND sum_orders.step = steps.step
)
SELECT "id", anchor AS "TIMESTAMP", step AS "FORECAST_STEP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id", step
