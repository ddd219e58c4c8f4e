/** Labels in numbers that a fit can hold: where there are more, an even share of entities and anchors stands for all. */
import { ConfigError } from "./core/errors.js";
import { formatNumber } from "./core/pretty.js";
import type { LabelSet } from "./label-types.js";
import { boundRows, type RowLimits } from "./task/bounded-rows.js";

/** Training rows that a model learns from at most, unless the caller says otherwise. */
export const MAX_TRAINING_ROWS = 100_000;

/** How many rows a fit takes. */
export interface BoundOptions {
  /** Training rows, see `ModelOptions.maxRows`. */
  readonly maxRows?: number | undefined;
  readonly seed?: number | undefined;
}

/**
 * Bounds the rows of a fit: training rows by `maxRows`, validation rows by a fifth of that. What folds test stays whole.
 *
 * @param set - the labels of a query.
 * @param options - how many rows, and the seed of the draw.
 * @param testRows - test rows kept at most; all by default.
 * @returns the labels, with a warning where rows were left out.
 * @throws {@link ConfigError} CFG164 if `maxRows` is no whole number from 1 on.
 */
export function boundLabels(
  set: LabelSet,
  { maxRows = MAX_TRAINING_ROWS, seed = 0 }: BoundOptions,
  testRows?: number,
): LabelSet {
  if (!Number.isInteger(maxRows) || maxRows < 1) {
    throw new ConfigError(
      "CFG164",
      `\`maxRows\` expects a whole number from 1 on, found ${maxRows}`,
      {
        hint: `leave it out to learn from ${formatNumber(MAX_TRAINING_ROWS)} rows at most`,
      },
    );
  }
  if (set.folds) return set;
  const limits: RowLimits = {
    train: maxRows,
    val: Math.ceil(maxRows / 5),
    ...(testRows !== undefined && { test: testRows }),
  };
  const { table: labels, cut } = boundRows(set.labels, limits, seed);
  if (cut.length === 0) return set;
  const told = cut.map(
    ({ part, from, to }) => `${formatNumber(to)} of ${formatNumber(from)} ${part}`,
  );
  const warning = `the model sees ${told.join(", ")} rows, drawn evenly; \`maxRows\` sets how many`;
  return { ...set, labels, warnings: [...set.warnings, warning] };
}
