import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRowEncoder } from "../../../gnn/frame/encode-rows.js";
import { fitTableEncoding, groupTimes } from "../../../gnn/frame/fit-encoding.js";
import {
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
  type VectorColumn,
} from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { databaseOf, type TableRoles } from "../../support/shop.js";
import { day, features } from "../fixtures.js";

const roles: TableRoles = {
  timeColumn: "at",
  stypes: { tags: "multicategorical", body: "text" },
  knownFrom: { hours: "solved_at", solved_at: "solved_at" },
};

/** One row of a table that has a column of every kind. */
interface Row {
  readonly at: number | null;
  readonly solvedAt: number | null;
  readonly hours: number | null;
  readonly x: number | null;
  readonly status: string | null;
  readonly tags: string | null;
  readonly labels: readonly string[] | null;
  readonly body: string | null;
  readonly vector: readonly [number, number];
}

function databaseOfRows(rows: readonly Row[]): Database {
  const vectors: VectorColumn = {
    kind: "vector",
    name: "vector",
    length: rows.length,
    dimension: 2,
    values: Float32Array.from(rows.flatMap((row) => row.vector)),
    validity: null,
  };
  const columns: Column[] = [
    timestampColumn(
      "at",
      rows.map((row) => row.at && day(row.at)),
    ),
    timestampColumn(
      "solved_at",
      rows.map((row) => row.solvedAt && day(row.solvedAt)),
    ),
    numberColumn(
      "hours",
      rows.map((row) => row.hours),
    ),
    numberColumn(
      "x",
      rows.map((row) => row.x),
    ),
    stringColumn(
      "status",
      rows.map((row) => row.status),
    ),
    stringColumn(
      "tags",
      rows.map((row) => row.tags),
    ),
    listColumn(
      "labels",
      rows.map((row) => row.labels),
    ),
    stringColumn(
      "body",
      rows.map((row) => row.body),
    ),
    vectors,
  ];
  return databaseOf({ t: { columns, ...roles } });
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null, freq: 6 });
const arbCells = fc.record({
  hours: maybe(fc.integer({ min: 0, max: 50 })),
  x: maybe(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
  status: maybe(fc.constantFrom("open", "solved", "lost", "new")),
  tags: maybe(fc.constantFrom("a|b", "<a><b>", "a;b;c", "a,b", "b")),
  labels: maybe(fc.array(fc.constantFrom("u", "v", "w"), { maxLength: 3 })),
  body: maybe(fc.constantFrom("the printer is on fire again", "no", "please call me back soon")),
  vector: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
});

describe("the cutoff", () => {
  it("keeps statistics the same however later rows and cells change", () => {
    const early = arbCells.chain((cells) =>
      fc.record({
        cells: fc.constant(cells),
        at: fc.integer({ min: 1, max: 100 }),
        solved: maybe(fc.integer({ min: 1, max: 200 })),
      }),
    );
    const later = fc.record({ cells: arbCells, at: maybe(fc.integer({ min: 101, max: 300 })) });
    fc.assert(
      fc.property(
        fc.array(early, { maxLength: 30 }),
        fc.array(later, { maxLength: 10 }),
        fc.array(later, { maxLength: 10 }),
        arbCells,
        (past, before, after, other) => {
          const rowsWith = (future: typeof before, changed: typeof other | null): Row[] => [
            ...past.map(({ cells, at, solved }) => {
              // A cell that is known after the cutoff may be anything, and so may its time.
              const open = solved === null || solved > 100;
              const hours = open && changed ? changed.hours : cells.hours;
              const solvedAt = open && changed ? (solved === null ? 150 : null) : solved;
              return { ...cells, at, hours, solvedAt };
            }),
            ...future.map(({ cells, at }) => ({ ...cells, at, solvedAt: at })),
          ];
          const one = fitTableEncoding(databaseOfRows(rowsWith(before, null)), "t", day(100));
          const two = fitTableEncoding(databaseOfRows(rowsWith(after, other)), "t", day(100));
          expect(two).toEqual(one);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("takes rows at the cutoff itself, and none without a time", () => {
    const db = databaseOf({
      t: {
        columns: [
          timestampColumn("at", [day(1), day(2), day(3), null]),
          numberColumn("x", [1, 2, 3, 4]),
        ],
        timeColumn: "at",
      },
    });
    const encoding = fitTableEncoding(db, "t", day(2)).encodings.find((e) => e.column === "x")!;
    expect(encoding).toMatchObject({ knots: [1, 2], mean: 1.5 });
  });

  it("reads at most the asked number of rows, spread over the table", () => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const db = databaseOf({ t: { columns: [numberColumn("x", values)] } });
    const encoding = fitTableEncoding(db, "t", Infinity, { maxRows: 10, bins: 9 }).encodings[0]!;
    expect(encoding).toMatchObject({ knots: [0, 100, 200, 300, 400, 500, 600, 700, 800, 900] });
  });
});

describe("columns that are left out", () => {
  const rows = Array.from({ length: 40 }, (_, i) => i);
  const wave = rows.map((i) => (i * 7) % 11);

  it("are keys, foreign keys, ids and hidden columns", () => {
    const db = databaseOf({
      users: { columns: [numberColumn("id", [1])], primaryKey: "id" },
      t: {
        columns: [
          numberColumn("t_id", rows),
          numberColumn("user_id", wave),
          numberColumn("code", wave),
          numberColumn("target", wave),
          numberColumn("x", wave),
        ],
        primaryKey: "t_id",
        foreignKeys: { user_id: "users" },
        stypes: { code: "id" },
      },
    });
    const { encodings } = fitTableEncoding(db, "t", Infinity, { hidden: new Set(["target"]) });
    expect(encodings.map((e) => e.column)).toEqual(["x"]);
  });

  it("are numbers that only count time, such as years and running numbers", () => {
    const db = databaseOf({
      t: {
        columns: [
          timestampColumn(
            "at",
            rows.map((i) => day(30 * i)),
          ),
          numberColumn(
            "year",
            rows.map((i) => new Date(day(30 * i)).getUTCFullYear() + i / 12),
          ),
          numberColumn(
            "countdown",
            rows.map((i) => 1000 - i),
          ),
          numberColumn("x", wave),
          numberColumn(
            "trend",
            rows.map((i) => i + 40 * wave[i]!),
          ),
        ],
        timeColumn: "at",
      },
    });
    const { encodings } = fitTableEncoding(db, "t", Infinity);
    expect(encodings.map((e) => e.column)).toEqual(["at", "x", "trend"]);
  });

  it("are none for having one value only, or a table without time", () => {
    const db = databaseOf({
      t: { columns: [numberColumn("running", rows), numberColumn("same", new Array(40).fill(3))] },
    });
    expect(fitTableEncoding(db, "t", Infinity).encodings.map((e) => e.column)).toEqual([
      "running",
      "same",
    ]);
  });
});

describe("groups of cells that are known later", () => {
  it("are shared by columns with the same source of known times", () => {
    const db = databaseOf({
      t: {
        columns: [
          timestampColumn("at", [day(0), day(0)]),
          timestampColumn("solved_at", [day(5), null]),
          timestampColumn("paid_at", [day(8), day(9)]),
          timestampColumn("left_at", [day(3), null]),
          numberColumn("hours", [3, 4]),
          numberColumn("price", [5, 6]),
        ],
        timeColumn: "at",
        endTimeColumn: "left_at",
        knownFrom: { solved_at: "solved_at", hours: "solved_at", price: "paid_at" },
      },
    });
    const encoding = fitTableEncoding(db, "t", Infinity);
    const groupOf = (column: string): number =>
      encoding.encodings.find((e) => e.column === column)!.group;
    expect(encoding.groups).toEqual(["solved_at", "left_at", "price"]);
    expect(["solved_at", "hours", "left_at", "price", "at", "paid_at"].map(groupOf)).toEqual([
      0, 0, 1, 2, -1, -1,
    ]);
    expect(groupTimes(db, encoding).map((times) => Array.from(times!))).toEqual([
      [day(5), Infinity],
      [day(3), Infinity],
      [day(8), day(9)],
    ]);
  });

  it("are eight at most: further columns are left out, none is shown too early", () => {
    const columns: Column[] = [timestampColumn("at", [day(0), day(0)])];
    const knownFrom: Record<string, string> = {};
    for (let k = 0; k < 10; k++) {
      columns.push(timestampColumn(`t${k}`, [day(k + 1), null]));
      knownFrom[`t${k}`] = `t${k}`;
    }
    const db = databaseOf({ t: { columns, timeColumn: "at", knownFrom } });
    const encoding = fitTableEncoding(db, "t", Infinity);
    expect(encoding.groups).toHaveLength(8);
    expect(encoding.encodings.every((e) => e.group < 8)).toBe(true);
    expect(encoding.encodings.some((e) => e.column === "t8")).toBe(false);
    const encoded = createRowEncoder(db, encoding).encode(Int32Array.of(0), Uint8Array.of(0b1));
    const nulls = encoding.encodings.map((e) => features(encoded, 0, e)[0]![0] === e.width - 1);
    expect(nulls.filter((isNull) => !isNull)).toHaveLength(3);
  });
});
