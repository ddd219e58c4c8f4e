import { beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../src/evaluate.js";
import { type FitOptions, Predictor } from "../../src/predictor.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day } from "../gnn/fixtures.js";
import { helpdesk } from "../gnn/helpdesk.js";

beforeAll(async () => {
  await initBackend({});
});

const desk = helpdesk(40, 6);
const COUNT = "PREDICT COUNT(tickets.*, 0, 3, days) FOR EACH users.id";
const FEW: FitOptions = { experts: ["trees", "linear"], seed: 4, maxRows: 80 };

describe("a bound on the rows of a fit", () => {
  it("is told, and predictions still have their intervals", async () => {
    const predictor = await Predictor.fit(desk, COUNT, FEW);
    expect(predictor.warnings.join()).toMatch(
      /the model sees \d+ of [\d,]+ train, .* drawn evenly/,
    );
    const { values } = await predictor.predict();
    if (values.kind !== "regression") throw new Error("a count is a number");
    expect(values.lower!.every(Number.isFinite)).toBe(true);
    predictor.dispose();
  });

  it("leaves the test rows of an evaluation whole, and scores validation rows beside them", async () => {
    const times = { val: day(24), test: day(30), evalAnchors: 2 };
    const setting = { ...FEW, times, seeds: 1, checks: "none" } as const;
    const all = await evaluate(desk, COUNT, { ...setting, maxRows: undefined });
    const some = await evaluate(desk, COUNT, setting);
    const [whole, bounded] = [all.evaluation.results[0]!.rows, some.evaluation.results[0]!.rows];
    expect(bounded.test).toBe(whole.test);
    expect(bounded.train).toBeLessThan(whole.train);
    expect(bounded.val).toBeLessThan(whole.val);
    expect(some.evaluation.results[0]!.model.mean.val["mae"]).toEqual(expect.any(Number));
    expect(some.evaluation.warnings.join()).toMatch(/drawn evenly/);
    expect(all.evaluation.warnings.join()).not.toMatch(/drawn evenly/);
  });

  it("refuses what is no number of rows", async () => {
    for (const maxRows of [0, 2.5, Number.NaN]) {
      const error = expect.objectContaining({ code: "CFG164" });
      await expect(Predictor.fit(desk, COUNT, { ...FEW, maxRows })).rejects.toEqual(error);
    }
  });
});
