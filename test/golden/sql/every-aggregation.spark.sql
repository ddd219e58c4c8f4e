-- PREDICT AVG(orders.amount, 0, 7, days) + MEDIAN(orders.amount, 0, 7, days) + QUANTILE(orders.amount, 0.9, 0, 7, days) - COALESCE(STDDEV(orders.amount, 0, 7, days), VARIANCE(orders.amount, 0, 7, days), 0) / TIME_TO_NEXT(orders.amount, 0, 7, days) FOR EACH users.id WHERE (FIRST(orders.status, -INF, 0, days) != LAST(orders.status, -INF, 0, days)) OR (MODE(orders.gift, -7, 0, days) = FALSE) OR (LIST_DISTINCT(orders.sku, -7, 0, days) NOT CONTAINS 'A') OR (COUNT_DISTINCT(orders.sku, -7, 0, days) >= COUNT(orders.amount, -7, 0, days))
-- SQL for Spark. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH anchors (anchor, minus_7_days, plus_7_days) AS (
  -- the anchors, and where their windows begin and end
  VALUES
    (TIMESTAMP '2023-01-02 00:00:00', TIMESTAMP '2022-12-26 00:00:00', TIMESTAMP '2023-01-09 00:00:00'),
    (TIMESTAMP '2023-01-31 00:00:00', TIMESTAMP '2023-01-24 00:00:00', TIMESTAMP '2023-02-07 00:00:00')
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT `users`.*, anchors.anchor
  FROM `users`
  JOIN anchors ON `users`.`joined` <= anchors.anchor
  WHERE `users`.`id` IS NOT NULL
    AND (`users`.`left` IS NULL OR `users`.`left` > anchors.anchor)
),
first_orders_status AS (
  -- FIRST of orders.status per users: orders.user_id → users, (-inf, t]
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    min_by(`orders`.`status`, struct(`orders`.`ordered_at`, `orders`.`status`)) FILTER (WHERE `orders`.`status` IS NOT NULL) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` <= anchors.anchor
  GROUP BY `orders`.`user_id`, anchors.anchor
),
last_orders_status AS (
  -- LAST of orders.status per users: orders.user_id → users, (-inf, t]
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    max_by(`orders`.`status`, struct(`orders`.`ordered_at`, `orders`.`status`)) FILTER (WHERE `orders`.`status` IS NOT NULL) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` <= anchors.anchor
  GROUP BY `orders`.`user_id`, anchors.anchor
),
mode_orders_gift AS (
  -- MODE of orders.gift per users: orders.user_id → users, (t - 7 days, t]
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    CAST(mode(CAST(`orders`.`gift` AS INTEGER), TRUE) AS BOOLEAN) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.minus_7_days AND `orders`.`ordered_at` <= anchors.anchor
  GROUP BY `orders`.`user_id`, anchors.anchor
),
list_distinct_orders_sku_items AS (
  -- the values to list, when each came first
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    `orders`.`sku` AS item,
    min(`orders`.`ordered_at`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.minus_7_days AND `orders`.`ordered_at` <= anchors.anchor
  WHERE `orders`.`sku` IS NOT NULL
  GROUP BY `orders`.`user_id`, anchors.anchor, `orders`.`sku`
),
list_distinct_orders_sku AS (
  -- LIST_DISTINCT of orders.sku per users: orders.user_id → users, (t - 7 days, t]
  SELECT
    `user_id`,
    anchor,
    transform(array_sort(collect_list(struct(value, item, item AS listed))), x -> x.listed) AS value
  FROM list_distinct_orders_sku_items
  GROUP BY `user_id`, anchor
),
count_distinct_orders_sku AS (
  -- COUNT_DISTINCT of orders.sku per users: orders.user_id → users, (t - 7 days, t]
  SELECT `orders`.`user_id`, anchors.anchor, count(DISTINCT `orders`.`sku`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.minus_7_days AND `orders`.`ordered_at` <= anchors.anchor
  GROUP BY `orders`.`user_id`, anchors.anchor
),
count_orders_amount AS (
  -- COUNT of orders.amount per users: orders.user_id → users, (t - 7 days, t]
  SELECT `orders`.`user_id`, anchors.anchor, count(`orders`.`amount`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.minus_7_days AND `orders`.`ordered_at` <= anchors.anchor
  GROUP BY `orders`.`user_id`, anchors.anchor
),
eligible AS (
  -- for whom it holds, as known then
  SELECT entities.*
  FROM entities
  LEFT JOIN first_orders_status ON first_orders_status.`user_id` = entities.`id` AND first_orders_status.anchor = entities.anchor
  LEFT JOIN last_orders_status ON last_orders_status.`user_id` = entities.`id` AND last_orders_status.anchor = entities.anchor
  LEFT JOIN mode_orders_gift ON mode_orders_gift.`user_id` = entities.`id` AND mode_orders_gift.anchor = entities.anchor
  LEFT JOIN list_distinct_orders_sku ON list_distinct_orders_sku.`user_id` = entities.`id` AND list_distinct_orders_sku.anchor = entities.anchor
  LEFT JOIN count_distinct_orders_sku ON count_distinct_orders_sku.`user_id` = entities.`id` AND count_distinct_orders_sku.anchor = entities.anchor
  LEFT JOIN count_orders_amount ON count_orders_amount.`user_id` = entities.`id` AND count_orders_amount.anchor = entities.anchor
  WHERE first_orders_status.value <> last_orders_status.value OR mode_orders_gift.value = FALSE OR NOT (exists(CAST(list_distinct_orders_sku.value AS ARRAY<STRING>), item -> item = 'A')) OR coalesce(count_distinct_orders_sku.value, 0) >= coalesce(count_orders_amount.value, 0)
),
avg_orders_amount AS (
  -- AVG of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT `orders`.`user_id`, anchors.anchor, avg(`orders`.`amount`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
median_orders_amount AS (
  -- MEDIAN of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT `orders`.`user_id`, anchors.anchor, percentile(`orders`.`amount`, 0.5) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
quantile_orders_amount AS (
  -- QUANTILE of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT `orders`.`user_id`, anchors.anchor, percentile(`orders`.`amount`, 0.9) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
stddev_orders_amount AS (
  -- STDDEV of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT `orders`.`user_id`, anchors.anchor, stddev_samp(`orders`.`amount`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
variance_orders_amount AS (
  -- VARIANCE of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT `orders`.`user_id`, anchors.anchor, var_samp(`orders`.`amount`) AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
time_to_next_orders_amount AS (
  -- TIME_TO_NEXT of orders.amount per users: orders.user_id → users, (t, t + 7 days]
  SELECT
    `orders`.`user_id`,
    anchors.anchor,
    (unix_micros(CAST(min(CASE WHEN `orders`.`amount` IS NOT NULL THEN `orders`.`ordered_at` END) AS TIMESTAMP)) - unix_micros(anchors.anchor)) / 86400000000 AS value
  FROM `orders`
  JOIN anchors ON `orders`.`ordered_at` > anchors.anchor AND `orders`.`ordered_at` <= anchors.plus_7_days
  GROUP BY `orders`.`user_id`, anchors.anchor
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT
    eligible.`id`,
    eligible.anchor,
    ((avg_orders_amount.value + median_orders_amount.value) + quantile_orders_amount.value) - (coalesce(stddev_orders_amount.value, variance_orders_amount.value, 0) / nullif(time_to_next_orders_amount.value, 0)) AS value
  FROM eligible
  LEFT JOIN avg_orders_amount ON avg_orders_amount.`user_id` = eligible.`id` AND avg_orders_amount.anchor = eligible.anchor
  LEFT JOIN median_orders_amount ON median_orders_amount.`user_id` = eligible.`id` AND median_orders_amount.anchor = eligible.anchor
  LEFT JOIN quantile_orders_amount ON quantile_orders_amount.`user_id` = eligible.`id` AND quantile_orders_amount.anchor = eligible.anchor
  LEFT JOIN stddev_orders_amount ON stddev_orders_amount.`user_id` = eligible.`id` AND stddev_orders_amount.anchor = eligible.anchor
  LEFT JOIN variance_orders_amount ON variance_orders_amount.`user_id` = eligible.`id` AND variance_orders_amount.anchor = eligible.anchor
  LEFT JOIN time_to_next_orders_amount ON time_to_next_orders_amount.`user_id` = eligible.`id` AND time_to_next_orders_amount.anchor = eligible.anchor
)
SELECT `id`, anchor AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, `id`
