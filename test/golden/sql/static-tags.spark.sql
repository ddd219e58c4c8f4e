-- PREDICT users.tags CLASSIFY FOR EACH users.id
-- SQL for Spark. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH entities AS (
  -- who is there at each anchor: created, not ended
  SELECT `users`.*, `users`.`joined` AS anchor
  FROM `users`
  WHERE `users`.`id` IS NOT NULL
    AND `users`.`joined` IS NOT NULL
    AND (`users`.`left` IS NULL OR `users`.`left` > `users`.`joined`)
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities.`id`, entities.anchor, entities.`tags` AS value
  FROM entities
)
SELECT `id`, anchor AS `TIMESTAMP`, value AS `TARGET`
FROM labels
WHERE value IS NOT NULL
  AND size(value) > 0
ORDER BY anchor, `id`
