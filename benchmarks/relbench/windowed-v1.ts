/** The windowed tasks of RelBench v1: its thirty, and rel-f1 driver-circuit-compete. */
import type { WindowedTask } from "./task.js";

const AMAZON = { database: "rel-amazon", kind: "windowed", days: 91 } as const;
const AVITO = { database: "rel-avito", kind: "windowed", days: 4 } as const;
const EVENT = { database: "rel-event", kind: "windowed", days: 7 } as const;
const F1 = { database: "rel-f1", kind: "windowed" } as const;
const HM = { database: "rel-hm", kind: "windowed", days: 7 } as const;
const STACK = { database: "rel-stack", kind: "windowed", days: 91 } as const;
const TRIAL = { database: "rel-trial", kind: "windowed", days: 365 } as const;

const EXACT = { agreement: "exact", note: null } as const;
const BINARY = { taskType: "binary_classification" } as const;
const REGRESSION = { taskType: "regression" } as const;
const LINKS = { taskType: "temporal_link_prediction" } as const;

/** The analyses of rel-trial that say how a study ended. */
const PRIMARY = `(outcome_analyses.p_value_modifier IS NULL OR outcome_analyses.p_value_modifier != '>')
          AND outcome_analyses.p_value BETWEEN 0 AND 1 AND outcomes.outcome_type = 'Primary'`;
const OF_STUDY = "VIA nct_id -> outcome_analyses.nct_id";
const FIRST_OF_STUDY = `${PRIMARY}
        AND outcome_analyses.id = MIN(outcome_analyses.id ${OF_STUDY} WHERE ${PRIMARY}, 0, 365, days)`;

/** In the order of RelBench. @see relbench `tasks/*.py` and the `sql` of its task manifests. */
export const WINDOWED_V1: readonly WindowedTask[] = [
  {
    ...AMAZON,
    name: "user-churn",
    ...BINARY,
    query: `PREDICT COUNT(review.*, 0, 91, days) = 0
      FOR EACH customer.customer_id WHERE COUNT(review.*, -91, 0, days) > 0`,
    ...EXACT,
  },
  {
    ...AMAZON,
    name: "user-ltv",
    ...REGRESSION,
    query: `PREDICT SUM(product.price, 0, 91, days)
      FOR EACH customer.customer_id WHERE COUNT(review.*, -91, 0, days) > 0`,
    agreement: "exact",
    note: "One price per review: the path is product <- review -> customer.",
  },
  {
    ...AMAZON,
    name: "item-churn",
    ...BINARY,
    query: `PREDICT COUNT(review.*, 0, 91, days) = 0
      FOR EACH product.product_id WHERE COUNT(review.*, -91, 0, days) > 0`,
    agreement: "exact",
    note: "RelBench's description says the opposite of its SQL; this is the SQL.",
  },
  {
    ...AMAZON,
    name: "item-ltv",
    ...REGRESSION,
    query: `PREDICT COUNT(review.*, 0, 91, days) * product.price
      FOR EACH product.product_id ASSUMING COUNT(review.*, 0, 91, days) > 0`,
    agreement: "exact",
    note: "Every product has a price. The SQL adds it up once per review.",
  },
  {
    ...AMAZON,
    name: "user-item-purchase",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(review.product_id, 0, 91, days) RANK TOP 10
      FOR EACH customer.customer_id`,
    ...EXACT,
  },
  {
    ...AMAZON,
    name: "user-item-rate",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(review.product_id WHERE review.rating = 5, 0, 91, days) RANK TOP 10
      FOR EACH customer.customer_id`,
    ...EXACT,
  },
  {
    ...AMAZON,
    name: "user-item-review",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(review.product_id WHERE LENGTH(review.review_text) > 300, 0, 91, days) RANK TOP 10
      FOR EACH customer.customer_id`,
    agreement: "exact",
    note: "Both count code points.",
  },
  {
    ...AVITO,
    name: "user-visits",
    ...BINARY,
    query: `PREDICT COUNT_DISTINCT(VisitStream.AdID, 0, 4, days) > 1
      FOR EACH UserInfo.UserID ASSUMING COUNT(VisitStream.*, 0, 4, days) > 0`,
    ...EXACT,
  },
  {
    ...AVITO,
    name: "user-clicks",
    ...BINARY,
    query: `PREDICT COUNT(SearchStream.AdID WHERE SearchStream.IsClick = 1, 0, 4, days) > 1
      FOR EACH UserInfo.UserID ASSUMING COUNT(SearchInfo.*, 0, 4, days) > 0`,
    agreement: "exact",
    note: "The window is on SearchStream's date, which repeats that of its search.",
  },
  {
    ...AVITO,
    name: "ad-ctr",
    ...REGRESSION,
    query: `PREDICT SUM(SearchStream.IsClick, 0, 4, days) / COUNT(SearchStream.SearchID, 0, 4, days)
      FOR EACH AdsInfo.AdID ASSUMING SUM(SearchStream.IsClick, 0, 4, days) > 0`,
    agreement: "exact",
    note: "Not AVG: an impression without IsClick counts below the line.",
  },
  {
    ...AVITO,
    name: "user-ad-visit",
    ...LINKS,
    query:
      "PREDICT LIST_DISTINCT(VisitStream.AdID, 0, 4, days) RANK TOP 12 FOR EACH UserInfo.UserID",
    ...EXACT,
  },
  {
    ...EVENT,
    name: "user-attendance",
    ...REGRESSION,
    query: `PREDICT COUNT(event_attendees.* WHERE event_attendees.status IN ('yes', 'maybe'), 0, 7, days)
      FOR EACH users.user_id ASSUMING COUNT(event_attendees.*, 0, 7, days) > 0`,
    agreement: "existing",
    note: "The SQL also labels users who join after the anchor.",
  },
  {
    ...EVENT,
    name: "user-repeat",
    ...BINARY,
    query: `PREDICT COUNT(event_attendees.* WHERE event_attendees.status IN ('yes', 'maybe'), 0, 7, days) > 0
      FOR EACH users.user_id
      WHERE COUNT(event_attendees.* WHERE event_attendees.status IN ('yes', 'maybe'), -14, 0, days) > 0
      ASSUMING COUNT(event_attendees.*, 0, 7, days) > 0`,
    agreement: "close",
    note: "The SQL looks at the user's last two weeks with an invitation. At a single anchor (validation, test) those are the last 14 days; in train they can be older. It also labels users who join after the anchor.",
  },
  {
    ...EVENT,
    name: "user-ignore",
    ...BINARY,
    query: `PREDICT COUNT(event_attendees.* WHERE event_attendees.status = 'invited', 0, 7, days) > 2
      FOR EACH users.user_id ASSUMING COUNT(event_attendees.*, 0, 7, days) > 0`,
    agreement: "existing",
    note: "The SQL also labels users who join after the anchor.",
  },
  {
    ...F1,
    name: "driver-position",
    days: 60,
    evalAnchors: 40,
    ...REGRESSION,
    query: "PREDICT AVG(results.positionOrder, 0, 60, days) FOR EACH drivers.driverId",
    agreement: "exact",
    note: "The SQL's `in the last year` has no upper bound and excludes nobody.",
  },
  {
    ...F1,
    name: "driver-dnf",
    days: 30,
    evalAnchors: 40,
    ...BINARY,
    query: `PREDICT COUNT(results.* WHERE results.statusId != 1, 0, 30, days) > 0
      FOR EACH drivers.driverId ASSUMING COUNT(results.*, 0, 30, days) > 0`,
    agreement: "exact",
    note: "A result without a status counts as finished in both.",
  },
  {
    ...F1,
    name: "driver-top3",
    days: 30,
    evalAnchors: 40,
    ...BINARY,
    query: "PREDICT MIN(qualifying.position, 0, 30, days) <= 3 FOR EACH drivers.driverId",
    agreement: "exact",
    note: "Every qualifying row has a position.",
  },
  {
    ...F1,
    name: "driver-circuit-compete",
    days: 365,
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(races.circuitId VIA results.raceId -> results.driverId, 0, 365, days) RANK TOP 10
      FOR EACH drivers.driverId`,
    agreement: "exact",
    note: "Standings and qualifying join races and drivers too, hence VIA.",
  },
  {
    ...HM,
    name: "user-churn",
    ...BINARY,
    query: `PREDICT COUNT(transactions.*, 0, 7, days) = 0
      FOR EACH customer.customer_id WHERE COUNT(transactions.*, -7, 0, days) > 0`,
    ...EXACT,
  },
  {
    ...HM,
    name: "item-sales",
    ...REGRESSION,
    query: "PREDICT SUM(transactions.price, 0, 7, days) FOR EACH article.article_id",
    ...EXACT,
  },
  {
    ...HM,
    name: "user-item-purchase",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(transactions.article_id, 0, 7, days) RANK TOP 12
      FOR EACH customer.customer_id`,
    ...EXACT,
  },
  {
    ...STACK,
    name: "user-engagement",
    ...BINARY,
    query: `PREDICT COUNT(posts.*, 0, 91, days) > 0 OR COUNT(votes.*, 0, 91, days) > 0 OR COUNT(comments.*, 0, 91, days) > 0
      FOR EACH users.Id
      WHERE users.Id != -1
        AND (COUNT(posts.*, -INF, 0, days) > 0 OR COUNT(votes.*, -INF, 0, days) > 0 OR COUNT(comments.*, -INF, 0, days) > 0)`,
    agreement: "existing",
    note: "They differ only where somebody's activity is older than the account. RelBench numbers keys from 0, so there `!= -1` excludes nobody.",
  },
  {
    ...STACK,
    name: "user-badge",
    ...BINARY,
    query: "PREDICT COUNT(badges.*, 0, 91, days) > 0 FOR EACH users.Id",
    ...EXACT,
  },
  {
    ...STACK,
    name: "post-votes",
    ...REGRESSION,
    query: `PREDICT COUNT(votes.* WHERE votes.VoteTypeId = 2, 0, 91, days)
      FOR EACH posts.Id
      WHERE posts.PostTypeId = 1 AND posts.OwnerUserId != -1 AND posts.OwnerUserId IS NOT NULL`,
    ...EXACT,
  },
  {
    ...STACK,
    name: "user-post-comment",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(comments.PostId
        WHERE posts.CreationDate <= ANCHOR AND posts.OwnerUserId != -1 AND posts.OwnerUserId IS NOT NULL, 0, 91, days) RANK TOP 100
      FOR EACH users.Id`,
    agreement: "existing",
    note: "The SQL also labels users who join after the anchor.",
  },
  {
    ...STACK,
    name: "post-post-related",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(postLinks.RelatedPostId VIA PostId
        WHERE posts.CreationDate VIA RelatedPostId <= ANCHOR, 0, 91, days) RANK TOP 100
      FOR EACH posts.Id`,
    agreement: "exact",
    note: "The linking post exists at the anchor by the rule of entities, the linked one by the filter.",
  },
  {
    ...TRIAL,
    name: "study-outcome",
    ...BINARY,
    query: `PREDICT MIN(outcome_analyses.p_value WHERE ${PRIMARY}, 0, 365, days) <= 0.05
      FOR EACH studies.nct_id`,
    agreement: "exact",
    note: "An analysis and its outcome are of one study.",
  },
  {
    ...TRIAL,
    name: "study-adverse",
    ...REGRESSION,
    query: `PREDICT SUM(reported_event_totals.subjects_affected
        WHERE reported_event_totals.event_type IN ('serious', 'deaths'), 0, 365, days)
      FOR EACH studies.nct_id
      ASSUMING COUNT(reported_event_totals.subjects_affected
        WHERE reported_event_totals.event_type IN ('serious', 'deaths'), 0, 365, days) > 0`,
    ...EXACT,
  },
  {
    ...TRIAL,
    name: "site-success",
    ...REGRESSION,
    query: `PREDICT COUNT(outcome_analyses.* WHERE ${FIRST_OF_STUDY}
        AND MAX(outcome_analyses.p_value ${OF_STUDY} WHERE ${PRIMARY}, 0, 365, days) < 0.05, 0, 365, days)
      / COUNT(outcome_analyses.* WHERE ${FIRST_OF_STUDY}, 0, 365, days)
      FOR EACH facilities.facility_id`,
    agreement: "exact",
    note: "A study counts once for each time it lists the site: of its analyses the one with the smallest id stands for it. An analysis and its outcome are of one study.",
  },
  {
    ...TRIAL,
    name: "condition-sponsor-run",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(sponsors_studies.sponsor_id, 0, 365, days) RANK TOP 10
      FOR EACH conditions.condition_id`,
    agreement: "exact",
    note: "The window is on the sponsor's date, the SQL's on the condition's: both are the start of the study.",
  },
  {
    ...TRIAL,
    name: "site-sponsor-run",
    ...LINKS,
    query: `PREDICT LIST_DISTINCT(sponsors_studies.sponsor_id, 0, 365, days) RANK TOP 10
      FOR EACH facilities.facility_id`,
    agreement: "exact",
    note: "As above, with the facility's date.",
  },
];
