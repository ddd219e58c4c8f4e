/** Explanation: a prediction with its reasons, in words and numbers that add up. */
import { formatNumber, textTable } from "../../src/core/pretty.js";
import { percent } from "../../src/core/words.js";
import type { CellValue } from "../../src/data/column.js";
import type { TargetScale } from "../target.js";
import { classShares, unscaleOutput } from "../target.js";
import type { Attribution, RowAttribution } from "./attribute.js";
import {
  type DescribeContext,
  type Description,
  describeActivity,
  describePathColumn,
  describeSeedColumn,
} from "./describe.js";

/** A row that carried a contribution. */
export interface Evidence {
  readonly table: string;
  /** The row's key by column; its row number from 1 where the table has no key. */
  readonly key: Readonly<Record<string, CellValue>>;
}

/** One reason. */
export interface Contribution {
  readonly label: string;
  readonly value: number | null;
  readonly display: string;
  /** What the value is compared with, such as `median 4.5`; `null` where nothing compares. */
  readonly comparison: string | null;
  /** In the unit of the prediction; of a probability for classes. */
  readonly contribution: number;
  /** Share of the absolute contributions of all signals, shown or not, in 0 … 1. */
  readonly share: number;
  readonly direction: "up" | "down";
  readonly family: string;
  readonly evidence: readonly Evidence[];
}

/** A prediction with its reasons; `baseline + Σ contributions + other = prediction`. */
export interface Explanation {
  readonly entity: Readonly<Record<string, CellValue>>;
  readonly timestamp: string | null;
  /** Which part of an answer with several is explained: a class, a recommended item; absent: there is but one. */
  readonly of?: string;
  /** Which of several targets; absent: the one there is, or the first. */
  readonly target?: string;
  readonly prediction: number;
  /** What the model expects without knowing anything; against others, their mean prediction. */
  readonly baseline: number;
  /** What the prediction is told against, in words; absent: the population. */
  readonly against?: string;
  readonly unit: string | null;
  readonly contributions: readonly Contribution[];
  readonly other: { readonly contribution: number; readonly share: number };
}

/** Medians of described values over the background, by key. */
export type Comparisons = Readonly<Record<string, number>>;

/** Options of {@link explainAttribution}. */
export interface ExplainOptions {
  /** Reasons listed; the others are added up. */
  readonly top?: number;
}

/** A signal before it is ranked. */
interface Item {
  readonly description: Description;
  readonly score: number;
  readonly table: string;
  readonly rows: readonly RowAttribution[];
}

/**
 * Puts an attribution into words and into the prediction's unit.
 *
 * Scores on the network's scale become contributions in the unit of the prediction by one common slope, so that they
 * still add up.
 *
 * @param context - names and data.
 * @param attribution - of one seed.
 * @param scale - the target's scale.
 * @param comparisons - what values are compared with.
 * @returns reasons by size.
 */
export function explainAttribution(
  context: DescribeContext,
  attribution: Attribution,
  scale: TargetScale,
  comparisons: Comparisons,
  options: ExplainOptions = {},
): Omit<Explanation, "entity" | "timestamp" | "unit"> {
  const { top = 5 } = options;
  const prediction = outputValue(attribution.outputs, attribution.index, scale);
  const baseline = outputValue(attribution.baselines, attribution.index, scale);
  const moved = attribution.output - attribution.baseline;
  const slope = Math.abs(moved) < 1e-9 ? 0 : (prediction - baseline) / moved;
  const items = mergeByKey(listItems(context, attribution)).sort(
    (a, b) => Math.abs(b.score) - Math.abs(a.score),
  );
  const shown = items.filter((item) => item.score !== 0).slice(0, top);
  const others = items.filter((item) => !shown.includes(item));
  const rest = others.reduce((sum, item) => sum + item.score, attribution.interplay);
  const restSize = others.reduce(
    (sum, item) => sum + Math.abs(item.score),
    Math.abs(attribution.interplay),
  );
  const size = shown.reduce((sum, item) => sum + Math.abs(item.score), restSize) || 1;
  return {
    prediction,
    baseline,
    contributions: shown.map((item): Contribution => {
      const { description } = item;
      const median = comparisons[description.key];
      return {
        label: description.label,
        value: description.value,
        display: description.display,
        comparison:
          median === undefined || description.value === null
            ? null
            : `median ${description.format === "percent" ? percent(median) : formatNumber(median, 3)}`,
        contribution: item.score * slope,
        share: Math.abs(item.score) / size,
        direction: item.score * slope < 0 ? "down" : "up",
        family: description.family,
        evidence: evidenceOf(context, item),
      };
    }),
    other: { contribution: rest * slope, share: restSize / size },
  };
}

/** One output as a person reads it: a number in its unit, a probability, or the share of a class. */
function outputValue(outputs: readonly number[], index: number, scale: TargetScale): number {
  if (outputs.length === 1) return unscaleOutput(scale, outputs[0]!);
  return classShares(outputs)[index]!;
}

/** Lists every signal of an attribution: columns of the entity, columns of paths, and the activity of paths. */
function listItems(context: DescribeContext, attribution: Attribution): Item[] {
  const { batch, paths } = attribution;
  const { positions } = context.spec.layout;
  const items: Item[] = [];
  for (const path of paths) {
    if (path.position < 0) {
      const table = context.spec.context.table;
      for (const { column, contribution } of path.columns) {
        const description = describeSeedColumn(context, batch, 0, column);
        items.push({ description, score: contribution, table, rows: [] });
      }
      const label = `${table}: other`;
      const description: Description = {
        key: "seed other",
        label,
        value: null,
        display: "",
        format: "number",
        family: label.toLowerCase(),
      };
      items.push({ description, score: path.activity, table, rows: [] });
      continue;
    }
    const { table } = positions[path.position]!;
    for (const { position, column, contribution } of path.columns) {
      const description = describePathColumn(context, batch, 0, path.position, {
        position,
        column,
        sign: contribution,
      });
      items.push({ description, score: contribution, table, rows: path.rows });
    }
    const description = describeActivity(context, batch, 0, path.position);
    items.push({ description, score: path.activity, table, rows: path.rows });
  }
  return items;
}

/** Adds up signals that are the same to a person. */
function mergeByKey(items: readonly Item[]): Item[] {
  const merged = new Map<string, Item>();
  for (const item of items) {
    const id = `${item.description.key}\u0000${item.description.label}`;
    const before = merged.get(id);
    merged.set(id, before ? { ...before, score: before.score + item.score } : item);
  }
  return [...merged.values()];
}

function evidenceOf(context: DescribeContext, item: Item): Evidence[] {
  const { db } = context;
  if (!db.tables.some((table) => table.name === item.table)) return [];
  const { primaryKey } = db.tableSchema(item.table);
  const table = db.table(item.table);
  if (primaryKey === null) {
    return item.rows.slice(0, 3).map(({ row }) => ({ table: item.table, key: { row: row + 1 } }));
  }
  return item.rows.slice(0, 3).map(({ row }) => ({
    table: item.table,
    key: rowKey(table.take(Int32Array.of(row)).toRecords()[0]!, primaryKey),
  }));
}

function rowKey(
  record: Readonly<Record<string, CellValue>>,
  columns: readonly string[],
): Record<string, CellValue> {
  return Object.fromEntries(columns.map((column) => [column, record[column] ?? null]));
}

/**
 * Finds what described values are compared with: their medians over the background seeds.
 *
 * @param context - names and data.
 * @param attributions - descriptions are taken from these, one seed each.
 */
export function fitComparisons(
  context: DescribeContext,
  attributions: readonly Attribution[],
): Comparisons {
  const values = new Map<string, number[]>();
  for (const attribution of attributions) {
    for (const { description } of listItems(context, attribution)) {
      if (description.value === null) continue;
      const list = values.get(description.key) ?? [];
      list.push(description.value);
      values.set(description.key, list);
    }
  }
  return Object.fromEntries(
    [...values].map(([key, list]) => [key, list.sort((a, b) => a - b)[list.length >> 1]!]),
  );
}

/**
 * Prints an explanation as a person would say it.
 *
 * @param explanation - the explanation.
 * @param names - the entity's name, and the horizon in words, such as `in the next 30 days`.
 */
export function formatExplanation(
  explanation: Explanation,
  names: { readonly entity: string; readonly horizon?: string },
): string {
  const amount = (value: number): string =>
    `${formatNumber(value, 3)}${explanation.unit ? ` ${explanation.unit}` : ""}`;
  const title = `${names.entity}${explanation.of === undefined ? "" : `, ${explanation.of}`}: predicted ${amount(explanation.prediction)}${names.horizon ? ` ${names.horizon}` : ""} (${explanation.against ?? "on average"} ${amount(explanation.baseline)})`;
  const share = (value: number): string => `${Math.round(value * 100)} %`;
  const arrow = (value: number): string => (value < 0 ? "lowers" : "raises");
  const rows = explanation.contributions.map((c) => [
    c.label,
    c.display,
    c.comparison ?? "",
    arrow(c.contribution),
    share(c.share),
  ]);
  const { other } = explanation;
  rows.push(["All other signals", "", "", arrow(other.contribution), share(other.share)]);
  const table = textTable(["reason", "now", "usual", "effect", "share"], rows, [
    "left",
    "left",
    "left",
    "left",
    "right",
  ]);
  const lines = table.split("\n").filter((_, i) => i !== 1);
  return [title, ...lines.map((line) => `  ${line}`)].join("\n");
}
