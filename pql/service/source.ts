/** A query's text as the service reads it: tokens with their places, the comments between them, names taken apart. */
import { type IToken, tokenMatcher } from "chevrotain";
import type { LineColumn, Span } from "../../src/core/span.js";
import { spanOf } from "../syntax/dialect.js";
import { unquote } from "../syntax/literals.js";
import * as T from "../syntax/tokens.js";
import type { TextRange } from "./types.js";

/** A comment with its place. */
export interface Comment {
  /** As written, without blanks at its end. */
  readonly text: string;
  readonly span: Span;
  /** Whether it ends with its line rather than with star and slash. */
  readonly toLineEnd: boolean;
}

/** A text cut into tokens. */
export interface Source {
  readonly text: string;
  readonly tokens: readonly IToken[];
  /** Stretches that start no token. */
  readonly unexpected: readonly Span[];
}

/** Cuts a text into tokens; takes any text. */
export function readSource(text: string): Source {
  const { tokens: lexed, unexpected } = T.lexQuery(text);
  const tokens = lexed.map((token, i) => (isName(token, lexed[i - 1]) ? asName(token) : token));
  const spans = unexpected.map(({ offset, length }) => ({ start: offset, end: offset + length }));
  return { text, tokens, unexpected: spans };
}

/** Words that mean something elsewhere are names after AS, after VIA and behind an arrow. */
function isName(token: IToken, before: IToken | undefined): boolean {
  const type = before?.tokenType;
  const named = type === T.As || type === T.ViaWord || type === T.Arrow;
  return named && tokenMatcher(token, T.Name);
}

function asName(token: IToken): IToken {
  return { ...token, tokenType: T.Identifier };
}

const COMMENT = /#[^\r\n]*|--[^\r\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Lists the comments in front of a token.
 *
 * @param source - the text.
 * @param index - the token's position; the number of tokens stands for the end of the text.
 */
export function commentsBefore({ text, tokens }: Source, index: number): Comment[] {
  const before = tokens[index - 1];
  const start = before ? spanOf(before).end : 0;
  const end = tokens[index]?.startOffset ?? text.length;
  return [...text.slice(start, end).matchAll(COMMENT)].map((match): Comment => {
    const from = start + match.index;
    return {
      text: match[0].trimEnd(),
      span: { start: from, end: from + match[0].length },
      toLineEnd: !match[0].startsWith("/*"),
    };
  });
}

/** Finds the token at an offset: the one that holds the character there, else the one that ends there. */
export function tokenAt({ tokens }: Source, offset: number): number {
  const next = tokens.findIndex((token) => spanOf(token).end > offset);
  const index = next < 0 ? tokens.length : next;
  const token = tokens[index];
  if (token && token.startOffset <= offset) return index;
  const before = tokens[index - 1];
  return before && spanOf(before).end === offset ? index - 1 : -1;
}

/** Finds the token that starts at an offset; -1 = none. */
export function tokenFrom({ tokens }: Source, offset: number): number {
  return tokens.findIndex((token) => token.startOffset === offset);
}

/** Spells a word token in upper case with single blanks. */
export function phraseOf({ image }: IToken): string {
  return image.toUpperCase().replace(/\s+/g, " ");
}

/** One name in a text, with and without its backquotes. */
export interface NamePart {
  readonly name: string;
  readonly span: Span;
}

/** Takes a token `a.b`, `a.*`, `a.b.c` or `a` apart into its names. */
export function namesIn(token: IToken): NamePart[] {
  return [...token.image.matchAll(/`[^`]*`?|[^.`]+/g)].map((match) => {
    const start = token.startOffset + match.index;
    const closed = match[0].length > 1 && match[0].endsWith("`");
    const name = closed ? unquote(match[0]) : match[0].replace(/^`/, "");
    return { name, span: { start, end: start + match[0].length } };
  });
}

/** Finds the bracket that closes the one at a position; -1 = none. */
export function closingBracket(tokens: readonly IToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]!.tokenType === T.LeftBracket) depth++;
    else if (tokens[i]!.tokenType === T.RightBracket && --depth === 0) return i;
  }
  return -1;
}

/** Finds the bracket that opens what the one at a position closes, or that a position stands in; -1 = none. */
export function openingBracket(tokens: readonly IToken[], from: number): number {
  let depth = tokens[from]?.tokenType === T.RightBracket ? -1 : 0;
  for (let i = from; i >= 0; i--) {
    const { tokenType } = tokens[i]!;
    if (tokenType === T.RightBracket) depth++;
    else if (tokenType === T.LeftBracket && i < from && depth-- === 0) return i;
  }
  return -1;
}

/** Tells whether a value can end with a token, so that a sign after it is an operator. */
export function endsValue(token: IToken | undefined): boolean {
  return token !== undefined && VALUE_ENDS.has(token.tokenType);
}

const VALUE_ENDS: ReadonlySet<IToken["tokenType"]> = new Set([
  T.FqnColumn,
  T.WildcardColumn,
  T.Identifier,
  T.RightBracket,
  T.Int,
  T.Decimal,
  T.Str,
  T.Bool,
  T.Null,
  T.DateLiteral,
  T.TimeLiteral,
  T.ParameterName,
  T.Anchor,
]);

/** Makes a function that turns spans of a text into lines and columns. */
export function rangeFinder(text: string): (span: Span) => TextRange {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  const find = (offset: number): LineColumn => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
  return ({ start, end }) => ({ start: find(start), end: find(end) });
}
