/** What was expected and found where a query cannot be read, in our words, with a way out. */
import { EOF, type IToken, type TokenType } from "chevrotain";
import { suggest } from "../../src/core/suggest.js";
import type { Complaint } from "./complaint.js";
import { found, singleHint, slipOf } from "./slips.js";
import * as T from "./tokens.js";

/** What the parser was looking for when it met a token it could not take. */
export interface Situation {
  readonly expected: readonly TokenType[];
  readonly actual: IToken;
  readonly previous: IToken | undefined;
  readonly rule: string;
}

/** Says what was expected where a rule met a token it could not take. */
export function explain(situation: Situation): Complaint {
  const { expected, actual, previous, rule } = situation;
  return (
    explainBrokenToken(actual) ??
    (rule === "query" && expected.includes(T.Predict) ? explainStart(actual) : null) ??
    explainAfter(situation) ??
    (expected.includes(T.ForEach) ? explainMissingEntity(actual, previous) : null) ??
    (expected.includes(T.Unit) ? explainUnit(actual) : null) ??
    (rule === "scalar" || rule === "item" ? explainConstant(actual, "constant") : null) ??
    (rule === "primary" && comesAfterOperator(previous)
      ? explainConstant(actual, "value")
      : null) ??
    (rule === "window" ? explainWindow(actual, expected) : null) ??
    (rule === "aggregation" || rule === "quantile" ? explainInside(actual) : null) ??
    (expected.includes(T.FqnColumn) ? explainColumn(actual, previous) : null) ??
    (expected.includes(T.Name) ? explainName(actual, expected) : null) ?? {
      code: "PQL100",
      message: `expected ${labels(expected)}, found ${found(actual)}`,
      ...hintFor(expected, actual),
    }
  );
}

/** What a word or sign before asks for. */
function explainAfter({ actual, previous, rule }: Situation): Complaint | null {
  const expect = (what: string, hint: string): Complaint => ({
    code: "PQL100",
    message: `expected ${what}, found ${found(actual)}`,
    hint,
  });
  const isColumn = actual.tokenType === T.Identifier || actual.image === "*";
  switch (previous?.tokenType) {
    case T.Predict:
      if (isColumn) return null;
      return expect("a target", "say what is predicted: PREDICT COUNT(orders.*, 0, 30, days) …");
    case T.ForEach:
    case T.For:
      if (isColumn) return null;
      return expect("the key of the entity", "write FOR EACH table.key");
    case T.Where:
    case T.Assuming:
    case T.And:
    case T.Or:
    case T.Not: {
      if (isColumn || rule === "comparison") return null;
      const word = previous.image.toUpperCase();
      return expect(`a condition after \`${word}\``, `write one, or leave out ${word}`);
    }
    case T.Plus:
    case T.Minus:
    case T.Star:
    case T.Slash: {
      if (isColumn) return null;
      return expect(
        `a value after \`${previous.image}\``,
        "name a column, an aggregation or a number",
      );
    }
    case T.Comma:
      if (!ENDING.has(actual.tokenType)) return null;
      return expect("a value after the comma", "leave out the comma, or write what follows it");
    case T.As:
      if (T.wordTokens.has(actual.tokenType) && actual.tokenType !== T.ForEach) return null;
      return expect("a name", "write … AS name");
    case T.ViaWord:
    case T.Arrow:
      if (T.wordTokens.has(actual.tokenType) && actual.tokenType !== T.ForEach) return null;
      return expect("a foreign key", "write VIA column, or VIA table.column -> table.column");
    case T.Aggregate:
    case T.Quantile: {
      const word = previous.image.toUpperCase();
      return expect("`(`", `write what it is of in brackets, as in ${word}(t.c, 0, 30, days)`);
    }
    case T.At:
      return expect("a time", "write AT 2024-02-29, AT 2024-02-29 12:30:00, or AT :parameter");
    case T.Forecast:
      return expect("a number of timeframes", "write FORECAST 4 TIMEFRAMES");
    case T.Top:
      return expect("a number of places or classes", "write TOP 10");
    case T.LeftBracket:
      if (actual.tokenType !== T.RightBracket || rule === "item" || rule === "scalar") return null;
      return {
        code: "PQL107",
        message: "the brackets are empty",
        hint: "write what they hold: COUNT(t.*, 0, 30, days), ABS(t.c), IN (1, 2)",
      };
    default:
      return null;
  }
}

const ENDING: ReadonlySet<TokenType> = new Set([EOF, T.ForEach, T.For, T.Where, T.Assuming]);

/** What can be done about a sign that is missing or one too many. */
function hintFor(expected: readonly TokenType[], actual: IToken): { readonly hint?: string } {
  const { tokenType } = actual;
  const [only] = expected;
  if (tokenType === T.RelOp || tokenType === T.In || tokenType === T.Between) {
    return { hint: "a comparison has two sides; join two comparisons with AND" };
  }
  if (expected.length === 1 && only === T.Timeframes)
    return { hint: "write FORECAST 4 TIMEFRAMES" };
  if (expected.length === 1 && only === T.And) {
    return { hint: "a range has two ends: BETWEEN 1 AND 3" };
  }
  const slip = slipOf(actual);
  if (slip !== null) return { hint: slip };
  if (expected.includes(T.RightBracket)) {
    if (tokenType === T.Identifier || tokenType === T.FqnColumn || T.wordTokens.has(tokenType)) {
      const rest = "a comma or an operator is missing before it, or a bracket is not closed";
      return { hint: rest };
    }
    return { hint: "a comma or an operator is missing, or a bracket is not closed" };
  }
  return {};
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
  const near = suggest(actual.image.slice(0, 20), ["PREDICT"], 1).length > 0;
  return {
    code: "PQL101",
    message: `a query starts with \`PREDICT\`, found ${found(actual)}`,
    hint: near
      ? "did you mean `PREDICT`?"
      : "write PREDICT target FOR EACH table.key, such as PREDICT COUNT(orders.*, 0, 30, days) FOR EACH users.id",
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
  } else if (actual.tokenType === T.RightBracket) {
    hint = "a bracket is closed that was not opened";
  } else if (previous?.tokenType === T.Rank || previous?.tokenType === T.Classify) {
    hint = `write ${previous.image.toUpperCase()} TOP ${actual.tokenType === T.Int ? actual.image : 10}`;
  } else if (actual.tokenType === T.FqnColumn || actual.tokenType === T.Aggregate) {
    hint = "several targets are parted by commas and have names: a AS x, b AS y";
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

function explainConstant(actual: IToken, what: "constant" | "value"): Complaint {
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
      message: `expected a ${what}, found the name \`${bare}\``,
      hint: `did you forget the quotes? write '${bare}'`,
    };
  }
  if (tokenType === T.RightBracket && what === "constant") {
    return { code: "PQL107", message: "a list needs at least one value", hint: "write IN (1, 2)" };
  }
  const message = `expected a ${what}, found ${found(actual)}`;
  if (actual.image === ":") {
    return { code: "PQL100", message, hint: "a parameter is written :name, without a blank" };
  }
  const slip = tokenType === T.Comma ? null : slipOf(actual);
  if (slip !== null && tokenType !== T.Not) return { code: "PQL100", message, hint: slip };
  const hint =
    tokenType === T.RelOp
      ? "one operator is enough, those of two signs without a blank: >=, <=, !="
      : "write a number, a text in quotes, a date, TRUE, FALSE, NULL or a parameter";
  return { code: "PQL100", message, hint };
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

function explainColumn(actual: IToken, previous: IToken | undefined): Complaint | null {
  if (actual.tokenType === T.Identifier) {
    const bare = actual.image.replaceAll("`", "");
    if (/^distinct$/i.test(bare)) {
      const message = `expected \`table.column\`, found \`${bare}\``;
      return {
        code: "PQL106",
        message,
        hint: "write COUNT_DISTINCT(t.c, …) or LIST_DISTINCT(t.c, …)",
      };
    }
    return {
      code: "PQL106",
      message: `expected \`table.column\`, found the single name \`${bare}\``,
      hint: singleHint(actual.image, previous),
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
export function explainRest(actual: IToken): Complaint {
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
  if (actual.tokenType === T.RelOp || actual.tokenType === T.In || actual.tokenType === T.Between) {
    const hint = "a comparison has two sides; write BETWEEN, or join two comparisons with AND";
    return { code: "PQL109", message, hint };
  }
  const slip = slipOf(actual);
  if (slip !== null) return { code: "PQL109", message, hint: slip };
  if (actual.tokenType === T.RightBracket) {
    return { code: "PQL109", message, hint: "a bracket is closed that was not opened" };
  }
  if (actual.tokenType === T.FqnColumn || actual.tokenType === T.Aggregate) {
    return { code: "PQL109", message, hint: "join conditions with AND or OR" };
  }
  if (actual.tokenType === T.Predict) {
    return { code: "PQL109", message, hint: "ask for one query at a time" };
  }
  if (/^(group|order|limit|having|join|union)$/i.test(actual.image)) {
    const hint = "PQL is no SQL: a query is PREDICT … FOR EACH … [WHERE …] [ASSUMING …]";
    return { code: "PQL109", message, hint };
  }
  return { code: "PQL109", message };
}

function explainInside(actual: IToken): Complaint | null {
  if (actual.tokenType === T.Unit) {
    const message = `expected \`,\` before the unit, found ${found(actual)}`;
    return { code: "PQL100", message, hint: "as in COUNT(orders.*, 0, 30, days)" };
  }
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
