/** Reasons against another baseline than the population: the same entity earlier, or others of its kind. */
import type { Contribution, Explanation } from "../gnn/explain/explanation.js";
import { invariant } from "./core/assert.js";
import { formatNumber } from "./core/pretty.js";

/** Options of {@link explainAgainst}. */
export interface AgainstOptions {
  /** What the others are, such as `2025-04-01` or `others with PLAN pro`. */
  readonly name: string;
  /** Reasons listed, 5 by default; the others are added up. */
  readonly top?: number | undefined;
}

/**
 * Tells one explanation against others of the same model: what a family contributes here, less what it contributes there on
 * average. Since each explanation is complete, so is the difference.
 *
 * @param own - the explanation, with all its reasons.
 * @param others - at least one, with all their reasons.
 * @returns `baseline` is the mean prediction of the others; contributions lead from there to the prediction.
 */
export function explainAgainst(
  own: Explanation,
  others: readonly Explanation[],
  { name, top = 5 }: AgainstOptions,
): Explanation {
  invariant(others.length > 0, "there is something to compare with");
  const mean = (of: (one: Explanation) => number): number =>
    others.reduce((sum, one) => sum + of(one), 0) / others.length;
  const families = new Map<string, { readonly told: Contribution; moved: number }>();
  for (const contribution of own.contributions) {
    families.set(contribution.family, { told: contribution, moved: contribution.contribution });
  }
  const there = new Map<string, Contribution[]>();
  for (const { contributions } of others) {
    for (const contribution of contributions) {
      const found = there.get(contribution.family) ?? [];
      found.push(contribution);
      there.set(contribution.family, found);
    }
  }
  for (const [family, found] of there) {
    const share = found.reduce((sum, one) => sum + one.contribution, 0) / others.length;
    const held = families.get(family);
    if (held) held.moved -= share;
    else families.set(family, { told: absent(found[0]!), moved: -share });
  }
  const order = [...families.values()]
    .filter(({ moved }) => moved !== 0)
    .sort((a, b) => Math.abs(b.moved) - Math.abs(a.moved));
  const shown = order.slice(0, top);
  const rest = order.slice(shown.length);
  const otherMoved = own.other.contribution - mean(({ other }) => other.contribution);
  // Baselines of one model are one number; should they differ, the difference is told too.
  const drift = own.baseline - mean(({ baseline }) => baseline);
  const left = rest.reduce((sum, { moved }) => sum + moved, otherMoved + drift);
  const leftSize = rest.reduce(
    (sum, { moved }) => sum + Math.abs(moved),
    Math.abs(otherMoved) + Math.abs(drift),
  );
  const size = shown.reduce((sum, { moved }) => sum + Math.abs(moved), leftSize) || 1;
  return {
    ...own,
    against: name,
    baseline: mean(({ prediction }) => prediction),
    contributions: shown.map(
      ({ told, moved }): Contribution => ({
        ...told,
        comparison: compare(told, there.get(told.family) ?? [], others.length),
        contribution: moved,
        share: Math.abs(moved) / size,
        direction: moved < 0 ? "down" : "up",
      }),
    ),
    other: { contribution: left, share: leftSize / size },
  };
}

/** A reason that the others have and this one has not. */
function absent(contribution: Contribution): Contribution {
  return { ...contribution, value: null, display: "–", evidence: [] };
}

function compare(told: Contribution, there: readonly Contribution[], all: number): string | null {
  const same = there.filter(({ label }) => label === told.label);
  if (all === 1) return `before ${same[0]?.display ?? "–"}`;
  const values = same.flatMap(({ value }) => value ?? []).sort((a, b) => a - b);
  const middle = same.find(({ value }) => value === values[values.length >> 1]);
  if (values.length === 0) return null;
  return `median ${middle?.display ?? formatNumber(values[values.length >> 1]!, 3)}`;
}
