import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindFeature } from "../../../pql/feature/bind-feature.js";
import {
  type FeatureRows,
  groupByTime,
  type Look,
  lookAtEach,
  lookAtMoments,
  planLooks,
} from "../../../pql/feature/looks.js";
import { readFeature } from "../../../pql/feature/run-feature.js";
import { numberColumn } from "../../../src/data/column.js";
import { at, databaseOf, times, widerShop } from "../../support/shop.js";

const placesOf = (look: Look): number[] =>
  look.kind === "each" ? [...look.places] : look.places.flatMap((places) => [...places]);

describe("groupByTime", () => {
  it("lists the places of each distinct time, in their order", () => {
    const arbTimes = fc.array(fc.oneof(fc.nat(5), fc.double({ noNaN: true })), { maxLength: 30 });
    fc.assert(
      fc.property(arbTimes, fc.nat(3), (list, skipped) => {
        const all = Float64Array.from(list);
        const places = Int32Array.from(list.keys()).filter((place) => place >= skipped);
        const { times: moments, offsets, members } = groupByTime(all, places);
        const distinct = [...new Set(Array.from(places, (place) => all[place]! + 0))];
        expect([...moments].map((time) => time + 0)).toEqual(distinct.sort((a, b) => a - b));
        moments.forEach((time, i) => {
          const own = [...places].filter((place) => all[place] === time);
          expect([...members.subarray(offsets[i]!, offsets[i + 1]!)]).toEqual(own);
        });
      }),
    );
  });
});

describe("the parts of the work", () => {
  it("hold every place once, and few events together", () => {
    const sizes = Float64Array.of(900_000, 0, 3_000_000, 1_200_000);
    const rows = Int32Array.of(0, 1, 0, 2, 3, 1, 0, 3);
    const looks = lookAtEach(Int32Array.from(rows.keys()), rows, sizes);
    expect(looks.map(placesOf)).toEqual([[0, 1, 2], [3], [4, 5], [6], [7]]);
  });

  it("are moments whose cells fit into memory", () => {
    const groups = groupByTime(Float64Array.of(5, 3, 5, 1), Int32Array.of(0, 1, 2, 3));
    const looks = lookAtMoments(groups, [], 3_000_000);
    expect(looks.map(placesOf)).toEqual([
      [3, 1],
      [0, 2],
    ]);
    expect(lookAtMoments(groups, [], 100).map(placesOf)).toEqual([[3, 1, 0, 2]]);
  });
});

describe("planLooks", () => {
  const count = 200;
  const ids = Array.from({ length: count }, (_, i) => i);
  const db = databaseOf({
    a: { columns: [numberColumn("id", ids)], primaryKey: "id" },
    b: {
      columns: [
        numberColumn("a_id", ids),
        times(
          "at",
          ids.map(() => "2023-01-01"),
        ),
      ],
      timeColumn: "at",
      foreignKeys: { a_id: "a" },
    },
  });
  const kinds = (seeds: FeatureRows): string[] => {
    const feature = bindFeature("COUNT(b.*, -9, 0)", db.schema, "a");
    const { meter } = readFeature(feature, db);
    const places = Int32Array.from(seeds.rows.keys());
    return planLooks(feature, meter, db, seeds, places).map(({ kind }) => kind);
  };
  const start = at("2023-01-02");

  it("sweeps moments that many rows share", () => {
    const rows = Int32Array.from(ids);
    expect(kinds({ rows, times: new Float64Array(count).fill(start) })).toEqual(["moments"]);
  });

  it("looks at each row where hardly two share a time", () => {
    const rows = Int32Array.from(ids);
    const own = Float64Array.from(ids, (i) => start + i);
    expect(kinds({ rows, times: own })).toEqual(["each"]);
  });

  it("keeps rows without a time by themselves", () => {
    const shop = widerShop();
    const feature = bindFeature("COUNT(orders.*, -INF, 0)", shop.schema, "users");
    const { meter } = readFeature(feature, shop);
    const seeds = { rows: Int32Array.of(0, 1, 2), times: Float64Array.of(start, Infinity, start) };
    const looks = planLooks(feature, meter, shop, seeds, Int32Array.of(0, 1, 2));
    expect(looks.map(placesOf)).toEqual([[1], [0, 2]]);
  });

  it("has nothing to do for no rows", () => {
    expect(kinds({ rows: new Int32Array(0), times: new Float64Array(0) })).toEqual([]);
  });
});
