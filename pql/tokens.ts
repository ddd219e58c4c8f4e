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
/** `table.*`. */
export const WildcardColumn = token("WildcardColumn", "`table.*`", new RegExp(`${NAME}\\.\\*`));
/** `table.column`, either part in backquotes or not. */
export const FqnColumn = token("FqnColumn", "`table.column`", new RegExp(`${NAME}\\.${NAME}`));

/** Runs to the end of its line. */
export const UnterminatedName = token(
  "UnterminatedName",
  "a name in backquotes",
  new RegExp(`(?:${NAME}\\.)?\`[^\`\\r\\n]*(?![^\\r\\n])`),
);

/** `FOR EACH`, one token. */
export const ForEach = token("ForEach", "`FOR EACH`", words("for each"));
/** Every comparison operator, those of several words as one token. */
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
/** Starts every query. */
export const Predict = token("Predict", "`PREDICT`", words("predict"));
/** Precedes listed entities. */
export const For = token("For", "`FOR`", words("for"));
/** Precedes a filter, of the entities or of aggregated rows. */
export const Where = token("Where", "`WHERE`", words("where"));
/** Precedes what is taken for granted. */
export const Assuming = token("Assuming", "`ASSUMING`", words("assuming"));
/** Binds tighter than OR. */
export const And = token("And", "`AND`", words("and"));
/** Binds loosest. */
export const Or = token("Or", "`OR`", words("or"));
/** Binds tightest. */
export const Not = token("Not", "`NOT`", words("not"));
/** Precedes the number of timeframes. */
export const Forecast = token("Forecast", "`FORECAST`", words("forecast"));
/** Follows the number of timeframes. */
export const Timeframes = token("Timeframes", "`TIMEFRAMES`", words("timeframes"));
/** Asks for an order of items. */
export const Rank = token("Rank", "`RANK`", words("rank"));
/** Asks for several categories. */
export const Classify = token("Classify", "`CLASSIFY`", words("classify"));
/** Precedes the number of places or classes. */
export const Top = token("Top", "`TOP`", words("top"));
/** The names of the nine aggregations. */
export const Aggregate = token(
  "Aggregate",
  "an aggregation such as `COUNT`",
  words("sum", "avg", "min", "max", "count_distinct", "count", "first", "last", "list_distinct"),
);
/** A unit of a window, singular or plural. */
export const Unit = token(
  "Unit",
  "a unit of time",
  words("(?:millisecond|second|minute|hour|day|week|month|quarter|year)s?"),
);
/** A truth value. */
export const Bool = token("Bool", "`TRUE` or `FALSE`", words("true", "false"));
/** The missing value. */
export const Null = token("Null", "`NULL`", words("null"));
/** The open start of a window. */
export const NegInf = token("NegInf", "`-INF`", words("-inf", "-infinity"));

/** A date without quotes, loosely spelt; literals.ts checks it. */
export const DateLiteral = token(
  "DateLiteral",
  "a date",
  /\d+\/\d+\/\d+|\d+-\d+-\d+|\d+\.\d+\.\d+/,
);
/** A time of day after a date. */
export const TimeLiteral = token("TimeLiteral", "a time of day", /\d+:\d+:\d+/);
/** A number with a point or an exponent. */
export const Decimal = token(
  "Decimal",
  "a decimal number",
  /-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/,
);
/** A whole number; its sign belongs to it. */
export const Int = token("Int", "a whole number", /-?\d+/);
/** A text in single or double quotes with backslash escapes. */
export const Str = token(
  "Str",
  "a text in quotes",
  /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/,
);

/** Parts list items and window bounds. */
export const Comma = token("Comma", "`,`", /,/);
/** Opens a group, a list or an aggregation. */
export const LeftBracket = token("LeftBracket", "`(`", /\(/);
/** Closes what a left bracket opened. */
export const RightBracket = token("RightBracket", "`)`", /\)/);
/** Ends a query in the superset. */
export const Semicolon = token("Semicolon", "`;`", /;/);

/** A bare word or quoted name: no rule takes it, but errors can speak about it. */
export const Identifier = token("Identifier", "a name", /[A-Za-z_][A-Za-z0-9_]*|`[^`\r\n]+`/);
/** Runs to the end of the text. */
export const UnterminatedString = token("UnterminatedString", "a text in quotes", /["'][\s\S]*/);
/** A character that stands in no query outside of texts. */
export const Sign = token("Sign", "a sign", /[.*+/%:-]/);

/** The tokens written as words, in the order in which the lexer tries them. */
const WORDS: readonly TokenType[] = [
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
];

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
  ...WORDS,
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
export const wordTokens: ReadonlySet<TokenType> = new Set(WORDS);

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
