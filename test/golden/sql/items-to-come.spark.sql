-- PREDICT LIST_DISTINCT(orders.sku, 0, 7, days) RANK TOP 3 FOR EACH users.id
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
list_distinct_orders_sku_items AS (
  -- the values to list, when each came first
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    `orders`.`sku` AS item,
    min(`orders`.`ordered_at`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  WHERE `orders`.`sku` IS NOT NULL
  GROUP BY `orders`.`user_id`, anchors.anchor, `orders`.`sku`
),
list_distinct_orders_sku AS (
  -- LIST_DISTINCT of orders.sku per users: orders.user_id → users, (t, t + 7 days]
  SELECT
    `user_id`,
    anchor,
    transform(array_sort(collect_list(struct(value, item, item AS listed))), x -> x.listed) AS value
  FROM list_distinct_orders_sku_items
  GROUP BY `user_id`, anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities.`id`, entities.anchor, list_distinct_orders_sku.value AS value
  FROM entities
  LEFT JOIN list_distinct_orders_sku ON list_distinct_orders_sku.`user_id` = entities.`id` AND list_distinct_orders_sku.anchor = entities.anchor
)
SELECT `id`, anchor AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, `id`
