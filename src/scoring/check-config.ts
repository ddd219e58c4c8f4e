/** Checks a configuration against itself and a schema; what is wrong becomes one of our errors. */
import { ConfigError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import type { Schema } from "../data/schema.js";
import {
  type CategoryConfig,
  type DeductionConfig,
  type RuleConfig,
  type ScoreConfig,
  TOP_SCORE,
} from "./config.js";

/**
 * Checks a configuration.
 *
 * @param config - as read from JSON or made by code.
 * @param schema - of the database it shall run on.
 * @throws {@link ConfigError} CFG230 for an unknown table, CFG231 for a metric that is not there, CFG232 for points above
 * what their part, category or the whole may give, CFG233 for rules or tiers that overlap or stand in no order, CFG234 for
 * a setting that is missing or of the wrong kind.
 */
export function checkConfig(config: ScoreConfig, schema: Schema): void {
  const tables = schema.tables.map(({ name }) => name);
  requireTable(config.entity, "entity", tables);
  for (const [name, { of, expression, label, change }] of Object.entries(config.metrics)) {
    requireText(expression, `metrics.${name}.expression`);
    requireText(label, `metrics.${name}.label`);
    if (of !== undefined) requireTable(of, `metrics.${name}.of`, tables);
    if (change !== undefined) requirePositive(change, `metrics.${name}.change`);
  }
  checkPoints(config, config.categories, config.deductions, "");
  for (const { name, categories, deductions } of config.segments ?? []) {
    checkPoints(config, categories ?? config.categories, deductions ?? [], `segment ${name}, `);
  }
  checkTiers(config);
  const { outcomes, previousDays } = config;
  if (previousDays !== undefined) requirePositive(previousDays, "previousDays");
  if (outcomes === undefined) return;
  requirePositive(outcomes.days, "outcomes.days");
  for (const name of ["churned", "expanded"] as const) {
    const outcome = outcomes[name];
    if (typeof outcome === "object") requireTable(outcome.of, `outcomes.${name}.of`, tables);
  }
}

function requireTable(found: string, where: string, tables: readonly string[]): void {
  if (tables.includes(found)) return;
  throw new ConfigError("CFG230", `\`${where}\` names the table \`${found}\`, which is not there`, {
    hint: suggestHint(String(found), tables, "tables"),
  });
}

function requireText(found: unknown, where: string): void {
  if (typeof found === "string" && found.trim() !== "") return;
  throw new ConfigError("CFG234", `\`${where}\` expects a text, found ${JSON.stringify(found)}`, {
    hint: "see `relgraph score --write-config FILE` for a whole configuration",
  });
}

function requireNumber(found: unknown, where: string): void {
  if (typeof found === "number" && Number.isFinite(found)) return;
  throw new ConfigError("CFG234", `\`${where}\` expects a number, found ${JSON.stringify(found)}`, {
    hint: "points are numbers such as 15, deductions such as -5",
  });
}

function requirePositive(found: unknown, where: string): void {
  if (typeof found === "number" && found > 0 && found < Infinity) return;
  throw new ConfigError("CFG234", `\`${where}\` expects days, found ${JSON.stringify(found)}`, {
    hint: "a number above 0, such as 90",
  });
}

function checkPoints(
  config: ScoreConfig,
  categories: readonly CategoryConfig[],
  deductions: readonly DeductionConfig[],
  where: string,
): void {
  let total = 0;
  for (const { name, points, parts } of categories) {
    requireNumber(points, `${where}category ${name}: points`);
    let given = 0;
    for (const part of parts) {
      const place = `${where}category ${name}, part ${part.name}`;
      requireMetric(config, part.metric, place);
      requireNumber(part.points, `${place}: points`);
      const most = Math.max(part.missing ?? 0, ...part.rules.map((rule) => rule.points));
      above(most, part.points, `${place}: a rule gives`, "the part");
      for (const { metric } of part.rules) if (metric) requireMetric(config, metric, place);
      for (const metric of new Set(part.rules.map((rule) => rule.metric ?? part.metric))) {
        const same = part.rules.filter((rule) => (rule.metric ?? part.metric) === metric);
        checkRules(same, place);
      }
      given += part.points;
    }
    above(given, points, `${where}category ${name}: its parts give`, "the category");
    total += points;
  }
  above(total, TOP_SCORE, `${where}all categories give`, "the score");
  for (const deduction of deductions) {
    const place = `${where}deduction ${deduction.name}`;
    requireMetric(config, deduction.metric, place);
    const { each, points } = deduction;
    if ((each === undefined) === (points === undefined)) {
      throw new ConfigError("CFG234", `${place} expects either \`each\` or \`points\``, {
        hint: "each: -5 takes 5 points for every one; points: -10 takes 10 between `from` and `below`",
      });
    }
    above(each ?? points!, 0, `${place}: it gives`, "a deduction");
  }
}

function requireMetric({ metrics }: ScoreConfig, name: string, where: string): void {
  if (Object.hasOwn(metrics, name)) return;
  throw new ConfigError("CFG231", `${where} reads the metric \`${name}\`, which is not there`, {
    hint: suggestHint(String(name), Object.keys(metrics), "metrics"),
  });
}

function above(found: number, most: number, what: string, whose: string): void {
  if (found <= most + 1e-9) return;
  throw new ConfigError("CFG232", `${what} ${found} points, ${whose} has at most ${most}`, {
    hint: "lower the points, or raise what they belong to",
  });
}

function checkRules(rules: readonly RuleConfig[], where: string): void {
  const spans = rules
    .map(({ from = -Infinity, below = Infinity }) => ({ from, below }))
    .sort((a, b) => a.from - b.from);
  for (const [i, { from, below }] of spans.entries()) {
    if (!(from < below)) {
      throw new ConfigError("CFG233", `${where}: a rule from ${from} to below ${below} is empty`, {
        hint: "`from` is smaller than `below`",
      });
    }
    const next = spans[i + 1];
    if (next && next.from < below) {
      const message = `${where}: rules overlap between ${next.from} and ${Math.min(below, next.below)}`;
      throw new ConfigError("CFG233", message, {
        hint: "end each rule with `below` where the next one begins with `from`",
      });
    }
  }
}

function checkTiers({ tiers }: ScoreConfig): void {
  if (tiers.length === 0) {
    throw new ConfigError("CFG234", "`tiers` expects at least one tier, found none", {
      hint: 'such as { "name": "at risk", "from": 30 }',
    });
  }
  for (const [i, { name, from }] of tiers.entries()) {
    if (i > 0 && !(from > tiers[i - 1]!.from)) {
      const message = `tier \`${name}\` begins at ${from}, not above \`${tiers[i - 1]!.name}\` at ${tiers[i - 1]!.from}`;
      throw new ConfigError("CFG233", message, { hint: "list tiers from the lowest score up" });
    }
  }
}
