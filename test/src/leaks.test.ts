import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  booleanColumn,
  type Column,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../src/data/column.js";
import { hideFunctions } from "../../src/leaks.js";
import { compileQuery } from "../../src/query.js";
import { databaseOf } from "../support/shop.js";

const N = 60;
const each = <T>(make: (i: number) => T): T[] => Array.from({ length: N }, (_, i) => make(i));

/** The columns hidden for a target beside others. */
function hidden(target: Column, ...others: readonly Column[]): string[] {
  const db = databaseOf({
    races: {
      columns: [
        numberColumn(
          "id",
          each((i) => i),
        ),
        target,
        ...others,
      ],
      primaryKey: "id",
    },
  });
  const { plan } = compileQuery(db.schema, `PREDICT races.${target.name} FOR EACH races.id`);
  return hideFunctions(db, plan).plan.task.hiddenColumns.map(({ column }) => column);
}

describe("columns that are a plain function of a static target", () => {
  const position = numberColumn(
    "position",
    each((i) => (i * 7) % 12),
  );

  it("are hidden: copies, codes, coarser groups, and cells that are missing with it", () => {
    const found = hidden(
      position,
      numberColumn(
        "points",
        each((i) => Math.max(0, 10 - ((i * 7) % 12))),
      ),
      stringColumn(
        "medal",
        each((i) => ((i * 7) % 12 < 3 ? "yes" : "no")),
      ),
      booleanColumn(
        "won",
        each((i) => (i * 7) % 12 === 0 || (i * 7) % 12 > 9),
      ),
      timestampColumn(
        "retired_at",
        each((i) => ((i * 7) % 12 > 8 ? 1 : null)),
      ),
      numberColumn(
        "grid",
        each((i) => (i * 5) % 11),
      ),
    );
    expect(found).toEqual(["position", "points", "medal", "won", "retired_at"]);
  });

  it("are hidden where amounts that never repeat rise or fall with the target", () => {
    const hours = numberColumn(
      "hours",
      each((i) => Math.sin(i) * 100),
    );
    const minutes = numberColumn(
      "minutes",
      each((i) => Math.sin(i) * 6000),
    );
    const rest = numberColumn(
      "rest",
      each((i) => -Math.sin(i)),
    );
    const other = numberColumn(
      "other",
      each((i) => Math.cos(i)),
    );
    expect(hidden(hours, minutes, rest, other)).toEqual(["hours", "minutes", "rest"]);
  });

  it("are not found by accident", () => {
    const constant = numberColumn(
      "constant",
      each(() => 1),
    );
    const nearly = numberColumn(
      "nearly",
      each((i) => (i === 3 ? 2 : 1)),
    );
    const unique = numberColumn(
      "unique",
      each((i) => Math.sin(i)),
    );
    const label = stringColumn(
      "label",
      each((i) => `n${i}`),
    );
    expect(hidden(position, constant, nearly)).toEqual(["position"]);
    expect(hidden(unique, label, position)).toEqual(["unique"]);
  });

  it("stay where one row breaks the rule", () => {
    fc.assert(
      fc.property(fc.nat(N - 1), (odd) => {
        const points = numberColumn(
          "points",
          each((i) => (i === odd ? 99 : (i * 7) % 12)),
        );
        expect(hidden(position, points)).toEqual(["position"]);
      }),
    );
  });

  it("are no matter of targets with a window", () => {
    const db = databaseOf({
      users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      events: {
        columns: [numberColumn("user_id", [1]), timestampColumn("at", [1]), numberColumn("v", [1])],
        timeColumn: "at",
        foreignKeys: { user_id: "users" },
      },
    });
    const { plan } = compileQuery(db.schema, "PREDICT SUM(events.v, 0, 1) FOR EACH users.id");
    expect(hideFunctions(db, plan)).toEqual({ plan, warnings: [] });
  });
});
