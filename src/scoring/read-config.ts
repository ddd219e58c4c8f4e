/** Configurations as JSON: read over the default one, and written. */
import { ConfigError } from "../core/errors.js";
import { suggestHint } from "../core/suggest.js";
import type { ScoreConfig, TierConfig } from "./config.js";

const SETTINGS = [
  "entity",
  "metrics",
  "categories",
  "deductions",
  "tiers",
  "playbooks",
  "previousDays",
  "outcomes",
  "segments",
  "notes",
] as const;

/**
 * Reads a configuration; what it does not say stays as in the default, metrics are added to the default ones.
 *
 * @param text - JSON.
 * @param base - the default, as of `defaultScoreConfig`.
 * @param file - where the text is from, for messages.
 * @throws {@link ConfigError} CFG241 if the text is no JSON object or has an unknown setting.
 */
export function readScoreConfig(text: string, base: ScoreConfig, file: string): ScoreConfig {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    const message = `\`${file}\` is no JSON: ${cause instanceof Error ? cause.message : cause}`;
    throw new ConfigError("CFG241", message, { at: { file }, hint: HINT, cause });
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new ConfigError("CFG241", `\`${file}\` holds no configuration`, {
      at: { file },
      hint: HINT,
    });
  }
  for (const name of Object.keys(found)) {
    if ((SETTINGS as readonly string[]).includes(name)) continue;
    throw new ConfigError("CFG241", `\`${file}\` has an unknown setting \`${name}\``, {
      at: { file },
      hint: suggestHint(name, SETTINGS, "settings"),
    });
  }
  const given = found as Partial<ScoreConfig>;
  // Parts of another entity would read metrics of this one.
  const isOther = given.entity !== undefined && given.entity !== base.entity;
  const whole = isOther ? { ...EMPTY, tiers: base.tiers, playbooks: base.playbooks } : base;
  return {
    ...whole,
    ...given,
    entity: given.entity ?? base.entity,
    metrics: { ...whole.metrics, ...given.metrics },
    tiers: (given.tiers ?? whole.tiers).map((tier, i) => withStart(tier, i)),
  };
}

const HINT = "see `relgraph score --write-config FILE` for a whole configuration";
const EMPTY = { metrics: {}, categories: [], deductions: [] } as const;

/** The lowest tier has no lower end, which JSON cannot say. */
function withStart(tier: TierConfig, place: number): TierConfig {
  const from = tier.from as number | null | undefined;
  return { ...tier, from: from ?? (place === 0 ? -Infinity : Number.NaN) };
}

/** Writes a configuration as JSON; the lowest tier is written without its start. */
export function writeScoreConfig(config: ScoreConfig): string {
  const tiers = config.tiers.map(({ name, from }) =>
    from === -Infinity ? { name } : { name, from },
  );
  return `${JSON.stringify({ ...config, tiers }, null, 2)}\n`;
}
