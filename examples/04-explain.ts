/** Reasons: why a prediction is what it is, for people and for programs. Run it with `npx tsx examples/04-explain.ts`. */
import { generateSaasDatabase, Predictor } from "relgraph";

const db = await generateSaasDatabase({ users: 50, seed: 7 });
const predictor = await Predictor.fit(
  db,
  "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID",
  { seed: 7, epochs: 5 },
);

// For people: the strongest reasons, what the user's own numbers are, what is usual.
const explanation = await predictor.explain("U3", { top: 4 });
console.log(predictor.describe(explanation));

// For programs: the same as plain data. The baseline plus all contributions is the prediction.
const { prediction, baseline, contributions, other, unit } = explanation;
const sum = contributions.reduce((total, { contribution }) => total + contribution, baseline);
console.log(`\nbaseline and contributions: ${(sum + other.contribution).toFixed(2)} ${unit}`);
console.log(`prediction:                 ${prediction.toFixed(2)} ${unit}`);

// Each reason points at the rows behind it.
for (const { label, evidence } of contributions.slice(0, 2)) {
  const rows = evidence.map(({ table, key }) => `${table} ${Object.values(key).join("+")}`);
  console.log(`${label}: ${rows.slice(0, 3).join(", ") || "no rows"}`);
}
