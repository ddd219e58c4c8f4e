/** Engagement scores: 0 to 100, with reasons, lists and a check. Run it with `npx tsx examples/07-scores.ts`. */
import {
  actionLists,
  compareLearned,
  defaultScoreConfig,
  engagementScore,
  formatLearned,
  formatValidation,
  generateSaasDatabase,
  type ScoreConfig,
  scoresToTable,
  summarizeScores,
  validateScores,
} from "relgraph";

const db = await generateSaasDatabase({ users: 600, seed: 7, sessionsPerUser: 30 });

// The published point model, as far as these tables offer it. It is plain data, to be read and changed.
const config = defaultScoreConfig(db);
console.log(config.categories.map(({ name, points }) => `${name} ${points}`).join(", "));
const scores = engagementScore(db, { config });
console.log(summarizeScores(scores));
console.log(scoresToTable(scores, db).toString(3));

// Every point has a reason; what costs most comes first.
for (const { text } of scores.reasons(0).slice(0, 4)) console.log(`  ${text}`);

// Who needs what this week.
const actions = actionLists(scores, db);
for (const list of ["at risk", "expansion", "alert"]) {
  const items = actions.filter((item) => item.list === list);
  console.log(
    `${list}: ${items.length}, first ${JSON.stringify(items[0]?.key)}: ${items[0]?.action}`,
  );
}

// A rule of one's own: any look-back expression of the query language, and what it takes away.
const own: ScoreConfig = {
  ...config,
  metrics: {
    ...config.metrics,
    mobile: {
      expression:
        "COUNT(SESSIONS.* WHERE SESSIONS.DEVICE = 'mobile', -30, 0, days) / COUNT(SESSIONS.*, -30, 0, days)",
      label: "Share of mobile sessions",
      unit: "percent",
    },
  },
  deductions: [
    ...config.deductions,
    { name: "mobile only", metric: "mobile", from: 0.9, points: -5 },
  ],
};
console.log(`with a rule more: ${engagementScore(db, { config: own }).scores[0]} points`);

// Is it any good? What became of earlier scores, and whether points learned from outcomes do better later.
console.log(formatValidation(validateScores(db, config)).split("\n").slice(0, 10).join("\n"));
console.log(formatLearned(compareLearned(db, config)));
