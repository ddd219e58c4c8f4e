/** The layout of a query's tokens: which blanks and line breaks may stand between them. */
import type { IToken, TokenType } from "chevrotain";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import { type Doc, fill, group, hardline, indent, line, softline } from "./doc.js";
import { commentsBefore, endsValue, phraseOf, type Source } from "./source.js";

/** A reader of tokens that writes documents. */
interface Writer {
  readonly source: Source;
  position: number;
}

/**
 * Lays out a query.
 *
 * @param source - a text without syntax errors.
 * @returns a document; each clause stands on its own line where they do not all fit on one.
 */
export function layOut(source: Source): Doc {
  const writer: Writer = { source, position: 0 };
  const clauses: Doc[] = [lead(writer, ""), clause(writer)];
  while (writer.position < source.tokens.length) {
    const glue = typeAt(writer) === T.Semicolon ? "" : line;
    clauses.push(lead(writer, glue), clause(writer));
  }
  return [group(clauses), atEnd(writer)];
}

const CLAUSES: ReadonlySet<TokenType> = new Set([
  T.Predict,
  T.Forecast,
  T.Rank,
  T.Classify,
  T.Top,
  T.ForEach,
  T.For,
  T.Where,
  T.Assuming,
  T.At,
  T.Semicolon,
]);

function typeAt({ source, position }: Writer, ahead = 0): TokenType | undefined {
  return source.tokens[position + ahead]?.tokenType;
}

/** A clause: its words, then values and conditions joined by commas. */
function clause(writer: Writer): Doc {
  const parts: Doc[] = [take(writer)];
  const first = writer.source.tokens[writer.position - 1]!.tokenType;
  if (first === T.Command) parts.push(lead(writer, " "), take(writer));
  // RANK TOP 10 is one clause.
  if (typeAt(writer) === T.Top) parts.push(lead(writer, " "), take(writer));
  while (writer.position < writer.source.tokens.length && !CLAUSES.has(typeAt(writer)!)) {
    const afterComma = typeAt(writer, -1) === T.Comma;
    if (typeAt(writer) === T.Comma) parts.push(lead(writer, ""), take(writer));
    else if (afterComma) parts.push(indent([lead(writer, line), condition(writer)]));
    else parts.push(lead(writer, " "), condition(writer));
  }
  return group(parts);
}

/** Operands of OR, then of AND; a line may begin with the word. */
function condition(writer: Writer): Doc {
  return chain(writer, T.Or, () => chain(writer, T.And, () => comparison(writer)));
}

function chain(writer: Writer, word: TokenType, operand: () => Doc): Doc {
  const first = operand();
  if (typeAt(writer) !== word) return first;
  const rest: Doc[] = [];
  while (typeAt(writer) === word) {
    rest.push(lead(writer, line), take(writer), lead(writer, " "), operand());
  }
  return group([first, indent(rest)]);
}

const COMPARISON_ENDS: ReadonlySet<TokenType> = new Set([
  ...CLAUSES,
  T.And,
  T.Or,
  T.Comma,
  T.RightBracket,
]);

/** Everything up to the next AND, OR, comma or clause; `BETWEEN a AND b` has an AND of its own. */
function comparison(writer: Writer): Doc {
  const parts: Doc[] = [piece(writer)];
  let between = typeAt(writer, -1) === T.Between;
  for (;;) {
    const type = typeAt(writer);
    if (type === undefined) break;
    if (between && type === T.And) between = false;
    else if (COMPARISON_ENDS.has(type)) break;
    if (type === T.Between) between = true;
    const separator = gap(writer);
    const next = [lead(writer, separator), piece(writer)];
    parts.push(separator === line ? indent(next) : next);
  }
  return group(parts);
}

/** What stands between two tokens of a value: signs stick to what they negate, a line may end before + and -. */
function gap(writer: Writer): Doc {
  const { tokens } = writer.source;
  const next = tokens[writer.position]!;
  const before = tokens[writer.position - 1]!;
  if (isUnary(tokens, writer.position - 1)) return /^[-\d]/.test(next.image) ? " " : "";
  const sign = next.tokenType === T.Plus || next.tokenType === T.Minus || subtracts(next, before);
  return sign && endsValue(before) ? line : " ";
}

function isUnary(tokens: readonly IToken[], position: number): boolean {
  return tokens[position]?.tokenType === T.Minus && !endsValue(tokens[position - 1]);
}

/** Tells whether the sign of a number is an operator, as in `a -1`. */
function subtracts(token: IToken, before: IToken | undefined): boolean {
  const isNumber = token.tokenType === T.Int || token.tokenType === T.Decimal;
  return isNumber && token.image.startsWith("-") && endsValue(before);
}

/** One token, or a word with the brackets that belong to it. */
function piece(writer: Writer): Doc {
  const type = typeAt(writer);
  if (type === T.LeftBracket) return brackets(writer, "other");
  const word = take(writer);
  const called = type === T.Aggregate || type === T.Quantile || type === T.FunctionWord;
  if (!called || typeAt(writer) !== T.LeftBracket) return word;
  const kind = type === T.FunctionWord ? "other" : "aggregation";
  return [word, lead(writer, ""), brackets(writer, kind)];
}

/** A pair of brackets; in an aggregation the window is kept together, lists of constants fill their lines. */
function brackets(writer: Writer, kind: "aggregation" | "other"): Doc {
  const open = take(writer);
  const first = lead(writer, softline);
  const parts: Doc[] = [];
  let constants = true;
  while (typeAt(writer) !== T.RightBracket && typeAt(writer) !== undefined) {
    if (parts.length > 0)
      parts.push(lead(writer, kind === "aggregation" && parts.length > 1 ? " " : line));
    const start = writer.position;
    const value = [condition(writer), filter(writer)];
    constants &&= writer.position === start + 1;
    const comma = typeAt(writer) === T.Comma ? [lead(writer, ""), take(writer)] : "";
    parts.push([value, comma]);
  }
  const content = kind === "other" && constants ? fill(parts) : parts;
  return group([open, indent([first, content]), lead(writer, softline), take(writer)]);
}

/** `WHERE …` inside an aggregation, on a line of its own where the brackets are broken. */
function filter(writer: Writer): Doc {
  if (typeAt(writer) !== T.Where) return "";
  return [lead(writer, line), take(writer), lead(writer, " "), condition(writer)];
}

/** Writes the next token and moves on. */
function take(writer: Writer): Doc {
  const token = writer.source.tokens[writer.position];
  if (!token) return "";
  writer.position++;
  const before = writer.source.tokens[writer.position - 2];
  if (subtracts(token, before)) return `- ${token.image.slice(1)}`;
  return spelling(token);
}

function spelling(token: IToken): string {
  if (!T.wordTokens.has(token.tokenType)) return token.image;
  return token.tokenType === T.Unit ? token.image.toLowerCase() : phraseOf(token);
}

/**
 * Writes what stands in front of the next token: the separator, or comments in its place. Whether a comment stands on its
 * own line is kept, so that laying out twice changes nothing.
 */
function lead({ source, position }: Writer, separator: Doc): Doc {
  const comments = commentsBefore(source, position);
  if (comments.length === 0) return separator;
  const parts: Doc[] = [];
  const before = source.tokens[position - 1];
  for (const [i, comment] of comments.entries()) {
    const { span, toLineEnd } = comment;
    if (i === 0 && toLineEnd && before) {
      const separate = source.text.slice(spanOf(before).end, span.start).includes("\n");
      parts.push(separate ? hardline : " ");
    } else if (i === 0) parts.push(separator);
    const end = comments[i + 1]?.span.start ?? source.tokens[position]!.startOffset;
    const ends = toLineEnd || source.text.slice(span.end, end).includes("\n");
    parts.push(comment.text, ends ? hardline : " ");
  }
  return parts;
}

/** Comments after the last token; nothing follows them. */
function atEnd({ source }: Writer): Doc {
  const { text, tokens } = source;
  let { end } = spanOf(tokens.at(-1)!);
  return commentsBefore(source, tokens.length).flatMap(({ text: comment, span }): Doc[] => {
    const separate = text.slice(end, span.start).includes("\n");
    end = span.end;
    return [separate ? hardline : " ", comment];
  });
}
