-- PREDICT LAST(orders.gift, 0, 7, days) FOR EACH users.id
-- SQL for Spark. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor, plus_7_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2023-01-09 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-02-07 00:00:00')
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT `users`.*, anchors.anchor
  FROM `users`
  JOIN anchors ON `users`.`joined` <= anchors.anchor
  WHERE `users`.`id` IS NOT NULL
    AND (`users`.`left` IS NULL OR `users`.`left` > anchors.anchor)
),
last_orders_gift AS (
  -- LAST of orders.gift per users: orders.user_id → users, (t, t + 7 days]
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    max_by(`orders`.`gift`, struct(`orders`.`ordered_at`, `orders`.`gift`)) FILTER (WHERE `orders`.`gift` IS NOT NULL) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities.`id`, entities.anchor, CAST(last_orders_gift.value AS INTEGER) AS value
  FROM entities
  LEFT JOIN last_orders_gift ON last_orders_gift.`user_id` = entities.`id` AND last_orders_gift.anchor = entities.anchor
)
SELECT `id`, anchor AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, `id`
