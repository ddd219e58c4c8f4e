/** Random streams: the same on every machine, even, and independent after a split. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng, mix, type Rng, shuffle } from "../../../src/core/random.js";

const take = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.next());

/** Pearson's correlation. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const cov = mean(x.map((v, i) => (v - mx) * (y[i]! - my)));
  return cov / Math.sqrt(mean(x.map((v) => (v - mx) ** 2)) * mean(y.map((v) => (v - my) ** 2)));
}

/** Chi-squared statistic of counts against equal shares. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("createRng", () => {
  it("gives the same numbers for a seed, today and next year", () => {
    const rng = createRng(7);
    expect([
      rng.next(),
      rng.int(1000),
      rng.normal(),
      rng.split("a", 1).int(1e9),
    ]).toMatchInlineSnapshot(`
      [
        0.08482586974960205,
        25,
        -0.7839355813833134,
        938844782,
      ]
    `);
  });

  it("gives other numbers for another seed, also beyond 32 bits and below zero", () => {
    const seeds = [0, 1, -1, 7, 2 ** 32, 2 ** 32 + 7, -(2 ** 33), Number.MAX_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => createRng(seed).next())).size).toBe(seeds.length);
  });

  it("draws evenly from [0, 1): 100 bins within chance", () => {
    const counts = new Array<number>(100).fill(0);
    for (const value of take(createRng(3), 100_000)) counts[Math.floor(value * 100)]!++;
    expect(chiSquared(counts)).toBeLessThan(150);
  });

  it("draws integers evenly and never reaches the bound", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed, bound) => {
        const value = createRng(seed).int(bound);
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
      }),
    );
    const counts = new Array<number>(7).fill(0);
    const rng = createRng(5);
    for (let i = 0; i < 70_000; i++) counts[rng.int(7)]!++;
    expect(chiSquared(counts)).toBeLessThan(23);
  });

  it("draws normal numbers of mean 0, variance 1 and light tails", () => {
    const rng = createRng(11);
    const values = Array.from({ length: 100_000 }, () => rng.normal());
    const moment = (k: number): number => values.reduce((sum, v) => sum + v ** k, 0) / 1e5;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 0);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });

  it("does not repeat itself within neighbouring draws", () => {
    const values = take(createRng(13), 20_001);
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(0.03);
  });
});

describe("split", () => {
  it("depends on the seed and the keys, not on how much was drawn", () => {
    const [fresh, used] = [createRng(7), createRng(7)];
    take(used, 100);
    expect(take(used.split("epoch", 3), 5)).toEqual(take(fresh.split("epoch", 3), 5));
  });

  it("leaves the parent where it was", () => {
    const [a, b] = [createRng(7), createRng(7)];
    take(a.split("x"), 10);
    expect(take(a, 5)).toEqual(take(b, 5));
  });

  it("tells keys apart by value, order, grouping and kind", () => {
    const keys: (string | number)[][] = [
      [],
      [0],
      [1],
      ["1"],
      ["a"],
      ["a", "b"],
      ["b", "a"],
      ["ab"],
      ["a", ""],
      ["é"],
      [2 ** 32],
      [-1],
      [0, 0],
    ];
    const rng = createRng(7);
    const firsts = [rng, ...keys.map((key) => rng.split(...key))].map((r) => r.next());
    expect(new Set(firsts).size).toBe(keys.length + 1);
  });

  it("gives streams that know nothing of each other or of their parent", () => {
    const rng = createRng(17);
    const streams = [rng.split("a"), rng.split("b"), rng.split(0), rng.split(1), rng];
    const drawn = streams.map((stream) => take(stream, 10_000));
    for (let i = 0; i < drawn.length; i++) {
      for (let j = 0; j < i; j++) {
        expect(Math.abs(correlation(drawn[i]!, drawn[j]!))).toBeLessThan(0.04);
      }
    }
  });

  it("gives first numbers that are even over many keys", () => {
    const rng = createRng(19);
    const counts = new Array<number>(50).fill(0);
    for (let key = 0; key < 50_000; key++) counts[Math.floor(rng.split(key).next() * 50)]!++;
    expect(chiSquared(counts)).toBeLessThan(90);
  });
});

describe("shuffle", () => {
  it("keeps every value", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (values, seed) => {
        const shuffled = Int32Array.from(values);
        shuffle(shuffled, createRng(seed));
        expect([...shuffled].sort()).toEqual([...Int32Array.from(values)].sort());
      }),
    );
  });

  it("makes all 24 orders of four equally likely", () => {
    const counts = new Map<string, number>();
    const rng = createRng(23);
    for (let i = 0; i < 24_000; i++) {
      const values = [1, 2, 3, 4];
      shuffle(values, rng);
      counts.set(values.join(""), (counts.get(values.join("")) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquared([...counts.values()])).toBeLessThan(50);
  });
});

describe("mix", () => {
  it("flips about half of the bits when one bit changes", () => {
    let flipped = 0;
    for (let bit = 0; bit < 32; bit++) {
      for (let value = 0; value < 100; value++) {
        const difference = mix(99, value) ^ mix(99, value ^ (1 << bit));
        for (let i = 0; i < 32; i++) flipped += (difference >>> i) & 1;
      }
    }
    expect(flipped / (32 * 100 * 32)).toBeCloseTo(0.5, 1);
  });
});
