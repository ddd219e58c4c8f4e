-- PREDICT users.age FOR EACH users.id WHERE (COUNT(notes.*) > 0) OR (users.left IS NOT NULL)
-- SQL for PostgreSQL. Tables and columns have the names of the schema, times are UTC.
-- Keys are taken as unique, and rows of one time count in the order of their values.
WITH entities AS (
  -- who is there at each anchor: created, not ended
  SELECT "users".*, "users"."joined" AS anchor
  FROM "users"
  WHERE "users"."id" IS NOT NULL
    AND "users"."joined" IS NOT NULL
    AND ("users"."left" IS NULL OR "users"."left" > "users"."joined")
),
count_notes AS (
  -- COUNT of notes per users: notes.user_id → users
  SELECT "notes"."user_id", count(*) AS value
  FROM "notes"
  GROUP BY "notes"."user_id"
),
eligible AS (
  -- for whom it holds, as known then
  SELECT entities.*
  FROM entities
  LEFT JOIN count_notes ON count_notes."user_id" = entities."id"
  WHERE coalesce(count_notes.value, 0) > 0 OR (CASE WHEN entities."left" <= entities.anchor THEN entities."left" END) IS NOT NULL
),
labels AS (
  -- the target of each row, NULL where there is none
  SELECT eligible."id", eligible.anchor, eligible."age" AS value
  FROM eligible
)
SELECT "id", anchor AS "TIMESTAMP", value AS "TARGET"
FROM labels
WHERE value IS NOT NULL
ORDER BY anchor, "id"
