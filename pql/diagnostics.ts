/** What a person reads when a query cannot be read: our words for everything the lexer and parser complain about. */
import {
  EOF,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  type TokenType,
} from "chevrotain";
import { PqlError } from "../src/core/errors.js";
import type { Span } from "../src/core/span.js";
import { suggest } from "../src/core/suggest.js";
import * as T from "./tokens.js";

/** A complaint before it has a place. */
export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A remark that does not stop the query: a likely mistake, or a spelling that will go away. */
export interface PqlWarning extends Complaint {
  readonly span: Span;
}

/** What the parser was looking for when it met a token it could not take. */
interface Situation {
  readonly expected: readonly TokenType[];
  readonly actual: IToken;
  readonly previous: IToken | undefined;
  readonly rule: string;
}

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
 * @param source - the query's text.
 */
export function syntaxErrors(caught: readonly IRecognitionException[], source: string): PqlError[] {
  // After a mistake in the middle, a complaint about the rest is an echo.
  const own = caught.filter(
    (error, i) =>
      i === 0 ||
      (error.name !== "NotAllInputParsedException" && !follows(error, caught[i - 1]!.token)),
  );
  return own.map((error) => {
    const [code, message, hint] = error.message.split(SEPARATOR);
    const span = tokenSpan(error.token, source);
    return new PqlError(code!, message!, { ...(hint && { hint }), span, source });
  });
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

function explain(situation: Situation): Complaint {
  const { expected, actual, previous, rule } = situation;
  return (
    explainBrokenToken(actual) ??
    (rule === "query" && expected.includes(T.Predict) ? explainStart(actual) : null) ??
    (expected.includes(T.ForEach) ? explainMissingEntity(actual, previous) : null) ??
    (expected.includes(T.Unit) ? explainUnit(actual) : null) ??
    (rule === "scalar" || rule === "item" ? explainConstant(actual) : null) ??
    (rule === "primary" && comesAfterOperator(previous) ? explainConstant(actual) : null) ??
    (rule === "window" ? explainWindow(actual, expected) : null) ??
    (rule === "aggregation" || rule === "quantile" ? explainInside(actual) : null) ??
    (expected.includes(T.FqnColumn) ? explainColumn(actual) : null) ??
    (expected.includes(T.Name) ? explainName(actual, expected) : null) ?? {
      code: "PQL100",
      message: `expected ${labels(expected)}, found ${found(actual)}`,
    }
  );
}

/** Tells whether a value is expected because an operator asks for one, or a list goes on. */
function comesAfterOperator(previous: IToken | undefined): boolean {
  const type = previous?.tokenType;
  return type === T.RelOp || type === T.In || type === T.Between || type === T.Comma;
}

/** Tokens that exist only to be explained. */
function explainBrokenToken(actual: IToken): Complaint | null {
  switch (actual.tokenType) {
    case T.UnterminatedName:
      return {
        code: "PQL002",
        message: "the name in backquotes does not end",
        hint: "close it with a backquote on the same line, as in `Order Lines`.`Line Total`",
      };
    case T.UnterminatedString:
      return {
        code: "PQL003",
        message: "the text in quotes does not end",
        hint: `close it with ${actual.image[0]}`,
      };
    case T.UnterminatedComment:
      return { code: "PQL008", message: "the comment does not end", hint: "close it with */" };
    case T.LongName:
      return {
        code: "PQL106",
        message: `\`${actual.image}\` has more than two parts, expected \`table.column\``,
        hint: "leave out the database or schema in front",
      };
    default:
      return null;
  }
}

function explainStart(actual: IToken): Complaint {
  return {
    code: "PQL101",
    message: `a query starts with \`PREDICT\`, found ${found(actual)}`,
    hint: "write PREDICT target FOR EACH table.key, such as PREDICT COUNT(orders.*, 0, 30, days) FOR EACH users.id",
  };
}

function explainMissingEntity(actual: IToken, previous: IToken | undefined): Complaint {
  const message = `expected \`FOR EACH\` after the target, found ${found(actual)}`;
  let hint = "say whose value is predicted: FOR EACH table.key, or FOR table.key = id";
  if (actual.tokenType === T.Where) {
    hint =
      "a filter on the aggregated rows stands inside the brackets: SUM(t.c WHERE …, 0, 30, days)";
  } else if (previous?.tokenType === T.FqnColumn && actual.tokenType === T.Int) {
    hint = "a comparison needs an operator such as = or >";
  } else if (/^foreach$/i.test(actual.image)) {
    hint = "write FOR EACH as two words";
  }
  return { code: "PQL102", message, hint };
}

const UNITS = [
  "milliseconds",
  "seconds",
  "minutes",
  "hours",
  "days",
  "weeks",
  "months",
  "quarters",
  "years",
];

function explainUnit(actual: IToken): Complaint {
  const near = suggest(actual.image, UNITS, 1)[0];
  const known = `units: ${UNITS.join(", ")}`;
  return {
    code: "PQL103",
    message: `expected a unit of time, found ${found(actual)}`,
    hint: near ? `did you mean \`${near}\`? ${known}` : known,
  };
}

function explainConstant(actual: IToken): Complaint {
  const { tokenType } = actual;
  if (tokenType === T.FqnColumn || tokenType === T.WildcardColumn || tokenType === T.Aggregate) {
    return {
      code: "PQL117",
      message: `a list holds constants, found ${found(actual)}`,
      hint: "compare with each value by itself, joined by OR",
    };
  }
  if (tokenType === T.Identifier) {
    const bare = actual.image.replaceAll("`", "");
    return {
      code: "PQL105",
      message: `expected a constant, found the name \`${bare}\``,
      hint: `did you forget the quotes? write '${bare}'`,
    };
  }
  if (tokenType === T.RightBracket) {
    return { code: "PQL107", message: "a list needs at least one value", hint: "write IN (1, 2)" };
  }
  return { code: "PQL100", message: `expected a constant, found ${found(actual)}` };
}

function explainWindow(actual: IToken, expected: readonly TokenType[]): Complaint {
  if (actual.tokenType === T.Decimal) {
    return {
      code: "PQL108",
      message: `a window's bounds are whole numbers, found ${found(actual)}`,
      hint: "use a smaller unit: 36 hours instead of 1.5 days",
    };
  }
  if (/^\+?inf(inity)?$/i.test(actual.image) || actual.image === "+") {
    return {
      code: "PQL108",
      message: `expected a whole number for the window's bound, found ${found(actual)}`,
      hint: "only the start may be open, as -INF; there is no +INF",
    };
  }
  return {
    code: "PQL100",
    message: `expected ${labels(expected)}, found ${found(actual)}`,
    hint: "a window is start, end, unit: COUNT(orders.*, 0, 30, days)",
  };
}

function explainColumn(actual: IToken): Complaint | null {
  if (actual.tokenType === T.Identifier) {
    const bare = actual.image.replaceAll("`", "");
    return {
      code: "PQL106",
      message: `expected \`table.column\`, found the single name \`${bare}\``,
      hint: `say which table it is in, as in table.${actual.image}, without blanks around the dot`,
    };
  }
  if (actual.image === "*") {
    return {
      code: "PQL106",
      message: "expected `table.*`, found `*` alone",
      hint: "say which table's rows are counted, as in COUNT(orders.*, 0, 30, days)",
    };
  }
  return null;
}

function explainName(actual: IToken, expected: readonly TokenType[]): Complaint | null {
  if (!T.wordTokens.has(actual.tokenType)) return null;
  return {
    code: "PQL100",
    message: `expected ${labels(expected)}, found ${found(actual)}, a word of the language`,
    hint: `write it in backquotes: \`${actual.image}\``,
  };
}

/** What is wrong with a token where the query should have ended. */
function explainRest(actual: IToken): Complaint {
  const broken = explainBrokenToken(actual);
  if (broken) return broken;
  const message = `expected the end of the query, found ${found(actual)}`;
  if (actual.tokenType === T.Where) {
    return {
      code: "PQL109",
      message,
      hint: "WHERE stands once, before ASSUMING; join conditions with AND",
    };
  }
  if (
    actual.tokenType === T.Rank ||
    actual.tokenType === T.Classify ||
    actual.tokenType === T.Forecast
  ) {
    return {
      code: "PQL109",
      message,
      hint: "RANK, CLASSIFY and FORECAST stand right after the target",
    };
  }
  if (/^(group|order|limit|having|join|union)$/i.test(actual.image)) {
    const hint = "PQL is no SQL: a query is PREDICT … FOR EACH … [WHERE …] [ASSUMING …]";
    return { code: "PQL109", message, hint };
  }
  return { code: "PQL109", message };
}

function explainInside(actual: IToken): Complaint | null {
  if (actual.tokenType !== T.Int && actual.tokenType !== T.NegInf) return null;
  const message = `expected \`,\` before the window, found ${found(actual)}`;
  return { code: "PQL100", message, hint: "as in COUNT(orders.*, 0, 30, days)" };
}

function labels(expected: readonly TokenType[]): string {
  if (expected.includes(T.Not)) return "a column, an aggregation or a condition";
  if (expected.includes(T.Anchor)) return "a column, an aggregation or a constant";
  const distinct = [...new Set(expected.map((type) => type.LABEL ?? type.name))];
  if (distinct.length <= 1) return distinct[0] ?? "something else";
  return `${distinct.slice(0, -1).join(", ")} or ${distinct.at(-1)}`;
}

function found(actual: IToken): string {
  if (actual.tokenType === EOF) return "the end of the query";
  const image = actual.image.replace(/\s+/g, " ");
  return `\`${image.length > 40 ? `${image.slice(0, 39)}…` : image}\``;
}
