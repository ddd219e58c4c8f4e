/** Checks what a user asked of a network: sizes, aggregators and paths, before anything is built from them. */
import { ConfigError } from "../src/core/errors.js";
import type { PathOptions } from "./paths.js";
import { AGGREGATORS } from "./pool.js";
import { DEFAULT_MODEL_CONFIG, type HeadKind, type ModelConfig } from "./spec.js";

const HEADS: readonly HeadKind[] = ["additive", "joint"];

/**
 * Completes a model's settings by the defaults.
 *
 * @param config - settings from outside; absent ones are the defaults.
 * @throws {@link ConfigError} CFG205 naming the setting that is out of range, with what is expected and found.
 */
export function checkModelConfig(config: Partial<ModelConfig> = {}): ModelConfig {
  const full = { ...DEFAULT_MODEL_CONFIG, ...config };
  const { channels, head, dropout, aggregators } = full;
  if (!Number.isInteger(channels) || channels < 1 || channels > 1024) {
    throw wrong("model.channels", channels, "a whole number from 1 to 1024", "64 is usual");
  }
  if (!HEADS.includes(head)) {
    throw wrong("model.head", head, HEADS.join(" or "), "`additive` has exact parts per path");
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw wrong("model.dropout", dropout, "a number in [0, 1)", "0 switches it off; 0.1 is usual");
  }
  const fits =
    Array.isArray(aggregators) &&
    aggregators.length > 0 &&
    new Set(aggregators).size === aggregators.length &&
    aggregators.every((kind) => AGGREGATORS.includes(kind));
  if (!fits) {
    const expected = `some of ${AGGREGATORS.join(", ")}, each once`;
    const usual = `the default is ${JSON.stringify(DEFAULT_MODEL_CONFIG.aggregators)}`;
    throw wrong("model.aggregators", aggregators, expected, usual);
  }
  return full;
}

/**
 * Checks how far a model looks; fan-outs are checked with the plan (GRF203).
 *
 * @throws {@link ConfigError} CFG205 naming the setting that is out of range.
 */
export function checkPathOptions({ hops, maxPositions, windows }: PathOptions): void {
  if (hops !== undefined && ![1, 2, 3].includes(hops)) {
    throw wrong("paths.hops", hops, "1, 2 or 3", "2 is usual");
  }
  if (maxPositions !== undefined && !(Number.isInteger(maxPositions) && maxPositions >= 0)) {
    throw wrong("paths.maxPositions", maxPositions, "a whole number from 0 on", "48 is usual");
  }
  for (const window of windows ?? []) {
    if (Number.isFinite(window) && window > 0) continue;
    throw wrong("paths.windows", window, "milliseconds above 0", "one to four windows are usual");
  }
}

function wrong(name: string, found: unknown, expected: string, hint: string): ConfigError {
  const message = `option \`${name}\` is ${JSON.stringify(found)}, expected ${expected}`;
  return new ConfigError("CFG205", message, { hint });
}
