-- PREDICT users.tags CLASSIFY FOR EACH users.id
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH users_rows AS (
  -- the first row of each key of users counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "id") AS first_row
  FROM "users"
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, "users"."joined" AS anchor
  FROM users_rows AS "users"
  WHERE "users"."id" IS NOT NULL
    AND "users".row_nr = "users".first_row
    AND "users"."joined" IS NOT NULL
    AND ("users"."left" IS NULL OR "users"."left" > "users"."joined")
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT entities."id", entities.row_nr, entities.anchor, entities."tags" AS value
  FROM entities
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
  AND len(value) > 0
ORDER BY anchor, row_nr
