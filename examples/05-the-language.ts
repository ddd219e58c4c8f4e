/** What one query can say: many targets, paths, expressions, forecasts, lists, parameters. Run it with `npx tsx examples/05-the-language.ts`. */
import {
  compileTargets,
  computeTargetLabels,
  generateSaasDatabase,
  namedLabelsToTable,
  trainingTableToTable,
} from "relgraph";
import { checkQuery, planToSql } from "relgraph/pql";

const db = await generateSaasDatabase({ users: 60, seed: 5 });

/** Prints the task and the first labels of a query. */
function show(title: string, text: string, params: Record<string, number | string> = {}): void {
  const { bound, plans } = compileTargets(db.schema, text, { params });
  const sets = computeTargetLabels(db, plans);
  const table =
    plans.length === 1
      ? trainingTableToTable(sets[0]!.labels, db)
      : namedLabelsToTable(
          sets.map(({ labels }, i) => ({ name: plans[i]!.name ?? "target", labels })),
          db,
        );
  const tasks = bound.targets.map(({ taskType }) => taskType).join(", ");
  console.log(`== ${title}\n${text}\n→ ${tasks}\n${table.toString(3)}\n`);
}

show(
  "several targets, asked at the same moments",
  `PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) AS minutes,
          NOT EXISTS(SESSIONS.*, 0, 14, days) AS gone
   FOR EACH USERS.USER_ID WHERE EXISTS(SESSIONS.*, -30, 0, days)`,
);
show(
  "two links up: minutes per seat of a company, with a parameter",
  "PREDICT SUM(SESSIONS.DURATION_MIN, 0, :days, days) / COMPANIES.SEATS FOR EACH COMPANIES.COMPANY_ID",
  { days: 30 },
);
show(
  "two expressions compared: is next month busier than the one after?",
  `PREDICT COUNT(SESSIONS.*, 0, 30, days) > COUNT(SESSIONS.*, 30, 60, days)
   FOR EACH USERS.USER_ID WHERE COMPANIES.PLAN != 'free'`,
);
show(
  "a count of users who will be silent: an aggregation inside a filter",
  `PREDICT COUNT(USERS.* WHERE COUNT(SESSIONS.*, 0, 30, days) = 0, -INF, 0, days)
   FOR EACH COMPANIES.COMPANY_ID`,
);
show(
  "the next three weeks, one by one",
  "PREDICT COUNT(SESSIONS.*, 0, 1, week) FORECAST 3 TIMEFRAMES FOR EACH USERS.USER_ID",
);
show(
  "the features a user will touch, ranked",
  "PREDICT LIST_DISTINCT(FEATURE_EVENTS.FEATURE, 0, 30, days) RANK TOP 3 FOR EACH USERS.USER_ID",
);

const { plans } = compileTargets(
  db.schema,
  "PREDICT COUNT(SESSIONS.*, 0, 30, days) = 0 FOR EACH USERS.USER_ID",
);
console.log("== the same labels as SQL");
console.log(planToSql(plans[0]!, db.schema, [Date.UTC(2025, 0, 1)], { dialect: "postgres" }));

console.log("== mistakes, all at once");
const wrong =
  "PREDICT SUM(SESSIONS.DURATION, 0, 30, days) FOR EACH USERS.ID WHERE USERS.ROLE > NULL";
for (const error of checkQuery(wrong, db.schema).errors) console.log(error.format());
