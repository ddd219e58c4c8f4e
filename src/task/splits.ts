/** Anchor times and splits: RelBench's protocol, our default, lists by hand, and splits of static rows. */
import { ConfigError } from "../core/errors.js";
import { createRng, shuffle } from "../core/random.js";
import {
  addTime,
  type Duration,
  formatTime,
  formatWindow,
  placeWindow,
  type Timestamp,
  type TimeWindow,
} from "../core/time.js";
import { SPLITS, type TrainingTable } from "./training-table.js";

/** Anchor times of each part, ascending. */
export interface AnchorSplit {
  readonly train: Float64Array;
  readonly val: Float64Array;
  readonly test: Float64Array;
}

/** Shares of train, val and test. */
export type SplitRatios = readonly [train: number, val: number, test: number];

/** The default of Kumo's splits. */
export const DEFAULT_RATIOS: SplitRatios = [0.8, 0.1, 0.1];

/** RelBench needs this many training anchors. */
const MIN_TRAIN_ANCHORS = 3;

/** Settings of {@link relbenchAnchors}. */
export interface RelbenchProtocol {
  readonly valTime: Timestamp;
  readonly testTime: Timestamp;
  /** The length of the label window, and the distance of anchors: RelBench's `timedelta`. */
  readonly delta: Duration;
  /** Validation and test anchors each (`num_eval_timestamps`), 1 by default. */
  readonly evalAnchors?: number;
  /** The earliest row of the database. */
  readonly minTime: Timestamp;
  /** The last row of the whole database. */
  readonly maxTime: Timestamp;
}

/**
 * Chooses anchors by RelBench's protocol.
 *
 * Training: `T_val - d, T_val - 2d, …` while at or after the earliest row, at least 3. Validation: `T_val + k d` for
 * `k = 0 … n - 1`, none later than `T_test - d`. Test: `T_test + k d`, none later than the last row `- d`.
 *
 * @param protocol - the two cuts, d, n and the span of the data.
 * @throws {@link ConfigError} CFG170 if d does not fit between the cuts, CFG171 if a label window ends after the data,
 * CFG172 if there are fewer than 3 training anchors, CFG173 if n is not a positive integer.
 * @see RelBench `task_base.py`, `BaseTask.get_table`.
 */
export function relbenchAnchors(protocol: RelbenchProtocol): AnchorSplit {
  const { valTime, testTime, delta, evalAnchors = 1, minTime, maxTime } = protocol;
  const step = (from: Timestamp, k: number): Timestamp =>
    addTime(from, k * delta.count, delta.unit);
  const d = `${delta.count} ${delta.unit}`;
  if (!Number.isInteger(evalAnchors) || evalAnchors < 1) {
    const message = `the number of evaluation anchors is a whole number from 1 on, found ${evalAnchors}`;
    throw new ConfigError("CFG173", message, { hint: "leave it out for one anchor each" });
  }
  if (step(valTime, 1) > testTime) {
    const message = `the label window of ${d} does not fit between validation at ${formatTime(valTime)} and test at ${formatTime(testTime)}`;
    throw new ConfigError("CFG170", message, {
      hint: "move the cuts apart, or shorten the window",
    });
  }
  if (step(testTime, 1) > maxTime) {
    const message = `the label window of test at ${formatTime(testTime)} ends at ${formatTime(step(testTime, 1))}, after the last row at ${formatTime(maxTime)}`;
    throw new ConfigError("CFG171", message, { hint: "choose an earlier test time" });
  }
  const train: Timestamp[] = [];
  for (let k = 1; step(valTime, -k) >= minTime; k++) train.unshift(step(valTime, -k));
  if (train.length < MIN_TRAIN_ANCHORS) {
    const message = `${train.length} training anchors fit between ${formatTime(minTime)} and ${formatTime(valTime)}, expected at least ${MIN_TRAIN_ANCHORS}`;
    const hint = "choose a later validation time, or shorten the window";
    throw new ConfigError("CFG172", message, { hint });
  }
  const forward = (from: Timestamp, last: Timestamp): Float64Array => {
    const anchors: Timestamp[] = [];
    for (let k = 0; k < evalAnchors && step(from, k) <= last; k++) anchors.push(step(from, k));
    return Float64Array.from(anchors);
  };
  return {
    train: Float64Array.from(train),
    val: forward(valTime, step(testTime, -1)),
    test: forward(testTime, step(maxTime, -1)),
  };
}

/**
 * Leaves out the anchors whose label windows do not close before the next part begins: the leak guard, for steps shorter
 * than the window.
 *
 * @param split - anchors by RelBench's protocol.
 * @param labelWindows - the windows of the labels.
 * @param protocol - when validation and test begin and the data end.
 */
export function closeLabelWindows(
  split: AnchorSplit,
  labelWindows: readonly TimeWindow[],
  { valTime, testTime, maxTime }: Pick<RelbenchProtocol, "valTime" | "testTime" | "maxTime">,
): AnchorSplit {
  const closedBy = (anchors: Float64Array, end: Timestamp): Float64Array =>
    anchors.filter((anchor) => labelEnd(anchor, labelWindows) <= end);
  return {
    train: closedBy(split.train, valTime),
    val: closedBy(split.val, testTime),
    test: closedBy(split.test, maxTime),
  };
}

/** Settings of {@link defaultAnchors}. */
export interface DefaultAnchorOptions {
  /** The span of the target's windows. */
  readonly window: TimeWindow;
  /** All windows that must be over before a label is known; the target's span alone by default. */
  readonly labelWindows?: readonly TimeWindow[];
  /** The span of the tables that the target aggregates. */
  readonly minTime: Timestamp;
  readonly maxTime: Timestamp;
  /** Distance of anchors; the length of the target's span by default. */
  readonly step?: Duration;
}

/**
 * Chooses anchors: the latest whose label windows are over, then back by the target's span to the earliest row.
 *
 * @param options - the windows and the span of the data.
 * @returns ascending anchors, at least one.
 * @throws {@link ConfigError} CFG174 if no label window fits into the data, CFG179 if the step is not positive.
 * @see Kumo `rfm.py`: context anchors step back from the last time minus the end offset.
 */
export function defaultAnchors(options: DefaultAnchorOptions): Float64Array {
  const { window, labelWindows = [window], minTime, maxTime, step } = options;
  const { count, unit } = step ?? { count: window.end - window.start, unit: window.unit };
  if (!(count > 0) || !Number.isFinite(minTime)) {
    const message = `anchors step back by a positive distance, found ${count} ${unit}`;
    throw new ConfigError("CFG179", message, { hint: "give a step such as 30d" });
  }
  const last = Math.min(...labelWindows.map((w) => addTime(maxTime, -w.end, w.unit)));
  const anchors: Timestamp[] = [];
  for (let k = 0; addTime(last, -k * count, unit) >= minTime; k++) {
    const anchor = addTime(last, -k * count, unit);
    // Clamped months can end a day after the data: 28 February + 1 month back and forth.
    if (labelEnd(anchor, labelWindows) <= maxTime) anchors.push(anchor);
  }
  if (anchors.length > 0) return Float64Array.from(anchors.reverse());
  const message = `no label window ${formatWindow(window)} fits into the data from ${formatTime(minTime)} to ${formatTime(maxTime)}`;
  throw new ConfigError("CFG174", message, { hint: "shorten the window" });
}

/**
 * Returns when the label of an anchor is known: the end of its latest label window.
 *
 * @param anchor - the anchor.
 * @param labelWindows - the windows of the target and of ASSUMING; none = at once.
 */
export function labelEnd(anchor: Timestamp, labelWindows: readonly TimeWindow[]): Timestamp {
  return labelWindows.reduce(
    (end, window) => Math.max(end, placeWindow(anchor, window).to),
    anchor,
  );
}

/**
 * Splits anchors by whole timeframes, earliest first. The leak guard: a label window of a part closes before the next
 * part begins, so anchors whose window reaches into the next part are left out.
 *
 * @param anchors - ascending.
 * @param labelWindows - the windows of the labels.
 * @param ratios - shares of the timeframes; `last` tests on the last timeframe and validates on the one before.
 * @throws {@link ConfigError} CFG175 if a part is left without anchors, CFG176 if the ratios are not positive.
 * @see Kumo `ApproxDateOffsetSplit([0.8, 0.1, 0.1])`; `DateOffsetSplit([-end, 0])` for links.
 */
export function splitAnchors(
  anchors: Float64Array,
  labelWindows: readonly TimeWindow[],
  ratios: SplitRatios | "last" = DEFAULT_RATIOS,
): AnchorSplit {
  const n = anchors.length;
  const countOf = (part: 1 | 2): number => {
    if (ratios === "last") return 1;
    const shares = checkRatios(ratios);
    return Math.max(1, Math.round((n * shares[part]) / (shares[0] + shares[1] + shares[2])));
  };
  const valCount = countOf(1);
  const testCount = countOf(2);
  const test = anchors.slice(Math.max(0, n - testCount));
  const closedBy = (next: Timestamp | undefined): Float64Array =>
    anchors.filter((anchor) => next !== undefined && labelEnd(anchor, labelWindows) <= next);
  // Anchors between the parts are lost, never those of val: it is small already.
  const val = closedBy(test[0])
    .filter((anchor) => anchor < test[0]!)
    .slice(-valCount);
  const train = closedBy(val[0]).filter((anchor) => anchor < val[0]!);
  const split: AnchorSplit = { train, val, test };
  const empty = SPLITS.find((name) => split[name].length === 0);
  if (empty === undefined) return split;
  const message = `${n} anchors leave none for \`${empty}\`, whose label windows close before the next part begins`;
  const hint = "give more anchors: a smaller step, a shorter window, or more data";
  throw new ConfigError("CFG175", message, { hint });
}

/** Anchors by hand, in any order. */
export interface ExplicitAnchors {
  readonly train: readonly Timestamp[];
  readonly val: readonly Timestamp[];
  readonly test: readonly Timestamp[];
}

/**
 * Takes anchors as the user lists them, sorted and without repetitions, and checks the leak guard.
 *
 * @param anchors - the lists.
 * @param labelWindows - the windows of the labels.
 * @throws {@link ConfigError} CFG177 if a label window of a part ends after the next part begins.
 */
export function explicitAnchors(
  anchors: ExplicitAnchors,
  labelWindows: readonly TimeWindow[],
): AnchorSplit {
  const sorted = (times: readonly Timestamp[]): Float64Array =>
    Float64Array.from(new Set(times)).sort();
  const split = {
    train: sorted(anchors.train),
    val: sorted(anchors.val),
    test: sorted(anchors.test),
  };
  const pairs = [
    ["train", "val"],
    ["train", "test"],
    ["val", "test"],
  ] as const;
  for (const [before, after] of pairs) {
    const next = split[after][0];
    const late = split[before].find(
      (anchor) => labelEnd(anchor, labelWindows) > (next ?? Infinity),
    );
    if (late === undefined || next === undefined) continue;
    const message = `the label window of ${before} anchor ${formatTime(late)} ends at ${formatTime(labelEnd(late, labelWindows))}, after ${after} begins at ${formatTime(next)}`;
    const hint = `leave that anchor out, or begin ${after} later`;
    throw new ConfigError("CFG177", message, { hint });
  }
  return split;
}

/**
 * Marks the rows of a training table by the part their anchor belongs to; rows of other anchors are refused.
 *
 * @param table - the table, made at the anchors of the split.
 * @param split - the anchors of each part.
 * @throws {@link ConfigError} CFG178 if a row's anchor is in no part.
 */
export function assignSplit<T extends TrainingTable>(table: T, split: AnchorSplit): T {
  const codes = new Map<Timestamp, number>();
  SPLITS.forEach((name, code) => {
    for (const anchor of split[name]) codes.set(anchor, code);
  });
  const { anchorTimes } = table;
  const assigned = new Uint8Array(anchorTimes.length);
  for (let row = 0; row < assigned.length; row++) {
    const code = codes.get(anchorTimes[row]!);
    if (code === undefined) {
      const message = `anchor ${formatTime(anchorTimes[row]!)} belongs to no part of the split`;
      throw new ConfigError("CFG178", message, { hint: "label the anchors of the split only" });
    }
    assigned[row] = code;
  }
  return { ...table, split: assigned };
}

/**
 * Splits static rows at random: shuffled, then cut at `int(n x ratio)`.
 *
 * @param count - number of rows.
 * @param options - `seed` (default 0) and the ratios.
 * @returns uint8 `[count]`: indexes into {@link SPLITS}.
 * @throws {@link ConfigError} CFG176 if the ratios are not positive.
 * @see Kumo `RandomSplit`.
 */
export function randomSplit(
  count: number,
  options: { readonly seed?: number; readonly ratios?: SplitRatios } = {},
): Uint8Array {
  const { seed = 0, ratios = DEFAULT_RATIOS } = options;
  const order = Int32Array.from({ length: count }, (_, row) => row);
  shuffle(order, createRng(seed).split("split"));
  return cut(order, ratios);
}

/**
 * Splits static rows by their own times: sorted (rows of one time stay in row order), then cut at `int(n x ratio)`.
 *
 * @param times - float64 `[rows]`.
 * @param ratios - shares of the rows.
 * @returns uint8 `[rows]`: indexes into {@link SPLITS}.
 * @throws {@link ConfigError} CFG176 if the ratios are not positive.
 * @see Kumo `TemporalSplit`.
 */
export function temporalSplit(
  times: Float64Array,
  ratios: SplitRatios = DEFAULT_RATIOS,
): Uint8Array {
  const order = Int32Array.from(times, (_, row) => row);
  order.sort((a, b) => (times[a] === times[b] ? a - b : times[a]! - times[b]!));
  return cut(order, ratios);
}

/**
 * Splits static rows at two times: train up to `valTime`, val up to `testTime`, test after it.
 *
 * @param times - float64 `[rows]`.
 * @returns uint8 `[rows]`: indexes into {@link SPLITS}.
 * @see RelBench `task_autocomplete.py`.
 */
export function splitAtTimes(
  times: Float64Array,
  valTime: Timestamp,
  testTime: Timestamp,
): Uint8Array {
  const codes = new Uint8Array(times.length);
  for (let row = 0; row < codes.length; row++) {
    codes[row] = times[row]! <= valTime ? 0 : times[row]! <= testTime ? 1 : 2;
  }
  return codes;
}

/**
 * Splits rows of a training table by hand at the starts of two parts: train before `val`, val before `test`, test from then on.
 *
 * @param times - float64 `[rows]`.
 * @param start - when validation and test begin.
 * @returns uint8 `[rows]`: indexes into {@link SPLITS}.
 */
export function splitGivenTimes(
  times: Float64Array,
  start: { readonly val: Timestamp; readonly test: Timestamp },
): Uint8Array {
  return Uint8Array.from(times, (time) => (time < start.val ? 0 : time < start.test ? 1 : 2));
}

/** Gives the rows in an order their part: the first share train, the next val, the rest test. */
function cut(order: Int32Array, ratios: SplitRatios): Uint8Array {
  const [trainShare, valShare, testShare] = checkRatios(ratios);
  const whole = trainShare + valShare + testShare;
  // A hair more, so that 10 x 0.8 / (0.8 + 0.1 + 0.1) is 8 and not 7.
  const train = Math.floor((order.length * trainShare) / whole + 1e-9);
  const val = Math.floor((order.length * valShare) / whole + 1e-9);
  const codes = new Uint8Array(order.length);
  order.forEach((row, place) => {
    codes[row] = place < train ? 0 : place < train + val ? 1 : 2;
  });
  return codes;
}

function checkRatios(ratios: SplitRatios): SplitRatios {
  if (ratios.every((share) => Number.isFinite(share) && share > 0)) return ratios;
  const message = `split ratios are three positive numbers, found ${ratios.join(", ")}`;
  throw new ConfigError("CFG176", message, { hint: "such as 0.8, 0.1, 0.1" });
}
