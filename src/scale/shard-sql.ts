/** SQL that says which shard a row belongs to, the same on every engine. */
import type { SqlEngine } from "./sql-engine.js";

type Dialect = SqlEngine["dialect"];

/** Quotes a name. */
export function quoteName(dialect: Dialect, name: string): string {
  const mark = dialect === "spark" ? "`" : '"';
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

/** Quotes a text. */
export function quoteText(dialect: Dialect, text: string): string {
  return dialect === "spark"
    ? `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
    : `'${text.replaceAll("'", "''")}'`;
}

/**
 * Writes the number of a key: the same on all engines and in {@link keyNumber} of TypeScript, so that all spread and draw alike.
 *
 * @param dialect - the engine.
 * @param key - SQL of the key.
 * @returns SQL of a whole number from 0 to 2^48, null of null: 48 bits of the MD5 of the key's text.
 */
export function keyNumberSql(dialect: Dialect, key: string): string {
  const text = dialect === "spark" ? `CAST(${key} AS STRING)` : `CAST(${key} AS VARCHAR)`;
  const digits = `substr(md5(${text}), 1, 12)`;
  return dialect === "spark"
    ? `CAST(conv(${digits}, 16, 10) AS BIGINT)`
    : `CAST(concat('0x', ${digits}) AS BIGINT)`;
}

/** Wraps a query so that a column `shard` stands last. */
export function withShard(dialect: Dialect, sql: string, by: string, shards: number): string {
  const number = keyNumberSql(dialect, quoteName(dialect, by));
  return `SELECT *, CAST(coalesce(${number} % ${shards}, 0) AS INT) AS shard\nFROM (\n${sql}\n) AS rows_to_spread`;
}
