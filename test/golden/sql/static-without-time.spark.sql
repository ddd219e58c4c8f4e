-- PREDICT items.category FOR EACH items.sku WHERE items.price BETWEEN 1 AND 5
-- SQL for Spark. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH entities AS (
  -- who is there at each anchor: created, not ended
  SELECT `items`.*
  FROM `items`
  WHERE `items`.`sku` IS NOT NULL
),
eligible AS (
  -- for whom the condition holds
  SELECT entities.*
  FROM entities
  WHERE entities.`price` BETWEEN 1 AND 5
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT eligible.`sku`, eligible.`category` AS value
  FROM eligible
)
SELECT `sku`, CAST(NULL AS TIMESTAMP) AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
ORDER BY `sku`
