import { beforeAll, describe, expect, it } from "vitest";
import { predictLogits } from "../../gnn/predict.js";
import { fitTargetScale, unscaleOutput } from "../../gnn/target.js";
import { trainModel } from "../../gnn/trainer.js";
import type { LabelledSeeds } from "../../gnn/validation.js";
import { createRng } from "../../src/core/random.js";
import { numberColumn, stringColumn, timestampColumn } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import type { ValueTaskType } from "../../src/task/metrics.js";
import { r2, rocAuc } from "../../src/task/metrics.js";
import { initBackend } from "../../src/tensor/backend.js";
import { databaseOf } from "../support/shop.js";
import { day, seedsAt, worldOf } from "./fixtures.js";

beforeAll(async () => {
  await initBackend({});
});

const USERS = 60;
const draw = createRng(8);
const planOfUser = Array.from({ length: USERS }, () => draw.int(3));
/** Users are active at a pace of their own, and their values have a level of their own. */
const pace = Array.from({ length: USERS }, () => 0.5 + 6 * draw.next());
const level = Array.from({ length: USERS }, () => 10 * draw.normal());
const events = planOfUser.flatMap((_, user) =>
  Array.from({ length: Math.round(pace[user]! * 7) }, () => ({
    user,
    at: draw.next() * 210,
    value: level[user]! + draw.normal(),
  })),
);

const db: Database = databaseOf({
  plans: {
    columns: [numberColumn("id", [0, 1, 2]), stringColumn("name", ["free", "team", "business"])],
    primaryKey: "id",
  },
  users: {
    columns: [
      numberColumn(
        "id",
        planOfUser.map((_, user) => user),
      ),
      numberColumn("plan_id", planOfUser),
    ],
    primaryKey: "id",
    foreignKeys: { plan_id: "plans" },
  },
  events: {
    columns: [
      numberColumn(
        "user_id",
        events.map(({ user }) => user),
      ),
      timestampColumn(
        "at",
        events.map(({ at }) => day(at)),
      ),
      numberColumn(
        "value",
        events.map(({ value }) => value),
      ),
    ],
    timeColumn: "at",
    foreignKeys: { user_id: "users" },
  },
});

function label(
  days: readonly number[],
  target: (user: number, at: number) => number,
): LabelledSeeds {
  const rows = days.flatMap((at) => planOfUser.map((_, user) => [user, at] as const));
  return {
    seeds: seedsAt(
      rows.map(([user]) => user),
      rows.map(([, at]) => day(at)),
    ),
    targets: Float64Array.from(rows, ([user, at]) => target(user, at)),
  };
}

/** Trains a tiny network on days 60 to 150 and returns its predictions for day 200, beside the truth. */
function learn(
  taskType: ValueTaskType,
  target: (user: number, at: number) => number,
  epochs: number,
): { readonly predictions: Float64Array; readonly truth: Float64Array; readonly drop: number } {
  const { model, loader } = worldOf(db, "users", { config: { channels: 16 }, untouched: true });
  const train = label([60, 78, 96, 114, 132, 150], target);
  const test = label([200], target);
  const scale = fitTargetScale(taskType, train.targets);
  const rng = createRng(4);
  const validation = label([175], target);
  const report = trainModel(model, loader, { taskType, train, validation, scale, maxLag: 0 }, rng, {
    config: { epochs, batchSize: 32, learningRate: 0.01, patience: epochs, emaDecay: 0.9 },
  });
  const logits = predictLogits(model, loader, test.seeds, rng);
  model.store.dispose();
  return {
    predictions: Float64Array.from(logits, (z) => unscaleOutput(scale, z)),
    truth: test.targets,
    drop: report.epochs.at(-1)!.loss / report.epochs[0]!.loss,
  };
}

const eventsBefore = (
  user: number,
  at: number,
  days: number,
): readonly { readonly value: number }[] =>
  events.filter((event) => event.user === user && event.at <= at && event.at > at - days);

describe("a tiny network learns", () => {
  it("the mean of a child column", () => {
    const mean = (user: number, at: number): number => {
      const rows = eventsBefore(user, at, Infinity);
      return rows.length === 0 ? 0 : rows.reduce((sum, { value }) => sum + value, 0) / rows.length;
    };
    const { predictions, truth, drop } = learn("regression", mean, 20);
    expect(r2(predictions, truth)!).toBeGreaterThan(0.9);
    expect(drop).toBeLessThan(0.5);
  });

  it("a label that depends on the category of a parent", () => {
    const noise = createRng(9);
    const { predictions, truth } = learn(
      "binary_classification",
      (user) => Number(noise.next() < [0.05, 0.5, 0.95][planOfUser[user]!]!),
      8,
    );
    expect(rocAuc(predictions, truth)!).toBeGreaterThan(0.85);
  });
});
