-- PREDICT items.category FOR EACH items.sku WHERE items.price BETWEEN 1 AND 5
-- SQL for DuckDB. Tables and columns have the names of the schema, times are UTC.
-- Of rows with the same key the first counts, rows of one time count in their order: read tables, not views.
WITH items_rows AS (
  -- the first row of each key of items counts
  SELECT *, rowid AS row_nr, min(rowid) OVER (PARTITION BY "sku") AS first_row
  FROM "items"
),
entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "items".*
  FROM items_rows AS "items"
  WHERE "items"."sku" IS NOT NULL
    AND "items".row_nr = "items".first_row
),
eligible AS (
  -- for whom the condition holds
  SELECT entities.*
  FROM entities
  WHERE entities."price" BETWEEN 1 AND 5
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT eligible."sku", eligible.row_nr, eligible."category" AS value
  FROM eligible
)
SELECT "sku", CAST(NULL AS TIMESTAMP) AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY row_nr
