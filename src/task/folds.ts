/** K-fold cross-validation of static rows: each fold tests once, stratified by the target. */
import { ConfigError } from "../core/errors.js";
import { createRng, shuffle } from "../core/random.js";
import type { TrainingTable } from "./training-table.js";

/** The fold in which each row tests. */
export interface RowFolds {
  readonly count: number;
  /** uint16 `[rows]`: from 0. */
  readonly of: Uint16Array;
}

/** Folds, and what the user should know of them. */
export interface MadeFolds {
  readonly folds: RowFolds;
  readonly warnings: readonly string[];
}

/** The share of the rows outside a fold that validates. */
const VALIDATION_SHARE = 1 / 8;

/**
 * Deals entities into folds of equal size, each class (or each run of near numbers) spread evenly over all folds. All rows of
 * an entity are in one fold.
 *
 * @param labels - static labelled rows.
 * @param count - number of folds, at least 2.
 * @param seed - of the shuffles.
 * @throws {@link ConfigError} CFG182 if the target has a time to come, CFG183 if there are too few rows, or too few of a class.
 * @see Kohavi 1995, A study of cross-validation and bootstrap, section 3 (stratified folds).
 */
export function makeFolds(labels: TrainingTable, count: number, seed: number): MadeFolds {
  const { task, entityRows, targets } = labels;
  if (task.window !== null || task.given?.timed) {
    throw foldsOverTime();
  }
  if (!Number.isInteger(count) || count < 2 || count > 65_535) {
    throw tooFew(`\`folds\` expects a whole number from 2 on, found ${count}`, "write 5");
  }
  const first = firstRows(entityRows);
  if (first.length < 2 * count) {
    const message = `${count} folds need at least ${2 * count} labelled entities, found ${first.length}`;
    throw tooFew(message, "take fewer folds, or label more entities");
  }
  const isClass =
    task.taskType === "binary_classification" || task.taskType === "multiclass_classification";
  const warnings = isClass ? checkClasses(labels, first, count) : [];
  const rng = createRng(seed).split("folds");
  shuffle(first, rng);
  // Stable: entities of one target stay shuffled among themselves.
  first.sort((a, b) => targets[a]! - targets[b]!);
  const foldOf = new Map<number, number>();
  const turn = Int32Array.from({ length: count }, (_, fold) => fold);
  for (let i = 0; i < first.length; i++) {
    // Classes are dealt in turn; near numbers go to the folds in a new order each time.
    if (!isClass && i % count === 0) shuffle(turn, rng);
    foldOf.set(entityRows[first[i]!]!, turn[i % count]!);
  }
  const of = Uint16Array.from(entityRows, (entity) => foldOf.get(entity)!);
  return { folds: { count, of }, warnings };
}

/**
 * Splits rows so that one fold tests; an eighth of the others, stratified alike, validates.
 *
 * @param labels - the rows that the folds were made of.
 * @param folds - the folds.
 * @param fold - the one that tests.
 * @param seed - of the shuffle that picks the validation rows.
 * @returns the rows with their split.
 */
export function splitByFold<T extends TrainingTable>(
  labels: T,
  folds: RowFolds,
  fold: number,
  seed: number,
): T {
  const { entityRows, targets } = labels;
  const split = new Uint8Array(targets.length);
  const rest = firstRows(entityRows).filter((row) => folds.of[row] !== fold);
  shuffle(rest, createRng(seed).split("fold", fold));
  rest.sort((a, b) => targets[a]! - targets[b]!);
  const every = Math.round(1 / VALIDATION_SHARE);
  const validates = new Set<number>();
  for (let i = every >> 1; i < rest.length; i += every) validates.add(entityRows[rest[i]!]!);
  if (validates.size === 0) validates.add(entityRows[rest[0]!]!);
  for (let row = 0; row < split.length; row++) {
    if (folds.of[row] === fold) split[row] = 2;
    else if (validates.has(entityRows[row]!)) split[row] = 1;
  }
  return { ...labels, split };
}

/** Makes the error of folds where rows lie at different times. */
export function foldsOverTime(): ConfigError {
  const message = "folds need a static target, and rows of this one lie at different times";
  const hint = "split by time: leave `folds` out, or give `val` and `test`";
  return new ConfigError("CFG182", message, { hint });
}

/** The first row of each entity. */
function firstRows(entityRows: Int32Array): Int32Array {
  const seen = new Set<number>();
  return Int32Array.from(entityRows.keys()).filter((row) => {
    if (seen.has(entityRows[row]!)) return false;
    seen.add(entityRows[row]!);
    return true;
  });
}

function checkClasses(labels: TrainingTable, rows: Int32Array, count: number): string[] {
  const { classes, targets } = labels;
  const names = classes ?? ["0", "1"];
  const members = new Float64Array(names.length);
  for (const row of rows) members[targets[row]!]!++;
  const rare = names.flatMap((name, c) =>
    members[c]! > 0 && members[c]! < count ? [`\`${name}\` (${members[c]})`] : [],
  );
  const whole = names.filter((_, c) => members[c]! >= count).length;
  if (rare.length === 0 && whole > 0) return [];
  const message = `too few entities of ${rare.join(", ")} for ${count} folds`;
  if (classes !== null && whole >= 2) return [`${message}: some folds test without them`];
  throw tooFew(message, "take fewer folds, or label more entities");
}

function tooFew(message: string, hint: string): ConfigError {
  return new ConfigError("CFG183", message, { hint });
}
