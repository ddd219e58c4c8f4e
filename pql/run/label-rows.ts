/** Labelled rows: who is eligible at each anchor, and what the target turned out to be. */
import { formatTime, placeWindow, type Timestamp } from "../../src/core/time.js";
import type { TrainingTable } from "../../src/task/training-table.js";
import type { Complaint } from "../syntax/diagnostics.js";
import { type DropCounts, dropUnlessTrue, keepLabelled } from "./eligible.js";
import { createLabeller, type Labeller, type Labels } from "./label.js";
import { type ClassLists, joinLists, takeLists } from "./label-lists.js";
import { collectRows, gather, joinRows, joinTimes, orderByTime, reorder } from "./row-lists.js";
import { addRows, anchorsOfRows, findEmpty, forEachAnchor, type Run } from "./run.js";

/** What one anchor contributes. */
export interface AnchorSummary {
  /** `null` where each row has its own anchor. */
  readonly anchorTime: Timestamp | null;
  readonly rows: number;
  /** Mean target (the base rate of a binary one); `null` for classes and where there are no rows. */
  readonly mean: number | null;
}

/** A training table with the story of how it came to be. */
export interface LabelTable extends TrainingTable {
  readonly anchors: readonly AnchorSummary[];
  /** How many of the triples of entity, anchor and window of a forecast are not in the table, and why. */
  readonly dropped: Readonly<DropCounts>;
  readonly warnings: readonly Complaint[];
}

/** The labels of the rows of one anchor. */
interface Part {
  readonly numbers: Float64Array;
  readonly lists: ClassLists | null;
  /** Which window of a forecast each row is for, from 1; `null` where there is one window. */
  readonly steps: Int32Array | null;
}

/**
 * Labels the eligible entities at each anchor.
 *
 * @param run - the run.
 * @param anchors - ascending; `null` = each entity's own time.
 */
export function labelRows(run: Run, anchors: Float64Array | null): LabelTable {
  const { plan, columns, population, dropped } = run;
  const { frames, where, assuming } = plan;
  const labellers = frames.map((frame) => createLabeller(columns, plan.task, frame));
  const parts: Part[] = [];
  const clauses = { truth: [...frames], sight: where ? [where] : [] };
  if (assuming) clauses.truth.push(assuming);
  forEachAnchor(run, anchors, clauses, ({ at, index, truth, sight }) => {
    const eligible = population.at(at, dropped);
    if (where) dropped.where += dropUnlessTrue(eligible, sight[0]!.filter(index));
    if (assuming) dropped.assuming += dropUnlessTrue(eligible, truth.at(-1)!.filter(index));
    const labels = labellers.map((labeller, frame) => labeller.labels(truth[frame]!, index));
    if (labels.length > 1) {
      const { rows, part } = forecastRows(labels, eligible, dropped);
      addRows(run, rows, at);
      parts.push(part);
      return;
    }
    const { numbers, lists } = labels[0]!;
    dropped.undefinedLabel += keepLabelled(eligible, numbers, true);
    const rows = collectRows(eligible);
    addRows(run, rows, at);
    parts.push({
      numbers: rows.length === numbers.length ? numbers : gather(numbers, rows),
      lists: lists && takeLists(lists, rows),
      steps: null,
    });
  });
  return finishLabels(run, anchors, parts, labellers[0]!);
}

/** Lists the windows of a forecast entity by entity; a window without a label is left out alone. */
function forecastRows(
  labels: readonly Labels[],
  eligible: Uint8Array,
  dropped: DropCounts,
): { readonly rows: Int32Array; readonly part: Part } {
  const entities = collectRows(eligible);
  const most = entities.length * labels.length;
  const rows = new Int32Array(most);
  const steps = new Int32Array(most);
  const numbers = new Float64Array(most);
  let count = 0;
  for (let i = 0; i < entities.length; i++) {
    for (let frame = 0; frame < labels.length; frame++) {
      const label = labels[frame]!.numbers[entities[i]!]!;
      if (Number.isNaN(label)) continue;
      rows[count] = entities[i]!;
      steps[count] = frame + 1;
      numbers[count++] = label;
    }
  }
  dropped.undefinedLabel += most - count;
  return {
    rows: rows.slice(0, count),
    part: { numbers: numbers.slice(0, count), lists: null, steps: steps.slice(0, count) },
  };
}

function finishLabels(
  run: Run,
  anchors: Float64Array | null,
  parts: readonly Part[],
  labeller: Labeller,
): LabelTable {
  const { plan } = run;
  const { classes, numeric, integer, listed } = labeller;
  const times = anchorsOfRows(run);
  const order = anchors ? null : orderByTime(times);
  const lists = joinLists(parts.flatMap((part) => part.lists ?? []));
  const steps = plan.frames.length > 1 ? joinRows(parts.flatMap((part) => part.steps ?? [])) : null;
  return {
    task: { ...plan.task, integer },
    entityRows: reorder(joinRows(run.rows), order),
    anchorTimes: reorder(times, order),
    targets: reorder(joinTimes(parts.map((part) => part.numbers)), order),
    classes,
    ...(listed && { lists: { ...reorderLists(lists, order), numeric } }),
    ...(steps && { steps }),
    split: null,
    anchors: parts.map((part, i) =>
      summarize(part, anchors ? anchors[i]! : null, classes !== null),
    ),
    dropped: countWindows(run.dropped, plan.frames.length),
    warnings: findWarnings(run, anchors),
  };
}

function reorderLists(lists: ClassLists, order: Int32Array | null): ClassLists {
  return order ? takeLists(lists, order) : lists;
}

function summarize(
  { numbers }: Part,
  anchorTime: Timestamp | null,
  classes: boolean,
): AnchorSummary {
  const rows = numbers.length;
  let total = 0;
  for (let i = 0; i < rows; i++) total += numbers[i]!;
  return { anchorTime, rows, mean: rows === 0 || classes ? null : total / rows };
}

/** Who is not eligible lacks every window of a forecast. */
function countWindows(dropped: DropCounts, frames: number): DropCounts {
  return {
    nullKey: dropped.nullKey * frames,
    duplicateKey: dropped.duplicateKey * frames,
    notYetCreated: dropped.notYetCreated * frames,
    ended: dropped.ended * frames,
    where: dropped.where * frames,
    assuming: dropped.assuming * frames,
    undefinedLabel: dropped.undefinedLabel,
  };
}

function findWarnings(run: Run, anchors: Float64Array | null): Complaint[] {
  const warnings = findEmpty(run);
  const { plan, meter } = run;
  const last = anchors?.at(-1);
  if (last === undefined || plan.task.window === null) return warnings;
  const end = Math.max(...plan.timeTables.map((table) => meter.lastTime(table)));
  const closes = Math.max(...plan.labelWindows.map((window) => placeWindow(last, window).to));
  if (end === -Infinity) {
    const tables = plan.timeTables.map((name) => `\`${name}\``).join(", ");
    warnings.push({
      code: "PQL494",
      message: `no row of ${tables} has a time, so every window is empty`,
      hint: "check how the table was exported",
    });
  } else if (closes > end) {
    warnings.push({
      code: "PQL494",
      message: `the label window of anchor ${formatTime(last)} ends at ${formatTime(closes)}, after the last row at ${formatTime(end)}`,
      hint: "labels of a window that is not over may be too small; use earlier anchors",
    });
  }
  return warnings;
}
