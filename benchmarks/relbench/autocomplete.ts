/** The 23 autocomplete tasks of RelBench v2. */
import type { TaskType } from "../../src/task/task.js";
import type { RelbenchDatabase } from "./schema.js";
import type { AutocompleteTask } from "./task.js";

/** The targets of rel-salt; each task hides all the others. */
const SALT_TARGETS = [
  "salesdocument.SALESOFFICE",
  "salesdocument.SALESGROUP",
  "salesdocument.CUSTOMERPAYMENTTERMS",
  "salesdocument.SHIPPINGCONDITION",
  "salesdocument.HEADERINCOTERMSCLASSIFICATION",
  "salesdocumentitem.PLANT",
  "salesdocumentitem.SHIPPINGPOINT",
  "salesdocumentitem.ITEMINCOTERMSCLASSIFICATION",
] as const;

const ZERO_ONE =
  "The column holds 0 and 1, hence the comparison; rows without a value have no label.";
const LETTERS = "The column holds the texts `t` and `f`; rows without a value have no label.";

const ELIGIBILITY = ["older_adult", "minimum_age", "maximum_age", "population", "criteria"];

/** In the order of RelBench. @see relbench `tasks/__init__.py`. */
export const AUTOCOMPLETE: readonly AutocompleteTask[] = [
  column("rel-amazon", "review-rating", "regression", "review.rating", "review.primary_key", [
    "review.review_text",
    "review.summary",
  ]),
  binary("rel-avito", "searchstream-click", "SearchStream.IsClick = 1", "SearchStream.primary_key"),
  binary(
    "rel-avito",
    "searchinfo-isuserloggedon",
    "SearchInfo.IsUserLoggedOn = 1",
    "SearchInfo.SearchID",
  ),
  binary(
    "rel-event",
    "event_interest-interested",
    "event_interest.interested = 1",
    "event_interest.primary_key",
    ["event_interest.not_interested"],
  ),
  binary(
    "rel-event",
    "event_interest-not_interested",
    "event_interest.not_interested = 1",
    "event_interest.primary_key",
    ["event_interest.interested"],
  ),
  column("rel-event", "users-birthyear", "regression", "users.birthyear", "users.user_id"),
  column("rel-f1", "results-position", "regression", "results.position", "results.resultId", [
    "results.statusId",
    "results.positionOrder",
    "results.points",
    "results.laps",
    "results.milliseconds",
    "results.fastestLap",
    "results.rank",
  ]),
  column(
    "rel-f1",
    "qualifying-position",
    "regression",
    "qualifying.position",
    "qualifying.qualifyId",
  ),
  column(
    "rel-hm",
    "transactions-price",
    "regression",
    "transactions.price",
    "transactions.primary_key",
  ),
  column("rel-stack", "badges-class", "multiclass_classification", "badges.Class", "badges.Id", [
    "badges.TagBased",
    "badges.Name",
  ]),
  column("rel-trial", "studies-enrollment", "regression", "studies.enrollment", "studies.nct_id"),
  binary("rel-trial", "studies-has_dmc", "studies.has_dmc = 't'", "studies.nct_id"),
  eligibility("adult", "child"),
  eligibility("child", "adult"),
  salt("item-plant", "salesdocumentitem.PLANT"),
  salt("item-shippoint", "salesdocumentitem.SHIPPINGPOINT"),
  salt("item-incoterms", "salesdocumentitem.ITEMINCOTERMSCLASSIFICATION"),
  salt("sales-office", "salesdocument.SALESOFFICE"),
  salt("sales-group", "salesdocument.SALESGROUP"),
  salt("sales-payterms", "salesdocument.CUSTOMERPAYMENTTERMS"),
  salt("sales-shipcond", "salesdocument.SHIPPINGCONDITION"),
  salt("sales-incoterms", "salesdocument.HEADERINCOTERMSCLASSIFICATION"),
  column(
    "rel-ratebeer",
    "beer_ratings-total_score",
    "regression",
    "beer_ratings.total_score",
    "beer_ratings.rating_id",
    [
      "beer_ratings.aroma",
      "beer_ratings.flavor",
      "beer_ratings.mouthfeel",
      "beer_ratings.appearance",
      "beer_ratings.overall",
      "beer_ratings.comments",
      "beer_ratings.description_score",
    ],
  ),
];

function column(
  database: RelbenchDatabase,
  name: string,
  taskType: TaskType,
  target: string,
  key: string,
  removedColumns: readonly string[] = [],
): AutocompleteTask {
  const query = `PREDICT ${target} FOR EACH ${key}`;
  return {
    database,
    name,
    kind: "autocomplete",
    taskType,
    query,
    agreement: "exact",
    note: null,
    removedColumns,
  };
}

function binary(
  database: RelbenchDatabase,
  name: string,
  target: string,
  key: string,
  removedColumns: readonly string[] = [],
): AutocompleteTask {
  const task = column(database, name, "binary_classification", target, key, removedColumns);
  return { ...task, note: target.endsWith("= 1") ? ZERO_ONE : LETTERS };
}

function eligibility(target: string, other: string): AutocompleteTask {
  const removed = [other, ...ELIGIBILITY, "gender_description"].map((name) => {
    return `eligibilities.${name}`;
  });
  return binary(
    "rel-trial",
    `eligibilities-${target}`,
    `eligibilities.${target} = 't'`,
    "eligibilities.id",
    removed,
  );
}

function salt(name: string, target: (typeof SALT_TARGETS)[number]): AutocompleteTask {
  const key = target.startsWith("salesdocument.")
    ? "salesdocument.SALESDOCUMENT"
    : "salesdocumentitem.ID";
  const removed = SALT_TARGETS.filter((other) => other !== target);
  return column("rel-salt", name, "multiclass_classification", target, key, removed);
}
