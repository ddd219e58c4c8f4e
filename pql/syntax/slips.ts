/** Slips of people who think in another language: its words, signs and habits, and what they are called here. */
import { EOF, type IToken } from "chevrotain";
import { suggest } from "../../src/core/suggest.js";
import { AGGREGATES, FUNCTIONS } from "./ast.js";
import type { Complaint } from "./complaint.js";
import * as T from "./tokens.js";

/** Signs of other languages and of typesetters. */
export const MEANT: Readonly<Record<string, string>> = {
  "!": "NOT, or != for unequal",
  "&&": "AND",
  "&": "AND",
  "||": "OR",
  "|": "OR",
  "≥": ">=",
  "≤": "<=",
  "≠": "!=",
  "×": "*",
  "÷": "/",
  "−": "-",
  "–": "-",
  "[": "(",
  "]": ")",
  "“": "'",
  "”": "'",
  "‘": "'",
  "’": "'",
};

/** Words of other languages for what is called otherwise here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  AVERAGE: "AVG",
  MEAN: "AVG",
  TOTAL: "SUM",
  STD: "STDDEV",
  STDEV: "STDDEV",
  VAR: "VARIANCE",
  PERCENTILE: "QUANTILE",
  NUNIQUE: "COUNT_DISTINCT",
  LN: "LOG",
  LEN: "LENGTH",
  CHAR_LENGTH: "LENGTH",
  IFNULL: "COALESCE",
  NVL: "COALESCE",
  DAYOFWEEK: "WEEKDAY",
  NOW: "ANCHOR",
};

/** Says that a name in front of a bracket is no function. */
export function explainUnknownFunction({ image }: IToken): Complaint {
  const known = [...AGGREGATES, "EXISTS", ...FUNCTIONS];
  const near = ELSEWHERE[image.toUpperCase()] ?? suggest(image.slice(0, 40), known, 1)[0];
  const listed = `aggregations: ${AGGREGATES.join(", ")}, EXISTS; functions: ${FUNCTIONS.join(", ")}`;
  return {
    code: "PQL119",
    message: `there is no function or aggregation ${found({ image } as IToken)}`,
    hint: near === undefined ? listed : `did you mean \`${near}\`? ${listed}`,
  };
}

/** How a number, date or comparison is written that was begun in another way; `null` = none of them. */
export function slipOf({ image, tokenType }: IToken): string | null {
  if (/^T\d/.test(image)) return "put a blank in place of the T: 2024-02-29 12:30:00";
  if (image === ".") return "a number has digits on both sides of its point: 0.5";
  if (image === "+") return "leave out the sign";
  if (tokenType === T.Not)
    return "write IS NOT NULL, NOT IN (…), or NOT in front of the comparison";
  if (tokenType === T.Comma) {
    return "lists and keys of several columns stand in brackets, IN (1, 2), (t.a, t.b); decimals have a point, 1.5";
  }
  return null;
}

/** A single name is a column without its table, or a table without its key or star. */
export function singleHint(image: string, previous: IToken | undefined): string {
  if (previous?.tokenType === T.For || previous?.tokenType === T.ForEach) {
    return /^(every|all|any)$/i.test(image)
      ? "write FOR EACH table.key"
      : `name the key with its table: ${image}.key, or table.${image}`;
  }
  const rows = previous?.tokenType === T.LeftBracket ? `; the rows of a table are ${image}.*` : "";
  return `say which table it is in, as in table.${image}, without blanks around the dot${rows}`;
}

/** Names a token as it is found in the text. */
export function found(actual: IToken): string {
  if (actual.tokenType === EOF) return "the end of the query";
  const image = actual.image.replace(/\s+/g, " ");
  return `\`${image.length > 40 ? `${image.slice(0, 39)}…` : image}\``;
}
