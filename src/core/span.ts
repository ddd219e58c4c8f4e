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

/** Longer lines are cut around the place that is pointed at, which keeps this much in front of it. */
const LONGEST_LINE = 240;
const KEPT_BEFORE = 80;

/**
 * Prints the line of a span with carets under it; of a very long line the part around the span.
 *
 * @param source - the whole text.
 * @param span - what to point at; an empty span gets one caret.
 * @returns two lines, `  1 | text` and the carets.
 */
export function caretExcerpt(source: string, span: Span): string {
  const { line, column } = lineColumn(source, span.start);
  const whole = source.split("\n")[line - 1] ?? "";
  const isLong = whole.length > LONGEST_LINE;
  const from = isLong ? Math.max(0, column - 1 - KEPT_BEFORE) : 0;
  const text = isLong ? whole.slice(from, from + LONGEST_LINE) : whole;
  const before = from > 0 ? "… " : "";
  const after = from + text.length < whole.length ? " …" : "";
  const place = column - 1 - from;
  const width = Math.max(1, Math.min(span.end - span.start, text.length - place));
  const number = String(line).padStart(3);
  const pad = `${before}${text.slice(0, place)}`.replace(/[^\t]/g, " ");
  return `${number} | ${before}${text}${after}\n${" ".repeat(number.length)} | ${pad}${"^".repeat(width)}`;
}
