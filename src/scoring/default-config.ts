/** The published point model for a database: its parts where the tables offer them, the rest left out with a note. */
import { printName } from "../../pql/syntax/print.js";
import { ConfigError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import {
  type CategoryConfig,
  type DeductionConfig,
  type MetricConfig,
  type OutcomesConfig,
  PLAYBOOKS,
  type ScoreConfig,
  TIERS,
} from "./config.js";
import { isOneOf, metricsFor, type ScoreLevel } from "./default-metrics.js";
import { bindMetrics } from "./metrics.js";
import { findRoles, type Roles } from "./roles.js";
import { scalePart } from "./scale-points.js";

/** The parts of the point model, by category. */
const CATEGORIES: readonly CategoryConfig[] = [
  {
    name: "USAGE",
    points: 40,
    parts: [
      {
        name: "frequency",
        metric: "frequency",
        points: 15,
        rules: [
          { from: 5, points: 15, label: "daily" },
          { from: 3, below: 5, points: 12, label: "3 to 5 times a week" },
          { from: 1, below: 3, points: 8, label: "1 to 2 times a week" },
          { below: 1, points: 3, label: "less than weekly" },
        ],
      },
      {
        name: "recency",
        metric: "recency",
        points: 10,
        rules: [
          { below: 1, points: 10, label: "today" },
          { from: 1, below: 3, points: 7, label: "within 3 days" },
          { from: 3, below: 7, points: 4, label: "within a week" },
          { from: 7, below: 30, points: 2, label: "within a month" },
          { from: 30, points: 0, label: "longer ago" },
        ],
      },
      {
        name: "trajectory",
        metric: "trajectory",
        points: 15,
        rules: [
          { from: 0.1, points: 15, label: "rising" },
          { from: -0.1, below: 0.1, points: 10, label: "stable" },
          { from: -0.2, below: -0.1, points: 5, label: "falling a little" },
          { below: -0.2, points: 0, label: "falling" },
        ],
        // Nothing before to compare with: neither praise nor blame.
        missing: 5,
      },
    ],
  },
  {
    name: "ADOPTION",
    points: 30,
    parts: [
      {
        name: "core features",
        metric: "coreFeatures",
        points: 10,
        rules: [
          { from: 0.8, points: 10 },
          { from: 0.5, below: 0.8, points: 7 },
          { from: 0.25, below: 0.5, points: 4 },
          { below: 0.25, points: 1 },
        ],
      },
      {
        name: "power features",
        metric: "powerFeatures",
        points: 10,
        rules: [
          { from: 10, points: 10, label: "regular" },
          { from: 2, below: 10, points: 6, label: "occasional" },
          { from: 1, below: 2, points: 3, label: "tried once" },
          { below: 1, points: 0, label: "never" },
        ],
      },
      {
        name: "depth",
        metric: "valueActions",
        points: 10,
        rules: [
          { from: 10, points: 10, label: "advanced" },
          { from: 3, below: 10, points: 6, label: "intermediate" },
          { below: 3, points: 2, label: "basic" },
        ],
      },
    ],
  },
  {
    name: "EXPANSION",
    points: 30,
    parts: [
      {
        name: "team growth",
        metric: "newMembers",
        points: 10,
        rules: [
          { metric: "teamSize", below: 2, points: 0, label: "single user" },
          { from: 1, points: 10, label: "members added lately" },
          { metric: "leftMembers", from: 1, points: 2, label: "shrinking" },
          { below: 1, points: 6, label: "stable" },
        ],
      },
      {
        name: "plan limits",
        metric: "planUse",
        points: 10,
        rules: [
          { from: 0.9, points: 10 },
          { from: 0.6, below: 0.9, points: 6 },
          { from: 0.3, below: 0.6, points: 3 },
          { below: 0.3, points: 0 },
        ],
      },
      {
        name: "feature expansion",
        metric: "newFeatures",
        points: 10,
        rules: [
          { metric: "newPowerFeatures", from: 1, points: 10, label: "new ones" },
          { from: 1, points: 7, label: "beyond the first use" },
          { metric: "breadthChange", below: 0, points: 0, label: "narrowing" },
          { below: 1, points: 4, label: "as before" },
        ],
      },
    ],
  },
];

const DEDUCTIONS: readonly DeductionConfig[] = [
  { name: "unresolved tickets", metric: "unresolvedTickets", each: -5, most: -25 },
  { name: "high error rate", metric: "errors", from: 1, points: -10 },
  { name: "abandoned workflows", metric: "abandoned", from: 1, points: -5 },
  { name: "declining trajectory", metric: "trajectory", below: -0.2, points: -10 },
  { name: "deactivated members", metric: "leftMembers", each: -5, most: -15 },
];

/** Options of {@link defaultScoreConfig}. */
export interface DefaultConfigOptions {
  /** People by default. */
  readonly level?: ScoreLevel | undefined;
}

/**
 * Makes the point model for a database.
 *
 * @param db - the database.
 * @param options - of people or of accounts.
 * @returns a configuration to run or to edit; its notes say what the tables did not offer.
 * @throws {@link ConfigError} CFG240 if no table of dated rows belongs to anybody, or people belong to no accounts.
 */
export function defaultScoreConfig(
  db: Database,
  { level = "user" }: DefaultConfigOptions = {},
): ScoreConfig {
  const roles = findRoles(db);
  if (roles === null) {
    throw new ConfigError(
      "CFG240",
      "no table of dated rows belongs to anybody who could be scored",
      {
        hint: "name times and links in schema.json, or give a configuration of your own",
      },
    );
  }
  if (level === "account" && roles.accounts === null) {
    throw new ConfigError("CFG240", `\`${roles.people}\` belong to no accounts`, {
      hint: "leave `--level` out, or name the link in schema.json",
    });
  }
  const entity = level === "account" ? roles.accounts!.table : roles.people;
  const metrics = usable(db, entity, metricsFor(roles, level));
  const notes: string[] = [];
  const categories = CATEGORIES.map((category) => fill(category, metrics, notes));
  const taken = DEDUCTIONS.map((deduction) =>
    // A colleague who leaves tells less of a person than of the account.
    level === "user" && deduction.metric === "leftMembers" ? { ...deduction, most: -5 } : deduction,
  );
  const deductions = taken.filter(({ name, metric }) => {
    if (metrics[metric]) return true;
    notes.push(`deduction ${name} is left out: nothing in the tables tells it`);
    return false;
  });
  return {
    entity,
    metrics,
    categories: categories.filter(({ parts }) => parts.length > 0),
    deductions,
    tiers: TIERS,
    playbooks: PLAYBOOKS,
    previousDays: 30,
    outcomes: outcomesFor(db, roles, entity),
    notes,
  };
}

/** Leaves out metrics that the language refuses on this schema, such as where two paths lead to a table. */
function usable(
  db: Database,
  entity: string,
  metrics: Readonly<Record<string, MetricConfig>>,
): Record<string, MetricConfig> {
  const kept = Object.entries(metrics).filter(([name, metric]) => {
    try {
      bindMetrics({ ...EMPTY, entity, metrics: { [name]: metric } }, db.schema);
      return true;
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  });
  return Object.fromEntries(kept);
}

const EMPTY = { categories: [], deductions: [], tiers: TIERS, playbooks: {} } as const;

/** A category with the parts that there are; they share the points of those that there are not. */
function fill(
  category: CategoryConfig,
  metrics: Readonly<Record<string, MetricConfig>>,
  notes: string[],
): CategoryConfig {
  const { name, points, parts } = category;
  const kept = parts.filter(({ metric }) => metrics[metric]);
  for (const part of parts) {
    if (kept.includes(part)) continue;
    notes.push(
      kept.length > 0
        ? `${name}: ${part.name} is left out, nothing in the tables tells it; its points go to ${kept.map((one) => one.name).join(" and ")}`
        : `${name} is left out: nothing in the tables tells it`,
    );
  }
  const given = kept.reduce((sum, part) => sum + part.points, 0);
  const known = kept.map((part) => ({
    ...part,
    rules: part.rules.filter(({ metric }) => metric === undefined || metrics[metric]),
  }));
  return { ...category, parts: known.map((part) => scalePart(part, points / (given || 1))) };
}

/** Who ends, or does nothing for long, has churned; whose account brings more members or upgrades has expanded. */
function outcomesFor(db: Database, roles: Roles, entity: string): OutcomesConfig {
  const { activity, accounts, people } = roles;
  const quiet = `COUNT(${printName(activity.table)}.*, 0, 90, days) = 0`;
  const churned = db.tableSchema(entity).endTimeColumn === null ? quiet : "ended";
  if (accounts === null) return { days: 90, churned };
  const when = expansionOf(roles);
  const of = { when, of: accounts.table, via: accounts.via };
  return { days: 90, churned, expanded: entity === people ? of : when };
}

/** An upgrade in an account's dated rows, else two members more. */
function expansionOf({ upgrades, people }: Roles): string {
  if (upgrades === null) return `COUNT(${printName(people)}.*, 0, 90, days) >= 2`;
  const table = printName(upgrades.table);
  const condition = isOneOf(`${table}.${printName(upgrades.column)}`, upgrades.values);
  return `COUNT(${table}.* WHERE ${condition}, 0, 90, days) > 0`;
}
