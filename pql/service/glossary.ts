/** What the words and signs of the language mean, in one line and in full. */

/** What a word means. */
export interface Meaning {
  /** A few words, for lists. */
  readonly brief: string;
  /** Markdown, for hovers. */
  readonly text: string;
}

const entry = (brief: string, text: string): Meaning => ({ brief, text });

const aggregation = (brief: string, gives: string, empty: string): Meaning =>
  entry(brief, `${gives}\n\nOver an empty window: ${empty}.`);

const NULL = "null, so that the row has no label";

const AGGREGATIONS: Readonly<Record<string, Meaning>> = {
  COUNT: aggregation(
    "number of rows",
    "The number of rows, `COUNT(t.*)`, or of the values of a column that are not null.",
    "0",
  ),
  SUM: aggregation("sum", "The sum of numbers or truth values; nulls are skipped.", "0"),
  AVG: aggregation("mean", "The mean of numbers or truth values; nulls are skipped.", NULL),
  MIN: aggregation(
    "smallest value",
    "The smallest number, time, truth value or text; texts by code units.",
    NULL,
  ),
  MAX: aggregation(
    "largest value",
    "The largest number, time, truth value or text; texts by code units.",
    NULL,
  ),
  COUNT_DISTINCT: aggregation(
    "number of different values",
    "The number of different values; nulls are skipped.",
    "0",
  ),
  FIRST: aggregation(
    "earliest value",
    "The value of the earliest row that has one; at the same time the first row.",
    NULL,
  ),
  LAST: aggregation(
    "latest value",
    "The value of the latest row that has one; at the same time the last row.",
    NULL,
  ),
  LIST_DISTINCT: aggregation(
    "list of different values",
    "The different values. As a target with `RANK TOP k` it is a link prediction or a ranking, with `CLASSIFY` a " +
      "multilabel classification; in conditions it takes `CONTAINS` and `IS NULL`.",
    "null",
  ),
  MEDIAN: aggregation(
    "median",
    "The middle of the numbers in order, the mean of the two middle ones where they are even in number.",
    NULL,
  ),
  STDDEV: aggregation(
    "standard deviation",
    "The standard deviation of the sample, divided by n − 1.",
    "null, and so below two values",
  ),
  VARIANCE: aggregation(
    "variance",
    "The variance of the sample, divided by n − 1.",
    "null, and so below two values",
  ),
  QUANTILE: aggregation(
    "quantile",
    "The value below which a share of the numbers lies, interpolated between neighbours: " +
      "`QUANTILE(t.c, 0.9, 0, 30, days)`.",
    NULL,
  ),
  MODE: aggregation(
    "most frequent value",
    "The most frequent value; of several the smallest.",
    NULL,
  ),
  TIME_TO_NEXT: aggregation(
    "time to the next row",
    "The time from the anchor to the first row of the window, in the window's unit (days for months, quarters and years). " +
      "The window starts at 0 or later.",
    NULL,
  ),
  EXISTS: aggregation(
    "whether there is a row",
    "Whether there is a row in the window: short for `COUNT(…) > 0`.",
    "false",
  ),
};

const FUNCTION_WORDS: Readonly<Record<string, Meaning>> = {
  COALESCE: entry(
    "first value that is not null",
    "The first of several values that is not null: `COALESCE(MAX(t.c, 0, 30, days), 0)`.",
  ),
  ABS: entry("absolute value", "The number without its sign; null of null."),
  LOG: entry(
    "natural logarithm",
    "The natural logarithm; null of null, of 0 and of negative numbers.",
  ),
  LENGTH: entry(
    "length of a text",
    "The number of characters (code points) of a text; null of null.",
  ),
  YEAR: entry("year of a time", "The year of a time, UTC; null of null."),
  MONTH: entry("month of a time", "The month of a time, 1 to 12, UTC; null of null."),
  WEEKDAY: entry(
    "weekday of a time",
    "The weekday of a time, 1 for Monday to 7 for Sunday, UTC; null of null.",
  ),
};

const CLAUSES: Readonly<Record<string, Meaning>> = {
  PREDICT: entry(
    "what is predicted",
    "What is predicted: an aggregation over a window of the future, a condition, or a column that rows lack.",
  ),
  EXPLAIN: entry("show the plan", "In front of `PREDICT`: the query is to be explained."),
  EVALUATE: entry(
    "judge the model",
    "In front of `PREDICT`: the query's model is to be evaluated.",
  ),
  "FOR EACH": entry(
    "for whom",
    "For every row of the entity table: `FOR EACH users.id` names its key.",
  ),
  FOR: entry(
    "for listed ids",
    "For the listed entities: `FOR users.id = 3` or `FOR users.id IN (1, 2)`.",
  ),
  EACH: entry("every entity", "`FOR EACH` predicts for every row of the entity table."),
  WHERE: entry(
    "a filter",
    "Who is eligible, by what is known at the anchor; its windows end at 0. Inside the brackets of an aggregation: which " +
      "rows are aggregated.",
  ),
  ASSUMING: entry(
    "taken for granted",
    "What is taken for granted about the future: it filters training rows, and is not checked when scoring.",
  ),
  AT: entry(
    "the anchor",
    "The anchor, the time at which the query is asked: `AT 2024-02-29 12:30:00`, UTC.",
  ),
  AS: entry("a name for the target", "Names a target; of several each needs a name."),
  FORECAST: entry(
    "several windows",
    "`FORECAST n TIMEFRAMES` predicts the target's window and the ones that follow it, n together.",
  ),
  TIMEFRAMES: entry(
    "of a forecast",
    "`FORECAST n TIMEFRAMES`: how many windows, one after the other.",
  ),
  RANK: entry("the best k", "`RANK TOP k` orders what a list may hold and gives the best k."),
  "RANK TOP": entry("the best k", "`RANK TOP k` orders what a list may hold and gives the best k."),
  CLASSIFY: entry("a probability each", "Gives each category that a list may hold a probability."),
  TOP: entry("how many", "How many are given, after `RANK` or `CLASSIFY`."),
  VIA: entry(
    "which links",
    "Names the foreign keys that lead from the column's table, in order: `COUNT(visits.* VIA guide_id, 0, 7, days)`, " +
      "`VIA review.product_id -> review.customer_id`.",
  ),
  "->": entry("then over", "Parts the links of `VIA`."),
  ANCHOR: entry(
    "the time of asking",
    "The anchor as a value: the time at which the query is asked.",
  ),
};

const unknown = "A comparison with a missing value is unknown, and stays unknown under `NOT`.";

const OPERATOR_WORDS: Readonly<Record<string, Meaning>> = {
  "=": entry("equal", `Equal. ${unknown}`),
  "==": entry("equal", `Equal, the same as \`=\`. ${unknown}`),
  "!=": entry("unequal", `Unequal. ${unknown}`),
  "<>": entry("unequal", `Unequal, the same as \`!=\`. ${unknown}`),
  "<": entry("less", "Less: of numbers, times and texts."),
  "<=": entry("less or equal", "Less or equal: of numbers, times and texts."),
  ">": entry("greater", "Greater: of numbers, times and texts."),
  ">=": entry("greater or equal", "Greater or equal: of numbers, times and texts."),
  IN: entry("one of a list", "One of a list: `t.c IN ('a', 'b')`."),
  "IS IN": entry("one of a list", "The old spelling of `IN`."),
  "NOT IN": entry("none of a list", "None of a list."),
  BETWEEN: entry("in a range", "In a range, both ends included: `t.c BETWEEN 1 AND 3`."),
  "NOT BETWEEN": entry("outside of a range", "Outside of a range whose ends belong to it."),
  LIKE: entry("fits a pattern", "Fits a pattern: `%` stands for any text, `_` for one character."),
  "NOT LIKE": entry(
    "fits no pattern",
    "Does not fit a pattern: `%` stands for any text, `_` for one character.",
  ),
  CONTAINS: entry("holds", "The text holds another one, or the list holds an item."),
  "NOT CONTAINS": entry(
    "does not hold",
    "The text does not hold another one, or the list not the item.",
  ),
  "STARTS WITH": entry("begins with", "The text begins with another one."),
  "NOT STARTS WITH": entry("does not begin with", "The text does not begin with another one."),
  "ENDS WITH": entry("ends with", "The text ends with another one."),
  "NOT ENDS WITH": entry("does not end with", "The text does not end with another one."),
  IS: entry("is", "The same as `=`; `IS NULL` asks whether a value is missing."),
  "IS NOT": entry("is not", "The same as `!=`; `IS NOT NULL` asks whether a value is there."),
  "IS NULL": entry("missing", "The value is missing."),
  "IS NOT NULL": entry("there", "The value is there."),
  AND: entry("both", "Both hold; binds tighter than `OR`. Also between the ends of `BETWEEN`."),
  OR: entry("either", "At least one holds; binds loosest."),
  NOT: entry("the contrary", "The contrary; binds tightest. Unknown stays unknown."),
  "+": entry("plus", "Plus; null with a null."),
  "-": entry("minus", "Minus, or the number with the other sign; null with a null."),
  "*": entry("times", "Times; null with a null."),
  "/": entry("divided by", "Divided by; null with a null, and divided by 0."),
};

const VALUES: Readonly<Record<string, Meaning>> = {
  NULL: entry("missing", "The missing value; compared with `IS NULL` and `IS NOT NULL`."),
  "NOT NULL": entry("there", "`IS NOT NULL` asks whether a value is there."),
  TRUE: entry("true", "The truth value true."),
  FALSE: entry("false", "The truth value false."),
  "-INF": entry(
    "without a beginning",
    "The open start of a window that looks back: everything up to its end.",
  ),
};

/** The words and signs in upper case with single blanks. */
export const glossary: Readonly<Record<string, Meaning | undefined>> = {
  ...AGGREGATIONS,
  ...FUNCTION_WORDS,
  ...CLAUSES,
  ...OPERATOR_WORDS,
  ...VALUES,
};
