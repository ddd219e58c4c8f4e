/** Text of a feature to tree: one expression alone, which may have a name. */
import type { IToken } from "chevrotain";
import { PqlError } from "../../src/core/errors.js";
import { type ParsedText, type ParseOptions, parseText } from "../syntax/parse.js";
import * as T from "../syntax/tokens.js";

/**
 * Parses a feature: the expression or condition of a target, `AS name` behind it where wanted.
 *
 * @param text - such as `SUM(orders.amount, -90, 0, days)`.
 * @param options - the dialect.
 * @returns a query with the feature as its target and an entity without keys; errors speak of the feature (PQL120 where
 * clauses of a query stand around it).
 */
export function parseFeature(text: string, options: ParseOptions = {}): ParsedText {
  const { tokens, unexpected } = T.lexQuery(text);
  const odd = findClause(tokens);
  if (odd === null && tokens.length + unexpected.length > 0) {
    const parsed = parseText(text, { ...options, alone: true });
    return { ...parsed, errors: parsed.errors.map(speakOfFeature) };
  }
  const start = odd?.startOffset ?? 0;
  const span = { start, end: start + (odd?.image.length ?? 0) };
  const found = odd ? `\`${odd.image.toUpperCase().replace(/\s+/g, " ")}\`` : "nothing";
  const message = `a feature is one expression, found ${found}`;
  const error = new PqlError("PQL120", message, { hint: hintFor(odd), span, source: text });
  return { query: null, errors: [error], warnings: [], extensions: [] };
}

const CLAUSES = [
  T.Command,
  T.Predict,
  T.ForEach,
  T.For,
  T.Where,
  T.Assuming,
  T.At,
  T.Forecast,
  T.Rank,
  T.Classify,
  T.Top,
  T.Semicolon,
  T.Comma,
];

/** Finds the first word or sign outside of brackets that only a query has. */
function findClause(tokens: readonly IToken[]): IToken | null {
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    const { tokenType } = token;
    if (tokenType === T.LeftBracket) depth++;
    else if (tokenType === T.RightBracket) depth--;
    // A name may be a word of the language.
    else if (depth === 0 && CLAUSES.includes(tokenType) && tokens[i - 1]?.tokenType !== T.As) {
      return token;
    }
  }
  return null;
}

function hintFor(odd: IToken | null): string {
  switch (odd?.tokenType) {
    case T.Where:
      return "a filter on the aggregated rows stands inside the brackets: SUM(t.c WHERE …, -30, 0, days)";
    case T.Comma:
      return "give each feature by itself";
    case T.At:
    case T.Assuming:
      return "a feature is seen at the time of each prediction, and knows nothing of the future";
    case T.Semicolon:
      return "leave it out";
    default:
      return "write the expression alone, such as SUM(t.c, -90, 0, days): whose it is, the query says";
  }
}

/** The parser's words are about queries. */
function speakOfFeature({ code, message, hint, span, source }: PqlError): PqlError {
  const list = code === "PQL113";
  const words = list
    ? "a list in brackets is no feature"
    : message.replaceAll("the query", "the feature");
  const advice = list ? "give each feature by itself" : hint;
  return new PqlError(code, words, {
    ...(advice !== undefined && { hint: advice }),
    ...(span && { span }),
    ...(source !== undefined && { source }),
  });
}
