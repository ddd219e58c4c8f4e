/** What an engagement score is made of, as plain data: metrics, points by rules, tiers, playbooks, outcomes. */

/** Something measured of each entity, as of any moment. */
export interface MetricConfig {
  /** An expression of the query language that looks back, such as `COUNT(SESSIONS.*, -28, 0, days) / 4`. */
  readonly expression: string;
  /** For people, such as `Sessions a week`. */
  readonly label: string;
  /** The table it is measured of, a parent of the entity: everyone in one company has the company's value. Absent: the entity. */
  readonly of?: string;
  /** The column of the entity table that names that parent, where several do. */
  readonly via?: string;
  /** Its change over so many days counts, in place of its value. */
  readonly change?: number;
  readonly unit?: string;
  /** What it tells about, such as `usage`; for lists. */
  readonly group?: string;
  /** Whether it counts mere presence (logins, page views), which is easily gamed, rather than work done. */
  readonly passive?: boolean;
}

/** Values from `from` (included) to `below` (excluded) get points; a bound left out is open. */
export interface RuleConfig {
  /** Another metric to look at than the part's; the first rule that holds counts. */
  readonly metric?: string;
  readonly from?: number;
  readonly below?: number;
  readonly points: number;
  /** In words, such as `daily`. */
  readonly label?: string;
}

/** A part of a category: one metric. */
export interface PartConfig {
  readonly name: string;
  readonly metric: string;
  /** The most that it gives. */
  readonly points: number;
  readonly rules: readonly RuleConfig[];
  /** Where no rule holds: points for every one of a count. */
  readonly each?: number;
  /** Points where the metric has no value; 0 by default. */
  readonly missing?: number;
}

/** A category with the most points that it gives. */
export interface CategoryConfig {
  readonly name: string;
  readonly points: number;
  readonly parts: readonly PartConfig[];
}

/** Points that are taken away: `each` for every one of a count, or `points` where the value lies between bounds. */
export interface DeductionConfig {
  readonly name: string;
  readonly metric: string;
  /** Negative; times the metric's value. */
  readonly each?: number;
  /** The most that `each` takes away, negative; absent: no limit. */
  readonly most?: number;
  readonly from?: number;
  readonly below?: number;
  /** Negative. */
  readonly points?: number;
}

/** Scores from `from` on, up to the next tier. */
export interface TierConfig {
  readonly name: string;
  readonly from: number;
}

/** What to do, by team. */
export type Playbook = Readonly<Record<string, string>>;

/**
 * What becomes of an entity within some days: a condition of the query language that looks ahead, or `ended`: its end time comes.
 * Of a parent (`of`, by the column `via` where several name it), everyone in it shares what becomes of it.
 */
export type OutcomeConfig =
  | string
  | { readonly when: string; readonly of: string; readonly via?: string };

/** Outcomes by which a score is judged; who neither churned nor expanded has stayed. */
export interface OutcomesConfig {
  /** How far ahead they look: the windows of their conditions end there or before. */
  readonly days: number;
  readonly churned: OutcomeConfig;
  readonly expanded?: OutcomeConfig;
}

/** Own points for entities for which a condition holds; the first that holds counts. */
export interface SegmentConfig {
  readonly name: string;
  /** A condition of the query language that looks back, such as `COMPANIES.PLAN = 'business'`. */
  readonly when: string;
  readonly categories?: readonly CategoryConfig[];
  readonly deductions?: readonly DeductionConfig[];
}

/** An engagement score. */
export interface ScoreConfig {
  /** The table whose rows are scored. */
  readonly entity: string;
  readonly metrics: Readonly<Record<string, MetricConfig>>;
  readonly categories: readonly CategoryConfig[];
  readonly deductions: readonly DeductionConfig[];
  /** Ascending. */
  readonly tiers: readonly TierConfig[];
  /** By tier. */
  readonly playbooks: Readonly<Record<string, Playbook>>;
  /** How long before a score the previous one lies; 30 by default. */
  readonly previousDays?: number;
  readonly outcomes?: OutcomesConfig;
  readonly segments?: readonly SegmentConfig[];
  /** What a maker of the configuration had to leave out, and why; for people. */
  readonly notes?: readonly string[];
}

/** The highest score; there is no lowest. */
export const TOP_SCORE = 100;

/** The tiers of the published point model. */
export const TIERS: readonly TierConfig[] = [
  { name: "high risk", from: -Infinity },
  { name: "at risk", from: 30 },
  { name: "stable", from: 50 },
  { name: "healthy", from: 70 },
  { name: "champion", from: 90 },
];

/** The variant with four names. */
export const FOUR_TIERS: readonly TierConfig[] = [
  { name: "at risk or dormant", from: -Infinity },
  { name: "passive", from: 30 },
  { name: "active", from: 50 },
  { name: "power user", from: 80 },
];

/** What to do in each tier of {@link TIERS}, by team. */
export const PLAYBOOKS: Readonly<Record<string, Playbook>> = {
  "high risk": {
    CS: "call at once, remove what blocks, offer a concession if price is the cause, write the reason down",
    product: "look for the points at which such accounts drop off",
  },
  "at risk": {
    CS: "reach out, share best practices, train, watch for movement",
    marketing: "in-app prompts that show unused features",
  },
  stable: {
    CS: "quarterly check-in, announcements",
    sales: "no outreach unless signals appear",
  },
  healthy: {
    CS: "nurture: betas, advisory board",
    sales: "expansion outreach, trials of premium features, referrals",
  },
  champion: {
    sales: "enterprise tier, multi-year contract",
    marketing: "case study, reference, event",
  },
};

/** What to do in each tier of {@link FOUR_TIERS}, by team. */
export const FOUR_PLAYBOOKS: Readonly<Record<string, Playbook>> = {
  "at risk or dormant": PLAYBOOKS["high risk"]!,
  passive: PLAYBOOKS["at risk"]!,
  active: PLAYBOOKS["stable"]!,
  "power user": { ...PLAYBOOKS["healthy"]!, ...PLAYBOOKS["champion"]! },
};

/** The tier of a score. */
export function tierOf(score: number, tiers: readonly TierConfig[]): number {
  let tier = 0;
  for (let i = 1; i < tiers.length; i++) if (score >= tiers[i]!.from) tier = i;
  return tier;
}
