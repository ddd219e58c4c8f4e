/** What has been typed of the word at a cursor. */
import type { Span } from "../../src/core/span.js";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import { commentsBefore, namesIn, readSource, type Source } from "./source.js";

/** The word at a cursor. */
export interface Partial {
  /** A name or keyword, a column after its table and a dot, or a parameter after its colon. */
  readonly kind: "word" | "column" | "parameter";
  /** What stands before the cursor, without backquotes. */
  readonly prefix: string;
  /** The table in front of the dot; empty for the other kinds. */
  readonly table: string;
  /** What a completion replaces. */
  readonly replace: Span;
  /** Where the word starts, its table included. */
  readonly start: number;
}

/**
 * Finds the word that is being typed.
 *
 * @param source - the whole text.
 * @param offset - the cursor.
 * @returns the word, empty between two words; `null` inside of texts, comments and numbers.
 */
export function findPartial(source: Source, offset: number): Partial | null {
  if (isInside(source, offset)) return null;
  const { text } = source;
  const { tokens } = readSource(text.slice(0, offset));
  const last = tokens.at(-1);
  const empty = { kind: "word", prefix: "", table: "" } as const;
  if (!last || spanOf(last).end < offset) {
    return { ...empty, replace: { start: offset, end: offset }, start: offset };
  }
  const start = last.startOffset;
  const end = wordEnd(source, start, offset);
  const before = tokens.at(-2);
  switch (last.tokenType) {
    case T.LongName:
    case T.Int:
    case T.Decimal:
    case T.DateLiteral:
    case T.TimeLiteral:
    case T.UnterminatedString:
    case T.UnterminatedComment:
      return null;
    case T.ParameterName:
      return {
        ...empty,
        kind: "parameter",
        prefix: last.image.slice(1),
        replace: { start, end },
        start,
      };
    case T.FqnColumn:
    case T.UnterminatedName: {
      const [first, second] = namesIn(last);
      const part = second ?? first!;
      const replace = { start: part.span.start, end };
      if (second) return { kind: "column", prefix: part.name, table: first!.name, replace, start };
      return { ...empty, prefix: part.name, replace, start };
    }
    case T.Sign: {
      if (last.image === ":")
        return { ...empty, kind: "parameter", replace: { start, end }, start };
      const named = before && spanOf(before).end === start && isWord(before.image);
      if (last.image !== "." || !named) return null;
      const table = namesIn(before)[0]!.name;
      const replace = { start: offset, end };
      return { kind: "column", prefix: "", table, replace, start: before.startOffset };
    }
    default:
      if (!isWord(last.image))
        return { ...empty, replace: { start: offset, end: offset }, start: offset };
      return { ...empty, prefix: wordPrefix(last.image), replace: { start, end }, start };
  }
}

function isWord(image: string): boolean {
  return /^[`A-Za-z_-][\s\S]*[`\w]$|^[A-Za-z_]$/.test(image);
}

function wordPrefix(image: string): string {
  return image.replace(/^`|`$/g, "").replace(/\s+/g, " ");
}

/** Inside of texts and comments nobody wants to be helped. */
function isInside(source: Source, offset: number): boolean {
  const index = source.tokens.findIndex((token) => spanOf(token).end >= offset);
  const token = source.tokens[index];
  if (token && token.startOffset < offset) {
    const type = token.tokenType;
    if (type === T.UnterminatedString || type === T.UnterminatedComment) return true;
    if (type === T.Str) return spanOf(token).end > offset;
  }
  const gap = index < 0 ? source.tokens.length : index;
  return commentsBefore(source, gap).some(
    ({ span, toLineEnd }) =>
      span.start < offset && (toLineEnd ? offset <= span.end : offset < span.end),
  );
}

/** Where the word that starts at a place ends, behind the cursor. */
function wordEnd({ text, tokens }: Source, start: number, offset: number): number {
  const whole = tokens.find((token) => token.startOffset === start);
  const quoted = whole?.image.endsWith("`") ?? false;
  if (whole && quoted && spanOf(whole).end >= offset) return spanOf(whole).end;
  return offset + /^\w*/.exec(text.slice(offset))![0].length;
}
