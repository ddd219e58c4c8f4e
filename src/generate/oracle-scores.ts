/** How well the oracle does at an anchor, beside the simplest guesses: the floor that no model gets below. */

/** One user at one anchor. */
export interface ScoredUser {
  readonly mean: number;
  readonly median: number;
  readonly zero: number;
  readonly actual: number;
  readonly actualSessions: number;
  /** What the user did within the window before the anchor. */
  readonly last: number;
  readonly lastSessions: number;
}

/** Sums up users at one anchor. */
export interface AnchorScores {
  add(user: ScoredUser): void;
  finish(anchor: string): AnchorSummary;
}

/** The oracle's scores at one anchor; `null` where no user gives one. */
export interface AnchorSummary {
  readonly anchor: string;
  /** Of the total minutes within the next 30 days, over all open accounts. */
  readonly minutes: {
    readonly users: number;
    readonly actualMean: number | null;
    readonly actualZeroShare: number | null;
    /** Mean absolute error of the oracle's median: the best that can be reached knowing the hidden state. */
    readonly oracleMae: number | null;
    /** Mean absolute error of the oracle's mean. */
    readonly oracleMeanMae: number | null;
    /** Root mean squared error of the oracle's mean: the best that can be reached. */
    readonly oracleRmse: number | null;
    /** Mean absolute error of guessing the last 30 days again. */
    readonly lastWindowMae: number | null;
    /** Mean absolute error of guessing the median of all users. */
    readonly constantMae: number | null;
  };
  /** Of having no session within the next 30 days, over users with one within the last 30. */
  readonly inactivity: {
    readonly users: number;
    readonly baseRate: number | null;
    readonly oracleAuroc: number | null;
    /** Of ranking by fewest sessions within the last 30 days. */
    readonly lastWindowAuroc: number | null;
  };
}

/** Makes an empty sum. */
export function createAnchorScores(): AnchorScores {
  const users: ScoredUser[] = [];
  return {
    add: (user) => users.push(user),
    finish(anchor) {
      const actual = Float64Array.from(users, (user) => user.actual);
      const middle = actual.slice().sort()[actual.length >> 1] ?? 0;
      const error = (guess: (user: ScoredUser) => number): number | null =>
        average(users.map((user) => Math.abs(guess(user) - user.actual)));
      const squared = average(users.map((user) => (user.mean - user.actual) ** 2));
      const recent = users.filter((user) => user.lastSessions > 0);
      const silent = recent.map((user) => user.actualSessions === 0);
      return {
        anchor,
        minutes: {
          users: users.length,
          actualMean: average([...actual]),
          actualZeroShare: average(users.map((user) => (user.actualSessions === 0 ? 1 : 0))),
          oracleMae: error((user) => user.median),
          oracleMeanMae: error((user) => user.mean),
          oracleRmse: squared === null ? null : Math.sqrt(squared),
          lastWindowMae: error((user) => user.last),
          constantMae: error(() => middle),
        },
        inactivity: {
          users: recent.length,
          baseRate: average(silent.map(Number)),
          oracleAuroc: auroc(
            recent.map((user) => user.zero),
            silent,
          ),
          lastWindowAuroc: auroc(
            recent.map((user) => -user.lastSessions),
            silent,
          ),
        },
      };
    },
  };
}

function average(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Area under the ROC curve by ranks, ties counted half; `null` with one class only. */
function auroc(scores: readonly number[], labels: readonly boolean[]): number | null {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    for (let i = from; i < to; i++) {
      if (!labels[order[i]!]) continue;
      positives++;
      rankSum += (from + to + 1) / 2;
    }
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
