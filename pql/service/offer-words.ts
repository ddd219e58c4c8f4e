/** Words and signs of the language that can stand at a cursor. */
import type { ValueType } from "../bind/bound.js";
import { columnType } from "../bind/values.js";
import { glossary } from "./glossary.js";
import { type Candidate, placeholder } from "./match.js";
import { columnNamed, pathTo, tableNamed } from "./names.js";
import { parameters } from "./offer-names.js";
import { inArgument, ownerAt, type Situation, typeOf } from "./situation.js";
import { PUBLISHED_UNITS, UNITS } from "./vocabulary.js";

/** Makes a candidate of a word that the glossary explains. */
export function keyword(label: string, rank: number, more: Partial<Candidate> = {}): Candidate {
  return { label, kind: "keyword", detail: glossary[label]?.brief ?? "", rank, ...more };
}

const ordered: readonly ValueType[] = ["number", "time", "text"];
const single: readonly ValueType[] = [...ordered, "boolean"];

/** The operators with the types they take; the last word tells whether the published language has them. */
const OPERATORS: readonly (readonly [string, readonly ValueType[], "published" | "superset"])[] = [
  ["=", single, "published"],
  ["!=", single, "published"],
  [">", ordered, "published"],
  [">=", ordered, "published"],
  ["<", ordered, "published"],
  ["<=", ordered, "published"],
  ["IN", single, "published"],
  ["NOT IN", single, "superset"],
  ["BETWEEN", ordered, "superset"],
  ["NOT BETWEEN", ordered, "superset"],
  ["LIKE", ["text"], "published"],
  ["NOT LIKE", ["text"], "published"],
  ["CONTAINS", ["text", "list"], "published"],
  ["NOT CONTAINS", ["text", "list"], "published"],
  ["STARTS WITH", ["text"], "published"],
  ["NOT STARTS WITH", ["text"], "superset"],
  ["ENDS WITH", ["text"], "published"],
  ["NOT ENDS WITH", ["text"], "superset"],
  ["IS NULL", [...single, "list"], "published"],
  ["IS NOT NULL", [...single, "list"], "published"],
];

/** Offers the comparisons that fit the value before the cursor. */
function comparisons({ cursor, names, strict }: Situation, rank: number): Candidate[] {
  const type = typeOf(cursor.operand, names);
  const known = OPERATORS.filter(
    ([, types, since]) =>
      (type === null || types.includes(type)) && !(strict && since === "superset"),
  );
  return known.map(([label]) => keyword(label, rank, { kind: "operator" }));
}

/** Offers what may follow `NOT` behind a value. */
export function negations(situation: Situation): Candidate[] {
  return comparisons(situation, 0).flatMap((candidate) => {
    const { label, ...rest } = candidate;
    return label.startsWith("NOT ") ? [{ ...rest, label: label.slice(4) }] : [];
  });
}

/** Offers what may follow a value: comparisons, arithmetic, AND and OR, the next clause. */
export function afterValue(situation: Situation): Candidate[] {
  const { cursor, names, strict } = situation;
  const { operand, comparison, frames } = cursor;
  const innermost = frames.at(-1)?.kind;
  if (innermost === "list" || cursor.clause === "at") return [];
  if (cursor.clause === "entity") return nextClauses(situation);
  const type = typeOf(operand, names);
  const numeric = type === "number" || type === "boolean" || type === null;
  const inList = comparison?.operator.endsWith("IN") ?? false;
  const isValue = operand?.kind !== "wildcard" && numeric && !inList;
  const arithmetic =
    strict || !isValue
      ? []
      : ["+", "-", "*", "/"].map((sign) => keyword(sign, 5, { kind: "operator" }));
  const via = operand && leadsSeveralWays(situation) ? [keyword("VIA", 0)] : [];
  if (innermost === "call") return [...via, ...arithmetic];
  if (inArgument(situation)) {
    const where = innermost === "aggregation" ? [keyword("WHERE", 1)] : [];
    return [...via, ...where, ...arithmetic];
  }
  const isCondition =
    comparison !== null || operand?.kind === "group" || operand?.word === "EXISTS";
  // Two single values belong to BETWEEN.
  if (cursor.between) return [keyword("AND", 0), ...arithmetic];
  const join = isCondition ? [keyword("AND", 0), keyword("OR", 0)] : [];
  const compare = comparison || operand?.word === "EXISTS" ? [] : comparisons(situation, 1);
  const next = innermost === undefined && (isCondition || cursor.clause === "target");
  return [...via, ...join, ...compare, ...arithmetic, ...(next ? nextClauses(situation) : [])];
}

/** Whether there are several ways to the table of a column, so that VIA is needed, or any in the superset. */
function leadsSeveralWays(situation: Situation): boolean {
  const { cursor, names, strict } = situation;
  const { operand } = cursor;
  if (strict || !names || (operand?.kind !== "column" && operand?.kind !== "wildcard"))
    return false;
  const table = tableNamed(names, operand.table);
  const owner = ownerAt(situation);
  if (!table || !owner) return false;
  return inArgument(situation)
    ? pathTo(table, owner, names) === "several"
    : table !== owner && pathTo(owner, table, names) === "several";
}

/** Offers the clauses that may follow the one the cursor stands in. */
export function nextClauses({ cursor, names, strict }: Situation): Candidate[] {
  const { clause, operand, each } = cursor;
  const entity = [keyword("FOR EACH", 3), keyword("FOR", 4)];
  const at = strict ? [] : [keyword("AT", 6)];
  switch (clause) {
    case "target": {
      const bare = cursor.comparison === null;
      const type = bare ? typeOf(operand, names) : "boolean";
      const lists = type === "list" || type === null;
      const rank = lists ? [keyword("RANK TOP", 2), keyword("CLASSIFY", 2)] : [];
      const numbers = (type === "number" || type === null) && operand?.kind !== "column";
      const forecast = numbers ? [keyword("FORECAST", 6)] : [];
      const name = strict || cursor.expected === "clause" ? [] : [keyword("AS", 6)];
      return [...entity, ...rank, ...forecast, ...name];
    }
    case "problem":
      return entity;
    case "entity":
      return each || cursor.expected !== "afterKey"
        ? [keyword("WHERE", 1), keyword("ASSUMING", 2), ...at]
        : [keyword("=", 0, { kind: "operator" }), keyword("IN", 0, { kind: "operator" })];
    case "where":
      return [keyword("ASSUMING", 2), ...at];
    case "assuming":
      return at;
    default:
      return [];
  }
}

/** Offers a list after IN, and what may stand in one. */
export function listItems(situation: Situation): Candidate[] {
  if (situation.cursor.frames.at(-1)?.kind === "list") return constants(situation);
  if (situation.cursor.comparison === null) return [];
  const insertText = "($1)";
  return [{ label: "(…)", kind: "value", detail: "a list", insertText, snippet: true, rank: 0 }];
}

/** Offers the constants that fit the comparison or the place before the cursor. */
export function constants({ cursor, names, strict }: Situation): Candidate[] {
  const { arithmetic } = cursor;
  const innermost = cursor.frames.at(-1);
  const comparison = innermost?.kind === "list" ? innermost.outer : cursor.comparison;
  if (!comparison || arithmetic || innermost?.kind === "call") return [];
  const value = (label: string, more: Partial<Candidate> = {}): Candidate =>
    keyword(label, 0, { kind: "value", ...more });
  const { left, operator } = comparison;
  if (operator === "IS") return [value("NULL"), value("NOT NULL"), ...truth(typeOf(left, names))];
  if (operator === "IS NOT") return [value("NULL"), ...truth(typeOf(left, names))];
  const type = operator.includes("CONTAINS") ? itemType(left, names) : typeOf(left, names);
  switch (type) {
    case "boolean":
      return truth(type);
    case "time": {
      const date = value("date", {
        insertText: placeholder(1, "2024-01-31"),
        snippet: true,
        also: ["2024"],
      });
      return strict || operator.endsWith("BETWEEN") ? [date] : [date, value("ANCHOR")];
    }
    case "text": {
      const pattern = operator.endsWith("LIKE") ? "%$1%" : "$1";
      return [value("'…'", { insertText: `'${pattern}'`, snippet: true })];
    }
    case null:
      return truth(null);
    default:
      return [];
  }
}

function truth(type: ValueType | null): Candidate[] {
  if (type !== "boolean" && type !== null) return [];
  return [keyword("TRUE", 0, { kind: "value" }), keyword("FALSE", 0, { kind: "value" })];
}

/** The type of what a list holds. */
function itemType(
  left: NonNullable<Situation["cursor"]["comparison"]>["left"],
  names: Situation["names"],
): ValueType | null {
  const column = left?.kind === "aggregation" ? left.argument : null;
  const table = column && names && tableNamed(names, column.table);
  const found = table && columnNamed(table, column.column, names.strict);
  return found ? columnType(found) : "text";
}

/** Offers what may stand in a window, and the share of QUANTILE. */
export function bounds(situation: Situation): Candidate[] {
  const { cursor, strict } = situation;
  const frame = cursor.frames.at(-1);
  if (frame?.kind !== "aggregation") return [];
  const slot = frame.commas - (frame.word === "QUANTILE" ? 1 : 0);
  const back = cursor.clause === "where" || cursor.frames.length > 1;
  const numbers = (...labels: readonly string[]): Candidate[] => [
    ...labels.map((label, rank): Candidate => ({ label, kind: "value", detail: "", rank })),
    ...parameters(situation, 20),
  ];
  switch (slot) {
    case 0:
      return numbers("0.5", "0.9", "0.25", "0.75");
    case 1:
      if (!back) return numbers("0");
      return [...numbers("-30", "-7", "-90", "0"), keyword("-INF", 9, { kind: "value" })];
    case 2:
      return back ? numbers("0") : numbers("30", "7", "90", "1");
    case 3: {
      const known = strict ? UNITS.filter((unit) => PUBLISHED_UNITS.has(unit)) : UNITS;
      return known.map((unit, rank) => ({ label: unit, kind: "unit", detail: "", rank }));
    }
    default:
      return [];
  }
}
