/** A first query: tables in, one question, predictions for named users out. Run it with `npx tsx examples/01-first-query.ts`. */
import { generateSaasDatabase, Predictor, predictionTableToTable } from "relgraph";

// A company that sells software: users, sessions, tickets, invoices. `Database.open("folder")` reads your own tables.
const db = await generateSaasDatabase({ users: 50, seed: 7 });
console.log(db.toString());

// How many minutes will each user spend in the product in the next 30 days?
const predictor = await Predictor.fit(
  db,
  "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID",
  { seed: 7, epochs: 5 },
);
console.log(`\n${predictor}`);

const predictions = await predictor.predict();
console.log(`\n${predictionTableToTable(predictions, db).toString(5)}`);
