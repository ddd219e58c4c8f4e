/** A tolerant reading of the tokens before a cursor: it goes on, whatever is broken or missing. */
import type { IToken, TokenType } from "chevrotain";
import * as T from "../syntax/tokens.js";
import {
  type ClauseName,
  type Cursor,
  type Expected,
  type Operand,
  openAggregation,
} from "./cursor.js";
import { namesIn, phraseOf } from "./source.js";

/** Reads tokens from the beginning of a query. */
export function readCursor(tokens: readonly IToken[]): Cursor {
  const cursor: Cursor = {
    clause: "start",
    expected: "start",
    frames: [],
    operand: null,
    comparison: null,
    between: false,
    arithmetic: false,
    each: false,
    command: false,
    links: [],
    pending: null,
  };
  for (const token of tokens) STEPS.get(token.tokenType)?.(cursor, token);
  return cursor;
}

type Step = (cursor: Cursor, token: IToken) => void;

const set =
  (change: Partial<Cursor>): Step =>
  (cursor) => {
    Object.assign(cursor, change);
  };

/** Goes to another clause; brackets that are still open were forgotten. */
const toClause =
  (clause: ClauseName, expected: Expected): Step =>
  (cursor) => {
    Object.assign(cursor, {
      clause,
      expected,
      frames: [],
      operand: null,
      links: [],
      pending: null,
    });
    fresh(cursor);
  };

function fresh(cursor: Cursor): void {
  Object.assign(cursor, { comparison: null, between: false, arithmetic: false });
}

function finish(cursor: Cursor, operand: Operand): void {
  Object.assign(cursor, { operand, expected: "operator", arithmetic: false, pending: null });
}

const plain = (kind: Operand["kind"], word: string): Operand => ({
  kind,
  word,
  table: "",
  column: "",
  argument: null,
});

const column: Step = (cursor, token) => {
  const parts = namesIn(token);
  if (cursor.expected === "link") {
    Object.assign(cursor, { links: [...cursor.links, parts], expected: "afterLink" });
    return;
  }
  const [table, name] = parts;
  const kind = token.tokenType === T.WildcardColumn ? "wildcard" : "column";
  const operand = { ...plain(kind, ""), table: table!.name, column: name?.name ?? "*" };
  if (cursor.expected === "key") {
    Object.assign(cursor, { operand, expected: "afterKey" });
    return;
  }
  const frame = openAggregation(cursor);
  if (frame && !frame.inFilter && frame.commas === 0) frame.argument ??= operand;
  finish(cursor, operand);
};

const constant: Step = (cursor, token) => {
  if (cursor.expected === "bound") cursor.expected = "nothing";
  else if (cursor.expected === "amount") {
    const forecast = cursor.pending?.word === "FORECAST";
    Object.assign(cursor, { expected: forecast ? "timeframes" : "clause", pending: null });
  } else finish(cursor, plain("constant", token.tokenType.name));
};

const word =
  (kind: "aggregation" | "call"): Step =>
  (cursor, token) => {
    cursor.pending = { kind, word: phraseOf(token) };
    cursor.expected = "nothing";
  };

const open: Step = (cursor) => {
  const { pending, expected, comparison } = cursor;
  const isList = expected === "list" || cursor.frames.at(-1)?.kind === "list";
  const kind = pending?.kind ?? (expected === "key" ? "keys" : isList ? "list" : "group");
  const base = { commas: 0, inFilter: false, argument: null, outer: comparison };
  cursor.frames.push({ kind, word: pending?.word ?? "", ...base });
  cursor.expected = kind === "keys" ? "key" : kind === "list" ? "list" : "operand";
  cursor.pending = null;
  fresh(cursor);
};

const close: Step = (cursor) => {
  const frame = cursor.frames.pop();
  if (!frame) return;
  fresh(cursor);
  cursor.comparison = frame.outer;
  if (frame.kind === "keys") cursor.expected = "afterKey";
  else {
    const kind = frame.kind === "list" ? "group" : frame.kind;
    finish(cursor, { ...plain(kind, frame.word), argument: frame.argument });
  }
};

const comma: Step = (cursor) => {
  const frame = cursor.frames.at(-1);
  const { kind } = frame ?? {};
  if (frame) frame.commas++;
  if (kind === "list") cursor.expected = "list";
  else if (kind === "keys") cursor.expected = "key";
  else if (kind === "aggregation") {
    frame!.inFilter = false;
    cursor.expected = "bound";
  } else if (frame || cursor.clause === "target") cursor.expected = "operand";
  fresh(cursor);
};

const where: Step = (cursor, token) => {
  const frame = openAggregation(cursor);
  if (!frame) {
    toClause("where", "operand")(cursor, token);
    return;
  }
  cursor.frames = cursor.frames.slice(0, cursor.frames.indexOf(frame) + 1);
  frame.inFilter = true;
  cursor.expected = "operand";
  fresh(cursor);
};

const join: Step = (cursor) => {
  if (cursor.between) cursor.between = false;
  else fresh(cursor);
  cursor.expected = "operand";
};

const compare: Step = (cursor, token) => {
  const isList = token.tokenType === T.In;
  if (cursor.expected === "afterKey") {
    cursor.expected = "list";
    return;
  }
  cursor.comparison = { left: cursor.operand, operator: phraseOf(token) };
  cursor.between = token.tokenType === T.Between;
  cursor.expected = isList ? "list" : "operand";
};

const sign: Step = set({ arithmetic: true, expected: "operand" });

const name: Step = (cursor, token) => {
  const { expected } = cursor;
  if (expected === "link") {
    cursor.links = [...cursor.links, namesIn(token)];
    cursor.expected = "afterLink";
  } else if (expected === "key") cursor.expected = "afterKey";
  else if (expected === "operator" || expected === "negated") {
    if (/^(starts|ends)$/i.test(token.image)) cursor.expected = "with";
  } else if (expected === "bound") cursor.expected = "nothing";
  else if (expected === "nothing" && cursor.clause === "target") cursor.expected = "clause";
  else if (expected === "operand" || expected === "list") finish(cursor, plain("constant", ""));
};

const STEPS: ReadonlyMap<TokenType, Step> = new Map<TokenType, Step>([
  [T.Command, set({ command: true })],
  [T.Predict, toClause("target", "operand")],
  [
    T.ForEach,
    (cursor, token) => {
      toClause("entity", "key")(cursor, token);
      cursor.each = true;
    },
  ],
  [T.For, toClause("entity", "key")],
  [T.Where, where],
  [T.Assuming, toClause("assuming", "operand")],
  [T.At, toClause("at", "time")],
  [T.Semicolon, toClause("end", "nothing")],
  [
    T.Forecast,
    (cursor, token) => {
      toClause("problem", "amount")(cursor, token);
      cursor.pending = { kind: "call", word: "FORECAST" };
    },
  ],
  [T.Timeframes, toClause("problem", "clause")],
  [T.Rank, toClause("problem", "top")],
  [T.Classify, toClause("problem", "top")],
  [T.Top, toClause("problem", "amount")],
  [T.FqnColumn, column],
  [T.WildcardColumn, column],
  [T.Aggregate, word("aggregation")],
  [T.Quantile, word("aggregation")],
  [T.FunctionWord, word("call")],
  [T.LeftBracket, open],
  [T.RightBracket, close],
  [T.Comma, comma],
  [T.And, join],
  [T.Or, join],
  [
    T.Not,
    (cursor) => {
      cursor.expected = cursor.expected === "operator" ? "negated" : "operand";
    },
  ],
  [T.RelOp, compare],
  [T.In, compare],
  [T.Between, compare],
  [T.Plus, sign],
  [T.Minus, sign],
  [T.Star, sign],
  [T.Slash, sign],
  [T.As, set({ expected: "nothing" })],
  [T.ViaWord, set({ expected: "link", links: [] })],
  [T.Arrow, set({ expected: "link" })],
  [T.Identifier, name],
  [T.Unit, name],
  [T.Int, constant],
  [T.Decimal, constant],
  [T.NegInf, constant],
  [T.Str, constant],
  [T.Bool, constant],
  [T.Null, constant],
  [T.DateLiteral, constant],
  [T.TimeLiteral, constant],
  [T.ParameterName, constant],
  [T.Anchor, constant],
]);
