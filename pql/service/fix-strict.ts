/** Repairs of what only the superset takes, and of spellings that will go away: PQL111 and PQL150 to PQL190. */
import type { IToken } from "chevrotain";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import {
  insert,
  type Problem,
  type Repair,
  type Repairer,
  repair,
  replace,
  rewrite,
} from "./fix.js";
import { closingBracket, openingBracket, phraseOf, tokenFrom } from "./source.js";
import { PUBLISHED_UNITS } from "./vocabulary.js";

/** Repairs by code. */
export const strictFixes: Readonly<Record<string, Repairer>> = {
  PQL111: withoutBrackets,
  PQL150: upperCase,
  PQL151: upperCase,
  PQL152: (problem) => {
    const { tokens, index } = at(problem);
    const operand = operandStart(tokens, index);
    if (operand < 0) return null;
    const plain = phraseOf(tokens[index]!).replace(/^NOT /, "");
    const title = `write NOT … ${plain}`;
    return repair(
      title,
      insert(tokens[operand]!.startOffset, "NOT "),
      replace(problem.span, plain),
    );
  },
  PQL153: (problem) => rewrite(problem, "!="),
  PQL154: (problem) => rewrite(problem, "="),
  PQL155: singleItem,
  PQL156: ({ source, span }) => {
    const comma = source.tokens.findLast(
      (token) => token.tokenType === T.Comma && token.startOffset < span.end,
    );
    return comma ? repair("leave out the last comma", replace(spanOf(comma), "")) : null;
  },
  PQL157: (problem) => {
    const word = problem.source.text.slice(problem.span.start, problem.span.end).toLowerCase();
    const plural = word.endsWith("s") ? word : `${word}s`;
    return [...PUBLISHED_UNITS].includes(plural as never) ? rewrite(problem, plural) : null;
  },
  PQL158: ({ source, span }) => {
    const written = source.text.slice(span.start, span.end);
    if (!written.startsWith("--")) return null;
    return repair("write #", replace({ start: span.start, end: span.start + 2 }, "#"));
  },
  PQL159: ({ span }) => repair("leave out the semicolon", replace(span, "")),
  PQL160: (problem) => {
    const next = problem.source.tokens[at(problem).index + 1];
    const end = next?.startOffset ?? problem.span.end;
    return repair("leave the word out", replace({ start: problem.span.start, end }, ""));
  },
  PQL161: asComparisons,
  PQL168: exists,
  PQL190: (problem) => rewrite(problem, "IN"),
};

function at({ source, span }: Problem): {
  readonly tokens: readonly IToken[];
  readonly index: number;
} {
  return { tokens: source.tokens, index: tokenFrom(source, span.start) };
}

function upperCase(problem: Problem): Repair | null {
  const { tokens, index } = at(problem);
  const token = tokens[index];
  if (!token) return null;
  return rewrite(problem, token.tokenType === T.Unit ? token.image.toLowerCase() : phraseOf(token));
}

function withoutBrackets({ span }: Problem): Repair {
  const open = { start: span.start, end: span.start + 1 };
  const close = { start: span.end - 1, end: span.end };
  return repair("leave out the brackets", replace(open, ""), replace(close, ""));
}

/** Finds where the value in front of an operator starts; -1 = not a column or an aggregation. */
function operandStart(tokens: readonly IToken[], operator: number): number {
  const last = operator - 1;
  if (tokens[last]?.tokenType === T.FqnColumn) return last;
  if (tokens[last]?.tokenType !== T.RightBracket) return -1;
  const word = openingBracket(tokens, last) - 1;
  return tokens[word]?.tokenType === T.Aggregate ? word : -1;
}

/** `IN (x)` is `= x`. */
function singleItem(problem: Problem): Repair | null {
  const { tokens, index } = at(problem);
  const operator = tokens[index - 1];
  if (operator?.tokenType !== T.In) return null;
  const sign = phraseOf(operator) === "NOT IN" ? "!=" : "=";
  const brackets = withoutBrackets(problem).fix!.edits;
  return repair(`write ${sign}`, replace(spanOf(operator), sign), ...brackets);
}

/** `a BETWEEN x AND y` is `a >= x AND a <= y`. */
function asComparisons(problem: Problem): Repair | null {
  const { tokens, index } = at(problem);
  const start = operandStart(tokens, index);
  const and = tokens.findIndex((token, i) => i > index && token.tokenType === T.And);
  const negated = phraseOf(tokens[index]!) !== "BETWEEN" || tokens[start - 1]?.tokenType === T.Not;
  if (start < 0 || and < 0 || negated) return null;
  const { text } = problem.source;
  const operand = text.slice(tokens[start]!.startOffset, spanOf(tokens[index - 1]!).end);
  const second = insert(spanOf(tokens[and]!).end, ` ${operand} <=`);
  return repair("write >= and <=", replace(problem.span, ">="), second);
}

/** `EXISTS(…)` is `COUNT(…) > 0`. */
function exists(problem: Problem): Repair | null {
  const { tokens, index } = at(problem);
  if (!tokens[index] || phraseOf(tokens[index]) !== "EXISTS") return null;
  const close = closingBracket(tokens, index + 1);
  if (close < 0) return null;
  const end = spanOf(tokens[close]!).end;
  return repair("write COUNT(…) > 0", replace(problem.span, "COUNT"), insert(end, " > 0"));
}
