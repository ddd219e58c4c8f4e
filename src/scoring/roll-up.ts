/** Scores of people rolled up to their accounts: how many, how they do, who stands out. */
import { ConfigError } from "../core/errors.js";
import { numberColumn, renameColumn, takeRows } from "../data/column.js";
import type { Database } from "../data/database.js";
import { Table } from "../data/table.js";
import { linkTo } from "./metrics.js";
import { findRoles } from "./roles.js";
import type { ScoreTable } from "./score.js";

/** Where people name their account. */
export interface AccountLink {
  /** The account table. */
  readonly of: string;
  /** The column that names it, where several do. */
  readonly via?: string;
}

/**
 * Finds the accounts that entities belong to.
 *
 * @throws {@link ConfigError} CFG240 if they belong to none.
 */
export function accountLink(db: Database, entity: string): AccountLink {
  const roles = findRoles(db);
  if (roles?.accounts && roles.people === entity) {
    return { of: roles.accounts.table, via: roles.accounts.via };
  }
  throw new ConfigError("CFG240", `\`${entity}\` belong to no accounts`, {
    hint: "scores of people roll up to their accounts",
  });
}

/** Scores of the people of one account. */
export interface AccountScores {
  /** Row of the account table. */
  readonly row: number;
  readonly people: number;
  readonly mean: number;
  readonly lowest: number;
  /** People in the lowest two tiers. */
  readonly atRisk: number;
  /** People in the highest tier. */
  readonly champions: number;
  /** Mean points since the previous scores, of those who had one; `null` where nobody had. */
  readonly change: number | null;
}

/**
 * Rolls scores up.
 *
 * @param scores - of people.
 * @param db - the database that they are of.
 * @param link - of {@link accountLink}, or the caller's own.
 * @returns one entry per account with people, the lowest mean first.
 * @throws {@link ConfigError} CFG236 if people have no such link.
 */
export function rollUp(
  scores: ScoreTable,
  db: Database,
  link: AccountLink,
): readonly AccountScores[] {
  const { entityRows, config, tiers, previous } = scores;
  const { parentRows } = db.link(config.entity, linkTo(db.schema, config.entity, link));
  const members = new Map<number, number[]>();
  entityRows.forEach((row, i) => {
    const account = parentRows[row]!;
    if (account < 0) return;
    const known = members.get(account);
    if (known) known.push(i);
    else members.set(account, [i]);
  });
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const found = [...members].map(([row, places]): AccountScores => {
    const own = places.map((i) => scores.scores[i]!);
    const changes = places.flatMap((i) =>
      Number.isNaN(previous[i]!) ? [] : scores.scores[i]! - previous[i]!,
    );
    return {
      row,
      people: places.length,
      mean: mean(own),
      lowest: own.reduce((low, score) => Math.min(low, score), Infinity),
      atRisk: places.filter((i) => tiers[i]! < 2).length,
      champions: places.filter((i) => tiers[i] === config.tiers.length - 1).length,
      change: changes.length === 0 ? null : mean(changes),
    };
  });
  return found.sort((a, b) => a.mean - b.mean || a.row - b.row);
}

/**
 * Writes accounts as a table: the account's key, PEOPLE, MEAN_SCORE, LOWEST_SCORE, AT_RISK, CHAMPIONS, CHANGE.
 *
 * @param accounts - of {@link rollUp}.
 * @param db - the database.
 * @param table - the account table.
 */
export function accountsToTable(
  accounts: readonly AccountScores[],
  db: Database,
  table: string,
): Table {
  const rows = Int32Array.from(accounts, ({ row }) => row);
  const round = (value: number): number => Math.round(value * 10) / 10;
  const numbers = (name: string, of: (one: AccountScores) => number | null) =>
    numberColumn(
      name,
      accounts.map((one) => {
        const value = of(one);
        return value === null ? null : round(value);
      }),
    );
  return new Table("accounts", [
    ...(db.tableSchema(table).primaryKey ?? []).map((name) =>
      renameColumn(takeRows(db.table(table).column(name), rows), name),
    ),
    numbers("PEOPLE", ({ people }) => people),
    numbers("MEAN_SCORE", ({ mean }) => mean),
    numbers("LOWEST_SCORE", ({ lowest }) => lowest),
    numbers("AT_RISK", ({ atRisk }) => atRisk),
    numbers("CHAMPIONS", ({ champions }) => champions),
    numbers("CHANGE", ({ change }) => change),
  ]);
}
