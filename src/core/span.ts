/** Positions in a query's text, and the excerpt with carets that errors print. */

/** A half-open range of UTF-16 offsets `[start, end)` in a source text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A position as people count it: the first line and the first column are 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the line and column of an offset.
 *
 * @param source - the whole text.
 * @param offset - a UTF-16 offset; one past the end is the end.
 * @returns 1-based line and column.
 */
export function lineColumn(source: string, offset: number): LineColumn {
  const before = source.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** Joins two spans into the smallest one that covers both. */
export function joinSpans(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/**
 * Prints the line of a span with carets under it.
 *
 * @param source - the whole text.
 * @param span - what to point at; an empty span gets one caret.
 * @returns two lines, `  1 | text` and the carets.
 */
export function caretExcerpt(source: string, span: Span): string {
  const { line, column } = lineColumn(source, span.start);
  const text = source.split("\n")[line - 1] ?? "";
  const width = Math.max(1, Math.min(span.end - span.start, text.length - column + 1));
  const number = String(line).padStart(3);
  const pad = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  return `${number} | ${text}\n${" ".repeat(number.length)} | ${pad}${"^".repeat(width)}`;
}
