/** What is shown for the word under the pointer. */
import type { IToken } from "chevrotain";
import type { Span } from "../../src/core/span.js";
import type { Schema } from "../../src/data/schema.js";
import type { BindOptions } from "../bind/bind.js";
import { type CheckResult, checkQuery } from "../check.js";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import {
  aggregationAt,
  aggregationPath,
  code,
  columnText,
  linkText,
  lookedUpAt,
  lookupPath,
  tableText,
  targetText,
} from "./describe.js";
import { glossary } from "./glossary.js";
import { columnNamed, type Names, tableNamed } from "./names.js";
import { namesIn, phraseOf, readSource, type Source, tokenAt } from "./source.js";
import type { Hover } from "./types.js";
import { describeWindow, windowAt } from "./window-at.js";

/** A text under the pointer, checked. */
interface Pointer {
  readonly source: Source;
  readonly offset: number;
  readonly index: number;
  readonly token: IToken;
  readonly names: Names | null;
  readonly options: BindOptions;
  readonly checked: CheckResult;
}

/**
 * Explains what stands at an offset.
 *
 * @param text - the query, finished or not.
 * @param offset - the pointer.
 * @param schema - the tables; `null` explains words of the language only.
 * @param options - the dialect and parameters.
 * @returns Markdown and the place it is about; `null` = nothing to say.
 */
export function hoverAt(
  text: string,
  offset: number,
  schema: Schema | null,
  options: BindOptions,
): Hover | null {
  const source = readSource(text);
  const index = tokenAt(source, offset);
  const token = source.tokens[index];
  if (!token) return null;
  const checked = checkQuery(text, schema ?? undefined, options);
  const names = schema && { schema, strict: options.dialect === "kumo" };
  const pointer: Pointer = { source, offset, index, token, names, options, checked };
  const own = explain(pointer);
  if (own !== undefined) return own;
  return targetAt(pointer);
}

/** Explains a token by itself: `undefined` where it only has a meaning as a part of something. */
function explain(pointer: Pointer): Hover | null | undefined {
  const { token, source, index, options } = pointer;
  const span = spanOf(token);
  const before = source.tokens[index - 1]?.tokenType;
  switch (token.tokenType) {
    case T.FqnColumn:
    case T.WildcardColumn:
      return before === T.ViaWord || before === T.Arrow ? link(pointer) : nameAt(pointer);
    case T.Identifier:
      return before === T.ViaWord || before === T.Arrow ? link(pointer) : undefined;
    case T.Int:
    case T.NegInf:
    case T.Unit:
    case T.ParameterName: {
      const found = windowAt(source.tokens, index, options.params ?? {});
      if (found) return { markdown: describeWindow(found.window), span: found.span };
      return token.tokenType === T.ParameterName ? parameter(pointer) : word(pointer, span);
    }
    case T.Predict:
      return predicted(pointer, span);
    default:
      return word(pointer, span);
  }
}

/** Explains a word of the language, and for aggregations and VIA the links they go over. */
function word({ token, checked, offset }: Pointer, span: Span): Hover | undefined {
  const meaning = glossary[phraseOf(token)];
  if (!meaning) return undefined;
  const parts = [`**${phraseOf(token)}**: ${meaning.brief}`, meaning.text];
  const bound = checked.bound ?? null;
  const called = token.tokenType === T.Aggregate || token.tokenType === T.Quantile;
  if (bound && (called || token.tokenType === T.ViaWord)) {
    const column = called ? null : lookedUpAt(bound, offset);
    const aggregation = column ? null : aggregationAt(bound, offset);
    if (column) parts.push(lookupPath(column));
    if (aggregation) parts.push(aggregationPath(aggregation));
  }
  return { markdown: parts.join("\n\n"), span };
}

/** Explains the table or the column of a name. */
function nameAt({ token, names, offset, checked }: Pointer): Hover | null {
  const [first, second] = namesIn(token);
  const table = names && first ? tableNamed(names, first.name) : null;
  if (!names || !first || !table) return null;
  if (offset <= first.span.end || !second) {
    return {
      markdown: tableText(table, names),
      span: offset <= first.span.end ? first.span : spanOf(token),
    };
  }
  const span = second.span;
  if (second.name === "*") {
    return { markdown: `Every row of ${code(table.name)}`, span: spanOf(token) };
  }
  const column = columnNamed(table, second.name, names.strict);
  if (!column) return null;
  const looked = checked.bound ? lookedUpAt(checked.bound, offset) : null;
  const path = looked ? `\n\n${lookupPath(looked)}` : "";
  return { markdown: columnText(table, column) + path, span };
}

/** Explains a foreign key of VIA. */
function link({ token, names }: Pointer): Hover | null {
  const parts = namesIn(token).map(({ name }) => name.toLowerCase());
  const column = parts.at(-1);
  const holder = parts.length > 1 ? parts[0] : undefined;
  for (const table of names?.schema.tables ?? []) {
    if (holder !== undefined && table.name.toLowerCase() !== holder) continue;
    const key = table.foreignKeys.find(({ name, columns }) =>
      [name, ...columns].some((other) => other.toLowerCase() === column),
    );
    if (key) return { markdown: linkText(table, key.columns, key.table), span: spanOf(token) };
  }
  return null;
}

function parameter({ token, options: { params = {} } }: Pointer): Hover {
  const name = token.image.slice(1);
  const value = Object.hasOwn(params, name) ? String(params[name]) : null;
  const markdown =
    value === null
      ? `**Parameter** ${code(token.image)}: its value is given beside the text`
      : `**Parameter** ${code(token.image)} = ${code(value)}`;
  return { markdown, span: spanOf(token) };
}

/** Explains PREDICT by what this query predicts. */
function predicted(pointer: Pointer, span: Span): Hover {
  const { query, bound } = pointer.checked;
  const targets = query?.targets.map((target, i) => targetText(target, bound?.targets[i] ?? null));
  const meaning = `**PREDICT**: ${glossary["PREDICT"]!.text}`;
  return { markdown: [meaning, ...(targets ?? [])].join("\n\n"), span };
}

/** Explains the target that a token without a meaning of its own belongs to. */
function targetAt({ checked: { query, bound }, offset }: Pointer): Hover | null {
  const index = query?.targets.findIndex(({ span }) => span.start <= offset && offset <= span.end);
  if (query === undefined || index === undefined || index < 0) return null;
  const target = query.targets[index]!;
  return { markdown: targetText(target, bound?.targets[index] ?? null), span: target.span };
}
