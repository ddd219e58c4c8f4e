/** Scores as a table with the columns that users script against. */
import { formatNumber } from "../core/pretty.js";
import {
  type Column,
  numberColumn,
  renameColumn,
  stringColumn,
  takeRows,
  timestampColumn,
} from "../data/column.js";
import type { Database } from "../data/database.js";
import { Table } from "../data/table.js";
import type { ScoreTable } from "./score.js";

/** Reasons told in TOP_REASONS. */
const TOP = 3;
/** From this score on, what earns points is told before what costs them. */
const HEALTHY = 70;

/**
 * Writes scores as a table: the entity's key, TIMESTAMP, SCORE, TIER, PREVIOUS_SCORE, CHANGE, TOP_REASONS, ACTION, a column
 * for each category, DEDUCTIONS.
 *
 * @param scores - the scores.
 * @param db - the database that they are of.
 */
export function scoresToTable(scores: ScoreTable, db: Database): Table {
  const { entityRows, previous, config, tiers, categories, deductions, anchor } = scores;
  const rows = Array.from(entityRows.keys());
  const change = scores.scores.map((score, i) => score - previous[i]!);
  const numbers = (name: string, values: Float64Array): Column =>
    numberColumn(
      name,
      Array.from(values, (value) => (Number.isNaN(value) ? null : round(value))),
    );
  return new Table("scores", [
    ...keyColumns(scores, db),
    timestampColumn("TIMESTAMP", new Array<number>(rows.length).fill(anchor)),
    numbers("SCORE", scores.scores),
    stringColumn(
      "TIER",
      rows.map((i) => config.tiers[tiers[i]!]!.name),
    ),
    numbers("PREVIOUS_SCORE", previous),
    numbers("CHANGE", change),
    stringColumn(
      "TOP_REASONS",
      rows.map((i) => topReasons(scores, i)),
    ),
    stringColumn(
      "ACTION",
      rows.map((i) => actionOf(scores, i)),
    ),
    ...[...categories].map(([name, values]) => numbers(name.toUpperCase(), values)),
    numbers("DEDUCTIONS", deductions),
  ]);
}

/** The entity's key as columns. */
export function keyColumns({ entityRows, config }: ScoreTable, db: Database): Column[] {
  const { primaryKey } = db.tableSchema(config.entity);
  const table = db.table(config.entity);
  return (primaryKey ?? []).map((name) =>
    renameColumn(takeRows(table.column(name), entityRows), name),
  );
}

/** What costs a low score most points, or earns a high one most, in one line. */
export function topReasons(scores: ScoreTable, row: number): string {
  const reasons = scores.reasons(row);
  const isHigh = scores.scores[row]! >= HEALTHY;
  const told = isHigh
    ? [...reasons].sort((a, b) => b.points - a.points)
    : reasons.filter(({ lost }) => lost > 0);
  return told
    .slice(0, TOP)
    .map(({ text }) => text)
    .join("; ");
}

/** What the first team of the playbook should do. */
export function actionOf(scores: ScoreTable, row: number): string {
  const [first] = Object.entries(scores.playbook(row));
  return first === undefined ? "" : `${first[0]}: ${first[1]}`;
}

/** Counts the entities of each tier, by its name. */
export function countTiers({ tiers, config }: ScoreTable): Record<string, number> {
  return Object.fromEntries(
    config.tiers.map(({ name }, t) => [
      name,
      tiers.reduce((sum, tier) => sum + (tier === t ? 1 : 0), 0),
    ]),
  );
}

/** Prints how many entities are in each tier. */
export function summarizeScores({ scores, tiers, previous, config }: ScoreTable): string {
  const lines = config.tiers.map(({ name, from }, tier) => {
    const inside = Array.from(tiers.keys()).filter((i) => tiers[i] === tier);
    const fallen = inside.filter((i) => scores[i]! < previous[i]!).length;
    const share = scores.length === 0 ? 0 : inside.length / scores.length;
    const range = from === -Infinity ? "lowest" : `from ${formatNumber(from)}`;
    return `  ${name.padEnd(20)} ${range.padEnd(9)} ${formatNumber(inside.length).padStart(8)}  ${`${Math.round(share * 100)} %`.padStart(5)}  ${formatNumber(fallen).padStart(8)} falling`;
  });
  return [`${formatNumber(scores.length)} scores of ${config.entity}`, ...lines].join("\n");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
