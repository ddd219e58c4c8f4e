import { beforeAll, describe, expect, it } from "vitest";
import { predictLogits } from "../../gnn/predict.js";
import type { HeadKind } from "../../gnn/spec.js";
import { fitTargetScale, unscaleOutput } from "../../gnn/target.js";
import { trainModel } from "../../gnn/trainer.js";
import { createRng } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { accuracy, r2, rocAuc, type ValueTaskType } from "../../src/task/metrics.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day, seedsAt, worldOf } from "./fixtures.js";
import { plantedShop } from "./planted.js";

beforeAll(async () => {
  await initBackend({});
});

const shop = plantedShop(150, 240, 5);
const ordersOf = shop.users.map((_, user) => shop.orders.filter((order) => order.user === user));
const weightsOf = shop.orders.map(() => [] as number[]);
for (const { order, weight } of shop.items) weightsOf[order]!.push(weight);
const orderNumber = new Map(shop.orders.map((order, i) => [order, i]));

const between = (user: number, after: number, to: number) =>
  ordersOf[user]!.filter(({ at }) => at > after && at <= to);
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;

/** A cause, and the noise on top: a deviation, or the share of answers turned round. */
interface Planted {
  readonly taskType: ValueTaskType;
  readonly cause: (user: number, at: number) => number;
  readonly noise: number;
  readonly head?: HeadKind;
  readonly epochs: number;
}

/** Trains on days 80 to 180 and returns, for day 230, predictions, what came true, and the cause alone. */
function learn({ taskType, cause, noise, head = "additive", epochs }: Planted) {
  const rng = createRng(77);
  const label = (days: readonly number[]) => {
    const rows = days.flatMap((at) => shop.users.map((_, user) => [user, at] as const));
    const causes = Float64Array.from(rows, ([user, at]) => cause(user, at));
    const targets = causes.map((y) => {
      if (taskType === "regression") return y + noise * rng.normal();
      return rng.next() < noise ? 1 - y : y;
    });
    const seeds = seedsAt(
      rows.map(([user]) => user),
      rows.map(([, at]) => day(at)),
    );
    return { seeds, targets, causes };
  };
  const windows = [7.5, 30, 60, 120].map((days) => days * MS_PER_DAY);
  const { model, loader } = worldOf(shop.db, "users", {
    config: { channels: 16, head },
    paths: { windows },
    untouched: true,
  });
  const [train, validation, test] = [
    label([80, 100, 120, 140, 160, 180]),
    label([200]),
    label([230]),
  ];
  const scale = fitTargetScale(taskType, train.targets);
  const data = { taskType, train, validation, scale, maxLag: 0 };
  trainModel(model, loader, data, createRng(4), {
    config: { epochs, batchSize: 64, learningRate: 0.02, patience: epochs, emaDecay: 0.9 },
  });
  const logits = predictLogits(model, loader, test.seeds, createRng(4));
  model.store.dispose();
  const predictions = Float64Array.from(logits, (z) => unscaleOutput(scale, z));
  return { predictions, truth: test.targets, causes: test.causes };
}

/** How much of what can be known a network found: its score by that of the cause itself. */
function shareOfOracle(planted: Planted): number {
  const { predictions, truth, causes } = learn(planted);
  const score = planted.taskType === "regression" ? r2 : accuracy;
  return score(predictions, truth)! / score(causes, truth)!;
}

describe("of a planted signal the network finds 95 % of what can be known", () => {
  it("in the number of child rows in a window", () => {
    const cause = (user: number, at: number) => between(user, at - 30, at).length;
    expect(shareOfOracle({ taskType: "regression", cause, noise: 1, epochs: 9 })).toBeGreaterThan(
      0.95,
    );
  });

  it("in the mean of a column of grandchildren", () => {
    const cause = (user: number, at: number) =>
      mean(between(user, -Infinity, at).flatMap((order) => weightsOf[orderNumber.get(order)!]!));
    expect(shareOfOracle({ taskType: "regression", cause, noise: 2, epochs: 6 })).toBeGreaterThan(
      0.95,
    );
  });

  it("in a trend: this month's rows less those of the month before", () => {
    const cause = (user: number, at: number) =>
      between(user, at - 30, at).length - between(user, at - 60, at - 30).length;
    expect(shareOfOracle({ taskType: "regression", cause, noise: 1, epochs: 17 })).toBeGreaterThan(
      0.95,
    );
  });

  it("where one of two parents of the last row is of the first kind, and not both", () => {
    const cause = (user: number, at: number) => {
      const last = between(user, -Infinity, at).at(-1);
      return last ? shop.storeKinds[last.store]! ^ shop.productKinds[last.product]! : 0;
    };
    const planted = { taskType: "binary_classification", cause, noise: 0.05, epochs: 5 } as const;
    expect(shareOfOracle(planted)).toBeGreaterThan(0.95);
  });

  it("where one of the entity's own two parents is, with a joint head", () => {
    const cause = (user: number) => (shop.users[user]!.region % 2) ^ (shop.users[user]!.plan % 2);
    const planted = { taskType: "binary_classification", cause, noise: 0.05, epochs: 5 } as const;
    expect(shareOfOracle({ ...planted, head: "joint" })).toBeGreaterThan(0.95);
  });
});

describe("of noise the network", () => {
  it("finds nothing: no better than chance on rows it has not seen", () => {
    const coin = createRng(10);
    const cause = () => coin.int(2);
    const planted = { taskType: "binary_classification", cause, noise: 0, epochs: 3 } as const;
    const { predictions, truth } = learn(planted);
    const positives = truth.reduce((a, b) => a + b, 0);
    const negatives = truth.length - positives;
    // Standard error of an AUROC of 0.5 (Mann and Whitney 1947).
    const error = Math.sqrt((positives + negatives + 1) / (12 * positives * negatives));
    expect(Math.abs(rocAuc(predictions, truth)! - 0.5)).toBeLessThan(3 * error);
  });
});
