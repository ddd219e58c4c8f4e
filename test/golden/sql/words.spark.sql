-- PREDICT COUNT(orders.* WHERE (orders.status LIKE '_ai%') OR ((orders.status NOT LIKE '%\\%') AND (orders.sku STARTS WITH 'A')), 0, 7, days) > 0 FOR EACH users.id WHERE (users.country CONTAINS 'it\'s') OR (users.country ENDS WITH 'S') OR (users.tags CONTAINS 'vip') OR (users.country <= 'DE')
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
eligible AS (
  -- for whom it holds, as known then
  SELECT entities.*
  FROM entities
  WHERE contains(entities.`country`, 'it\'s') OR endswith(entities.`country`, 'S') OR exists(entities.`tags`, item -> item = 'vip') OR entities.`country` <= 'DE'
),
count_orders AS (
  -- COUNT of orders per users: orders.user_id → users, (t, t + 7 days]
  SELECT `orders`.`user_id`, anchors.anchor, count(*) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  WHERE (`orders`.`status` LIKE '_ai%' OR (NOT (contains(`orders`.`status`, '\\')) AND startswith(CAST(`orders`.`sku` AS STRING), 'A')))
  GROUP BY `orders`.`user_id`, anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT eligible.`id`, eligible.anchor, CAST(coalesce(count_orders.value, 0) > 0 AS INTEGER) AS value
  FROM eligible
  LEFT JOIN count_orders ON count_orders.`user_id` = eligible.`id` AND count_orders.anchor = eligible.anchor
)
SELECT `id`, anchor AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, `id`
