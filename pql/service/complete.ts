/** What can stand at a cursor, in whole and in broken texts. */
import type { IToken } from "chevrotain";
import type { Schema } from "../../src/data/schema.js";
import type { BindOptions } from "../bind/bind.js";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import { type Candidate, matchCandidates } from "./match.js";
import { columns, columnsAfterDot, keys, links, parameters } from "./offer-names.js";
import {
  afterValue,
  bounds,
  constants,
  keyword,
  listItems,
  negations,
  nextClauses,
} from "./offer-words.js";
import { findPartial, type Partial } from "./partial.js";
import { readCursor } from "./read-cursor.js";
import { entityOf, inArgument, type Situation } from "./situation.js";
import { aggregates, functions } from "./snippets.js";
import { readSource } from "./source.js";
import type { Completion } from "./types.js";

/**
 * Lists what can stand at a cursor.
 *
 * @param text - the query, finished or not.
 * @param at - the cursor; places outside of the text are its ends.
 * @param schema - the tables; `null` offers words of the language only.
 * @param options - the dialect and parameters.
 * @returns the candidates that fit what has been typed, best first; none inside of texts, comments and numbers.
 */
export function completeAt(
  text: string,
  at: number,
  schema: Schema | null,
  options: BindOptions,
): Completion[] {
  const offset = Math.min(text.length, Math.max(0, Math.trunc(at) || 0));
  const source = readSource(text);
  const found = findPartial(source, offset);
  if (!found) return [];
  const before = readSource(text.slice(0, found.start)).tokens;
  const [tokens, partial] = withSign(before, found);
  const strict = options.dialect === "kumo";
  const names = schema && { schema, strict };
  const situation: Situation = {
    cursor: readCursor(tokens),
    source,
    names,
    strict,
    params: options.params ?? {},
    entity: entityOf(source, names),
    nextSign: text[partial.replace.end] ?? "",
  };
  return matchCandidates(offer(situation, partial), partial.prefix, partial.replace);
}

/** In a window the sign in front of `INF` is a part of the word. */
function withSign(tokens: readonly IToken[], partial: Partial): [readonly IToken[], Partial] {
  const sign = tokens.at(-1);
  const inWindow = readCursor(tokens.slice(0, -1)).expected === "bound";
  const touches = sign && spanOf(sign).end === partial.start;
  if (sign?.tokenType !== T.Minus || !touches || !inWindow) return [tokens, partial];
  const replace = { ...partial.replace, start: sign.startOffset };
  return [tokens.slice(0, -1), { ...partial, prefix: `-${partial.prefix}`, replace }];
}

function offer(situation: Situation, partial: Partial): Candidate[] {
  const { cursor, strict } = situation;
  if (partial.kind === "parameter") return parameters(situation, 0);
  if (partial.kind === "column") return columnsAfterDot(situation, partial.table);
  switch (cursor.expected) {
    case "start": {
      const commands = strict || cursor.command ? [] : ["EXPLAIN", "EVALUATE"];
      return [keyword("PREDICT", 0), ...commands.map((word) => keyword(word, 1))];
    }
    case "operand":
      return values(situation);
    case "operator":
      return afterValue(situation);
    case "negated":
      return negations(situation);
    case "with":
      return [keyword("WITH", 0)];
    case "key": {
      const each = cursor.each || cursor.frames.length > 0 ? [] : [keyword("EACH", 0)];
      return [...each, ...keys(situation)];
    }
    case "afterKey":
      return cursor.frames.length > 0 ? [] : nextClauses(situation);
    case "link":
      return links(situation);
    case "afterLink": {
      const more = links(situation).length > 0 ? [keyword("->", 9, { kind: "operator" })] : [];
      return [...afterValue(situation).filter(({ label }) => label !== "VIA"), ...more];
    }
    case "bound":
      return bounds(situation);
    case "amount":
      return [{ label: "10", kind: "value", detail: "", rank: 0 }, ...parameters(situation, 1)];
    case "timeframes":
      return [keyword("TIMEFRAMES", 0)];
    case "top":
      return [keyword("TOP", 0), ...nextClauses(situation)];
    case "clause":
      return nextClauses(situation);
    case "list":
      return [...listItems(situation), ...parameters(situation, 1)];
    case "time":
      return parameters(situation, 0);
    case "nothing":
      return [];
  }
}

/** Where a value can stand: what fits best comes first. */
function values(situation: Situation): Candidate[] {
  const { cursor, strict } = situation;
  const { comparison, arithmetic, frames } = cursor;
  const right = comparison !== null;
  const fixed = [...constants(situation), ...parameters(situation, 8)];
  if (right && (strict || /^IS|LIKE|CONTAINS|WITH|BETWEEN/.test(comparison.operator))) return fixed;
  const inside = inArgument(situation);
  const isCondition = !right && !arithmetic && !inside && frames.at(-1)?.kind !== "call";
  const start = cursor.clause === "target" && frames.length === 0;
  return [
    ...fixed,
    ...columns(situation, start ? 4 : 1),
    ...(inside ? [] : aggregates(situation, isCondition, 3)),
    ...functions(situation, 7),
    ...(isCondition ? [keyword("NOT", 6)] : []),
    ...(strict || right ? [] : [keyword("ANCHOR", 9)]),
  ];
}
