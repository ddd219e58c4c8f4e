import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildGraph } from "../../../graph/build.js";
import { planSignals } from "../../../graph/signals/plan.js";
import { createSignalStore } from "../../../graph/signals/store.js";
import type { Signal } from "../../../graph/signals/types.js";
import { arbSignalCase, ENTITY, LAST, type SignalCase, STEP, signalDatabase } from "./fixtures.js";
import { naiveSignal } from "./oracle.js";

/** Signals of each primitive and roots that are held against the oracle in one run. */
const EACH = 1;

const OPTIONS = {
  horizon: { count: 1, unit: "days" },
  cutoff: LAST * STEP,
  maxSignals: 100_000,
  groups: { global: true },
} as const;

/** Lists signals whose values differ from the oracle's. */
function differences(
  { rows, seeds }: SignalCase,
  take: (signals: readonly Signal[]) => readonly Signal[],
): string[] {
  const db = signalDatabase(rows);
  const graph = buildGraph(db);
  const signals = take(planSignals(db, graph, ENTITY, OPTIONS).signals);
  const { columns } = createSignalStore(db, graph).compute(signals, seeds);
  const found: string[] = [];
  signals.forEach((signal, s) => {
    for (let i = 0; i < seeds.rows.length; i++) {
      const seed = {
        row: seeds.rows[i]!,
        anchor: seeds.anchorTimes[i]!,
        visible: seeds.visibleTimes[i]!,
      };
      const expected = naiveSignal(db, signal, seed);
      const value = columns[s]![i]!;
      const isEqual = Number.isNaN(expected)
        ? Number.isNaN(value)
        : Math.abs(value - expected) <= 1e-5 * Math.max(1, Math.abs(expected));
      if (!isEqual) found.push(`${signal.id} of seed ${i}: ${value}, expected ${expected}`);
    }
  });
  return found;
}

/** Takes signals of each primitive and roots, evenly spread, from a drawn first one on. */
function someOfEach(signals: readonly Signal[], first: number): Signal[] {
  const kinds = new Map<string, Signal[]>();
  for (const signal of signals) {
    const kind = JSON.stringify([signal.primitive.kind, signal.path.roots]);
    const members = kinds.get(kind);
    if (members) members.push(signal);
    else kinds.set(kind, [signal]);
  }
  return [...kinds.values()].flatMap((members) => {
    const step = Math.ceil(members.length / EACH);
    return members.filter((_, i) => i % step === first % step);
  });
}

describe("every signal", () => {
  it("equals a loop over all rows", () => {
    fc.assert(
      fc.property(arbSignalCase(), fc.nat(), (drawn, first) => {
        const found = differences(drawn, (signals) => someOfEach(signals, first));
        expect(found).toEqual([]);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it("is planned at least once for each primitive", () => {
    const [drawn] = fc.sample(arbSignalCase(14), { numRuns: 1, seed: 5 });
    const db = signalDatabase(drawn!.rows);
    const { signals } = planSignals(db, buildGraph(db), ENTITY, OPTIONS);
    const kinds = new Set(signals.map(({ primitive }) => primitive.kind));
    expect([...kinds].sort()).toMatchInlineSnapshot(`
      [
        "age",
        "bigram",
        "change",
        "contains",
        "count",
        "countOf",
        "countTrend",
        "days",
        "dimension",
        "distinct",
        "due",
        "entropy",
        "first",
        "hash",
        "lag",
        "last",
        "lastMean",
        "length",
        "max",
        "mean",
        "meanGap",
        "min",
        "month",
        "nth",
        "open",
        "openOf",
        "ownShare",
        "pair",
        "perPeer",
        "position",
        "share",
        "sinceFirst",
        "sinceLast",
        "slope",
        "staleness",
        "std",
        "sum",
        "trend",
        "value",
        "weekday",
      ]
    `);
    expect(new Set(signals.map(({ id }) => id)).size).toBe(signals.length);
  });
});
