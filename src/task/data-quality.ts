/** How far a prediction can lean on its data: what is missing, old, new to the model, or disputed among its members. */
import { MS_PER_DAY } from "../core/time.js";

/** What is known of the data behind one prediction; `null` where it was not measured. */
export interface QualityFacts {
  /** Share of the signals without a value, in [0, 1]. */
  readonly missing: number | null;
  /** Age (ms) of the newest row that was seen, and the highest age met in training. */
  readonly age: number | null;
  readonly trainedAge: number | null;
  /** Number of categories that training never met. */
  readonly unseen: number | null;
  /** Number of the entity's own past rows. */
  readonly history: number | null;
  /** Spread of the members' predictions, and the spread that most training rows stay under, in one unit. */
  readonly spread: number | null;
  readonly usualSpread: number | null;
}

/** A reason to doubt a prediction. */
export interface QualityFlag {
  readonly name: "no-history" | "stale" | "missing" | "unseen" | "disagreement";
  /** For people. */
  readonly words: string;
}

/** Data quality of one prediction. */
export interface DataQuality {
  /** `good`: no flag; `fair`: one; `poor`: several, or no history. */
  readonly level: "good" | "fair" | "poor";
  readonly flags: readonly QualityFlag[];
}

/** Share of missing signals, beyond which they are flagged. */
const MUCH_MISSING = 0.5;

/**
 * Says what is wrong with the data behind a prediction.
 *
 * @param facts - plain numbers.
 */
export function dataQuality(facts: QualityFacts): DataQuality {
  const { missing, age, trainedAge, unseen, history, spread, usualSpread } = facts;
  const flags: QualityFlag[] = [];
  if (history === 0) flags.push({ name: "no-history", words: "nothing has happened yet" });
  if (age !== null && trainedAge !== null && age > trainedAge) {
    const words = `the newest row is ${daysOf(age)} old, in training at most ${daysOf(trainedAge)}`;
    flags.push({ name: "stale", words });
  }
  if (missing !== null && missing > MUCH_MISSING) {
    flags.push({
      name: "missing",
      words: `${Math.round(missing * 100)} % of the signals are missing`,
    });
  }
  if (unseen !== null && unseen > 0) {
    const words = `${unseen} ${unseen === 1 ? "category is" : "categories are"} new to the model`;
    flags.push({ name: "unseen", words });
  }
  if (spread !== null && usualSpread !== null && spread > usualSpread) {
    flags.push({ name: "disagreement", words: "the experts disagree more than usual" });
  }
  const isPoor = flags.length > 1 || history === 0;
  return { level: isPoor ? "poor" : flags.length === 1 ? "fair" : "good", flags };
}

function daysOf(ms: number): string {
  const days = Math.round(ms / MS_PER_DAY);
  return `${days} ${days === 1 ? "day" : "days"}`;
}
