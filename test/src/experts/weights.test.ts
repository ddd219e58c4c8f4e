import { describe, expect, test } from "vitest";
import { createRng } from "../../../src/core/random.js";
import { type ScoreSpace, scoreLosses, toOutputs, toScores } from "../../../src/experts/score.js";
import { blendWeights, weighScores } from "../../../src/experts/weights.js";

const NUMBERS: ScoreSpace = {
  scale: { kind: "linear", unit: 1, center: 10, scale: 4, low: -1e9, high: 1e9 },
  outputs: 1,
};
const BINARY: ScoreSpace = { scale: { kind: "logit" }, outputs: 1 };
const CLASSES: ScoreSpace = { scale: { kind: "logit" }, outputs: 3 };

function noise(count: number, seed: number, size: number): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: count }, () => (rng.next() - 0.5) * size);
}

describe("the score space", () => {
  test("leads back to the outputs it came from", () => {
    const numbers = Float64Array.of(-3, 0, 10, 99);
    toOutputs(NUMBERS, toScores(NUMBERS, numbers)).forEach((y, i) => {
      expect(y).toBeCloseTo(numbers[i]!, 9);
    });
    const chances = Float64Array.of(0.1, 0.5, 0.999);
    toOutputs(BINARY, toScores(BINARY, chances)).forEach((p, i) => {
      expect(p).toBeCloseTo(chances[i]!, 9);
    });
    const shares = Float64Array.of(0.2, 0.3, 0.5, 0.01, 0.01, 0.98);
    toOutputs(CLASSES, toScores(CLASSES, shares)).forEach((p, i) => {
      expect(p).toBeCloseTo(shares[i]!, 9);
    });
  });

  test("a certain expert stays finite", () => {
    for (const z of toScores(BINARY, Float64Array.of(0, 1))) expect(Number.isFinite(z)).toBe(true);
    for (const z of toScores(CLASSES, Float64Array.of(0, 0, 1))) {
      expect(Number.isFinite(z)).toBe(true);
    }
  });

  test("losses are the logarithmic loss and the absolute error", () => {
    const [loss] = scoreLosses(BINARY, toScores(BINARY, Float64Array.of(0.8)), Float64Array.of(1));
    expect(loss).toBeCloseTo(-Math.log(0.8), 9);
    const shares = toScores(CLASSES, Float64Array.of(0.2, 0.3, 0.5));
    expect(scoreLosses(CLASSES, shares, Float64Array.of(1))[0]).toBeCloseTo(-Math.log(0.3), 9);
    const number = toScores(NUMBERS, Float64Array.of(14));
    expect(scoreLosses(NUMBERS, number, Float64Array.of(10))[0]).toBeCloseTo(1, 9);
  });
});

describe("the weights of a blend", () => {
  const truth = noise(2000, 1, 40).map((v) => v + 10);
  const entities = Int32Array.from(truth, (_, i) => i % 500);
  const scored = (error: Float64Array): Float64Array =>
    toScores(
      NUMBERS,
      truth.map((y, i) => y + error[i]!),
    );
  const good = scored(noise(2000, 2, 2));
  const bad = scored(noise(2000, 3, 60));

  test("go to the expert that is right", () => {
    const weights = blendWeights(
      NUMBERS,
      { scores: [good, bad], targets: truth, entities },
      [0.5, 0.5],
    );
    expect(weights[0]).toBeGreaterThan(0.9);
    expect(weights[0]! + weights[1]!).toBeCloseTo(1, 9);
  });

  test("stay where they are while nothing proves a gain", () => {
    const twin = blendWeights(
      NUMBERS,
      { scores: [good, good], targets: truth, entities },
      [0.7, 0.3],
    );
    expect(twin).toEqual([0.7, 0.3]);
  });

  test("rows of one entity prove less than rows of many", () => {
    const slightly = scored(noise(2000, 4, 12));
    const rivals = { scores: [slightly, scored(noise(2000, 5, 14))], targets: truth };
    const many = blendWeights(NUMBERS, { ...rivals, entities }, [0, 1]);
    const two = { ...rivals, entities: Int32Array.from(truth, (_, i) => i % 2) };
    expect(blendWeights(NUMBERS, two, [0, 1])[0]).toBeLessThanOrEqual(many[0]! + 0.05);
  });

  test("are the prior without rows", () => {
    const none = { scores: [good.slice(0, 0), bad.slice(0, 0)], targets: truth.slice(0, 0) };
    const weights = blendWeights(NUMBERS, { ...none, entities: entities.slice(0, 0) }, [0.6, 0.4]);
    expect(weights).toEqual([0.6, 0.4]);
  });

  test("add scores up", () => {
    const blended = weighScores([Float64Array.of(1, 2), Float64Array.of(3, 6)], [0.25, 0.75]);
    expect([...blended]).toEqual([2.5, 5]);
  });
});
