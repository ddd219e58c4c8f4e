/** The words and signs of PQL: token types in order of priority, with the labels errors print. */
import {
  type CustomPatternMatcherFunc,
  createToken,
  type IToken,
  type ITokenConfig,
  Lexer,
  type TokenType,
  tokenMatcher,
} from "chevrotain";
import { AGGREGATES, FUNCTIONS } from "./ast.js";

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

/** A name that stands alone: an identifier, or a word that means something elsewhere only, as in `AS minutes`. */
export const Name = createToken({ name: "Name", label: "a name", pattern: Lexer.NA });

const wordOrName = (name: string, label: string, pattern: RegExp): TokenType =>
  createToken({ name, label, pattern, categories: [Name] });

/** A token found by hand: endless ones would overflow the stack of a regular expression. */
const scanned = (
  name: string,
  label: string,
  starts: string[],
  findEnd: (text: string, offset: number) => number,
  more: Pick<ITokenConfig, "group"> = {},
): TokenType => {
  const exec: CustomPatternMatcherFunc = (text, offset) => {
    if (!starts.includes(text[offset]!)) return null;
    const end = findEnd(text, offset);
    return end < 0 ? null : [text.slice(offset, end)];
  };
  return createToken({
    name,
    label,
    pattern: { exec },
    start_chars_hint: starts,
    line_breaks: true,
    ...more,
  });
};

const Blank = createToken({ name: "Blank", pattern: /\s+/, group: Lexer.SKIPPED });
const Comment = createToken({ name: "Comment", pattern: /#[^\r\n]*/, group: Lexer.SKIPPED });

/** Comments that only the superset knows; kept aside so that the strict dialect can refuse them. */
const DashComment = createToken({ name: "DashComment", pattern: /--[^\r\n]*/, group: "comments" });
const BlockComment = scanned(
  "BlockComment",
  "a comment",
  ["/"],
  (text, offset) => {
    if (text[offset + 1] !== "*") return -1;
    const end = text.indexOf("*/", offset + 2);
    return end < 0 ? -1 : end + 2;
  },
  { group: "comments" },
);

/** Runs to the end of the text. */
export const UnterminatedComment = token("UnterminatedComment", "a comment", /\/\*[\s\S]*/);

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
/** Precedes a list. */
export const In = token("In", "`IN`", words("is in", "not in", "in"));
/** Precedes a range, `a AND b`. */
export const Between = token("Between", "`BETWEEN`", words("not between", "between"));
/** Every other comparison operator, those of several words as one token. */
export const RelOp = token(
  "RelOp",
  "a comparison such as `=`, `>` or `IN`",
  new RegExp(
    `!=|<>|<=|>=|==|<|>|=|${
      words(
        "is not",
        "is",
        "not like",
        "not contains",
        "not starts with",
        "not ends with",
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
export const Forecast = wordOrName("Forecast", "`FORECAST`", words("forecast"));
/** Follows the number of timeframes. */
export const Timeframes = wordOrName("Timeframes", "`TIMEFRAMES`", words("timeframes"));
/** Asks for an order of items. */
export const Rank = wordOrName("Rank", "`RANK`", words("rank"));
/** Asks for several categories. */
export const Classify = wordOrName("Classify", "`CLASSIFY`", words("classify"));
/** Precedes the number of places or classes. */
export const Top = wordOrName("Top", "`TOP`", words("top"));
/** The names of the aggregations that take a column and a window. */
export const Aggregate = wordOrName(
  "Aggregate",
  "an aggregation such as `COUNT`",
  words(
    ...AGGREGATES.filter((name) => name !== "QUANTILE").map((name) => name.toLowerCase()),
    "exists",
  ),
);
/** The aggregation that takes a share too. */
export const Quantile = wordOrName("Quantile", "`QUANTILE`", words("quantile"));
/** The names of functions, known by the bracket that follows: `month` alone is a unit. */
export const FunctionWord = token(
  "FunctionWord",
  "a function such as `ABS`",
  new RegExp(`(?:${FUNCTIONS.join("|")})(?=\\s*\\()`, "i"),
);
/** The time at which the query is asked. */
export const Anchor = wordOrName("Anchor", "`ANCHOR`", words("anchor"));
/** Precedes the links that lead to a column. */
export const ViaWord = token("ViaWord", "`VIA`", words("via"));
/** Precedes a target's name. */
export const As = token("As", "`AS`", words("as"));
/** Precedes the anchor. */
export const At = wordOrName("At", "`AT`", words("at"));
/** In front of a query that is to be explained or evaluated. */
export const Command = wordOrName(
  "Command",
  "`EXPLAIN` or `EVALUATE`",
  words("explain", "evaluate"),
);
/** A unit of a window, singular or plural. */
export const Unit = wordOrName(
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
export const TimeLiteral = token("TimeLiteral", "a time of day", /\d+:\d+:\d+(?:\.\d+)?/);
/** A number with a point or an exponent. */
export const Decimal = token(
  "Decimal",
  "a decimal number",
  /-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/,
);
/** A whole number; its sign belongs to it. */
export const Int = token("Int", "a whole number", /-?\d+/);
/** A text in single or double quotes with backslash escapes. */
export const Str = scanned("Str", "a text in quotes", ['"', "'"], (text, offset) => {
  const quote = text[offset];
  for (let end = offset + 1; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === quote) return end + 1;
  }
  return -1;
});

/** A value given beside the text. */
export const ParameterName = token("ParameterName", "a parameter", /:[A-Za-z_][A-Za-z0-9_]*/);

/** Leads from one link to the next. */
export const Arrow = token("Arrow", "`->`", /->/);
/** Adds. */
export const Plus = token("Plus", "`+`", /\+/);
/** Subtracts. */
export const Minus = token("Minus", "`-`", /-/);
/** Multiplies. */
export const Star = token("Star", "`*`", /\*/);
/** Divides. */
export const Slash = token("Slash", "`/`", /\//);

/** Parts list items and window bounds. */
export const Comma = token("Comma", "`,`", /,/);
/** Opens a group, a list or an aggregation. */
export const LeftBracket = token("LeftBracket", "`(`", /\(/);
/** Closes what a left bracket opened. */
export const RightBracket = token("RightBracket", "`)`", /\)/);
/** Ends a query in the superset. */
export const Semicolon = token("Semicolon", "`;`", /;/);

/** A bare word or quoted name: no rule takes it, but errors can speak about it. */
export const Identifier = wordOrName("Identifier", "a name", /[A-Za-z_][A-Za-z0-9_]*|`[^`\r\n]+`/);
/** Runs to the end of the text. */
export const UnterminatedString = token("UnterminatedString", "a text in quotes", /["'][\s\S]*/);
/** A character that stands in no query outside of texts. */
export const Sign = token("Sign", "a sign", /[.%:]/);

/** The tokens written as words, in the order in which the lexer tries them. */
const WORDS: readonly TokenType[] = [
  ForEach,
  In,
  Between,
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
  Quantile,
  FunctionWord,
  Anchor,
  ViaWord,
  As,
  At,
  Command,
  Unit,
  Bool,
  Null,
  NegInf,
];

/** All token types; the first that matches wins, so longer forms stand before their prefixes. */
export const allTokens: readonly TokenType[] = [
  Name,
  Blank,
  Comment,
  DashComment,
  BlockComment,
  UnterminatedComment,
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
  ParameterName,
  Arrow,
  Plus,
  Minus,
  Star,
  Slash,
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

/** Tells whether a name can stand alone without backquotes. */
export function isBareWord(name: string): boolean {
  const { tokens, errors } = lexer.tokenize(name);
  const [token] = tokens;
  return (
    errors.length === 0 &&
    tokens.length === 1 &&
    tokenMatcher(token!, Name) &&
    token!.image === name &&
    !name.startsWith("`")
  );
}
