import { beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/random.js";
import {
  booleanColumn,
  type Column,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import {
  distanceFromChance,
  quickChecks,
  shuffledLabels,
  tooGood,
} from "../../../src/evaluation/checks.js";
import type { RunSetting } from "../../../src/evaluation/run.js";
import { visibleColumns } from "../../../src/evaluation/visible-cells.js";
import { judgeBaselines } from "../../../src/judge.js";
import { computeLabels, type TimeOptions } from "../../../src/labels.js";
import { scoreSignal } from "../../../src/task/single-signal.js";
import { initBackend } from "../../../src/tensor/backend.js";
import { day, seedsAt } from "../../gnn/fixtures.js";
import { planOf } from "../../support/pql.js";
import { databaseOf } from "../../support/shop.js";

beforeAll(async () => {
  await initBackend({});
});

const USERS = 320;

/** Users of whom some order in May; one column may know who. */
function company(
  more: (orders: Uint8Array, rng: ReturnType<typeof createRng>) => Column[] = () => [],
): Database {
  const rng = createRng(4);
  const orders = Uint8Array.from({ length: USERS }, () => rng.int(2));
  const rows: [number, number][] = [];
  for (let user = 0; user < USERS; user++) {
    for (let t = 0; t < 10; t++) {
      if (t > 6 ? orders[user] === 1 : rng.int(2) === 0)
        rows.push([user, t * 10 + rng.int(10) + 0.5]);
    }
  }
  const ids = Int32Array.from({ length: USERS }, (_, i) => i);
  return databaseOf({
    users: {
      columns: [
        numberColumn("id", ids),
        numberColumn(
          "age",
          ids.map(() => rng.int(50)),
        ),
        ...more(orders, rng),
      ],
      primaryKey: "id",
    },
    orders: {
      columns: [
        numberColumn(
          "order_id",
          rows.map((_, i) => i),
        ),
        numberColumn(
          "user_id",
          rows.map(([user]) => user),
        ),
        timestampColumn(
          "at",
          rows.map(([, t]) => day(t)),
        ),
        numberColumn(
          "price",
          rows.map(() => rng.int(9)),
        ),
      ],
      primaryKey: "order_id",
      timeColumn: "at",
      foreignKeys: { user_id: "users" },
    },
  });
}

const QUERY = "PREDICT COUNT(orders.*, 0, 10, days) > 0 FOR EACH users.id";
const TIMES: TimeOptions = { anchors: [0, 10, 20, 30, 40, 50, 60, 70, 80].map(day) };

function settingOf(db: Database, query = QUERY, times: TimeOptions = TIMES): RunSetting {
  const plan = planOf(db, query);
  const { labels } = computeLabels(db, plan, times, { seed: 1 });
  return { db, plan, labels, visible: labels.anchorTimes };
}

/** Warnings where the baselines are at chance. */
function found(setting: RunSetting): string[] {
  const chance = { val: { roc_auc: 0.5, r2: 0 }, test: { roc_auc: 0.5 } };
  return quickChecks(setting, { chance }, 0, false);
}

describe("a column that knows the future", () => {
  it("is found in the entity's own row", () => {
    const db = company((orders) => [
      stringColumn(
        "status",
        Array.from(orders, (o) => (o === 1 ? "active" : "lost")),
      ),
      booleanColumn(
        "flag",
        Array.from(orders, (_, i) => i % 3 === 0),
      ),
    ]);
    const warnings = found(settingOf(db));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^leak: `users\.status` alone scores roc_auc 1 on validation/);
  });

  it("is found where only its being missing tells", () => {
    const db = company((orders, rng) => [
      numberColumn(
        "closed",
        Array.from(orders, (o) => (o === 1 ? rng.int(100) : null)),
      ),
    ]);
    expect(found(settingOf(db))[0]).toContain("whether `users.closed` is missing alone scores");
  });

  it("is not suspected where the baselines know as much, or nothing is wrong", () => {
    expect(found(settingOf(company()))).toEqual([]);
    const db = company((orders) => [numberColumn("known", Array.from(orders))]);
    const setting = settingOf(db);
    const good = { val: { roc_auc: 0.95 }, test: { roc_auc: 0.95 } };
    expect(quickChecks(setting, { good }, 0, false)).toEqual([]);
    expect(
      judgeBaselines(setting.labels, setting.visible)["recent-mean"]!.val.roc_auc,
    ).toBeLessThan(1);
  });

  it("may tell numbers and classes", () => {
    const db = company((orders, rng) => [
      numberColumn(
        "score",
        Array.from(orders, (o) => o * 3 + rng.next() / 10),
      ),
    ]);
    const numbers = settingOf(db, "PREDICT users.score FOR EACH users.id", {});
    expect(quickChecks(numbers, {}, 0, false)).toEqual([]);
    const copy = company((orders, rng) => {
      const score = Array.from(orders, (o) => o * 3 + rng.next() / 10);
      return [
        numberColumn("score", score),
        numberColumn(
          "twice",
          score.map((s) => Math.round(s)),
        ),
      ];
    });
    expect(
      quickChecks(settingOf(copy, "PREDICT users.score FOR EACH users.id", {}), {}, 0, false),
    ).toEqual([expect.stringContaining("`users.twice` alone scores r2")]);
  });
});

describe("the cells around seeds", () => {
  it("are those that may be seen: own, of parents, of the latest child", () => {
    const db = databaseOf({
      firms: {
        columns: [
          numberColumn("id", [1]),
          timestampColumn("since", [day(5)]),
          numberColumn("size", [7]),
        ],
        primaryKey: "id",
        timeColumn: "since",
      },
      users: {
        columns: [
          numberColumn("id", [1, 2]),
          numberColumn("firm", [1, 1]),
          numberColumn("age", [30, 40]),
        ],
        primaryKey: "id",
        foreignKeys: { firm: "firms" },
      },
      calls: {
        columns: [
          numberColumn("user", [1, 1, 2]),
          timestampColumn("at", [day(8), day(2), day(9)]),
          timestampColumn("ended", [day(20), day(3), day(10)]),
          numberColumn("mood", [1, 2, 3]),
        ],
        timeColumn: "at",
        foreignKeys: { user: "users" },
        knownFrom: { mood: "ended" },
      },
    });
    const seeds = seedsAt([0, 0, 1], [day(4), day(12), day(12)]);
    const seen = [...visibleColumns(db, "users", seeds, [{ table: "users", column: "age" }])];
    const of = (name: string): number[] => [...seen.find((column) => column.name === name)!.values];
    expect(seen.map(({ name }) => name)).toEqual([
      "users → firms.since",
      "users → firms.size",
      "latest calls.at",
      "latest calls.ended",
      "latest calls.mood",
    ]);
    expect(of("users → firms.size")).toEqual([Number.NaN, 7, 7]);
    expect(of("latest calls.at")).toEqual([day(4) - day(2), day(12) - day(8), day(12) - day(9)]);
    expect(of("latest calls.mood")).toEqual([2, Number.NaN, 3]);
  });
});

describe("a single signal", () => {
  it("is learned in bins on some rows and scored on others, whatever its direction", () => {
    const learn = Float64Array.from({ length: 400 }, (_, i) => i / 400);
    const judge = Float64Array.from({ length: 100 }, (_, i) => i / 100 + 0.001);
    const bump = (x: number): number => (x > 0.25 && x < 0.75 ? 1 : 0);
    const values = { learn, judge, isCode: false };
    const targets = { learn: learn.map(bump), judge: judge.map(bump), classes: 2 };
    expect(
      scoreSignal("binary_classification", values, { ...targets, classes: 1 }),
    ).toBeGreaterThan(0.98);
    expect(scoreSignal("multiclass_classification", values, targets)).toBeGreaterThan(0.96);
    expect(scoreSignal("regression", values, { ...targets, classes: 1 })).toBeGreaterThan(0.9);
  });
});

describe("a score too good to be true", () => {
  it("is doubted beside a baseline that is far worse", () => {
    const part = (metrics: object) => ({ val: metrics, test: metrics });
    const base = { mean: part({ roc_auc: 0.7, mae: 10 }) };
    expect(tooGood("binary_classification", part({ roc_auc: 0.995 }), base)).toHaveLength(1);
    expect(tooGood("binary_classification", part({ roc_auc: 0.97 }), base)).toEqual([]);
    expect(tooGood("regression", part({ mae: 0.4 }), base)[0]).toContain(
      "too good: mae 0.4 on test, mean 10",
    );
    expect(tooGood("regression", part({ mae: 4 }), base)).toEqual([]);
    expect(tooGood("regression", part({ mae: null }), base)).toEqual([]);
  });
});

describe("a model on shuffled labels", () => {
  it("is far from chance only where it knows them, whatever the level of each time", () => {
    const { labels } = settingOf(company());
    const rng = createRng(1);
    const level = labels.anchorTimes.map((time) => time / day(1));
    const noise = level.map((l) => l + rng.normal());
    expect(Math.abs(distanceFromChance(labels, noise))).toBeLessThan(3);
    const known = noise.map((value, row) => value + labels.targets[row]! / 2);
    expect(distanceFromChance(labels, known)).toBeGreaterThan(5);
    expect(distanceFromChance(labels, level)).toBe(0);
  });

  it("scores like chance", async () => {
    const options = { model: { channels: 8 }, epochs: 1, seed: 3 };
    expect(await shuffledLabels(settingOf(company()), options)).toEqual([]);
  });
});

describe("a split", () => {
  it("whose windows cross is told", () => {
    const setting = settingOf(company());
    const { labels } = setting;
    const split = labels.split!.map((part, row) =>
      labels.anchorTimes[row] === day(70) ? 0 : part,
    );
    const crossed = { ...setting, labels: { ...labels, split } };
    expect(quickChecks(crossed, {}, 0, true).filter((w) => w.startsWith("split"))).toEqual([]);
    const longer = {
      ...crossed.plan,
      labelWindows: [{ start: 0, end: 20, unit: "days" as const }],
    };
    const warnings = quickChecks({ ...crossed, plan: longer }, {}, 0, false);
    expect(warnings).toEqual([expect.stringMatching(/^split: 320 of \d+ train rows/)]);
  });
});
