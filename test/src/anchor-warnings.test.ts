import { describe, expect, it } from "vitest";
import { anchorWarnings } from "../../src/anchor-warnings.js";
import { compileQuery } from "../../src/query.js";
import { day, usersWithEvents } from "../gnn/fixtures.js";

const db = usersWithEvents(1, [
  [0, 10, 1],
  [0, 20, 1],
]);
const { plan } = compileQuery(db.schema, "PREDICT COUNT(events.*, 0, 5, days) FOR EACH users.id");

describe("anchors that do not fit the data", () => {
  it("are before the first row or more than a day after the last", () => {
    expect(anchorWarnings(db, plan, [day(10), day(15), day(21)])).toEqual([]);
    expect(anchorWarnings(db, plan, [day(30), day(9)])).toEqual([
      expect.stringMatching(/^anchor 2024-01-10 is before the first row of `events` at 2024-01-11/),
      expect.stringMatching(/^anchor 2024-01-31 is 10 days after the last row of `events`/),
    ]);
  });

  it("are none of a static target", () => {
    const { plan } = compileQuery(db.schema, "PREDICT events.value FOR EACH events.event_id");
    expect(anchorWarnings(db, plan, [day(0)])).toEqual([]);
  });
});
