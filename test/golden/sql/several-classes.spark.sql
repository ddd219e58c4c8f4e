-- PREDICT FIRST(items.category VIA orders.sku, 0, 7, days) FOR EACH users.id
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
first_items_category AS (
  -- FIRST of items.category per users: items ← orders.sku, orders.user_id → users, (t, t + 7 days]
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    min_by(`items`.`category`, struct(`orders`.`ordered_at`, `items`.`category`)) FILTER (WHERE `items`.`category` IS NOT NULL) AS value
  FROM `items`
  JOIN `orders` ON `items`.`sku` = `orders`.`sku`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities.`id`, entities.anchor, first_items_category.value AS value
  FROM entities
  LEFT JOIN first_items_category ON first_items_category.`user_id` = entities.`id` AND first_items_category.anchor = entities.anchor
)
SELECT `id`, anchor AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, `id`
