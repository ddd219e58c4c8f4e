/** What to do this week: accounts at risk for CS, who is ready for more for sales, and alerts on drops. */
import { type CellValue, cellValue, numberColumn, stringColumn } from "../data/column.js";
import type { Database } from "../data/database.js";
import { Table } from "../data/table.js";
import type { ScoreTable } from "./score.js";
import { actionOf, topReasons } from "./score-table.js";

/** The lists there are. */
export const ACTION_LISTS = ["at risk", "expansion", "alert"] as const;

/** One entry of a list. */
export interface ActionItem {
  readonly list: (typeof ACTION_LISTS)[number];
  readonly team: string;
  readonly key: Readonly<Record<string, CellValue>>;
  readonly score: number;
  readonly tier: string;
  /** Points since the previous score; `null` where there is none. */
  readonly change: number | null;
  /** How unusual the change is: deviations from the mean change of all; `null` where there is none. */
  readonly significance: number | null;
  readonly reasons: string;
  readonly action: string;
}

/** Options of {@link actionLists}. */
export interface ActionOptions {
  /** Scores below it are at risk, 50 by default. */
  readonly atRiskBelow?: number | undefined;
  /** Scores from it on are ready for more, 70 by default; so are stable ones that reach as many percent of the EXPANSION points. */
  readonly expansionFrom?: number | undefined;
  /** Points lost that raise an alert, 10 by default. */
  readonly drop?: number | undefined;
  /** Deviations below the mean change that raise an alert, 1.64 by default: one in twenty by chance. */
  readonly significance?: number | undefined;
}

/**
 * Makes the lists: those at risk, the lowest first; those ready for more, the highest first; alerts, the largest drop first.
 *
 * @param scores - the scores.
 * @param db - the database that they are of.
 */
export function actionLists(
  scores: ScoreTable,
  db: Database,
  options: ActionOptions = {},
): readonly ActionItem[] {
  const { atRiskBelow = 50, expansionFrom = 70, drop = 10, significance: least = 1.64 } = options;
  const change = scores.scores.map((score, i) => score - scores.previous[i]!);
  const unusual = deviations(change);
  const rows = Array.from(scores.entityRows.keys());
  const item = (
    list: ActionItem["list"],
    row: number,
    reasons: string,
    team: string,
    action: string,
  ): ActionItem => ({
    list,
    team,
    key: keyOf(scores, db, row),
    score: scores.scores[row]!,
    tier: scores.config.tiers[scores.tiers[row]!]!.name,
    change: orNull(change[row]!),
    significance: orNull(unusual[row]!),
    reasons,
    action,
  });
  const bySize = (a: number, b: number): number => scores.scores[a]! - scores.scores[b]! || a - b;
  const atRisk = rows.filter((row) => scores.scores[row]! < atRiskBelow).sort(bySize);
  const grows = growing(scores, expansionFrom);
  const ready = rows
    .filter((row) => scores.scores[row]! >= expansionFrom || grows(row))
    .sort((a, b) => bySize(b, a));
  const fallen = rows
    .filter((row) => change[row]! <= -drop && unusual[row]! <= -least)
    .sort((a, b) => change[a]! - change[b]! || a - b);
  return [
    ...atRisk.map((row) =>
      item(
        "at risk",
        row,
        topReasons(scores, row),
        "CS",
        scores.playbook(row)["CS"] ?? actionOf(scores, row),
      ),
    ),
    ...ready.map((row) =>
      item(
        "expansion",
        row,
        topReasons(scores, row),
        "sales",
        scores.playbook(row)["sales"] ?? actionOf(scores, row),
      ),
    ),
    ...fallen.map((row) =>
      item(
        "alert",
        row,
        dropReasons(scores, row),
        "CS",
        scores.playbook(row)["CS"] ?? actionOf(scores, row),
      ),
    ),
  ];
}

/** Whether somebody in a middling tier fills so much of the EXPANSION category: more members, use at the limits. */
function growing({ config, categories, scores }: ScoreTable, percent: number) {
  const most = config.categories.find(({ name }) => name === GROWTH)?.points ?? 0;
  const given = categories.get(GROWTH);
  const least = config.tiers[2]?.from ?? Infinity;
  return (row: number): boolean =>
    given !== undefined && scores[row]! >= least && given[row]! >= (percent / 100) * most;
}

const GROWTH = "EXPANSION";

/** What a score lost, in one line. */
function dropReasons(scores: ScoreTable, row: number): string {
  return scores
    .changes(row)
    .filter(({ points, before }) => points < before)
    .slice(0, 3)
    .map(({ text }) => text)
    .join("; ");
}

/** Deviations from the mean, over the rows that have a value. */
function deviations(values: Float64Array): Float64Array {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
  const deviation = Math.sqrt(variance);
  return values.map((value) => (deviation > 0 ? (value - mean) / deviation : Number.NaN));
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function keyOf(
  { config, entityRows }: ScoreTable,
  db: Database,
  row: number,
): Record<string, CellValue> {
  const { primaryKey } = db.tableSchema(config.entity);
  const table = db.table(config.entity);
  return Object.fromEntries(
    (primaryKey ?? []).map((name) => [name, cellValue(table.column(name), entityRows[row]!)]),
  );
}

/**
 * Writes lists as a table fit for a CRM: LIST, TEAM, the key, SCORE, TIER, CHANGE, SIGNIFICANCE, REASONS, ACTION.
 *
 * @param items - of {@link actionLists}.
 * @param keys - names of the key's columns.
 */
export function actionsToTable(items: readonly ActionItem[], keys: readonly string[]): Table {
  const texts = (name: string, of: (item: ActionItem) => string) =>
    stringColumn(name, items.map(of));
  const numbers = (name: string, of: (item: ActionItem) => number | null) =>
    numberColumn(name, items.map(of));
  return new Table("actions", [
    texts("LIST", ({ list }) => list),
    texts("TEAM", ({ team }) => team),
    ...keys.map((name) => {
      const values = items.map(({ key }) => key[name] ?? null);
      return values.every((value) => value === null || typeof value === "number")
        ? numberColumn(name, values as (number | null)[])
        : stringColumn(
            name,
            values.map((value) => (value === null ? null : String(value))),
          );
    }),
    numbers("SCORE", ({ score }) => Math.round(score * 10) / 10),
    texts("TIER", ({ tier }) => tier),
    numbers("CHANGE", ({ change }) => (change === null ? null : Math.round(change * 10) / 10)),
    numbers("SIGNIFICANCE", ({ significance }) =>
      significance === null ? null : Math.round(significance * 100) / 100,
    ),
    texts("REASONS", ({ reasons }) => reasons),
    texts("ACTION", ({ action }) => action),
  ]);
}
