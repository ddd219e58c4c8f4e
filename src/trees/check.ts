/** Checks of what comes from outside: columns, targets, weights, queries. */
import { ConfigError, DataError } from "../core/errors.js";
import { COUNT_BITS } from "./histogram-module.js";
import type { FeatureColumn, Objective, TreeLabels } from "./types.js";

/**
 * Checks columns.
 *
 * @param features - the columns.
 * @param maxBins - bins a column may have.
 * @returns the number of rows.
 * @throws {@link DataError} DAT401, DAT402; {@link ConfigError} CFG701.
 */
export function checkFeatures(features: readonly FeatureColumn[], maxBins: number): number {
  if (!(Number.isInteger(maxBins) && maxBins >= 2 && maxBins <= 255)) {
    throw new ConfigError("CFG701", `\`maxBins\` expects a whole number 2 … 255, found ${maxBins}`);
  }
  const names = new Set<string>();
  const rows = features[0]?.values.length ?? 0;
  for (const { name, values } of features) {
    if (names.has(name)) {
      throw new DataError("DAT402", `two columns are called \`${name}\``, {
        hint: "give every column a name of its own",
      });
    }
    names.add(name);
    if (values.length === rows) continue;
    throw new DataError(
      "DAT401",
      `expected ${rows} values as in \`${features[0]!.name}\`, found ${values.length}`,
      { at: { column: name } },
    );
  }
  return rows;
}

/**
 * Checks what belongs to rows: lengths, targets that the objective can learn, weights, queries.
 *
 * @param labels - targets, weights, queries.
 * @param rows - rows of the matrix; `null` where it has no columns to say.
 * @param objective - says which targets are allowed.
 * @throws {@link DataError} DAT401 for lengths, DAT404 for targets, DAT405 for weights, DAT406 for queries, DAT407 for too
 *   many rows.
 */
export function checkLabels(labels: TreeLabels, rows: number | null, objective: Objective): void {
  const { targets, weights, groups } = labels;
  const lengths = { features: rows, weights: weights?.length, groups: groups?.length };
  for (const [what, length] of Object.entries(lengths)) {
    if (length === undefined || length === null || length === targets.length) continue;
    throw new DataError("DAT401", `${targets.length} targets, but ${length} rows of ${what}`);
  }
  if (targets.length >= 2 ** COUNT_BITS) {
    throw new DataError(
      "DAT407",
      `expected fewer than ${2 ** COUNT_BITS} rows, found ${targets.length}`,
      { hint: "train on a sample of the rows" },
    );
  }
  const { expected, holds } = targetRule(objective);
  for (let i = 0; i < targets.length; i++) {
    if (holds(targets[i]!)) continue;
    const message = `expected ${expected} as a target of \`${objective.kind}\`, found ${targets[i]}`;
    throw new DataError("DAT404", message, { at: { row: i + 1 } });
  }
  weights?.forEach((weight, i) => {
    if (weight >= 0 && weight < Number.POSITIVE_INFINITY) return;
    throw new DataError("DAT405", `expected a weight of at least 0, found ${weight}`, {
      at: { row: i + 1 },
    });
  });
  if (objective.kind === "lambdarank") checkGroups(groups, targets.length);
}

interface TargetRule {
  readonly expected: string;
  readonly holds: (target: number) => boolean;
}

function targetRule(objective: Objective): TargetRule {
  switch (objective.kind) {
    case "logistic":
      return { expected: "a number 0 … 1", holds: (y) => y >= 0 && y <= 1 };
    case "softmax": {
      const { classes } = objective;
      const holds = (y: number): boolean => Number.isInteger(y) && y >= 0 && y < classes;
      return { expected: `a class 0 … ${classes - 1}`, holds };
    }
    case "poisson":
    case "tweedie":
      return { expected: "a finite number of at least 0", holds: (y) => y >= 0 && y < Infinity };
    case "lambdarank":
      return {
        expected: "a whole grade 0 … 30",
        holds: (y) => Number.isInteger(y) && y >= 0 && y <= 30,
      };
    default:
      return { expected: "a finite number", holds: Number.isFinite };
  }
}

function checkGroups(groups: Int32Array | undefined, rows: number): void {
  if (!groups) {
    throw new DataError("DAT406", "`lambdarank` expects `groups`, the query of each row");
  }
  const ended = new Set<number>();
  for (let i = 1; i < rows; i++) {
    if (groups[i] === groups[i - 1]) continue;
    ended.add(groups[i - 1]!);
    if (!ended.has(groups[i]!)) continue;
    throw new DataError("DAT406", `the rows of query ${groups[i]} do not stand together`, {
      at: { row: i + 1 },
      hint: "sort the rows by query",
    });
  }
}
