/** Your own files: a folder of CSV, what is inferred from it, a saved model. Run it with `npx tsx examples/02-your-own-files.ts`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRng,
  Database,
  formatTime,
  Predictor,
  predictionTableToTable,
  summarizePredictions,
} from "relgraph";

const folder = await mkdtemp(join(tmpdir(), "relgraph-example-"));
await writeShop(folder);

// Keys, times, links and types are inferred; `schema` (or a schema.json in the folder) settles what matters.
const db = await Database.open(folder, {
  schema: { tables: { orders: { timeColumn: "ordered_at", units: { price: "EUR" } } } },
});
console.log([db.toString(), ...db.notes].join("\n"));

// Who orders nothing in the next 30 days, of those who ordered something in the last 60?
const query = `PREDICT COUNT(orders.*, 0, 30, days) = 0 FOR EACH customers.customer_id
  WHERE COUNT(orders.*, -60, 0, days) > 0`;
const predictor = await Predictor.fit(db, query, { seed: 1, epochs: 5 });
const predictions = await predictor.predict();
console.log(`\n${summarizePredictions(predictions)}`);
console.log(`\n${predictionTableToTable(predictions, db).toString(5)}`);

// A model folder holds everything; loaded again it predicts the same to the byte.
await predictor.save(join(folder, "model"));
const loaded = await Predictor.load(join(folder, "model"), db);
const again = await loaded.predict();
const same = JSON.stringify(again.values) === JSON.stringify(predictions.values);
console.log(`\nthe loaded model predicts ${same ? "the same" : "something else"}`);
await rm(folder, { recursive: true });

/** Writes 60 customers and a year of orders; every other customer orders less and less one day. */
async function writeShop(path: string): Promise<void> {
  const rng = createRng(1);
  const start = Date.UTC(2025, 0, 1);
  const customers = ["customer_id,city,joined"];
  const orders = ["order_id,customer_id,price,ordered_at"];
  for (let id = 1; id <= 60; id++) {
    customers.push(`c${id},${["Graz", "Linz", "Wien"][rng.int(3)]},${formatTime(start)}`);
    const fades = id % 2 === 0 ? 60 + rng.int(330) : Number.POSITIVE_INFINITY;
    let gap = 4 + rng.int(6);
    for (let day = rng.int(20); day < 365; day += Math.ceil(gap * (0.5 + rng.next()))) {
      if (day > fades) gap *= 2;
      const price = (5 + 40 * rng.next()).toFixed(2);
      orders.push(`o${orders.length},c${id},${price},${formatTime(start + day * 86_400_000)}`);
    }
  }
  await writeFile(join(path, "customers.csv"), `${customers.join("\n")}\n`);
  await writeFile(join(path, "orders.csv"), `${orders.join("\n")}\n`);
}
