/** Learned weights: the points of parts and deductions follow what became of entities, within the shape of the model. */
import { formatTime } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { ScoreConfig } from "./config.js";
import { type HistoryOptions, readHistory, type ScoreHistory } from "./history.js";
import { type LearnedWeights, learnWeights, type PointModel } from "./learn-weights.js";
import { outcomeAucs } from "./outcome-scores.js";
import { OUTCOMES } from "./outcomes.js";
import { givePoints, type MetricValues } from "./points.js";
import { cutPoints, scalePart } from "./scale-points.js";
import { segmentsOf } from "./score-segments.js";

/** Options of {@link learnConfig}. */
export interface LearnOptions extends HistoryOptions {
  /** Whether to begin with one signal of each category and take in only those more that help; all signals by default. */
  readonly few?: boolean | undefined;
}

/** Fewest rows with each outcome to learn from. */
const LEAST = 30;
/** Most rows to learn from: more teach so few weights nothing. */
const MOST = 20_000;
/** How far learned points are mixed in: the first that loses no more than so much at the newest moment. */
const SHARES = [0.5, 0.25, 0] as const;
const LOSS = 0.01;
/** What a signal more must bring to be taken in. */
const GAIN = 0.002;

/**
 * Learns points from outcomes: parts share the points of their category (weights are not negative and add up to it), deductions
 * keep their sign. Half of what was learned is mixed in; less, or nothing, where points learned on moments whose outcomes were known by the newest
 * one fail there. `compareLearned` tells how learned points do later. Segments with enough rows learn points of their own. To recalibrate, learn
 * again at a later moment.
 *
 * @param db - the database.
 * @param config - with outcomes.
 * @param options - how far to read, how many signals.
 * @returns the configuration with other points, and a note of what was learned.
 * @throws {@link ConfigError} CFG239 without outcomes, CFG242 if the data are too short.
 */
export function learnConfig(
  db: Database,
  config: ScoreConfig,
  { few = false, ...options }: LearnOptions = {},
): ScoreConfig {
  const history = readHistory(db, config, options);
  const times = Float64Array.from(history.momentOf, (k) => history.moments[k]!);
  const segments = segmentsOf(db, config, { rows: history.entityRows, times });
  const notes = [...(config.notes ?? [])];
  const learn = (model: PointModel, where: string, belongs: (row: number) => boolean) => {
    const found = learnPoints(model, history, belongs, few);
    notes.push(`${where}${found.note}`);
    return { categories: found.categories, deductions: found.deductions };
  };
  const whole = learn(config, "", () => true);
  const own = (config.segments ?? []).map((segment, s) => {
    const { categories, deductions } = { ...config, ...segment };
    const model = { categories, deductions };
    return { ...segment, ...learn(model, `segment ${segment.name}: `, (r) => segments[r] === s) };
  });
  return { ...config, ...whole, ...(own.length > 0 && { segments: own }), notes };
}

function learnPoints(
  given: PointModel,
  history: ScoreHistory,
  belongs: (row: number) => boolean,
  few: boolean,
): PointModel & { readonly note: string } {
  const newest = history.moments.length - 1;
  const until = formatTime(history.moments[newest]!);
  const rows = Array.from(history.outcomes.keys()).filter(belongs);
  // What came of these rows was known at the newest moment.
  const known = history.moments[newest]! - history.window;
  const train = rows.filter((row) => history.moments[history.momentOf[row]!]! <= known);
  const held = rows.filter((row) => history.momentOf[row] === newest);
  const churns = (of: readonly number[]): number =>
    of.reduce((sum, row) => sum + (history.outcomes[row] === CHURNED ? 1 : 0), 0);
  if (churns(train) < LEAST || churns(held) < LEAST / 3) {
    return { ...given, note: `points are as given: fewer than ${LEAST} outcomes to learn from` };
  }
  const skill = skillOn(history, held);
  const before = skill(given);
  const start = few ? fewSignals(given, skillOn(history, train)) : given;
  const early = learnWeights(start, history, thin(train));
  const share = SHARES.find((one) => skill(mix(start, early, one)) >= before - LOSS);
  if (share === undefined || (share === 0 && !few)) {
    return {
      ...given,
      note: `points are as given: learned ones told outcomes after ${until} worse`,
    };
  }
  const told = [skill(mix(start, early, share)), before].map((auc) => auc.toFixed(3));
  const found = mix(start, learnWeights(start, history, thin(rows)), share);
  return {
    ...found,
    note: `points are learned from ${rows.length} rows and ${countSignals(found)} of ${countSignals(given)} signals, mixed in by ${share * 100} %; what came after ${until} was told with ${told[0]} by points learned before it, with ${told[1]} by those given`,
  };
}

const CHURNED = OUTCOMES.indexOf("churned");

/** Takes rows at even steps, at most {@link MOST}. */
function thin(rows: readonly number[]): readonly number[] {
  const step = Math.ceil(rows.length / MOST);
  return step <= 1 ? rows : rows.filter((_, i) => i % step === 0);
}

function skillOn(history: ScoreHistory, rows: readonly number[]): (model: PointModel) => number {
  const metrics = new Map(
    [...history.metrics].map(([name, values]) => [
      name,
      Float64Array.from(rows, (r) => values[r]!),
    ]),
  );
  const outcomes = Uint8Array.from(rows, (row) => history.outcomes[row]!);
  return (model) => skillOf(model, metrics, outcomes);
}

/** How well a score tells who does not churn and who expands: the mean AUROC of what occurs. */
function skillOf(
  { categories, deductions }: PointModel,
  metrics: MetricValues,
  outcomes: Uint8Array,
): number {
  const { scores } = givePoints(categories, deductions, metrics, outcomes.length);
  const { churned, expanded } = outcomeAucs(scores, outcomes);
  const known = [churned, expanded].filter((auc) => auc !== null);
  return known.length === 0 ? 0.5 : known.reduce((sum, auc) => sum + auc, 0) / known.length;
}

/** Parts and deductions. */
function countSignals({ categories, deductions }: PointModel): number {
  return categories.reduce((sum, { parts }) => sum + parts.length, deductions.length);
}

/** The best part of each category, and step by step what brings most, as long as it brings something. */
function fewSignals(given: PointModel, skill: (model: PointModel) => number): PointModel {
  const first = given.categories.map((category) =>
    category.parts.reduce(
      (best, part) => {
        const found = skill({ categories: [only(category, [part.name])], deductions: [] });
        return found > best.skill ? { skill: found, name: part.name } : best;
      },
      { skill: -1, name: "" },
    ),
  );
  let chosen = new Set(first.map(({ name }, c) => `${c} ${name}`));
  const model = (names: ReadonlySet<string>): PointModel => ({
    categories: given.categories.map((category, c) =>
      only(
        category,
        category.parts.flatMap(({ name }) => (names.has(`${c} ${name}`) ? name : [])),
      ),
    ),
    deductions: given.deductions.filter(({ name }) => names.has(`- ${name}`)),
  });
  const all = [
    ...given.categories.flatMap(({ parts }, c) => parts.map(({ name }) => `${c} ${name}`)),
    ...given.deductions.map(({ name }) => `- ${name}`),
  ];
  let reached = skill(model(chosen));
  for (;;) {
    const more = all.filter((name) => !chosen.has(name));
    const found = more.map((name) => skill(model(new Set([...chosen, name]))));
    const best = found.reduce((top, one, i) => (one > found[top]! ? i : top), 0);
    if (!(found[best]! > reached + GAIN)) return model(chosen);
    reached = found[best]!;
    chosen = new Set([...chosen, more[best]!]);
  }
}

/** A category with some of its parts, which share its points. */
function only(
  category: PointModel["categories"][number],
  names: readonly string[],
): PointModel["categories"][number] {
  const kept = category.parts.filter(({ name }) => names.includes(name));
  const sum = kept.reduce((total, { points }) => total + points, 0);
  return { ...category, parts: kept.map((part) => scalePart(part, category.points / (sum || 1))) };
}

/** Learned points mixed with given ones. */
function mix(
  { categories, deductions }: PointModel,
  { parts, taken }: LearnedWeights,
  share: number,
): PointModel {
  return {
    categories: categories.map((category, c) => ({
      ...category,
      parts: category.parts.map((part, p) => {
        const points = part.points + share * (parts[c]![p]! - part.points);
        return scalePart(part, part.points === 0 ? 0 : points / part.points);
      }),
    })),
    deductions: deductions.map((deduction, d) => {
      const factor = 1 + share * (taken[d]! - 1);
      const { each, most, points } = deduction;
      return {
        ...deduction,
        ...(each !== undefined && { each: cutPoints(each * factor) }),
        ...(most !== undefined && { most: cutPoints(most * factor) }),
        ...(points !== undefined && { points: cutPoints(points * factor) }),
      };
    }),
  };
}
