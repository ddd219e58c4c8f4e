/** A fitted model judged on its held-out rows, beside the baselines. */
import { beforeAll, expect, it } from "vitest";
import { evaluate } from "../../src/evaluate.js";
import { Predictor } from "../../src/predictor.js";
import { initBackend } from "../../src/tensor/backend.js";
import { helpdesk } from "../gnn/helpdesk.js";

beforeAll(async () => {
  await initBackend({});
});

const QUERY = "PREDICT COUNT(tickets.*, 0, 5, days) FOR EACH users.id";
const OPTIONS = { model: { channels: 8 }, epochs: 2, seed: 3 };
const desk = helpdesk(12, 2);

it("scores a fitted model as an evaluation of the same seed does, beside the same baselines", async () => {
  const predictor = await Predictor.fit(desk, QUERY, OPTIONS);
  const mine = await predictor.evaluate();
  expect(mine.model.test).toEqual(predictor.scores);
  predictor.dispose();
  const { evaluation } = await evaluate(desk, QUERY, {
    ...OPTIONS,
    seeds: 1,
    regimes: ["seed-time"],
    entityRow: false,
  });
  const [whole] = evaluation.results;
  expect(mine.rows).toEqual(whole!.rows);
  expect(mine.baselines).toEqual(whole!.baselines);
  expect(mine.model.val).toEqual(whole!.model.seeds[0]!.val);
  expect(mine.model.test).toEqual(whole!.model.seeds[0]!.test);
});
