/** Which column is a table's primary key: its name must say so and its values must be unique. */
import type { Column } from "../column.js";
import { buildKeyIndex } from "../key-index.js";
import type { Table } from "../table.js";
import { entityWords, keyName, sameWords } from "./names.js";
import { isStrictlyAscending } from "./values.js";

/** The key found, and what to tell people about it. */
export interface PrimaryKeyGuess {
  readonly primaryKey: readonly string[] | null;
  readonly notes: readonly string[];
}

/** Scores by name; three more are for uniqueness, and a key needs {@link NEEDED}. */
const BARE_ID = 5;
const NEEDED = 4;
/** What an index says of a key without faults. */
const WHOLE = { duplicates: 0, nulls: 0 };

/**
 * Guesses a table's primary key.
 *
 * @param table - the table.
 * @param others - names of the other tables: a column that names one of them is a link to it, not this key.
 * @returns the key's column, or `null` where no column's name and values both fit.
 * @see Kumo `infer_primary_key` (name match plus uniqueness; uniqueness alone is never enough).
 */
export function inferPrimaryKey(table: Table, others: readonly string[]): PrimaryKeyGuess {
  const entity = entityWords(table.name);
  const foreign = others.map(entityWords).filter((words) => !sameWords(words, entity));
  let best: { name: string; score: number; broken: number } | null = null;
  const notes: string[] = [];
  table.columns.forEach((column, position) => {
    const byName = nameScore(column, position, entity, foreign);
    if (byName === 0) return;
    const index = isStrictlyAscending(column) ? WHOLE : buildKeyIndex([column]);
    const broken = index.duplicates + index.nulls;
    const allowed = byName >= BARE_ID - 1 ? Math.max(1, table.numRows * 0.2) : 0;
    if (broken > 0 && (broken > allowed || table.numRows < 3)) {
      if (byName >= BARE_ID - 1) {
        notes.push(
          `\`${table.name}.${column.name}\` looks like a key by name, but ${index.duplicates} values repeat and ${index.nulls} are null`,
        );
      }
      return;
    }
    const score = byName + (broken === 0 ? 3 : 2);
    if (score >= NEEDED && (!best || score > best.score))
      best = { name: column.name, score, broken };
  });
  const found = best as { name: string } | null;
  return found ? { primaryKey: [found.name], notes: [] } : { primaryKey: null, notes };
}

/** How well a column's name fits the key of a table; 0 = not at all. */
function nameScore(
  column: Column,
  position: number,
  entity: readonly string[],
  foreign: readonly (readonly string[])[],
): number {
  if (column.kind !== "string" && !(column.kind === "number" && column.integer)) return 0;
  const { stem, ending } = keyName(column.name);
  if (stem.length === 0) return ending === "strong" ? BARE_ID : position === 0 ? 1.5 : 0;
  const own = entityFit(stem, entity);
  if (foreign.some((words) => sameWords(words, stem)) && own < 1) return 0;
  const first = position === 0 ? 0.5 : 0;
  switch (ending) {
    case "strong":
      return own === 0 ? (position === 0 ? 1 : 0) : own * BARE_ID + first;
    case "glued":
      return own >= 0.9 ? own * BARE_ID + first : 0;
    case "weak":
      return own * 3;
    case "none":
      return own === 1 ? 2 + first : 0;
  }
}

/** 1 where the words are the entity's, less where they are a part of them or share a stem (`qualify`, `qualifying`). */
function entityFit(stem: readonly string[], entity: readonly string[]): number {
  if (sameWords(stem, entity)) return 1;
  const size = stem.length;
  if (size < entity.length && sameWords(stem, entity.slice(-size))) return 0.9;
  const [a, b] = [stem.join(""), entity.join("")];
  const shorter = Math.min(a.length, b.length);
  if (shorter >= 4 && (a.startsWith(b) || b.startsWith(a)) && size === entity.length) return 0.7;
  return 0;
}
