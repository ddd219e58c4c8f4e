/** The user's own features as signals: read by the experts, kept in the folder, refused where they look forward. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FitOptions, Predictor } from "../../../src/predictor.js";
import { day } from "../../gnn/fixtures.js";
import { changeLater, helpdesk, LAST_DAY } from "../../gnn/helpdesk.js";
import { numbers } from "../predicted-numbers.js";

const COUNT = "PREDICT COUNT(tickets.*, 0, 5, days) FOR EACH users.id";
const desk = helpdesk(14, 3);
const OPTIONS: FitOptions = {
  experts: ["trees", "linear"],
  features: [
    "COUNT(tickets.* WHERE tickets.priority = 'urgent' AND WEEKDAY(tickets.opened_at) < 4, -15, 0, days) AS urgent",
    "LAST(tickets.priority, -INF, 0, days)",
    "AVG(tickets.hours, -10, 0, days) / 60",
  ],
};

describe("a user's own features", () => {
  it("are signals of the model, kept in its folder, and see nothing later than the anchor", async () => {
    const predictor = await Predictor.fit(desk, COUNT, OPTIONS);
    const folder = await mkdtemp(join(tmpdir(), "features-"));
    await predictor.save(join(folder, "model"));
    const loaded = await Predictor.load(join(folder, "model"), desk);
    await rm(folder, { recursive: true });
    const anchor = day(LAST_DAY - 10);
    const request = { anchor, entities: [0, 1, 2, 3] };
    const said = numbers(await predictor.predict(request));
    expect(numbers(await loaded.predict(request))).toEqual(said);
    const later = { ...request, db: changeLater(desk, anchor, 2) };
    expect(numbers(await loaded.predict(later))).toEqual(said);
    const plain = await Predictor.fit(desk, COUNT, { ...OPTIONS, features: [] });
    expect(numbers(await plain.predict(request))).not.toEqual(said);
  });

  it("are refused where they look forward or do not fit the schema", async () => {
    for (const [feature, code] of [
      ["COUNT(tickets.*, 0, 5, days)", "PQL413"],
      ["COUNT(tickts.*, -5, 0, days)", "PQL201"],
      ["COUNT(tickets.*, -5, 0, days", "PQL1"],
    ] as const) {
      const fit = Predictor.fit(desk, COUNT, { ...OPTIONS, features: [feature] });
      await expect(fit).rejects.toEqual(
        expect.objectContaining({ code: expect.stringContaining(code) }),
      );
    }
  });

  it("are not read by the network, which is said", async () => {
    const predictor = await Predictor.fit(desk, COUNT, { ...OPTIONS, experts: ["constant"] });
    expect(predictor.warnings.join()).toContain("only the experts trees and linear do");
  });
});
