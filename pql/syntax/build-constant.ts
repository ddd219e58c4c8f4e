/** Concrete syntax to tree: constants, lists, parameters and the operators between them. */
import type { IToken } from "chevrotain";
import { joinSpans, type Span } from "../../src/core/span.js";
import type * as Ast from "./ast.js";
import type * as Cst from "./cst-types.js";
import { listExtension, type Notes, spanOf } from "./dialect.js";
import {
  canonicalDecimal,
  canonicalInteger,
  type Decoded,
  decodeDateTime,
  decodeString,
} from "./literals.js";

/** Builds a single value: a constant, or a parameter. */
export function buildConstant(
  cst: Cst.ScalarCstNode,
  notes: Notes,
): Exclude<Ast.Constant, Ast.ListConstant> | Ast.Parameter {
  const { Bool, Int, Decimal, Str, DateLiteral, TimeLiteral, Null, ParameterName } = cst.children;
  if (Int) return buildNumber(Int[0]!, true, notes);
  if (Str) {
    const span = spanOf(Str[0]!);
    return { kind: "string", value: take(decodeString(Str[0]!.image), "", span, notes), span };
  }
  if (Decimal) return buildNumber(Decimal[0]!, false, notes);
  if (Null) return { kind: "null", span: spanOf(Null[0]!) };
  if (Bool) {
    return { kind: "boolean", value: /^true$/i.test(Bool[0]!.image), span: spanOf(Bool[0]!) };
  }
  if (ParameterName) {
    const [token] = ParameterName;
    return { kind: "parameter", name: token!.image.slice(1), span: spanOf(token!) };
  }
  const time = TimeLiteral?.[0];
  const date = spanOf(DateLiteral![0]!);
  const span = time ? joinSpans(date, spanOf(time)) : date;
  const decoded = decodeDateTime(DateLiteral![0]!.image, time?.image);
  return { kind: "time", value: take(decoded, 0, span, notes), span };
}

/** Builds a value or a list of values. */
export function buildItem(cst: Cst.ItemCstNode, notes: Notes): Ast.Constant | Ast.Parameter {
  const { scalar, list } = cst.children;
  if (scalar) return buildConstant(scalar[0]!, notes);
  const { LeftBracket, item, Comma, RightBracket } = list![0]!.children;
  const span = joinSpans(spanOf(LeftBracket[0]!), spanOf(RightBracket[0]!));
  const items = item.map((one) => buildItem(one, notes));
  noteList(items.length, Comma?.length ?? 0, span, notes);
  return { kind: "list", items, span };
}

/** Notes where a list goes beyond the published grammar: one value, a comma at the end. */
export function noteList(items: number, commas: number, span: Span, notes: Notes): void {
  if (commas >= items) notes.extensions.push(listExtension(span, true));
  else if (items === 1) notes.extensions.push(listExtension(span, false));
}

function buildNumber(token: IToken, integer: boolean, notes: Notes): Ast.NumberConstant {
  return makeNumber(token.image, integer, spanOf(token), notes);
}

/** Makes a number from its digits. */
export function makeNumber(
  image: string,
  integer: boolean,
  span: Span,
  notes: Notes,
): Ast.NumberConstant {
  const value = Number(image) + (integer ? 0 : -0);
  if (!Number.isFinite(value)) {
    const message = `\`${image}\` is beyond the numbers a column can hold`;
    const hint = "numbers reach up to about 1.8e308";
    notes.errors.push({ code: "PQL007", message, hint, span });
  }
  const text = integer ? canonicalInteger(image) : canonicalDecimal(value);
  return { kind: "number", value, integer, text, span };
}

/** Reads a whole number of a window, of TOP or of FORECAST, `-0` as 0, or a parameter. */
export function readAmount(token: IToken, notes: Notes): number | Ast.Parameter {
  const span = spanOf(token);
  if (token.image.startsWith(":")) return { kind: "parameter", name: token.image.slice(1), span };
  const value = Number(token.image) + 0;
  if (Number.isSafeInteger(value)) return value;
  const message = `\`${token.image}\` is too large a number of windows, units or places`;
  notes.errors.push({ code: "PQL007", message, hint: "write a number below 2^53", span });
  return 1;
}

/** An operator, and whether the comparison counts the other way round. */
export interface ReadOperator {
  readonly operator: Ast.Operator;
  readonly negated: boolean;
}

const NEGATED: Readonly<Record<string, Ast.Operator>> = {
  "NOT STARTS WITH": "STARTS WITH",
  "NOT ENDS WITH": "ENDS WITH",
};
const SYNONYMS: Readonly<Record<string, Ast.Operator>> = {
  IS: "=",
  "IS NOT": "!=",
  "==": "=",
  "<>": "!=",
};

/** Reads a comparison operator; synonyms become one. */
export function readOperator(token: IToken): ReadOperator {
  const phrase = token.image.toUpperCase().replace(/\s+/g, " ");
  const negated = NEGATED[phrase];
  if (negated) return { operator: negated, negated: true };
  return { operator: SYNONYMS[phrase] ?? (phrase as Ast.Operator), negated: false };
}

/** Reads `IN`, `NOT IN` and the deprecated `IS IN`. */
export function readListOperator(token: IToken, notes: Notes): ReadOperator {
  const phrase = token.image.toUpperCase().replace(/\s+/g, " ");
  if (phrase === "IS IN") {
    notes.warnings.push({
      code: "PQL190",
      message: "`IS IN` is deprecated",
      hint: "write IN",
      span: spanOf(token),
    });
  }
  return { operator: "IN", negated: phrase === "NOT IN" };
}

function take<V>(decoded: Decoded<V>, fallback: V, span: Span, notes: Notes): V {
  if ("error" in decoded) {
    notes.errors.push({ ...decoded.error, span });
    return fallback;
  }
  if (decoded.warning) notes.warnings.push({ ...decoded.warning, span });
  return decoded.value;
}
