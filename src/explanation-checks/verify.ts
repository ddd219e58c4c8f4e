/** Verifies explanations: whether reasons add up, hold still, know no future, and mean what they say. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import { checkAborted, type WorkOptions } from "../core/progress.js";
import { createRng, shuffle } from "../core/random.js";
import { approximateMs, type Timestamp } from "../core/time.js";
import type { Database } from "../data/database.js";
import { defaultAnchor, type EntityId, entityKey } from "../prediction-seeds.js";
import { type FitOptions, Predictor } from "../predictor.js";
import { atMost, type ExplanationCheck } from "./check.js";
import { deletionCheck } from "./deletion.js";
import { familyWeights, rankCorrelationOf } from "./importance.js";
import { withNoise, withTwin } from "./planted-columns.js";
import { upTo } from "./visible.js";

/** Options of {@link verifyExplanations}. */
export interface VerifyOptions extends WorkOptions {
  /** Predictions looked at, 50 by default. */
  readonly rows?: number | undefined;
  readonly seed?: number | undefined;
  /** When predictions are made; by default a window of the target before the latest time, so that there is a future. */
  readonly anchor?: Timestamp | undefined;
  /** How the model was fitted: with it, models are also fitted on noise, twins, shuffled labels and another seed. */
  readonly refit?: FitOptions | undefined;
}

/** Reasons asked for: all that there are, within reason. */
const REASONS = 1000;

/**
 * Verifies the explanations of a model.
 *
 * @param db - the database it predicts on.
 * @param predictor - the model; of numbers, conditions or classes.
 * @param options - how many rows; `refit` for the checks that need further models.
 * @returns the checks in the order they ran.
 * @see Adebayo et al. 2018 (randomisation); Hooker et al. 2019 (deletion by data, not by masks).
 */
export async function verifyExplanations(
  db: Database,
  predictor: Predictor,
  options: VerifyOptions = {},
): Promise<readonly ExplanationCheck[]> {
  const { rows = 50, seed = 0, refit, signal, onProgress } = options;
  const anchor = options.anchor ?? earlier(db, predictor);
  const at = anchor === null ? {} : { anchor };
  const all = await predictor.predict({ db, ...at, signal });
  const order = Int32Array.from(all.entityRows.keys());
  shuffle(order, createRng(seed).split("verify"));
  const chosen = Array.from(order.subarray(0, rows), (i) => all.entityRows[i]!);
  const ids = chosen.map((row) => idOf(db, predictor, row));
  const explainAll = async (on: Database, by = predictor): Promise<Explanation[]> => {
    const found: Explanation[] = [];
    for (const [i, id] of ids.entries()) {
      checkAborted(signal, "the checks");
      found.push(await by.explain(id, { db: on, ...at, top: REASONS }));
      onProgress?.({ stage: "verify", message: "reasons", done: i + 1, total: ids.length });
    }
    return found;
  };
  const plain = await explainAll(db);
  const now = all.anchorTimes[0] ?? Number.POSITIVE_INFINITY;
  const checks = [
    sumsCheck(plain),
    sharesCheck(plain),
    await repeatCheck(plain, () => explainAll(db)),
    await futureCheck(plain, () => explainAll(upTo(db, now))),
    await deletionCheck(db, predictor, plain, { ids, anchor: now, rows: chosen }),
  ];
  if (refit === undefined) return checks;
  const weights = familyWeights(plain);
  const again = async (on: Database, how: Partial<FitOptions>): Promise<Explanation[]> => {
    const other = await Predictor.fit(on, predictor.query, { ...refit, ...how, signal });
    try {
      return await explainAll(on, other);
    } finally {
      other.dispose();
    }
  };
  const { entityTable } = predictor.task;
  const noisy = await again(withNoise(db, entityTable, seed), {});
  const twin = withTwin(db, entityTable, plain);
  const twins = twin === null ? null : await again(twin.db, {});
  const reseeded = await again(db, { seed: (refit.seed ?? 0) + 1 });
  return [
    ...checks,
    noiseCheck(noisy),
    twinCheck(plain, twins, twin?.columns ?? []),
    stable(weights, reseeded),
  ];
}

/** A window before the latest time; `null` for a static target. */
function earlier(db: Database, { plan }: Predictor): Timestamp | null {
  const latest = defaultAnchor(db, plan);
  const { horizon } = plan;
  return latest === null || horizon === null
    ? latest
    : latest - approximateMs(horizon.end, horizon.unit);
}

function idOf(db: Database, { task }: Predictor, row: number): EntityId {
  const key = Object.values(entityKey(db, task.entityTable, row));
  return (key.length === 1 ? key[0]! : key) as EntityId;
}

/** Baseline and contributions are the prediction, up to a millionth. */
export function sumsCheck(explanations: readonly Explanation[]): ExplanationCheck {
  const errors = explanations.map(({ baseline, contributions, other, prediction }) => {
    const sum = contributions.reduce((total, one) => total + one.contribution, baseline);
    const size = Math.max(1, Math.abs(prediction), Math.abs(baseline));
    return Math.abs(sum + other.contribution - prediction) / size;
  });
  return atMost("reasons add up to the prediction", "largest gap, of the prediction", errors, 1e-6);
}

/** Shares of absolute contributions add up to 1. */
export function sharesCheck(explanations: readonly Explanation[]): ExplanationCheck {
  const errors = explanations
    .filter(({ contributions }) => contributions.length > 0)
    .map(({ contributions, other }) =>
      Math.abs(contributions.reduce((total, { share }) => total + share, other.share) - 1),
    );
  return atMost("shares add up to 1", "largest gap", errors, 1e-6);
}

async function repeatCheck(
  plain: readonly Explanation[],
  repeat: () => Promise<readonly Explanation[]>,
): Promise<ExplanationCheck> {
  const errors = differences(plain, await repeat());
  return atMost("the same question has the same answer", "largest change", errors, 0);
}

async function futureCheck(
  plain: readonly Explanation[],
  withoutFuture: () => Promise<readonly Explanation[]>,
): Promise<ExplanationCheck> {
  const errors = differences(plain, await withoutFuture());
  return atMost("rows after the anchor change nothing", "largest change", errors, 0);
}

/** The largest difference of contributions of each pair, reason by reason. */
function differences(a: readonly Explanation[], b: readonly Explanation[]): number[] {
  return a.map((one, i) => {
    const other = new Map(
      b[i]!.contributions.map((c) => [`${c.family} ${c.label}`, c.contribution]),
    );
    const gaps = one.contributions.map((c) =>
      Math.abs(c.contribution - (other.get(`${c.family} ${c.label}`) ?? Number.POSITIVE_INFINITY)),
    );
    return Math.max(Math.abs(one.prediction - b[i]!.prediction), ...gaps, 0);
  });
}

const NOISE = "RELGRAPH_NOISE";

/** A column of noise gets no more than half again the share of an even split over all families. */
function noiseCheck(explanations: readonly Explanation[]): ExplanationCheck {
  const weights = familyWeights(explanations);
  const total = [...weights.values()].reduce((a, b) => a + b, 0);
  const noise = [...weights].filter(([family]) => family.includes(NOISE));
  const share = noise.reduce((sum, [, weight]) => sum + weight, 0) / (total || 1);
  return atMost(
    "a column of noise hardly counts",
    "its share, of an even share",
    [share * Math.max(1, weights.size)],
    1.5,
  );
}

/** The columns of a pair of twins count together what the one column counted before. */
function twinCheck(
  plain: readonly Explanation[],
  twins: readonly Explanation[] | null,
  columns: readonly string[],
): ExplanationCheck {
  const shareOf = (explanations: readonly Explanation[]): number => {
    const weights = familyWeights(explanations);
    const total = [...weights.values()].reduce((a, b) => a + b, 0);
    const own = [...weights].filter(([family]) => columns.some((name) => family.includes(name)));
    return own.reduce((sum, [, weight]) => sum + weight, 0) / (total || 1);
  };
  const errors = twins === null ? [] : [Math.abs(shareOf(twins) - shareOf(plain))];
  return atMost("twin columns share one column's weight", "change of their share", errors, 0.05);
}

function stable(
  weights: ReadonlyMap<string, number>,
  other: readonly Explanation[],
): ExplanationCheck {
  const correlation = rankCorrelationOf(weights, familyWeights(other));
  return {
    name: "another seed finds the same drivers",
    asks: "rank correlation of the families' weights, at least",
    passed: correlation === null ? null : correlation >= 0.8,
    measured: correlation,
    limit: 0.8,
    cases: weights.size,
  };
}
