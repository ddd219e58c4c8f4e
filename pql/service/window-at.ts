/** The window that a token belongs to, read from the tokens alone so that broken texts have it too. */
import type { IToken } from "chevrotain";
import type { Span } from "../../src/core/span.js";
import { formatWindow, type TimeUnit, type TimeWindow } from "../../src/core/time.js";
import type { Parameters } from "../bind/parameters.js";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import { openingBracket } from "./source.js";

/** A window with its place. */
export interface PlacedWindow {
  readonly window: TimeWindow;
  readonly span: Span;
}

/**
 * Finds the window that a token is a part of.
 *
 * @param tokens - the text.
 * @param index - the token: a bound or the unit.
 * @param params - values of parameters.
 */
export function windowAt(
  tokens: readonly IToken[],
  index: number,
  params: Parameters,
): PlacedWindow | null {
  const open = openingBracket(tokens, index);
  const word = tokens[open - 1]?.tokenType;
  if (open < 0 || (word !== T.Aggregate && word !== T.Quantile)) return null;
  for (let comma = index - 1; comma > open && comma >= index - 5; comma--) {
    const found = readWindow(tokens, comma, params);
    if (found && comma + found.length >= index) return found.placed;
  }
  return null;
}

/** Reads `, start, end [, unit] )` from its comma on. */
function readWindow(
  tokens: readonly IToken[],
  comma: number,
  params: Parameters,
): { readonly placed: PlacedWindow; readonly length: number } | null {
  const [first, start, second, end, third, unit] = tokens.slice(comma, comma + 6);
  const isComma = (token: IToken | undefined): boolean => token?.tokenType === T.Comma;
  if (!isComma(first) || !isComma(second)) return null;
  const from = boundOf(start, params);
  const to = boundOf(end, params);
  const hasUnit = isComma(third) && unit?.tokenType === T.Unit;
  const after = hasUnit ? tokens[comma + 6] : third;
  const closed = after === undefined || after.tokenType === T.RightBracket;
  if (from === null || to === null || !Number.isFinite(to) || !closed) return null;
  const written = hasUnit ? unit.image.toLowerCase() : "days";
  const name = (written.endsWith("s") ? written : `${written}s`) as TimeUnit;
  const last = hasUnit ? unit : end!;
  const span = { start: start!.startOffset, end: spanOf(last).end };
  const placed = { window: { start: from, end: to, unit: name }, span };
  return { placed, length: hasUnit ? 5 : 3 };
}

function boundOf(token: IToken | undefined, params: Parameters): number | null {
  switch (token?.tokenType) {
    case T.Int:
      return Number(token.image) + 0;
    case T.NegInf:
      return Number.NEGATIVE_INFINITY;
    case T.ParameterName: {
      const name = token.image.slice(1);
      const value = Object.hasOwn(params, name) ? params[name] : undefined;
      return typeof value === "number" && Number.isInteger(value) ? value : null;
    }
    default:
      return null;
  }
}

/** Says a window in signs and in words. */
export function describeWindow(window: TimeWindow): string {
  const { start, end } = window;
  const point = (count: number): string => {
    if (count === 0) return "the anchor";
    const amount = Math.abs(count);
    const unit = amount === 1 ? window.unit.slice(0, -1) : window.unit;
    return `${amount} ${unit} ${count < 0 ? "before" : "after"} the anchor`;
  };
  const from = Number.isFinite(start) ? `later than ${point(start)}, ` : "";
  const empty = start >= end ? "\n\nNo row can be in it: it does not start before its end." : "";
  return `**Window** \`${formatWindow(window)}\`\n\nRows ${from}up to and including ${point(end)}.${empty}`;
}
