/** Aggregations and functions as snippets, with windows and columns that fit where the cursor stands. */
import { keyColumns } from "../../src/data/schema.js";
import { AGGREGATES, FUNCTIONS, PUBLISHED_AGGREGATES } from "../syntax/ast.js";
import { glossary } from "./glossary.js";
import { type Candidate, placeholder } from "./match.js";
import { spellColumn } from "./names.js";
import { aggregableTables, fitsAggregation, ownerAt, type Situation } from "./situation.js";

/** Numbers the places of a snippet in their order. */
function places(word: string, defaults: readonly string[]): string {
  const filled = defaults.map((text, i) => placeholder(i + 1, text));
  return `${word}(${filled.join(", ")})`;
}

/**
 * Offers the aggregations.
 *
 * @param situation - where the cursor stands.
 * @param isCondition - whether a condition can stand there, such as EXISTS.
 * @param rank - where they stand in the list.
 */
export function aggregates(situation: Situation, isCondition: boolean, rank: number): Candidate[] {
  const { strict, nextSign, cursor } = situation;
  const all = [...AGGREGATES, ...(isCondition ? ["EXISTS"] : [])];
  const names = strict ? AGGREGATES.slice(0, PUBLISHED_AGGREGATES) : all;
  const back = cursor.clause === "where";
  return names.map((word): Candidate => {
    const detail = glossary[word]?.brief ?? "";
    const base = { label: word, kind: "aggregate", detail, rank } as const;
    if (nextSign === "(") return base;
    const { argument, timed } = argumentFor(word, situation);
    const share = word === "QUANTILE" ? ["0.9"] : [];
    const ahead = word === "TIME_TO_NEXT" || !back;
    const window = timed ? [...(ahead ? ["0", "30"] : ["-30", "0"]), "days"] : [];
    return { ...base, insertText: places(word, [argument, ...share, ...window]), snippet: true };
  });
}

/** The column that an aggregation is likely to be of, and whether its rows have a time. */
function argumentFor(
  word: string,
  situation: Situation,
): { readonly argument: string; readonly timed: boolean } {
  const { names, strict } = situation;
  const rows = word === "COUNT" || word === "EXISTS" || word === "TIME_TO_NEXT";
  const owner = ownerAt(situation);
  const tables = names && owner ? aggregableTables(names.schema.tables, owner, names) : [];
  for (const table of tables) {
    const timed = table.timeColumn !== null;
    if (rows) return { argument: spellColumn(table.name, "*"), timed };
    const keys = keyColumns(table);
    const column = table.columns.find(
      (c) =>
        c.name !== table.timeColumn &&
        fitsAggregation(word, table, c, c.stype === "id" || keys.has(c.name), strict) &&
        (word === "LIST_DISTINCT" || !keys.has(c.name)),
    );
    if (column) return { argument: spellColumn(table.name, column.name), timed };
  }
  return { argument: rows ? "table.*" : "table.column", timed: true };
}

/** Offers the functions. */
export function functions({ strict, nextSign }: Situation, rank: number): Candidate[] {
  if (strict) return [];
  return FUNCTIONS.map((word): Candidate => {
    const detail = glossary[word]?.brief ?? "";
    const base = { label: word, kind: "function", detail, rank } as const;
    if (nextSign === "(") return base;
    const defaults = word === "COALESCE" ? ["table.column", "0"] : ["table.column"];
    return { ...base, insertText: places(word, defaults), snippet: true };
  });
}
