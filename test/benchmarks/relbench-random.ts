/** Small random databases of RelBench's schemas, with what holds in the real ones: dates that repeat their parent's, and so on. */
import type { RelbenchDatabase } from "../../benchmarks/relbench/schema.js";
import { invariant } from "../../src/core/assert.js";
import type { Rng } from "../../src/core/random.js";
import type { ColumnSchema, Schema, TableSchema } from "../../src/data/schema.js";

/** A row by column. */
export type RandomRow = Record<string, number | boolean | string | Date | readonly string[] | null>;

/** Rows by table. */
export type RandomRows = Readonly<Record<string, RandomRow[]>>;

/** How times are drawn. */
export interface RandomTimes {
  /** The earliest, in milliseconds. */
  readonly start: number;
  /** Times are `start + k · step` with `k` below `count`, so that many meet an anchor or a window's end. */
  readonly step: number;
  readonly count: number;
}

const NULL_SHARE = 0.08;

/** Rows of tables for which the usual numbers are too many or too few to make labels of both kinds. */
const SIZES: Readonly<Record<string, number>> = {
  studies: 100,
  outcomes: 150,
  event_attendees: 600,
};

/**
 * Columns without nulls in RelBench's data, where nulls would matter: a row without time is never known, so that it joins
 * no others, and the SQL does not look at the times of rows between.
 */
const FILLED: ReadonlySet<string> = new Set([
  "product.price",
  "SearchStream.SearchID",
  "results.date",
  "studies.start_date",
  "qualifying.position",
  "categories.Category",
  "papers.Primary_Category_ID",
  "citations.Paper_ID",
  "paperAuthors.Paper_ID",
  "paperAuthors.Author_ID",
]);

/** Values that queries look for; other columns are small numbers and letters. */
const VALUES: Readonly<Record<string, readonly (number | string)[]>> = {
  "review.rating": [3, 4, 5],
  "review.review_text": ["", "short", "x".repeat(300), "é".repeat(301), "😀".repeat(200)],
  "product.price": [0.5, 2.25, 10, 99.99],
  "SearchStream.IsClick": [0, 1],
  "event_attendees.status": ["yes", "maybe", "invited", "invited", "invited", "no"],
  "results.statusId": [1, 1, 1, 2, 3],
  "posts.PostTypeId": [1, 1, 2],
  "votes.VoteTypeId": [2, 2, 3],
  "outcomes.outcome_type": ["Primary", "Primary", "Secondary"],
  "outcome_analyses.p_value_modifier": ["<", "=", ">"],
  "outcome_analyses.p_value": [-0.1, 0.001, 0.049, 0.05, 0.5, 0.6, 0.7, 1, 1.2],
  "reported_event_totals.event_type": ["serious", "deaths", "other"],
  "beer_ratings.total_score": [2, 3.9, 4, 4.5],
  "place_ratings.total_score": [40, 79, 80, 95],
  "icustays.los_icu": [1.5, 2.99, 3, 7],
};

/**
 * Makes rows for all tables. Keys count from -1. Tables without links have 20 rows, linked ones 50 if others point at
 * them and 250 if none does.
 *
 * @param database - whose rules hold.
 * @param schema - its schema.
 * @param times - how times are drawn.
 * @param rng - the random stream.
 */
export function randomRows(
  database: RelbenchDatabase,
  schema: Schema,
  times: RandomTimes,
  rng: Rng,
): RandomRows {
  const pointedAt = new Set(
    schema.tables.flatMap((table) => table.foreignKeys.map((key) => key.table)),
  );
  const sizes = new Map(
    schema.tables.map(({ name, foreignKeys }) => {
      const usual = foreignKeys.length === 0 ? 20 : pointedAt.has(name) ? 50 : 250;
      return [name, SIZES[name] ?? usual];
    }),
  );
  const rows = Object.fromEntries(
    schema.tables.map((table) => {
      const draw = (row: number): RandomRow =>
        Object.fromEntries(
          table.columns.map((column) => {
            const value = randomCell(table, column, row, sizes, times, rng);
            return [column.name, value];
          }),
        );
      return [table.name, Array.from({ length: sizes.get(table.name)! }, (_, row) => draw(row))];
    }),
  );
  RULES[database]?.(rows, times, rng);
  return rows;
}

function randomCell(
  table: TableSchema,
  column: ColumnSchema,
  row: number,
  sizes: ReadonlyMap<string, number>,
  times: RandomTimes,
  rng: Rng,
): RandomRow[string] {
  if (table.primaryKey?.[0] === column.name) return row - 1;
  const name = `${table.name}.${column.name}`;
  if (!FILLED.has(name) && rng.next() < NULL_SHARE) return null;
  const link = table.foreignKeys.find((key) => key.name === column.name);
  if (link) return rng.int(sizes.get(link.table)!) - 1;
  const values = VALUES[name];
  if (values) return values[rng.int(values.length)]!;
  switch (column.kind) {
    case "number":
      return rng.int(7);
    case "boolean":
      return rng.int(2) === 1;
    case "string":
      return "abc"[rng.int(3)]!;
    case "list":
      return ["abc"[rng.int(3)]!];
    case "timestamp":
      return randomTime(times, rng);
    case "vector":
      invariant(false, "RelBench has no vectors");
  }
}

function randomTime({ start, step, count }: RandomTimes, rng: Rng): Date {
  return new Date(start + step * rng.int(count));
}

type Rule = (rows: Record<string, RandomRow[]>, times: RandomTimes, rng: Rng) => void;

/** What holds between the rows of a database. */
const RULES: Partial<Record<RelbenchDatabase, Rule>> = {
  "rel-avito": (rows) => copyUp(rows, "SearchStream", "SearchID", "SearchInfo", "SearchDate"),
  "rel-arxiv": (rows) => {
    for (const table of ["citations", "paperAuthors", "paperCategories"]) {
      copyUp(rows, table, "Paper_ID", "papers", "Submission_Date");
    }
  },
  "rel-trial": (rows, times, rng) => {
    copyUp(rows, "outcome_analyses", "outcome_id", "outcomes", "nct_id");
    const ends = rows["studies"]!.map(() => randomTime(times, rng));
    for (const table of ["outcomes", "outcome_analyses", "reported_event_totals"]) {
      for (const row of rows[table]!)
        if (row["nct_id"] !== null) row["date"] = ends[at(row, "nct_id")]!;
    }
    for (const table of ["conditions_studies", "facilities_studies", "sponsors_studies"]) {
      for (const row of rows[table]!) {
        if (row["nct_id"] !== null)
          row["date"] = rows["studies"]![at(row, "nct_id")]!["start_date"]!;
      }
    }
  },
  "rel-mimic": (rows) => {
    const seen = new Set<unknown>();
    for (const row of rows["icustays"]!) {
      if (seen.has(row["subject_id"])) row["subject_id"] = null;
      seen.add(row["subject_id"]);
    }
  },
};

/** Gives every linked row the value of its parent. */
function copyUp(
  rows: Record<string, RandomRow[]>,
  table: string,
  link: string,
  parent: string,
  column: string,
): void {
  for (const row of rows[table]!) {
    if (row[link] !== null) row[column] = rows[parent]![at(row, link)]![column]!;
  }
}

/** The row number behind a key that counts from -1. */
function at(row: RandomRow, link: string): number {
  return Number(row[link]) + 1;
}
