/** Engagement scores: points by rules with their reasons, tiers with what to do, judged by what becomes of entities. */
export {
  ACTION_LISTS,
  type ActionItem,
  type ActionOptions,
  actionLists,
  actionsToTable,
} from "./actions.js";
export { checkConfig } from "./check-config.js";
export {
  compareLearned,
  formatLearned,
  type LaterResult,
  type LearnedComparison,
} from "./compare-learned.js";
export {
  type CategoryConfig,
  type DeductionConfig,
  FOUR_PLAYBOOKS,
  FOUR_TIERS,
  type MetricConfig,
  type OutcomesConfig,
  type PartConfig,
  PLAYBOOKS,
  type Playbook,
  type RuleConfig,
  type ScoreConfig,
  type SegmentConfig,
  TIERS,
  type TierConfig,
} from "./config.js";
export { type DefaultConfigOptions, defaultScoreConfig } from "./default-config.js";
export type { ScoreLevel } from "./default-metrics.js";
export { type EngagementOptions, engagementScore } from "./engagement-score.js";
export { type HistoryOptions, readHistory, type ScoreHistory } from "./history.js";
export { type LearnOptions, learnConfig } from "./learn.js";
export { type ThreeWayCall, threeWayCall } from "./outcome-scores.js";
export { OUTCOMES, type Outcome, outcomesAt } from "./outcomes.js";
export type { ScoreReason } from "./points.js";
export { readScoreConfig, writeScoreConfig } from "./read-config.js";
export { type Rescored, type RescoreOptions, rescore } from "./rescore.js";
export {
  type AccountLink,
  type AccountScores,
  accountLink,
  accountsToTable,
  rollUp,
} from "./roll-up.js";
export {
  type PredictedScores,
  predictionsToScores,
  type ScaleOptions,
  scorePredictions,
} from "./scale.js";
export { type ScoreChange, type ScoreOptions, type ScoreTable, scoreEntities } from "./score.js";
export { countTiers, scoresToTable, summarizeScores } from "./score-table.js";
export { type ScreenedMetric, type ScreenOptions, screenMetrics } from "./screen.js";
export { type SimpleConfigOptions, simpleScoreConfig } from "./simple-config.js";
export { outcomeTiers, populationTiers } from "./tiers.js";
export { scoreTrend, type TrendOptions, type TrendWeek, trendToTable } from "./trend.js";
export {
  formatValidation,
  type ScoreValidation,
  type TierOutcome,
  type ValidateOptions,
  validateScores,
} from "./validate.js";
