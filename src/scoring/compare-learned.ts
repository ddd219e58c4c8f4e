/** Learned points beside the given ones, on a window that came later than everything that was learned from. */
import { formatTime } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { ScoreConfig } from "./config.js";
import { readHistory } from "./history.js";
import { type LearnOptions, learnConfig } from "./learn.js";
import { formatShare, outcomeAucs, threeWayCall } from "./outcome-scores.js";

/** How one configuration fared on the later window. */
export interface LaterResult {
  readonly auc: { readonly churned: number | null; readonly expanded: number | null };
  /** Share of three-way calls that are right. */
  readonly threeWay: number;
}

/** Given and learned points on the same rows. */
export interface LearnedComparison {
  /** When points were learned and the rows scored, milliseconds UTC. */
  readonly moment: number;
  readonly rows: number;
  readonly given: LaterResult;
  readonly learned: LaterResult;
  /** The configuration that was learned then. */
  readonly config: ScoreConfig;
}

/**
 * Learns points as they would have been learned one window of outcomes ago, and judges them by what came since.
 *
 * @param db - the database.
 * @param config - with outcomes.
 * @param options - how far to read.
 * @throws {@link ConfigError} CFG239 without outcomes, CFG242 if the data are too short to learn before the last window.
 */
export function compareLearned(
  db: Database,
  config: ScoreConfig,
  options: LearnOptions = {},
): LearnedComparison {
  const { few, ...reading } = options;
  const newest = { ...reading, moments: 1 };
  const given = readHistory(db, config, newest);
  const moment = given.moments[0]!;
  const learned = learnConfig(db, config, { ...reading, few, anchor: moment });
  const after = readHistory(db, learned, newest);
  const judge = ({ scores, outcomes }: typeof given): LaterResult => ({
    auc: outcomeAucs(scores, outcomes),
    threeWay: threeWayCall(scores, outcomes).accuracy,
  });
  return {
    moment,
    rows: given.scores.length,
    given: judge(given),
    learned: judge(after),
    config: learned,
  };
}

/** Prints a comparison. */
export function formatLearned({ moment, rows, given, learned }: LearnedComparison): string {
  const auc = (value: number | null): string => value?.toFixed(3) ?? "-";
  const line = (name: string, { auc: found, threeWay }: LaterResult): string =>
    `  ${name}: AUROC churned ${auc(found.churned)}, expanded ${auc(found.expanded)}, three-way call ${formatShare(threeWay)} right`;
  return [
    `learned at ${formatTime(moment)}, judged by what came later (${rows} rows)`,
    line("points as given", given),
    line("points learned ", learned),
  ].join("\n");
}
