import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { NeighborLoader } from "../../gnn/batch.js";
import { predictLogits } from "../../gnn/predict.js";
import { fitTargetScale } from "../../gnn/target.js";
import { type TrainingData, trainModel } from "../../gnn/trainer.js";
import { primaryScore } from "../../gnn/validation.js";
import type { Seeds } from "../../graph/seeds.js";
import { createRng } from "../../src/core/random.js";
import { MS_PER_DAY } from "../../src/core/time.js";
import { initBackend } from "../../src/tensor/backend.js";
import { day, type Events, seedsAt, usersWithEvents, type World, worldOf } from "./fixtures.js";

beforeAll(async () => {
  await initBackend({});
});

const USERS = 16;
const draw = createRng(21);
const events: Events = Array.from({ length: 500 }, () => {
  const user = Math.floor(USERS * draw.next() ** 2);
  return [user, draw.next() * 150, draw.next()];
});

/** The number of a user's events in the 30 days before a day. */
function recent(user: number, count: number): number {
  return events.filter(([u, at]) => u === user && at <= count && at > count - 30).length;
}

function rowsAt(days: readonly number[]): { seeds: Seeds; targets: Float64Array } {
  const users = Array.from({ length: USERS }, (_, user) => user);
  const rows = days.flatMap((count) => users.map((user) => [user, count] as const));
  return {
    seeds: seedsAt(
      rows.map(([user]) => user),
      rows.map(([, count]) => day(count)),
    ),
    targets: Float64Array.from(rows, ([user, count]) => recent(user, count)),
  };
}

function world(): World {
  return worldOf(usersWithEvents(USERS, events), "users", { untouched: true });
}

function data(overrides: Partial<TrainingData> = {}): TrainingData {
  const train = rowsAt([40, 60, 80, 100]);
  return {
    taskType: "regression",
    train,
    validation: rowsAt([125]),
    scale: fitTargetScale("regression", train.targets),
    maxLag: 0,
    ...overrides,
  };
}

const config = { epochs: 4, batchSize: 16, warmupSteps: 2 };

describe("trainModel", () => {
  it("lowers the loss, and ends with the weights of its best epoch", () => {
    const { model, loader } = world();
    const rng = createRng(1);
    const given = data();
    const report = trainModel(model, loader, given, rng, {
      config: { ...config, epochs: 12, patience: 12, learningRate: 0.02, emaDecay: 0.5 },
    });
    expect(report.epochs).toHaveLength(12);
    expect(report.steps).toBe(12 * 4);
    const losses = report.epochs.map(({ loss }) => loss);
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
    const scores = report.epochs.map(({ score }) => score!);
    expect(report.bestEpoch).toBe(scores.indexOf(Math.min(...scores)));
    const { seeds, targets } = given.validation!;
    const logits = predictLogits(model, loader, seeds, rng.split("validation"));
    expect(primaryScore("regression", logits, targets, given.scale)).toBe(Math.min(...scores));
  });

  it("stops once the validation score has not improved for some epochs", () => {
    const { model, loader } = world();
    const report = trainModel(model, loader, data(), createRng(1), {
      config: { ...config, epochs: 30, patience: 2, learningRate: 0, warmupSteps: 0 },
    });
    // Nothing changes without a learning rate, so the first epoch stays the best.
    expect(report.epochs).toHaveLength(3);
    expect(report.bestEpoch).toBe(0);
  });

  it("trains all epochs and keeps the last where there is nothing to validate on", () => {
    const { model, loader } = world();
    const none = trainModel(model, loader, data({ validation: null }), createRng(1), { config });
    expect(none.bestEpoch).toBe(3);
    expect(none.epochs.map(({ score }) => score)).toEqual([null, null, null, null]);
    const one = rowsAt([125]);
    one.targets.fill(1);
    const given = data({ taskType: "binary_classification", validation: one });
    given.train.targets.forEach((y, i) => {
      given.train.targets[i] = y > 2 ? 1 : 0;
    });
    const report = trainModel(
      world().model,
      loader,
      { ...given, scale: { kind: "logit" } },
      createRng(1),
      { config: { ...config, epochs: 2 } },
    );
    expect(report.epochs.map(({ score }) => score)).toEqual([null, null]);
  });

  it("evaluates averaged weights, which differ from the trained ones", () => {
    const scoresWith = (emaDecay: number): (number | null)[] => {
      const { model, loader } = world();
      return trainModel(model, loader, data(), createRng(1), {
        config: { ...config, emaDecay },
      }).epochs.map(({ score }) => score);
    };
    const lossWith = (emaDecay: number): number[] => {
      const { model, loader } = world();
      return trainModel(model, loader, data(), createRng(1), {
        config: { ...config, emaDecay },
      }).epochs.map(({ loss }) => loss);
    };
    expect(scoresWith(0)).not.toEqual(scoresWith(0.99));
    expect(lossWith(0)).toEqual(lossWith(0.99));
  });

  it("gives the same bytes for the same seed, and other ones for another", () => {
    const weights = (seed: number): Record<string, number[]> => {
      const { model, loader } = world();
      trainModel(model, loader, data({ maxLag: 20 * MS_PER_DAY }), createRng(seed), {
        config: { ...config, epochs: 2 },
      });
      const arrays = model.store.toArrays();
      return Object.fromEntries(Object.entries(arrays).map(([k, { values }]) => [k, [...values]]));
    };
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });

  it("looks at as many seeds an epoch as it may", () => {
    const { model, loader } = world();
    const report = trainModel(model, loader, data(), createRng(1), {
      config: { ...config, epochs: 2, maxSeedsPerEpoch: 20 },
    });
    expect(report.steps).toBe(2 * 2);
  });

  it("stops when the time is up and keeps the best of what there is", () => {
    const { model, loader } = world();
    let steps = 0;
    const report = trainModel(model, loader, data(), createRng(1), {
      config,
      isTimeUp: () => ++steps >= 6,
    });
    expect(report.steps).toBe(6);
    expect(report.epochs).toHaveLength(2);
    expect(report.epochs[1]!.score).not.toBeNull();
  });

  it("tells each epoch, and can be cancelled without leaving tensors behind", () => {
    const { model, loader } = world();
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const told: string[] = [];
    const run = () =>
      trainModel(model, loader, data(), createRng(1), {
        config,
        signal: controller.signal,
        onProgress: (event) => {
          told.push(`${event.message}: ${Object.keys(event.values ?? {})}`);
          controller.abort();
        },
      });
    expect(run).toThrow(expect.objectContaining({ code: "CFG900" }));
    expect(told).toEqual(["epoch 1 of 4: loss,validation"]);
    expect(tf.memory().numTensors).toBe(before);
    trainModel(model, loader, data(), createRng(1), { config });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("staleness", () => {
  /** Every batch of seeds that a loader is asked for. */
  function spy(loader: NeighborLoader): {
    readonly loader: NeighborLoader;
    readonly seen: Seeds[];
  } {
    const seen: Seeds[] = [];
    return {
      seen,
      loader: {
        ...loader,
        load: (seeds, rng, options) => {
          seen.push(seeds);
          return loader.load(seeds, rng, options);
        },
      },
    };
  }

  it("never looks past the anchor, nor further back than the lag, and is one draw per anchor", () => {
    const { model, loader } = world();
    const watched = spy(loader);
    const maxLag = 20 * MS_PER_DAY;
    trainModel(model, watched.loader, data({ maxLag, validation: null }), createRng(2), {
      config: { ...config, epochs: 8 },
    });
    expect(watched.seen).toHaveLength(8 * 4);
    const lags: number[] = [];
    for (let epoch = 0; epoch < 8; epoch++) {
      const drawn = new Map<number, number>();
      for (const { anchorTimes, visibleTimes } of watched.seen.slice(4 * epoch, 4 * epoch + 4)) {
        anchorTimes.forEach((anchor, i) => {
          const lag = anchor - visibleTimes[i]!;
          expect(lag).toBeGreaterThanOrEqual(0);
          expect(lag).toBeLessThanOrEqual(maxLag);
          expect(drawn.get(anchor) ?? lag).toBe(lag);
          drawn.set(anchor, lag);
        });
      }
      lags.push(...drawn.values());
    }
    const fresh = lags.filter((lag) => lag === 0).length;
    expect(fresh).toBeGreaterThan(5);
    expect(new Set(lags).size).toBeGreaterThan(10);
  });

  it("leaves validation rows, and training without lag, as they are", () => {
    const { model, loader } = world();
    const watched = spy(loader);
    trainModel(model, watched.loader, data(), createRng(2), { config: { ...config, epochs: 1 } });
    for (const { anchorTimes, visibleTimes } of watched.seen) {
      expect(visibleTimes).toEqual(anchorTimes);
    }
    const frozen = rowsAt([125]);
    const visibleTimes = frozen.seeds.anchorTimes.map((time) => time - 3);
    const validation = { ...frozen, seeds: { ...frozen.seeds, visibleTimes } };
    const again = spy(loader);
    trainModel(model, again.loader, data({ maxLag: 10, validation }), createRng(2), {
      config: { ...config, epochs: 1 },
    });
    expect(again.seen.at(-1)!.visibleTimes).toEqual(visibleTimes);
  });
});
