import { describe, expect, it } from "vitest";
import { pruneSignals } from "../../../graph/signals/prune.js";
import { centred, correlation, ranks, relevance } from "../../../graph/signals/relevance.js";
import type { Signal, SignalMatrix } from "../../../graph/signals/types.js";
import { createRng } from "../../../src/core/random.js";

const ROWS = 600;

/** A matrix of columns by a formula of (row, noise); `categorical` where the name says so. */
function matrix(
  columns: Readonly<Record<string, (row: number, noise: number) => number>>,
): SignalMatrix {
  const rng = createRng(3);
  const noise = Array.from({ length: ROWS }, () => rng.normal());
  return {
    signals: Object.keys(columns).map(
      (id) => ({ id, kind: id.startsWith("category") ? "categorical" : "numerical" }) as Signal,
    ),
    columns: Object.values(columns).map((value) =>
      Float32Array.from(noise, (z, row) => value(row, z)),
    ),
    numRows: ROWS,
  };
}

function kept(from: SignalMatrix, options: Parameters<typeof pruneSignals>[1] = {}): string[] {
  return Array.from(pruneSignals(from, options), (s) => from.signals[s]!.id);
}

const mixed = (row: number): number => (row * 7919) % 613;

describe("pruning", () => {
  it("drops what is constant, missing or the double of an earlier signal", () => {
    const drawn = matrix({
      base: (_, z) => z,
      constant: () => 4,
      missing: (row) => (row < 5 ? row : Number.NaN),
      scaled: (_, z) => 3 - 2 * z,
      curved: (_, z) => Math.exp(z),
      near: (row, z) => z + mixed(row) / 1e5,
      other: mixed,
      gaps: (row, z) => (row % 3 === 0 ? Number.NaN : z),
    });
    expect(kept(drawn)).toEqual(["base", "other", "gaps"]);
    expect(kept(drawn, { maxMissing: 1, maxCorrelation: 1.1 })).toEqual([
      "base",
      "missing",
      "scaled",
      "curved",
      "near",
      "other",
      "gaps",
    ]);
  });

  it("keeps the first signals without a target, the telling ones with one", () => {
    const drawn = matrix({
      noise: mixed,
      bend: (row) => Math.abs((row % 101) - 50) + mixed(row) / 1e3,
      category: (row) => [2, 0, 1, 2, 1][row % 5]!,
      gap: (row) => (row % 2 === 0 ? Number.NaN : mixed(row + 1)),
    });
    expect(kept(drawn, { limit: 2 })).toEqual(["noise", "bend"]);
    const of = (value: (row: number) => number): Float64Array =>
      Float64Array.from({ length: ROWS }, (_, row) => value(row));
    expect(kept(drawn, { limit: 1, targets: of((row) => Math.abs((row % 101) - 50)) })).toEqual([
      "bend",
    ]);
    expect(kept(drawn, { limit: 1, targets: of((row) => (row % 5 === 1 ? 1 : 0)) })).toEqual([
      "category",
    ]);
    expect(kept(drawn, { limit: 1, targets: of((row) => row % 2) })).toEqual(["gap"]);
    const partly = of((row) => (row < 300 ? Number.NaN : row % 2));
    expect(kept(drawn, { limit: 1, targets: partly })).toEqual(["gap"]);
  });

  it("gives nothing of no rows", () => {
    expect(kept({ ...matrix({ a: () => 1 }), columns: [new Float32Array(0)], numRows: 0 })).toEqual(
      [],
    );
  });
});

describe("measures", () => {
  it("rank ties by their middle, missing values first", () => {
    expect([...ranks(Float64Array.of(5, Number.NaN, 1, 5, Number.NaN))]).toEqual([
      3.5, 0.5, 2, 3.5, 0.5,
    ]);
  });

  it("correlate columns of unit length", () => {
    const a = centred(Float64Array.of(1, 2, 3, Number.NaN));
    expect(correlation(a, a)).toBeCloseTo(1, 12);
    expect(correlation(a, centred(Float64Array.of(3, 2, 1, 2)))).toBeCloseTo(-1, 12);
    expect([...centred(Float64Array.of(2, 2))]).toEqual([0, 0]);
  });

  it("take off the relevance that chance gives", () => {
    const rng = createRng(1);
    const target = centred(ranks(Float64Array.from({ length: 2000 }, () => rng.normal())));
    const values = Float64Array.from({ length: 2000 }, () => rng.normal());
    expect(Math.abs(relevance({ values, ranks: ranks(values) }, false, target))).toBeLessThan(0.01);
    expect(relevance({ values: target, ranks: ranks(target) }, false, target)).toBeGreaterThan(
      0.98,
    );
  });
});
