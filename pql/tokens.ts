/** The words and signs of PQL: token types in order of priority, with the labels errors print. */
import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";

const NAME = "(?:[A-Za-z_][A-Za-z0-9_]*|`[^`\\r\\n]+`)";
/** A word ends where no letter, digit or dot follows, so that `NOT in.x = 1` stays a NOT and a column. */
const WORD_END = "(?![A-Za-z0-9_.])";

const words = (...phrases: readonly string[]): RegExp =>
  new RegExp(
    `(?:${phrases.map((phrase) => phrase.replace(/ /g, "\\s+")).join("|")})${WORD_END}`,
    "i",
  );

const token = (name: string, label: string, pattern: RegExp): TokenType =>
  createToken({ name, label, pattern });

const Blank = createToken({ name: "Blank", pattern: /\s+/, group: Lexer.SKIPPED });
const Comment = createToken({ name: "Comment", pattern: /#[^\r\n]*/, group: Lexer.SKIPPED });

/** Comments that only the superset knows; kept aside so that the strict dialect can refuse them. */
const DashComment = createToken({ name: "DashComment", pattern: /--[^\r\n]*/, group: "comments" });
const BlockComment = createToken({
  name: "BlockComment",
  pattern: /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//,
  group: "comments",
});

/** A name of three or more parts: no rule takes it, an error explains it. */
export const LongName = token(
  "LongName",
  "a name of more than two parts",
  new RegExp(`${NAME}\\.${NAME}(?:\\.${NAME})*\\.(?:${NAME}|\\*)`),
);
export const WildcardColumn = token("WildcardColumn", "`table.*`", new RegExp(`${NAME}\\.\\*`));
export const FqnColumn = token("FqnColumn", "`table.column`", new RegExp(`${NAME}\\.${NAME}`));

/** Runs to the end of its line. */
export const UnterminatedName = token(
  "UnterminatedName",
  "a name in backquotes",
  new RegExp(`(?:${NAME}\\.)?\`[^\`\\r\\n]*(?![^\\r\\n])`),
);

export const ForEach = token("ForEach", "`FOR EACH`", words("for each"));
export const RelOp = token(
  "RelOp",
  "a comparison such as `=`, `>` or `IN`",
  new RegExp(
    `!=|<>|<=|>=|==|<|>|=|${
      words(
        "is not",
        "is in",
        "is",
        "not in",
        "not like",
        "not contains",
        "not starts with",
        "not ends with",
        "in",
        "like",
        "contains",
        "starts with",
        "ends with",
      ).source
    }`,
    "i",
  ),
);
export const Predict = token("Predict", "`PREDICT`", words("predict"));
export const For = token("For", "`FOR`", words("for"));
export const Where = token("Where", "`WHERE`", words("where"));
export const Assuming = token("Assuming", "`ASSUMING`", words("assuming"));
export const And = token("And", "`AND`", words("and"));
export const Or = token("Or", "`OR`", words("or"));
export const Not = token("Not", "`NOT`", words("not"));
export const Forecast = token("Forecast", "`FORECAST`", words("forecast"));
export const Timeframes = token("Timeframes", "`TIMEFRAMES`", words("timeframes"));
export const Rank = token("Rank", "`RANK`", words("rank"));
export const Classify = token("Classify", "`CLASSIFY`", words("classify"));
export const Top = token("Top", "`TOP`", words("top"));
export const Aggregate = token(
  "Aggregate",
  "an aggregation such as `COUNT`",
  words("sum", "avg", "min", "max", "count_distinct", "count", "first", "last", "list_distinct"),
);
export const Unit = token(
  "Unit",
  "a unit of time",
  words("(?:millisecond|second|minute|hour|day|week|month|quarter|year)s?"),
);
export const Bool = token("Bool", "`TRUE` or `FALSE`", words("true", "false"));
export const Null = token("Null", "`NULL`", words("null"));
export const NegInf = token("NegInf", "`-INF`", words("-inf", "-infinity"));

export const DateLiteral = token(
  "DateLiteral",
  "a date",
  /\d+\/\d+\/\d+|\d+-\d+-\d+|\d+\.\d+\.\d+/,
);
export const TimeLiteral = token("TimeLiteral", "a time of day", /\d+:\d+:\d+/);
export const Decimal = token(
  "Decimal",
  "a decimal number",
  /-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/,
);
export const Int = token("Int", "a whole number", /-?\d+/);
export const Str = token(
  "Str",
  "a text in quotes",
  /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/,
);

export const Comma = token("Comma", "`,`", /,/);
export const LeftBracket = token("LeftBracket", "`(`", /\(/);
export const RightBracket = token("RightBracket", "`)`", /\)/);
export const Semicolon = token("Semicolon", "`;`", /;/);

/** A bare word or quoted name: no rule takes it, but errors can speak about it. */
export const Identifier = token("Identifier", "a name", /[A-Za-z_][A-Za-z0-9_]*|`[^`\r\n]+`/);
export const UnterminatedString = token("UnterminatedString", "a text in quotes", /["'][\s\S]*/);
export const Sign = token("Sign", "a sign", /[.*+/%:-]/);

/** All token types; the first that matches wins, so longer forms stand before their prefixes. */
export const allTokens: readonly TokenType[] = [
  Blank,
  Comment,
  DashComment,
  BlockComment,
  LongName,
  WildcardColumn,
  FqnColumn,
  UnterminatedName,
  ForEach,
  RelOp,
  Predict,
  For,
  Where,
  Assuming,
  And,
  Or,
  Not,
  Forecast,
  Timeframes,
  Rank,
  Classify,
  Top,
  Aggregate,
  Unit,
  Bool,
  Null,
  NegInf,
  DateLiteral,
  TimeLiteral,
  Decimal,
  Int,
  Str,
  Comma,
  LeftBracket,
  RightBracket,
  Semicolon,
  Identifier,
  UnterminatedString,
  Sign,
];

/** The token types written as words, where the published grammar is strict about letter case and blanks. */
export const wordTokens: ReadonlySet<TokenType> = new Set([
  ForEach,
  RelOp,
  Predict,
  For,
  Where,
  Assuming,
  And,
  Or,
  Not,
  Forecast,
  Timeframes,
  Rank,
  Classify,
  Top,
  Aggregate,
  Unit,
  Bool,
  Null,
  NegInf,
]);

const lexer = new Lexer([...allTokens], {
  ensureOptimizations: true,
  positionTracking: "onlyOffset",
});

/** What the lexer makes of a text. */
export interface LexedQuery {
  readonly tokens: readonly IToken[];
  /** Comments of the superset, `--` and slash-star. */
  readonly comments: readonly IToken[];
  /** Stretches that start no token. */
  readonly unexpected: readonly { readonly offset: number; readonly length: number }[];
}

/**
 * Cuts a query's text into tokens.
 *
 * @param text - the query.
 * @returns the tokens, the comments only the superset knows, and the stretches no token starts with.
 */
export function lexQuery(text: string): LexedQuery {
  const { tokens, groups, errors } = lexer.tokenize(text);
  const comments = groups["comments"] ?? [];
  return { tokens, comments, unexpected: errors };
}
