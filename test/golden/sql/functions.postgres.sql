-- PREDICT ABS(LOG(MAX(orders.amount, 0, 7, days)) - 1) * -WEEKDAY(MAX(orders.ordered_at, 0, 7, days)) < YEAR(MIN(orders.ordered_at, 0, 7, days)) / MONTH(ANCHOR) FOR EACH users.id
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
max_orders_amount AS (
  -- MAX of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, max("orders"."amount") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
max_orders_ordered_at AS (
  -- MAX of orders.ordered_at per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, max("orders"."ordered_at") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
min_orders_ordered_at AS (
  -- MIN of orders.ordered_at per users: orders.user_id → users, (t, t + 7 days]
  SELECT "orders"."user_id", anchors.anchor, min("orders"."ordered_at") AS value
  FROM "orders"
  JOIN anchors ON "orders"."ordered_at" > anchors.anchor AND "orders"."ordered_at" <= anchors.plus_7_days
  GROUP BY "orders"."user_id", anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT
    entities."id",
    entities.anchor,
    CAST((abs((ln(nullif(greatest(max_orders_amount.value, 0), 0))) - 1)) * (-extract(isodow FROM max_orders_ordered_at.value)) < CAST(extract(YEAR FROM min_orders_ordered_at.value) AS DOUBLE PRECISION) / nullif(extract(MONTH FROM entities.anchor), 0) AS INTEGER) AS value
  FROM entities
  LEFT JOIN max_orders_amount ON max_orders_amount."user_id" = entities."id" AND max_orders_amount.anchor = entities.anchor
  LEFT JOIN max_orders_ordered_at ON max_orders_ordered_at."user_id" = entities."id" AND max_orders_ordered_at.anchor = entities.anchor
  LEFT JOIN min_orders_ordered_at ON min_orders_ordered_at."user_id" = entities."id" AND min_orders_ordered_at.anchor = entities.anchor
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id"
