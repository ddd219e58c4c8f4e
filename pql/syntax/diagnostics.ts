/** What a person reads when a query cannot be read: our words for everything the parser complains about, without its echoes. */
import {
  EOF,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type TokenType,
} from "chevrotain";
import { PqlError } from "../../src/core/errors.js";
import type { Span } from "../../src/core/span.js";
import type { Complaint } from "./complaint.js";
import { explain, explainRest } from "./explain-syntax.js";
import { explainUnknownFunction } from "./slips.js";
import * as T from "./tokens.js";

export type { Complaint, PqlWarning } from "./complaint.js";

/** Chevrotain carries one string per error, so code, message and hint travel in it, parted by a control character. */
const SEPARATOR = "\u0000";
const pack = ({ code, message, hint }: Complaint): string =>
  [code, message, hint ?? ""].join(SEPARATOR);

/** Gives chevrotain our words, so that its own never reach a reader. */
export const parserErrorProvider: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual, previous, ruleName }) =>
    pack(explain({ expected: [expected], actual, previous, rule: ruleName })),
  buildNotAllInputParsedMessage: ({ firstRedundant }) => pack(explainRest(firstRedundant)),
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual, previous, ruleName }) => {
    const expected = expectedPathsPerAlt.flatMap((paths) => paths.flatMap((path) => path[0] ?? []));
    return pack(explain({ expected, actual: actual[0]!, previous, rule: ruleName }));
  },
  buildEarlyExitMessage: ({ expectedIterationPaths, actual, previous, ruleName }) => {
    const expected = expectedIterationPaths.flatMap((path) => path[0] ?? []);
    return pack(explain({ expected, actual: actual[0]!, previous, rule: ruleName }));
  },
};

/**
 * Turns what the parser caught into errors of ours: one per place, in the order of the text.
 *
 * @param caught - chevrotain's exceptions, made with {@link parserErrorProvider}.
 * @param tokens - the query's tokens.
 * @param source - the query's text.
 */
export function syntaxErrors(
  caught: readonly IRecognitionException[],
  tokens: readonly IToken[],
  source: string,
): PqlError[] {
  if (caught.length === 0) return [];
  const places = new Map(tokens.map((token, i) => [token, i]));
  const placeOf = (token: IToken): number => places.get(token) ?? tokens.length;
  const own: IRecognitionException[] = [];
  let echo = -1;
  for (const [i, error] of caught.entries()) {
    const before = caught[i - 1];
    const place = placeOf(error.token);
    // After a mistake in the middle, a complaint about the rest is an echo.
    const isEchoed =
      before !== undefined &&
      (error.name === "NotAllInputParsedException" ||
        place === echo ||
        follows(error, before.token) ||
        isEcho(placeOf(before.token), place, tokens));
    if (isEchoed) echo = place;
    else own.push(error);
  }
  return own.map((error) => {
    const [code, message, hint] = error.message.split(SEPARATOR);
    const written: Complaint = { code: code!, message: message!, ...(hint && { hint }) };
    const better = lookAround(placeOf(error.token), tokens, written) ?? written;
    const span = tokenSpan(error.token, source);
    return new PqlError(better.code, better.message, {
      ...(better.hint !== undefined && { hint: better.hint }),
      span,
      source,
    });
  });
}

const ECHOING: ReadonlySet<TokenType> = new Set([T.RightBracket, T.Comma, T.Unit]);
const BOUNDARIES: ReadonlySet<TokenType> = new Set([
  T.RelOp,
  T.In,
  T.Between,
  T.And,
  T.Or,
  T.ForEach,
  T.For,
  T.Where,
  T.Assuming,
]);

/** Tells whether an error is about the rest of the brackets in which another one stands. */
function isEcho(first: number, second: number, tokens: readonly IToken[]): boolean {
  const token = tokens[second];
  if (second === first + 1) return true;
  if (!token || !ECHOING.has(token.tokenType)) return false;
  for (let i = first; i < second; i++) if (BOUNDARIES.has(tokens[i]!.tokenType)) return false;
  return true;
}

/** Says it better where the tokens around show what was meant. */
function lookAround(
  place: number,
  tokens: readonly IToken[],
  { code, message }: Complaint,
): Complaint | null {
  const token = tokens[place];
  const opens = tokens[place + 1]?.tokenType === T.LeftBracket;
  if (token?.tokenType === T.Identifier && opens && code !== "PQL101") {
    return explainUnknownFunction(token);
  }
  // `COUNT(t.* -7, 0, days)`: the sign was taken for a subtraction, and a bound is missing.
  const [column, start, comma, end] = tokens.slice(Math.max(0, place - 5), place);
  const isShort =
    code === "PQL100" &&
    column?.tokenType === T.WildcardColumn &&
    start?.tokenType === T.Int &&
    comma?.tokenType === T.Comma &&
    end?.tokenType === T.Int;
  const isShortWindow = token?.tokenType === T.Unit || token?.tokenType === T.RightBracket;
  if (code === "PQL100" && isShortWindow && inQuantile(place, tokens)) {
    const hint = "a share stands before the window: QUANTILE(t.c, 0.9, 0, 30, days)";
    return { code, message, hint };
  }
  if (!isShort) return null;
  const hint = `a comma is missing before the window: ${column.image}, ${start.image}, ${end.image}`;
  return { code, message, hint };
}

/** Tells whether an error is about the token right after another one, where the parser has not found its way again. */
function follows(error: IRecognitionException, token: IToken): boolean {
  return "previousToken" in error && error.previousToken === token;
}

/** The place of a token; the end of the text for the end-of-input token. */
export function tokenSpan(token: IToken, source: string): Span {
  // Chevrotain 11 gives NaN for the places of tokens it invents, 13 gives -1.
  if (token.tokenType === EOF || !(token.startOffset >= 0)) {
    const end = source.trimEnd().length;
    return { start: end, end };
  }
  return { start: token.startOffset, end: token.startOffset + token.image.length };
}

/** Tells whether the bracket that is open at a place is that of QUANTILE. */
function inQuantile(place: number, tokens: readonly IToken[]): boolean {
  let open = 1;
  for (let i = place - 1; i > 0 && i > place - 100; i--) {
    if (tokens[i]!.tokenType === T.RightBracket) open++;
    else if (tokens[i]!.tokenType === T.LeftBracket) open--;
    if (open === 0) return tokens[i - 1]!.tokenType === T.Quantile;
  }
  return false;
}
