/** The windowed tasks that RelBench v2 adds. */
import type { WindowedTask } from "./task.js";

const ARXIV = { database: "rel-arxiv", kind: "windowed", days: 182 } as const;
const RATEBEER = { database: "rel-ratebeer", kind: "windowed", days: 90 } as const;

const EXACT = { agreement: "exact", note: null } as const;
const BINARY = { taskType: "binary_classification" } as const;
const REGRESSION = { taskType: "regression" } as const;
const LINKS = { taskType: "temporal_link_prediction" } as const;

/** In the order of RelBench. @see relbench `tasks/*.py` and the `sql` of its task manifests. */
export const WINDOWED_V2: readonly WindowedTask[] = [
  {
    ...ARXIV,
    name: "paper-citation",
    ...BINARY,
    query:
      "PREDICT COUNT(citations.* VIA References_Paper_ID, 0, 182, days) > 0 FOR EACH papers.Paper_ID",
    ...EXACT,
  },
  {
    ...ARXIV,
    name: "author-category",
    taskType: "multiclass_classification",
    query: `PREDICT MODE(categories.Category VIA papers.Primary_Category_ID -> paperAuthors.Paper_ID -> paperAuthors.Author_ID, 0, 182, days)
      FOR EACH authors.Author_ID`,
    agreement: "close",
    note: "Of categories that are equally frequent the query takes the smallest, the SQL any. The window is on the paper's date, which paperAuthors repeats.",
  },
  {
    ...ARXIV,
    name: "author-publication",
    ...REGRESSION,
    query: `PREDICT COUNT(paperAuthors.Paper_ID, 0, 182, days)
      FOR EACH authors.Author_ID ASSUMING COUNT(paperAuthors.*, 0, 182, days) > 0`,
    ...EXACT,
  },
  {
    ...ARXIV,
    name: "paper-paper-cocitation",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(citations.References_Paper_ID VIA Paper_ID -> citations.Paper_ID -> citations.References_Paper_ID
        WHERE citations.References_Paper_ID != papers.Paper_ID VIA Paper_ID -> citations.Paper_ID -> citations.References_Paper_ID, 0, 182, days)
      RANK TOP 10 FOR EACH papers.Paper_ID`,
    agreement: "close",
    note: "The window is on the date of the listed citation; the SQL also asks it of the one that leads to it. Both are the citing paper's date in RelBench's data.",
  },
  {
    ...RATEBEER,
    name: "beer-churn",
    ...BINARY,
    query: `PREDICT COUNT(beer_ratings.*, 0, 90, days) = 0
      FOR EACH beers.beer_id WHERE COUNT(beer_ratings.*, -90, 0, days) > 0`,
    agreement: "existing",
    note: "They differ only where a rating is older than its beer.",
  },
  {
    ...RATEBEER,
    name: "user-churn",
    ...BINARY,
    query: `PREDICT COUNT(beer_ratings.*, 0, 90, days) = 0
      FOR EACH users.user_id WHERE COUNT(beer_ratings.*, -90, 0, days) > 0`,
    agreement: "existing",
    note: "They differ only where a rating is older than its user.",
  },
  {
    ...RATEBEER,
    name: "brewer-dormant",
    days: 365,
    ...BINARY,
    query: `PREDICT COUNT(beers.*, 0, 365, days) = 0
      FOR EACH brewers.brewer_id WHERE COUNT(beers.*, -365, 0, days) > 0`,
    ...EXACT,
  },
  {
    ...RATEBEER,
    name: "user-count",
    ...REGRESSION,
    query: `PREDICT COUNT(beer_ratings.*, 0, 90, days)
      FOR EACH users.user_id WHERE COUNT(beer_ratings.*, -90, 0, days) > 0`,
    agreement: "existing",
    note: "They differ only where a rating is older than its user.",
  },
  {
    ...RATEBEER,
    name: "user-beer-liked",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(beer_ratings.beer_id WHERE beer_ratings.total_score >= 4.0, 0, 90, days) RANK TOP 10
      FOR EACH users.user_id WHERE COUNT(beer_ratings.*, -90, 0, days) > 0`,
    agreement: "existing",
    note: "They differ only where a rating is older than its user.",
  },
  {
    ...RATEBEER,
    name: "user-place-liked",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(place_ratings.place_id
        WHERE place_ratings.total_score >= 80
          OR COUNT(beer_ratings.* VIA user_id -> place_ratings.user_id, -90, 0, days) > 0, 0, 90, days) RANK TOP 10
      FOR EACH users.user_id
      WHERE COUNT(place_ratings.*, -90, 0, days) > 0 OR COUNT(beer_ratings.*, -90, 0, days) > 0`,
    agreement: "existing",
    note: "The SQL's OR stands without brackets: for users with a recent beer rating every rated place counts, whatever its score. They differ only where a rating is older than its user.",
  },
  {
    ...RATEBEER,
    name: "user-beer-favorite",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(favorites.beer_id, 0, 90, days) RANK TOP 10
      FOR EACH users.user_id WHERE COUNT(beer_ratings.*, -90, 0, days) > 0`,
    agreement: "existing",
    note: "They differ only where a rating is older than its user.",
  },
  {
    database: "rel-mimic",
    name: "patient-iculengthofstay",
    kind: "windowed",
    days: 1,
    ...BINARY,
    query: "PREDICT MAX(icustays.los_icu, 0, 1, days) >= 3 FOR EACH patients.subject_id",
    agreement: "exact",
    note: "The database has one stay per patient. The SQL makes a row per stay.",
  },
];
