import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../../src/core/random.js";
import {
  booleanColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { Table } from "../../src/data/table.js";
import { type FitOptions, Predictor } from "../../src/predictor.js";
import { predictionTableToTable } from "../../src/task/result-tables.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day } from "../gnn/fixtures.js";
import { changeLater, deleteLater, helpdesk, LAST_DAY } from "../gnn/helpdesk.js";
import { at, databaseOf, times } from "../support/shop.js";
import { numbers } from "./predicted-numbers.js";

const TINY: FitOptions = { model: { channels: 8 }, epochs: 2, seed: 3 };
const COUNT = "PREDICT COUNT(tickets.*, 0, 5, days) FOR EACH users.id";
const desk = helpdesk(12, 2);
let folder = "";

beforeAll(async () => {
  await initBackend({});
  folder = await mkdtemp(join(tmpdir(), "predictor-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("a predictor", () => {
  it("fits, predicts every eligible entity at the latest time, and explains each", async () => {
    const predictor = await Predictor.fit(desk, COUNT, TINY);
    const table = await predictor.predict();
    const latest = desk.timeSpan(["tickets"])!.max;
    expect(new Set(table.anchorTimes)).toEqual(new Set([latest]));
    const { values } = table;
    if (values.kind !== "regression") throw new Error("a count is a number");
    for (let i = 0; i < values.point.length; i++) {
      expect(values.lower![i]!).toBeLessThanOrEqual(values.point[i]!);
      expect(values.upper![i]!).toBeGreaterThanOrEqual(values.point[i]!);
      expect(values.lower![i]!).toBeGreaterThanOrEqual(0);
    }
    const id = table.entityRows[0]!;
    const why = await predictor.explain(id);
    expect(why).toMatchObject({ entity: { id }, unit: null });
    expect(why.prediction).toBeCloseTo(values.point[0]!, 4);
    const sum = why.contributions.reduce((a, { contribution }) => a + contribution, 0);
    expect(why.baseline + sum + why.other.contribution).toBeCloseTo(why.prediction, 4);
    expect(predictor.describe(why)).toMatch(/^users \d+: predicted .* in the next 5 days/);
    expect(predictor.toString()).toMatch(/^Predictor regression: PREDICT COUNT/);
    expect(predictor.query).toBe(COUNT);
    predictor.dispose();
  });

  it("gives the same bytes for the same seed, other ones for another, and frees its tensors", async () => {
    const before = tf.memory().numTensors;
    const predictionsOf = async (seed: number): Promise<Float64Array> => {
      const predictor = await Predictor.fit(desk, COUNT, { ...TINY, seed });
      const table = await predictor.predict();
      predictor.dispose();
      return numbers(table);
    };
    expect(await predictionsOf(1)).toEqual(await predictionsOf(1));
    expect(await predictionsOf(1)).not.toEqual(await predictionsOf(2));
    expect(tf.memory().numTensors).toBe(before);
  });

  it("predicts and explains the same whatever comes later than the anchor", async () => {
    for (const query of [
      COUNT,
      "PREDICT SUM(tickets.hours, 0, 5, days) FOR EACH users.id",
      "PREDICT LAST(tickets.priority, 0, 5, days) FOR EACH users.id",
    ]) {
      const predictor = await Predictor.fit(desk, query, TINY);
      for (const [count, seed] of [
        [15, 1],
        [30, 2],
        [LAST_DAY, 3],
      ] as const) {
        const anchor = day(count);
        const table = await predictor.predict({ anchor });
        const later = changeLater(desk, anchor, seed);
        const other = await predictor.predict({ anchor, db: later });
        expect(other.entityRows).toEqual(table.entityRows);
        expect(numbers(other)).toEqual(numbers(table));
        const entity = table.entityRows[0]!;
        const why = await predictor.explain(entity, { anchor, top: 30 });
        expect(await predictor.explain(entity, { anchor, top: 30, db: later })).toEqual(why);
        const cut = await predictor.predict({ anchor, db: deleteLater(desk, anchor) });
        expect(numbers(cut)).toEqual(numbers(table));
      }
      predictor.dispose();
    }
  });

  it("can be cancelled at any stage, without leaving tensors behind", async () => {
    const before = tf.memory().numTensors;
    for (const stage of ["labels", "graph", "train", "predict"]) {
      const controller = new AbortController();
      const onProgress = (event: { readonly stage: string }): void => {
        if (event.stage === stage) controller.abort();
      };
      const { signal } = controller;
      const run = async (): Promise<void> => {
        const predictor = await Predictor.fit(desk, COUNT, { ...TINY, onProgress, signal });
        try {
          await predictor.predict({ onProgress, signal });
          // One batch is all there is, so prediction ends with the event that cancels it.
          signal.throwIfAborted();
        } finally {
          predictor.dispose();
        }
      };
      await expect(run()).rejects.toThrow();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it("keeps to a time budget by the clock it is given", async () => {
    let now = 0;
    const epochs: string[] = [];
    const predictor = await Predictor.fit(desk, COUNT, {
      ...TINY,
      epochs: 50,
      timeBudget: 3,
      clock: () => now++,
      onProgress: ({ stage, message }) => stage === "train" && epochs.push(message),
    });
    expect(epochs.length).toBeLessThan(5);
    predictor.dispose();
  });
});

describe("entities and anchors", () => {
  it("may be listed in any order, with repetitions, and at any time", async () => {
    const predictor = await Predictor.fit(desk, COUNT, TINY);
    const anchor = day(33);
    const all = await predictor.predict({ anchor });
    const some = [...all.entityRows].reverse().slice(0, 4);
    const listed = await predictor.predict({ anchor, entities: [...some, some[0]!] });
    expect([...listed.entityRows]).toEqual([...some, some[0]]);
    const byRow = new Map([...all.entityRows].map((row, i) => [row, numbers(all)[i]]));
    expect([...numbers(listed)]).toEqual([...some, some[0]!].map((row) => byRow.get(row)));
    const texts = await predictor.predict({ anchor, entities: some.map(String) });
    expect([...texts.entityRows]).toEqual(some);
    predictor.dispose();
  });

  it("that do not exist are named, with what keys look like", async () => {
    const predictor = await Predictor.fit(desk, COUNT, TINY);
    const error = expect.objectContaining({ code: "CFG151", hint: "keys look like `0`" });
    await expect(predictor.predict({ entities: [3, "U9"] })).rejects.toEqual(error);
    await expect(predictor.explain(77)).rejects.toEqual(error);
    await expect(predictor.explain([1, 2])).rejects.toEqual(error);
    predictor.dispose();
  });

  it("may have keys beyond 2^53, or keys in any script", async () => {
    const rng = createRng(1);
    for (const keys of [
      Array.from({ length: 8 }, (_, i) => String(9007199254740993n + 2n * BigInt(i))),
      ["Ω", "žluťoučký", "名前", "😀", "a b", "O'Neil", '"', "é"],
    ]) {
      const int64 = /^\d+$/.test(keys[0]!);
      const rows = Array.from({ length: 300 }, () => keys[rng.int(8)]!);
      const db = databaseOf({
        Über: { columns: [stringColumn("clé", keys, { int64 })], primaryKey: "clé" },
        log: {
          columns: [
            stringColumn("clé", rows, { int64 }),
            timestampColumn(
              "at",
              rows.map(() => day(rng.next() * 60)),
            ),
          ],
          timeColumn: "at",
          foreignKeys: { clé: "Über" },
        },
      });
      const predictor = await Predictor.fit(
        db,
        "PREDICT COUNT(log.*, 0, 6, days) FOR EACH `Über`.`clé`",
        TINY,
      );
      expect(predictor.warnings.join()).not.toContain("too little");
      const why = await predictor.explain(keys[3]!);
      expect(why.entity).toEqual({ clé: keys[3] });
      expect((await predictor.predict()).entityRows).toHaveLength(8);
      predictor.dispose();
    }
  });
});

describe("static targets", () => {
  const size = 400;
  const rng = createRng(12);
  const members = (random: () => number) =>
    Array.from({ length: size }, () => Math.floor(2 * random()));
  const coin = members(() => rng.next());
  const column = <T>(make: (row: number) => T): T[] => coin.map((_, row) => make(row));

  function club(timed: boolean): Database {
    return databaseOf({
      clubs: {
        columns: [numberColumn("id", [0, 1, 2])],
        primaryKey: "id",
      },
      members: {
        columns: [
          numberColumn(
            "id",
            column((row) => row),
          ),
          numberColumn(
            "club_id",
            column((row) => row % 3),
          ),
          numberColumn(
            "height",
            column((row) => (row % 9 === 0 ? null : 150 + 10 * (row % 5) + rng.normal())),
          ),
          stringColumn(
            "size",
            column((row) => (row % 10 === 0 ? null : ["S", "M", "L", "XL", "XXL"][row % 5]!)),
          ),
          booleanColumn(
            "coin",
            column((row) => (row % 8 === 0 ? null : coin[row] === 1)),
          ),
          timestampColumn(
            "joined",
            column((row) => day((row * 37) % size)),
          ),
        ],
        primaryKey: "id",
        foreignKeys: { club_id: "clubs" },
        ...(timed && { timeColumn: "joined" }),
      },
    });
  }

  it.each([
    ["height", "regression", "regression"],
    ["size", "multiclass_classification", "multiclass"],
    ["coin", "binary_classification", "binary"],
  ] as const)(
    "%s: a task of %s",
    async (target, taskType, kind) => {
      const query =
        kind === "binary"
          ? `PREDICT members.${target} = true FOR EACH members.id`
          : `PREDICT members.${target} FOR EACH members.id`;
      for (const timed of [false, true]) {
        const db = club(timed);
        const predictor = await Predictor.fit(db, query, { ...TINY, epochs: 6 });
        expect(predictor.task.taskType).toBe(taskType);
        const table = await predictor.predict();
        expect(table.values.kind).toBe(kind);
        // Predicted where it is missing.
        expect(table.entityRows.length).toBeGreaterThan(30);
        expect(table.entityRows.length).toBeLessThan(60);
        if (kind === "multiclass") expect(predictor.scores!.accuracy!).toBeGreaterThan(0.3);
        const width = numbers(table).length / table.entityRows.length;
        // Rows predicted one by one are those predicted together: each at its own time.
        const some = [...table.entityRows.slice(0, 3)];
        const listed = await predictor.predict({ entities: some });
        expect(listed.anchorTimes).toEqual(table.anchorTimes.slice(0, 3));
        expect(numbers(listed)).toEqual(numbers(table).slice(0, 3 * width));
        expect(table.anchorTimes.every((time) => Number.isFinite(time) === timed)).toBe(true);
        const why = await predictor.explain(some[0]!);
        expect(why.timestamp === null).toBe(!timed);
        const text = JSON.stringify(why.contributions.map(({ label }) => label.toLowerCase()));
        expect(text).not.toContain(target);
        const to = join(folder, `static-${target}-${timed}`);
        await predictor.save(to);
        const {
          models: [model],
        } = JSON.parse(await readFile(join(to, "model.json"), "utf8"));
        const network = model.settings.expert.settings.members.find(
          ({ name }: { name: string }) => name === "gnn",
        );
        const seen = network.settings.encodings.flatMap(
          (encoding: { encodings: { column: string }[] }) => encoding.encodings,
        );
        for (const columns of [seen, model.settings.expert.frame.base.signals]) {
          expect(columns.map(({ column }: { column: string }) => column)).not.toContain(target);
        }
        predictor.dispose();
      }
    },
    120_000,
  );

  it("that are drawn by lot cannot be predicted", async () => {
    for (const timed of [false, true]) {
      const predictor = await Predictor.fit(
        club(timed),
        "PREDICT members.coin = true FOR EACH members.id",
        { ...TINY, epochs: 4, times: timed ? { val: day(150), test: day(200) } : {} },
      );
      const { roc_auc: auc } = predictor.scores!;
      // Half of the 350 labelled rows test where times are given, else a tenth; ± 3 standard errors.
      expect(Math.abs(auc! - 0.5)).toBeLessThan(timed ? 0.14 : 0.31);
      predictor.dispose();
    }
  });
});

describe("little data", () => {
  const few = {
    users: {
      columns: [stringColumn("user_id", ["U201", "U202", "U203"])],
      primaryKey: "user_id",
    },
    sessions: {
      columns: [
        stringColumn("session_id", ["S1", "S2", "S3"]),
        stringColumn("user_id", ["U201", "U202", "U203"]),
        times("started_at", ["2025-03-01", "2025-03-02", "2025-03-03"]),
        numberColumn("duration_min", [12, 30, 7]),
      ],
      primaryKey: "session_id",
      timeColumn: "started_at",
      foreignKeys: { user_id: "users" },
    },
    tickets: {
      columns: [
        stringColumn("ticket_id", ["T1", "T2", "T3"]),
        stringColumn("user_id", ["U201", "U202", "U203"]),
        times("opened_at", ["2025-03-01", "2025-03-02", "2025-03-05"]),
        stringColumn("status", ["open", "open", "closed"]),
      ],
      primaryKey: "ticket_id",
      timeColumn: "opened_at",
      foreignKeys: { user_id: "users" },
    },
  };
  const query = "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID";

  it("is said plainly, and predicted from each entity's own past", async () => {
    const predictor = await Predictor.fit(databaseOf(few), query);
    expect(predictor.warnings.at(-1)).toMatch(
      /too little history to learn from.* 0 labelled training rows, at least 30 are needed.* own past/,
    );
    const table = await predictor.predict();
    expect(table.entityRows).toHaveLength(3);
    expect([...numbers(table)].every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    const why = await predictor.explain("U202");
    expect(why).toMatchObject({ entity: { user_id: "U202" }, timestamp: "2025-03-03" });
    expect(predictor.describe(why)).toContain("Past ");
    const to = join(folder, "few");
    await predictor.save(to);
    const loaded = await Predictor.load(to, databaseOf(few));
    expect(numbers(await loaded.predict())).toEqual(numbers(table));
    expect(await loaded.explain("U202")).toEqual(why);
  });

  it("may be tables without rows", async () => {
    const { users, tickets, sessions } = few;
    const none = new Int32Array(0);
    const empty = databaseOf({
      users,
      tickets,
      sessions: {
        ...sessions,
        columns: new Table("sessions", sessions.columns).take(none).columns,
      },
    });
    const predictor = await Predictor.fit(empty, query);
    const error = expect.objectContaining({ code: "CFG152" });
    await expect(predictor.predict()).rejects.toEqual(error);
    await expect(predictor.explain("U201")).rejects.toEqual(error);
    const table = await predictor.predict({ anchor: at("2025-03-05") });
    expect([...numbers(table)]).toEqual([0, 0, 0]);
    const nobody = databaseOf({
      ...few,
      users: { ...users, columns: new Table("users", users.columns).take(none).columns },
    });
    const alone = await Predictor.fit(nobody, query);
    expect((await alone.predict()).entityRows).toHaveLength(0);
    await expect(alone.explain("U201")).rejects.toEqual(
      expect.objectContaining({ code: "CFG151", hint: "the table is empty" }),
    );
  });

  it("may be one row, or one and the same label", async () => {
    const one = databaseOf({ users: { ...few.users, columns: [stringColumn("user_id", ["U1"])] } });
    await expect(Predictor.fit(one, query)).rejects.toEqual(
      expect.objectContaining({ code: "PQL201" }),
    );
    const same = helpdesk(16, 4);
    const predictor = await Predictor.fit(
      same,
      "PREDICT COUNT(tickets.*, 0, 5, days) >= 0 FOR EACH users.id",
    );
    expect(predictor.warnings.at(-1)).toContain("all training rows have the same target");
    expect([...numbers(await predictor.predict())].every((p) => p > 0.99)).toBe(true);
  });

  it("predicts entities of a composite key, and says where a part of it is missing", async () => {
    const seats = databaseOf({
      seats: {
        columns: [
          stringColumn("hall", ["A", "A", "B"]),
          numberColumn("no", [1, 2, 1]),
          numberColumn("price", [2, 4, null]),
        ],
        primaryKey: ["hall", "no"],
      },
    });
    const query = "PREDICT seats.price FOR EACH (seats.no, seats.hall)";
    const predictor = await Predictor.fit(seats, query);
    const table = predictionTableToTable(await predictor.predict(), seats);
    expect(table.toRecords()).toMatchObject([{ hall: "B", no: 1, TARGET_PRED: expect.anything() }]);
    await expect(Predictor.fit(seats, "PREDICT seats.price FOR EACH seats.hall")).rejects.toThrow(
      "`seats.hall` is not the primary key of `seats`",
    );
  });
});
