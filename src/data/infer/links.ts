/** Which columns are foreign keys: the name must point at a table, the values must mostly occur in its key. */
import { type Column, isValid } from "../column.js";
import { buildKeyIndex, type KeyIndex } from "../key-index.js";
import { type ForeignKey, foreignKeyName } from "../schema.js";
import type { Table } from "../table.js";
import { endsWithWords, entityWords, keyName, nameWords, sameWords } from "./names.js";
import { sampleRows } from "./values.js";

/** A table with what is settled about it before links are looked for. */
export interface LinkCandidate {
  readonly table: Table;
  readonly primaryKey: readonly string[] | null;
  readonly timeColumn: string | null;
  /** Whether links of this table are to be found (`false` where the user gave them). */
  readonly infer: boolean;
}

/** The links found per table, in the order of the candidates, and what to tell people. */
export interface LinkGuess {
  readonly foreignKeys: readonly (readonly ForeignKey[])[];
  readonly notes: readonly string[];
}

/** A table that a link may point at. */
interface Parent {
  readonly name: string;
  readonly entity: readonly string[];
  readonly key: Column;
  /** Returns the index over the key, built when a column's name points here. */
  readonly index: () => KeyIndex;
}

/** One possible target of one column. */
interface Target {
  readonly parent: Parent;
  readonly score: number;
  /** Share of the non-null values that occur in the parent's key; `null` where there are none to look at. */
  readonly contained: number | null;
}

/** The best names score 7; from this on half of the values may dangle, below it a fifth. */
const SURE_NAME = 4;

/**
 * Guesses the foreign keys of all tables.
 *
 * @param candidates - the tables with their keys and time columns.
 * @returns single-column links; a column with two equally good targets is left out with a note.
 * @see Kumo `Graph.infer_links` (name score plus type compatibility, unique best; here values are looked at too).
 */
export function inferLinks(candidates: readonly LinkCandidate[]): LinkGuess {
  const parents: Parent[] = [];
  for (const { table, primaryKey } of candidates) {
    if (primaryKey?.length !== 1) continue;
    const key = table.column(primaryKey[0]!);
    let index: KeyIndex | null = null;
    parents.push({
      name: table.name,
      entity: entityWords(table.name),
      key,
      index: () => (index ??= buildKeyIndex([key])),
    });
  }
  const notes: string[] = [];
  const foreignKeys = candidates.map((candidate) => {
    if (!candidate.infer) return [];
    const found: ForeignKey[] = [];
    for (const column of candidate.table.columns) {
      if (!mayLink(candidate, column)) continue;
      const target = bestTarget(candidate.table.name, column, parents, notes);
      if (target === null) continue;
      found.push({ name: foreignKeyName([column.name]), columns: [column.name], table: target });
    }
    return found;
  });
  return { foreignKeys, notes };
}

function mayLink({ primaryKey, timeColumn }: LinkCandidate, column: Column): boolean {
  if (column.name === timeColumn) return false;
  if (primaryKey?.length === 1 && primaryKey[0] === column.name) return false;
  return column.kind === "string" || (column.kind === "number" && column.integer);
}

function bestTarget(
  table: string,
  column: Column,
  parents: readonly Parent[],
  notes: string[],
): string | null {
  const targets: Target[] = [];
  for (const parent of parents) {
    const score = nameScore(column.name, parent, parent.name === table);
    if (score === 0 || !compatible(column, parent.key)) continue;
    targets.push({ parent, score, contained: containedShare(column, parent.index()) });
  }
  const fitting = targets.filter(({ score, contained }) =>
    contained === null ? score > SURE_NAME : contained >= (score >= SURE_NAME ? 0.5 : 0.8),
  );
  if (fitting.length === 0) {
    const named = targets.find(({ score, contained }) => score > SURE_NAME && contained !== null);
    if (named) {
      const percent = Math.floor((named.contained ?? 0) * 100);
      notes.push(
        `\`${table}.${column.name}\` is no link to \`${named.parent.name}\`: only ${percent} % of its values occur in \`${named.parent.key.name}\``,
      );
    }
    return null;
  }
  fitting.sort((a, b) => b.score - a.score);
  const best = fitting[0]!;
  const rivals = fitting.filter((other) => other.score === best.score);
  if (rivals.length > 1) {
    const complete = rivals.filter((other) => other.contained === 1);
    if (complete.length === 1) return complete[0]!.parent.name;
    const names = rivals.map((other) => `\`${other.parent.name}\``).join(" or ");
    notes.push(
      `\`${table}.${column.name}\` may link to ${names}: left out; settle it with \`foreignKeys\` in schema.json`,
    );
    return null;
  }
  return best.parent.name;
}

/** How well a column's name points at a table; 0 = not at all. */
function nameScore(name: string, parent: Parent, self: boolean): number {
  const { stem, ending } = keyName(name);
  const { entity } = parent;
  const keyStem = keyName(parent.key.name).stem;
  const ownName = keyStem.length > 0 && keyName(parent.key.name).ending !== "none";
  if (self) {
    if (
      ending !== "none" &&
      (sameWords(stem, ["parent"]) || sameWords(stem, ["parent", ...entity]))
    )
      return 5;
    if (ending === "none") return 0;
    return endsWithWords(stem, entity) || (ownName && endsWithWords(stem, keyStem)) ? 4.5 : 0;
  }
  if (ownName && sameWords(nameWords(name), nameWords(parent.key.name))) return 7;
  if (ending === "strong" || ending === "glued") {
    if (sameWords(stem, entity)) return 6;
    if (ending === "glued") return ownName && sameWords(stem, keyStem) ? 5.5 : 0;
    if (ownName && sameWords(stem, keyStem)) return 5.5;
    if (endsWithWords(stem, entity)) return 4.5;
    if (ownName && endsWithWords(stem, keyStem)) return 4.25;
    return stem.length > 0 && endsWithWords(entity, stem) ? 3 : 0;
  }
  if (ending === "weak") return sameWords(stem, entity) ? 4 : endsWithWords(stem, entity) ? 3 : 0;
  return sameWords(stem, entity) ? 3.5 : 0;
}

function compatible(column: Column, key: Column): boolean {
  const numeric = (c: Column): boolean => c.kind === "number" || (c.kind === "string" && c.int64);
  if (
    column.kind === "string" &&
    column.length > 0 &&
    column.validity &&
    column.dictionary.length === 0
  ) {
    return true;
  }
  return numeric(column) === numeric(key);
}

function containedShare(column: Column, index: KeyIndex): number | null {
  const sample = sampleRows(column);
  const rows = index.lookup([sample]);
  let present = 0;
  let found = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!isValid(sample, row)) continue;
    present++;
    if (rows[row]! >= 0) found++;
  }
  return present === 0 ? null : found / present;
}
