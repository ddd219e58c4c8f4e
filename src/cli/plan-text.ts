/** What `relgraph plan` prints: the plan, its anchors with rows and base rates, and what was dropped. */

import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { LabelTable } from "../../pql/run/execute.js";
import { formatNumber, indent, textTable } from "../core/pretty.js";
import { formatTime, formatWindow, placeWindow } from "../core/time.js";
import {
  SPLITS,
  splitRows,
  summarizeTrainingTable,
  type TrainingTable,
} from "../task/training-table.js";

/** More anchors than this are shortened to the first and last ones. */
const MOST_ANCHORS = 12;

const REASONS: Readonly<Record<keyof LabelTable["dropped"], string>> = {
  nullKey: "key is null",
  duplicateKey: "key repeats an earlier row's",
  notYetCreated: "not yet created at the anchor",
  ended: "ended before the anchor",
  where: "WHERE does not hold",
  assuming: "ASSUMING does not hold",
  undefinedLabel: "label is undefined",
};

/**
 * Prints a plan together with the labels it gives.
 *
 * @param plan - the plan.
 * @param labels - its labels.
 */
export function planText(plan: TrainingTablePlan, labels: LabelTable): string {
  const lines = labels.anchors.map(({ anchorTime, rows, mean }) => [
    anchorTime === null ? "own times" : formatTime(anchorTime),
    formatNumber(rows),
    formatNumber(mean),
  ]);
  const half = MOST_ANCHORS / 2;
  const shown =
    lines.length > MOST_ANCHORS ? [...lines.slice(0, half), ["…"], ...lines.slice(-half)] : lines;
  const reasons = droppedRows(labels).map(([reason, count]) => [
    REASONS[reason],
    formatNumber(count),
  ]);
  const mean = plan.task.taskType === "binary_classification" ? "base rate" : "mean target";
  return [
    plan.explain(anchorTimes(labels)),
    summarizeTrainingTable(labels),
    ...windowsText(plan, labels),
    textTable(["anchor", "rows", mean], shown, ["left", "right", "right"]),
    reasons.length === 0
      ? "no rows dropped"
      : `dropped\n${indent(textTable(["reason", "rows"], reasons, ["left", "right"]))}`,
  ].join("\n\n");
}

/**
 * Gives a plan and its labels as plain data.
 *
 * @param plan - the plan.
 * @param labels - its labels.
 */
export function planDocument(plan: TrainingTablePlan, labels: LabelTable): unknown {
  const { task, eligibility, labelRule, horizon } = plan;
  return {
    query: plan.query,
    taskType: task.taskType,
    entityTable: task.entityTable,
    target: task.targetName,
    unit: task.unit,
    window: task.window && formatWindow(task.window),
    eligibility,
    labelRule,
    rows: splitCounts(labels),
    splits: splitSpans(plan, labels).map(({ part, anchors, from, to, labelsFrom, labelsTo }) => ({
      split: part,
      anchors,
      from: formatTime(from),
      to: formatTime(to),
      labelsFrom: formatTime(labelsFrom),
      labelsTo: formatTime(labelsTo),
    })),
    steps: plan
      .explain()
      .split("\n")
      .slice(1)
      .map((line) => line.trim()),
    anchors: labels.anchors.map(({ anchorTime, rows, mean }) => {
      const window = anchorTime !== null && horizon ? placeWindow(anchorTime, horizon) : null;
      return {
        anchor: anchorTime === null ? null : formatTime(anchorTime),
        labelsUntil: window && formatTime(window.to),
        rows,
        mean,
      };
    }),
    dropped: labels.dropped,
    warnings: labels.warnings,
  };
}

/**
 * Counts the rows of each part; all of them are training rows where they are not split.
 *
 * @param labels - the labels.
 */
export function splitCounts(labels: TrainingTable): {
  readonly train: number;
  readonly val: number;
  readonly test: number;
} {
  if (!labels.split) return { train: labels.targets.length, val: 0, test: 0 };
  const [train, val, test] = SPLITS.map((part) => splitRows(labels, part).length);
  return { train: train!, val: val!, test: test! };
}

/** The anchors of a part of the split, and what their label windows cover. */
interface SplitSpan {
  readonly part: string;
  readonly anchors: number;
  readonly from: number;
  readonly to: number;
  readonly labelsFrom: number;
  readonly labelsTo: number;
}

/** The windows of each part in absolute dates; none for a target without windows. */
function splitSpans({ horizon }: TrainingTablePlan, labels: LabelTable): SplitSpan[] {
  if (horizon === null) return [];
  const parts = labels.split ? SPLITS : (["all"] as const);
  return parts.flatMap((part) => {
    const rows = part === "all" ? null : splitRows(labels, part);
    const times = rows
      ? Float64Array.from(rows, (row) => labels.anchorTimes[row]!)
      : labels.anchorTimes;
    const anchors = Float64Array.from(new Set(times)).sort();
    if (anchors.length === 0) return [];
    const from = anchors[0]!;
    const to = anchors.at(-1)!;
    const labelsFrom = placeWindow(from, horizon).from;
    return {
      part,
      anchors: anchors.length,
      from,
      to,
      labelsFrom,
      labelsTo: placeWindow(to, horizon).to,
    };
  });
}

function windowsText(plan: TrainingTablePlan, labels: LabelTable): string[] {
  const lines = splitSpans(plan, labels).map(
    ({ part, anchors, from, to, labelsFrom, labelsTo }) => [
      part,
      String(anchors),
      `${formatTime(from)} … ${formatTime(to)}`,
      `(${formatTime(labelsFrom)}, ${formatTime(labelsTo)}]`,
      plan.pastWindows.length > 0 ? pastText(plan, from, to) : "",
    ],
  );
  if (lines.length === 0) return [];
  const header = ["windows", "anchors", "from … to", "labels lie in"];
  const past = plan.pastWindows.length > 0;
  return [textTable(past ? [...header, "WHERE looks at"] : header, lines, ["left", "right"])];
}

/** What the windows of WHERE cover from the first to the last anchor. */
function pastText({ pastWindows }: TrainingTablePlan, from: number, to: number): string {
  const starts = pastWindows.map((window) => placeWindow(from, window).from);
  const ends = pastWindows.map((window) => placeWindow(to, window).to);
  return `(${formatTime(Math.min(...starts))}, ${formatTime(Math.max(...ends))}]`;
}

function anchorTimes({ anchors }: LabelTable): number[] {
  return anchors.flatMap(({ anchorTime }) => (anchorTime === null ? [] : [anchorTime]));
}

function droppedRows({ dropped }: LabelTable): [keyof LabelTable["dropped"], number][] {
  const reasons = Object.keys(REASONS) as (keyof LabelTable["dropped"])[];
  return reasons
    .map((reason) => [reason, dropped[reason]] as [typeof reason, number])
    .filter(([, count]) => count > 0);
}
