/** From the concrete syntax tree to the tree of a query: names split, literals decoded, synonyms resolved. */
import type { IToken } from "chevrotain";
import { invariant } from "../src/core/assert.js";
import { joinSpans, type Span } from "../src/core/span.js";
import type { TimeUnit } from "../src/core/time.js";
import type * as Ast from "./ast.js";
import type * as Cst from "./cst-types.js";
import type { Complaint, PqlWarning } from "./diagnostics.js";
import { type Extension, listExtension, spanOf } from "./dialect.js";
import {
  canonicalDecimal,
  canonicalInteger,
  type Decoded,
  decodeDateTime,
  decodeString,
  splitName,
} from "./literals.js";

/** A tree with what was noticed while building it; the tree is of use only where there are no errors. */
export interface BuiltQuery {
  readonly query: Ast.PredictiveQuery;
  readonly errors: readonly PqlWarning[];
  readonly warnings: readonly PqlWarning[];
  readonly extensions: readonly Extension[];
}

/** Where remarks go while the tree is built. */
interface Notes {
  readonly errors: PqlWarning[];
  readonly warnings: PqlWarning[];
  readonly extensions: Extension[];
}

/**
 * Builds the tree of a query.
 *
 * @param cst - a concrete syntax tree without syntax errors.
 * @param source - the text it was parsed from.
 */
export function buildQuery(cst: Cst.QueryCstNode, source: string): BuiltQuery {
  const notes: Notes = { errors: [], warnings: [], extensions: [] };
  const c = cst.children;
  const target = buildTarget(c.target[0]!, notes);
  const problem = c.problem ? buildProblem(c.problem[0]!) : null;
  const entity = buildEntity(c.entity[0]!, notes);
  const where = c.where ? asCondition(buildCondition(c.where[0]!, notes), notes) : null;
  const assuming = c.assuming ? asCondition(buildCondition(c.assuming[0]!, notes), notes) : null;
  const last = assuming?.span ?? where?.span ?? entity.span;
  const span = { start: c.Predict[0]!.startOffset, end: last.end };
  const query: Ast.PredictiveQuery = {
    kind: "query",
    target,
    problem,
    entity,
    where,
    assuming,
    source,
    span,
  };
  return { query, ...notes };
}

/** An operand or a condition: what the rule `condition` yields before its place says which is allowed. */
type Expression = Ast.Condition | Ast.Aggregation | Ast.ColumnRef | Ast.Wildcard;

function buildTarget(cst: Cst.TargetCstNode, notes: Notes): Ast.Target {
  const expression = buildCondition(cst.children.condition[0]!, notes);
  const bracketed = expression.kind !== "and" && expression.kind !== "or" && startsWithBracket(cst);
  if (bracketed && isOperand(expression)) {
    notes.errors.push({
      code: "PQL111",
      message: "brackets stand around conditions, not around a single column or aggregation",
      hint: "leave the brackets out",
      span: expression.span,
    });
  }
  return expression;
}

function startsWithBracket(cst: Cst.TargetCstNode): boolean {
  const first = cst.children.condition[0]!.children.conjunction[0]!.children.negation[0]!;
  return first.children.LeftBracket !== undefined;
}

function isOperand(node: Expression): node is Ast.Aggregation | Ast.ColumnRef | Ast.Wildcard {
  return node.kind === "aggregation" || node.kind === "column" || node.kind === "wildcard";
}

/** Takes an expression as a condition; a bare operand is an error there. */
function asCondition(node: Expression, notes: Notes): Ast.Condition {
  if (!isOperand(node)) return node;
  notes.errors.push({
    code: "PQL110",
    message: "expected a comparison, found a value alone",
    hint: "compare it, as in COUNT(t.*, -30, 0, days) > 0 or t.flag = TRUE",
    span: node.span,
  });
  const right: Ast.Constant = { kind: "null", span: node.span };
  const { span } = node;
  return { kind: "comparison", left: node, operator: "!=", operatorSpan: span, right, span };
}

function buildProblem(cst: Cst.ProblemCstNode): Ast.Problem {
  const { Forecast, Int, Timeframes, Rank, Classify, top } = cst.children;
  if (Forecast) {
    const span = joinSpans(spanOf(Forecast[0]!), spanOf(Timeframes![0]!));
    return { kind: "forecast", timeframes: Number(Int![0]!.image), span };
  }
  const topToken = top?.[0]?.children.Int[0];
  const k = topToken ? Number(topToken.image) : null;
  const head = (Rank ?? Classify ?? top?.[0]?.children.Top)?.[0];
  invariant(head, "a problem starts with a word");
  const span = topToken ? joinSpans(spanOf(head), spanOf(topToken)) : spanOf(head);
  if (Rank) return { kind: "rank", top: k, span };
  if (Classify) return { kind: "classify", top: k, span };
  return { kind: "top", top: k!, span };
}

function buildEntity(cst: Cst.EntityCstNode, notes: Notes): Ast.Entity {
  const { ForEach, For, column, RelOp, constant } = cst.children;
  const key = buildColumn(column[0]!, notes);
  const start = spanOf((ForEach ?? For)![0]!);
  if (!RelOp) {
    return {
      kind: "entity",
      each: ForEach !== undefined,
      key,
      selection: null,
      span: joinSpans(start, key.span),
    };
  }
  const value = buildConstant(constant![0]!, notes);
  const { operator, negated } = readOperator(RelOp[0]!, notes);
  if (negated) {
    notes.errors.push({
      code: "PQL213",
      message: "entities are listed with `=` or `IN`",
      hint: "list the ids to predict, or filter with WHERE",
      span: spanOf(RelOp[0]!),
    });
  }
  const selection = { operator, value, operatorSpan: spanOf(RelOp[0]!) };
  const span = joinSpans(start, value.span);
  return { kind: "entity", each: ForEach !== undefined, key, selection, span };
}

function buildCondition(cst: Cst.ConditionCstNode, notes: Notes): Expression {
  const parts = cst.children.conjunction.map((part) => buildConjunction(part, notes));
  return fold("or", parts, notes);
}

function buildConjunction(cst: Cst.ConjunctionCstNode, notes: Notes): Expression {
  const parts = cst.children.negation.map((part) => buildNegation(part, notes));
  return fold("and", parts, notes);
}

function fold(kind: "and" | "or", parts: readonly Expression[], notes: Notes): Expression {
  if (parts.length === 1) return parts[0]!;
  const conditions = parts.map((part) => asCondition(part, notes));
  return conditions.reduce((left, right) => ({
    kind,
    left,
    right,
    span: joinSpans(left.span, right.span),
  }));
}

function buildNegation(cst: Cst.NegationCstNode, notes: Notes): Expression {
  const { Not, negation, condition, comparison, LeftBracket, RightBracket } = cst.children;
  if (Not) {
    const operand = asCondition(buildNegation(negation![0]!, notes), notes);
    return { kind: "not", operand, span: joinSpans(spanOf(Not[0]!), operand.span) };
  }
  if (condition) {
    const span = joinSpans(spanOf(LeftBracket![0]!), spanOf(RightBracket![0]!));
    return { ...buildCondition(condition[0]!, notes), span };
  }
  return buildComparison(comparison![0]!, notes);
}

function buildComparison(cst: Cst.ComparisonCstNode, notes: Notes): Expression {
  const { aggregation, column, RelOp, constant } = cst.children;
  const left = aggregation
    ? buildAggregation(aggregation[0]!, notes)
    : buildColumn(column![0]!, notes);
  if (!RelOp) return left;
  const right = buildConstant(constant![0]!, notes);
  const { operator, negated } = readOperator(RelOp[0]!, notes);
  const operatorSpan = spanOf(RelOp[0]!);
  const span = joinSpans(left.span, right.span);
  const comparison: Ast.Comparison = {
    kind: "comparison",
    left,
    operator,
    operatorSpan,
    right,
    span,
  };
  return negated ? { kind: "not", operand: comparison, span } : comparison;
}

const NEGATED: Readonly<Record<string, Ast.Operator>> = {
  "NOT IN": "IN",
  "NOT STARTS WITH": "STARTS WITH",
  "NOT ENDS WITH": "ENDS WITH",
};
const SYNONYMS: Readonly<Record<string, Ast.Operator>> = {
  IS: "=",
  "IS NOT": "!=",
  "==": "=",
  "<>": "!=",
  "IS IN": "IN",
};

function readOperator(
  token: IToken,
  notes: Notes,
): { readonly operator: Ast.Operator; readonly negated: boolean } {
  const phrase = token.image.toUpperCase().replace(/\s+/g, " ");
  if (phrase === "IS IN") {
    notes.warnings.push({
      code: "PQL190",
      message: "`IS IN` is deprecated",
      hint: "write IN",
      span: spanOf(token),
    });
  }
  const negated = NEGATED[phrase];
  if (negated) return { operator: negated, negated: true };
  return { operator: SYNONYMS[phrase] ?? (phrase as Ast.Operator), negated: false };
}

function buildAggregation(cst: Cst.AggregationCstNode, notes: Notes): Ast.Aggregation {
  const { Aggregate, column, condition, window, RightBracket } = cst.children;
  return {
    kind: "aggregation",
    name: Aggregate[0]!.image.toUpperCase() as Ast.AggregateName,
    column: buildColumn(column[0]!, notes),
    where: condition ? asCondition(buildCondition(condition[0]!, notes), notes) : null,
    window: window ? buildWindow(window[0]!) : null,
    span: joinSpans(spanOf(Aggregate[0]!), spanOf(RightBracket[0]!)),
  };
}

function buildWindow(cst: Cst.WindowCstNode): Ast.Window {
  const { start, end, Unit } = cst.children;
  const from = start![0]!;
  const to = end[0]!;
  const word = Unit?.[0]?.image.toLowerCase() ?? "days";
  return {
    kind: "window",
    start: /inf/i.test(from.image) ? Number.NEGATIVE_INFINITY : wholeNumber(from),
    end: wholeNumber(to),
    unit: (word.endsWith("s") ? word : `${word}s`) as TimeUnit,
    span: joinSpans(spanOf(from), spanOf(Unit?.[0] ?? to)),
  };
}

/** Reads a whole number, `-0` as 0. */
function wholeNumber(token: IToken): number {
  return Number(token.image) + 0;
}

function buildColumn(cst: Cst.ColumnCstNode, notes: Notes): Ast.ColumnRef | Ast.Wildcard {
  const { FqnColumn, WildcardColumn } = cst.children;
  const token = (FqnColumn ?? WildcardColumn)![0]!;
  const [table, column] = splitName(token.image);
  const span = spanOf(token);
  for (const name of FqnColumn ? [table, column] : [table]) {
    if (!name.includes(".")) continue;
    notes.errors.push({
      code: "PQL005",
      message: `the quoted name \`${name}\` holds a dot`,
      hint: "quote the parts one by one: `table`.`column`",
      span,
    });
  }
  return FqnColumn ? { kind: "column", table, column, span } : { kind: "wildcard", table, span };
}

function buildConstant(cst: Cst.ConstantCstNode, notes: Notes): Ast.Constant {
  const { Bool, Int, Decimal, Str, DateLiteral, TimeLiteral, Null, list } = cst.children;
  if (list) return buildList(list[0]!, notes);
  if (Null) return { kind: "null", span: spanOf(Null[0]!) };
  if (Bool) {
    return { kind: "boolean", value: /^true$/i.test(Bool[0]!.image), span: spanOf(Bool[0]!) };
  }
  if (Str) {
    const span = spanOf(Str[0]!);
    return { kind: "string", value: take(decodeString(Str[0]!.image), "", span, notes), span };
  }
  if (DateLiteral) {
    const time = TimeLiteral?.[0];
    const date = spanOf(DateLiteral[0]!);
    const span = time ? joinSpans(date, spanOf(time)) : date;
    const decoded = decodeDateTime(DateLiteral[0]!.image, time?.image);
    return { kind: "time", value: take(decoded, 0, span, notes), span };
  }
  const token = (Int ?? Decimal)![0]!;
  return buildNumber(token, Int !== undefined, notes);
}

function buildNumber(token: IToken, integer: boolean, notes: Notes): Ast.NumberConstant {
  const value = Number(token.image) + (integer ? 0 : -0);
  const span = spanOf(token);
  if (!Number.isFinite(value)) {
    const message = `\`${token.image}\` is beyond the numbers a column can hold`;
    const hint = "numbers reach up to about 1.8e308";
    notes.errors.push({ code: "PQL007", message, hint, span });
  }
  const text = integer ? canonicalInteger(token.image) : canonicalDecimal(value);
  return { kind: "number", value, integer, text, span };
}

function buildList(cst: Cst.ListCstNode, notes: Notes): Ast.Constant {
  const { LeftBracket, constant, Comma, RightBracket } = cst.children;
  const items = constant.map((item) => buildConstant(item, notes));
  const span = joinSpans(spanOf(LeftBracket[0]!), spanOf(RightBracket[0]!));
  if ((Comma?.length ?? 0) >= items.length) notes.extensions.push(listExtension(span, true));
  else if (items.length === 1) notes.extensions.push(listExtension(span, false));
  return { kind: "list", items, span };
}

function take<V>(decoded: Decoded<V>, fallback: V, span: Span, notes: Notes): V {
  if ("error" in decoded) {
    notes.errors.push(at(decoded.error, span));
    return fallback;
  }
  if (decoded.warning) notes.warnings.push(at(decoded.warning, span));
  return decoded.value;
}

function at(complaint: Complaint, span: Span): PqlWarning {
  return { ...complaint, span };
}
