/** LambdaRank: pairs of a query push each other by what swapping them would change in NDCG. */
import type { TreeLabels } from "../types.js";
import { type Loss, weightedMean, weightsOf } from "./loss.js";

interface Query {
  readonly start: number;
  readonly end: number;
  /** DCG of the best order, cut at the truncation; 0 if nothing is relevant. */
  readonly best: number;
}

/**
 * The loss `1 − NDCG` of the first ranks, averaged over queries that have something relevant. Gain of grade `g` is `2^g − 1`,
 * discount of rank `r` is `log2(r + 1)`.
 *
 * @param labels - grades and queries; a row's weight multiplies its derivatives, the first row's the query's loss.
 * @param truncation - ranks that count; pairs with both below do not push.
 * @see Burges 2010; LightGBM `LambdarankNDCG` for normalisation.
 */
export function lambdarankLoss(labels: TreeLabels, truncation: number): Loss {
  const { targets } = labels;
  const weights = weightsOf(labels);
  const queries = queriesOf(labels, truncation);
  return {
    outputs: 1,
    baseScores: () => new Float64Array(1),
    derive(scores, gradients, hessians) {
      gradients.fill(0);
      hessians.fill(0);
      for (const query of queries) push(query, targets, scores, truncation, gradients, hessians);
      for (let i = 0; i < weights.length; i++) {
        gradients[i]! *= weights[i]!;
        hessians[i]! *= weights[i]!;
      }
    },
    mean(scores) {
      const scored = queries.filter(({ best }) => best > 0);
      const own = Float64Array.from(scored, ({ start }) => weights[start]!);
      return weightedMean(own, (q) => {
        const order = orderOf(scored[q]!, scores);
        return 1 - dcg(order, targets, truncation) / scored[q]!.best;
      });
    },
  };
}

function queriesOf({ targets, groups }: TreeLabels, truncation: number): Query[] {
  const queries: Query[] = [];
  for (let start = 0; start < targets.length; ) {
    let end = start + 1;
    while (end < targets.length && groups![end] === groups![start]) end++;
    const order = Int32Array.from({ length: end - start }, (_, k) => start + k);
    order.sort((a, b) => targets[b]! - targets[a]!);
    queries.push({ start, end, best: dcg(order, targets, truncation) });
    start = end;
  }
  return queries;
}

/** Pushes all pairs of a query of which at least one ranks above the truncation. */
function push(
  query: Query,
  targets: Float64Array,
  scores: Float64Array,
  truncation: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  if (query.best === 0) return;
  const order = orderOf(query, scores);
  const spread = scores[order[0]!]! - scores[order.at(-1)!]!;
  let total = 0;
  for (let i = 0; i < Math.min(truncation, order.length - 1); i++) {
    for (let j = i + 1; j < order.length; j++) {
      const [a, b] = [order[i]!, order[j]!];
      if (targets[a] === targets[b]) continue;
      const [high, low] = targets[a]! > targets[b]! ? [a, b] : [b, a];
      const apart = scores[high]! - scores[low]!;
      const gains = gain(targets[high]!) - gain(targets[low]!);
      let change = (gains * (discount(i) - discount(j))) / query.best;
      if (spread > 0) change /= 0.01 + Math.abs(apart);
      const wrong = 1 / (1 + Math.exp(apart));
      gradients[high]! -= change * wrong;
      gradients[low]! += change * wrong;
      hessians[high]! += change * wrong * (1 - wrong);
      hessians[low]! += change * wrong * (1 - wrong);
      total += 2 * change * wrong;
    }
  }
  const factor = total > 0 ? Math.log2(1 + total) / total : 1;
  for (let i = query.start; i < query.end; i++) {
    gradients[i]! *= factor;
    hessians[i]! *= factor;
  }
}

/** Rows of a query, the highest score first, of equal ones the earlier row. */
function orderOf({ start, end }: Query, scores: Float64Array): Int32Array {
  const order = Int32Array.from({ length: end - start }, (_, k) => start + k);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

function dcg(order: Int32Array, targets: Float64Array, truncation: number): number {
  let sum = 0;
  for (let r = 0; r < Math.min(truncation, order.length); r++) {
    sum += gain(targets[order[r]!]!) * discount(r);
  }
  return sum;
}

function gain(grade: number): number {
  return 2 ** grade - 1;
}

function discount(rank: number): number {
  return 1 / Math.log2(rank + 2);
}
