/** Concrete syntax to tree: conditions, values, aggregations and columns. */
import { invariant } from "../../src/core/assert.js";
import { joinSpans, type Span } from "../../src/core/span.js";
import type { TimeUnit } from "../../src/core/time.js";
import * as Ast from "./ast.js";
import {
  buildConstant,
  buildItem,
  makeNumber,
  noteList,
  readAmount,
  readListOperator,
  readOperator,
} from "./build-constant.js";
import type * as Cst from "./cst-types.js";
import { type Notes, spanOf } from "./dialect.js";
import { splitName, unquote } from "./literals.js";

/** Longer sums and products would be trees too deep to walk. */
const MAX_TERMS = 200;

/** Builds what the rule `condition` holds: a condition, or a value where no comparison was written. */
export function buildCondition(cst: Cst.ConditionCstNode, notes: Notes): Ast.Target {
  return join("or", cst.children.conjunction, buildConjunction, notes);
}

function buildConjunction(cst: Cst.ConjunctionCstNode, notes: Notes): Ast.Target {
  return join("and", cst.children.negation, buildNegation, notes);
}

function join<C>(
  kind: "and" | "or",
  parts: readonly C[],
  build: (part: C, notes: Notes) => Ast.Target,
  notes: Notes,
): Ast.Target {
  if (parts.length === 1) return build(parts[0]!, notes);
  const operands = parts.map((part) => asCondition(build(part, notes), notes));
  return { kind, operands, span: joinSpans(operands[0]!.span, operands.at(-1)!.span) };
}

function buildNegation(cst: Cst.NegationCstNode, notes: Notes): Ast.Target {
  const { Not, negation, comparison } = cst.children;
  if (!Not) return buildComparison(comparison![0]!, notes);
  const operand = asCondition(buildNegation(negation![0]!, notes), notes);
  return { kind: "not", operand, span: joinSpans(spanOf(Not[0]!), operand.span) };
}

function buildComparison(cst: Cst.ComparisonCstNode, notes: Notes): Ast.Target {
  const { left: leftCst, right: rightCst, RelOp, In, item, Between } = cst.children;
  const written = buildSum(leftCst[0]!, notes);
  const token = (RelOp ?? In ?? Between)?.[0];
  if (!token) return written;
  const left = asExpression(written, notes);
  const operatorSpan = spanOf(token);
  const compare = (right: Ast.Expression, operator: Ast.Operator, negated: boolean): Ast.Target => {
    const span = joinSpans(left.span, right.span);
    const operand: Ast.Comparison = {
      kind: "comparison",
      left,
      operator,
      operatorSpan,
      right,
      span,
    };
    return negated ? { kind: "not", operand, span } : operand;
  };
  if (Ast.isConstant(left) || left.kind === "parameter") {
    notes.extensions.push({
      code: "PQL172",
      message:
        "the left side of a comparison is a column or an aggregation in the published grammar",
      hint: "turn the comparison round",
      span: left.span,
    });
  }
  if (In) {
    const { operator, negated } = readListOperator(token, notes);
    return compare(buildItem(item![0]!, notes), operator, negated);
  }
  if (Between) {
    const items = rightCst!.map((bound) => asBound(buildSum(bound, notes), notes));
    const span = joinSpans(items[0]!.span, items[1]!.span);
    return compare({ kind: "list", items, span }, "BETWEEN", /^not/i.test(token.image));
  }
  const right = asExpression(buildSum(rightCst![0]!, notes), notes);
  if (!Ast.isConstant(right) && right.kind !== "parameter") {
    notes.extensions.push({
      code: "PQL104",
      message: "the right side of a comparison is a constant in the published grammar",
      hint: "compare with a number, a text in quotes, a date, TRUE, FALSE, NULL or a list",
      span: right.span,
    });
  }
  const { operator, negated } = readOperator(token);
  return compare(right, operator, negated);
}

function asBound(node: Ast.Target, notes: Notes): Ast.Constant | Ast.Parameter {
  if (Ast.isConstant(node) || node.kind === "parameter") return node;
  notes.errors.push({
    code: "PQL115",
    message: "`BETWEEN` takes two constants",
    hint: "write a >= x AND a <= y for other values",
    span: node.span,
  });
  return { kind: "null", span: node.span };
}

/** Takes a node as a condition; a value alone is an error there. */
export function asCondition(node: Ast.Target, notes: Notes): Ast.Condition {
  if (Ast.isCondition(node)) return node;
  notes.errors.push({
    code: "PQL110",
    message: "expected a comparison, found a value alone",
    hint: "compare it, as in COUNT(t.*, -30, 0, days) > 0 or t.flag = TRUE",
    span: node.span,
  });
  const { span } = node;
  const right: Ast.Constant = { kind: "null", span };
  return { kind: "comparison", left: node, operator: "!=", operatorSpan: span, right, span };
}

/** Takes a node as a value; a condition is an error there. */
function asExpression(node: Ast.Target, notes: Notes): Ast.Expression {
  if (!Ast.isCondition(node)) return node;
  notes.errors.push({
    code: "PQL116",
    message: "expected a value, found a condition",
    hint: "a condition is true or false by itself: leave out the rest, or join conditions with AND, OR and NOT",
    span: node.span,
  });
  return { kind: "null", span: node.span };
}

function buildSum(cst: Cst.SumCstNode, notes: Notes): Ast.Target {
  const { product, addend = [] } = cst.children;
  const first = buildProduct(product[0]!, notes);
  if (addend.length === 0) return first;
  checkLength(addend.length, first.span, notes);
  let left = asExpression(first, notes);
  for (const { children } of addend) {
    const right = asExpression(buildProduct(children.product[0]!, notes), notes);
    const span = joinSpans(left.span, right.span);
    const operator = children.Plus ? "+" : "-";
    // In `a -1` the sign belongs to the number; taken off, it subtracts.
    const value = children.Plus || children.Minus ? right : withoutSign(right, notes);
    left = { kind: "arithmetic", operator, left, right: value, span };
  }
  return left;
}

/** Takes the sign off the number that a product begins with. */
function withoutSign(node: Ast.Expression, notes: Notes): Ast.Expression {
  if (node.kind === "arithmetic") return { ...node, left: withoutSign(node.left, notes) };
  invariant(node.kind === "number", "only a number brings its own sign");
  const { text, integer, span } = node;
  return makeNumber(text.replace(/^-/, ""), integer, span, notes);
}

function buildProduct(cst: Cst.ProductCstNode, notes: Notes): Ast.Target {
  const { primary, multiplier = [] } = cst.children;
  const first = buildPrimary(primary[0]!, notes);
  if (multiplier.length === 0) return first;
  checkLength(multiplier.length, first.span, notes);
  let left = asExpression(first, notes);
  for (const { children } of multiplier) {
    const right = asExpression(buildPrimary(children.primary[0]!, notes), notes);
    const span = joinSpans(left.span, right.span);
    left = { kind: "arithmetic", operator: children.Star ? "*" : "/", left, right, span };
  }
  return left;
}

function checkLength(terms: number, span: Span, notes: Notes): void {
  if (terms < MAX_TERMS) return;
  const message = `a sum or product of more than ${MAX_TERMS} values`;
  notes.errors.push({ code: "PQL112", message, hint: "compute it before, as a column", span });
}

function buildPrimary(cst: Cst.PrimaryCstNode, notes: Notes): Ast.Target {
  const { column, aggregation, scalar, quantile, call, group, Anchor, Minus, primary } =
    cst.children;
  if (column) return buildColumn(column[0]!, notes);
  if (aggregation) return buildAggregation(aggregation[0]!, notes);
  if (scalar) return buildConstant(scalar[0]!, notes);
  if (group) return buildGroup(group[0]!, notes);
  if (quantile) return buildQuantile(quantile[0]!, notes);
  if (call) return buildCall(call[0]!, notes);
  if (Anchor) return { kind: "anchor", span: spanOf(Anchor[0]!) };
  const operand = asExpression(buildPrimary(primary![0]!, notes), notes);
  return { kind: "negative", operand, span: joinSpans(spanOf(Minus![0]!), operand.span) };
}

/** Brackets: around a condition or a value they only group, with commas they make a list. */
function buildGroup(cst: Cst.GroupCstNode, notes: Notes): Ast.Target {
  const { LeftBracket, condition, Comma, RightBracket } = cst.children;
  const span = joinSpans(spanOf(LeftBracket[0]!), spanOf(RightBracket[0]!));
  const parts = condition.map((part) => buildCondition(part, notes));
  if (!Comma) {
    const [only] = parts;
    if (!Ast.isCondition(only!)) {
      notes.extensions.push({
        code: "PQL111",
        message: "brackets stand around conditions, not around values, in the published grammar",
        hint: "leave the brackets out",
        span,
      });
    }
    return { ...only!, span };
  }
  noteList(parts.length, Comma.length, span, notes);
  return { kind: "list", items: parts.map((part) => asListItem(part, notes)), span };
}

function asListItem(node: Ast.Target, notes: Notes): Ast.Constant | Ast.Parameter {
  if (Ast.isConstant(node) || node.kind === "parameter") return node;
  notes.errors.push({
    code: "PQL117",
    message: "a list holds constants",
    hint: "compare with each value by itself, joined by OR",
    span: node.span,
  });
  return { kind: "null", span: node.span };
}

function buildCall(cst: Cst.CallCstNode, notes: Notes): Ast.Call {
  const { FunctionWord, sum, RightBracket } = cst.children;
  return {
    kind: "call",
    name: FunctionWord[0]!.image.toUpperCase() as Ast.FunctionName,
    args: sum.map((part) => asExpression(buildSum(part, notes), notes)),
    span: joinSpans(spanOf(FunctionWord[0]!), spanOf(RightBracket[0]!)),
  };
}

function buildAggregation(cst: Cst.AggregationCstNode, notes: Notes): Ast.Target {
  const { Aggregate, sum, condition, window, RightBracket } = cst.children;
  const word = Aggregate[0]!.image.toUpperCase();
  const span = joinSpans(spanOf(Aggregate[0]!), spanOf(RightBracket[0]!));
  const aggregation = finishAggregation(
    word === "EXISTS" ? "COUNT" : (word as Ast.AggregateName),
    { sum: sum[0]!, condition: condition?.[0], window: window?.[0], share: null, span },
    notes,
  );
  return word === "EXISTS" ? atLeastOne(aggregation) : aggregation;
}

/** `EXISTS(…)` is `COUNT(…) > 0`, so that idle entities are negatives and not missing. */
function atLeastOne(left: Ast.Aggregation): Ast.Comparison {
  const { span } = left;
  const right: Ast.Constant = { kind: "number", value: 0, integer: true, text: "0", span };
  return { kind: "comparison", left, operator: ">", operatorSpan: span, right, span };
}

function buildQuantile(cst: Cst.QuantileCstNode, notes: Notes): Ast.Aggregation {
  const { Quantile, sum, condition, share: written, window, RightBracket } = cst.children;
  const span = joinSpans(spanOf(Quantile[0]!), spanOf(RightBracket[0]!));
  const share = buildConstant(written[0]!, notes);
  const parts = { sum: sum[0]!, condition: condition?.[0], window: window?.[0], span };
  if (share.kind === "number" || share.kind === "parameter") {
    return finishAggregation("QUANTILE", { ...parts, share }, notes);
  }
  notes.errors.push({
    code: "PQL118",
    message: "`QUANTILE` takes a share between 0 and 1 after its column",
    hint: "as in QUANTILE(t.c, 0.9, 0, 30, days)",
    span: share.span,
  });
  return finishAggregation("QUANTILE", { ...parts, share: null }, notes);
}

interface AggregationParts {
  readonly sum: Cst.SumCstNode;
  readonly condition: Cst.ConditionCstNode | undefined;
  readonly window: Cst.WindowCstNode | undefined;
  readonly share: Ast.Aggregation["quantile"];
  readonly span: Span;
}

function finishAggregation(
  name: Ast.AggregateName,
  { sum, condition, window, share, span }: AggregationParts,
  notes: Notes,
): Ast.Aggregation {
  return {
    kind: "aggregation",
    name,
    argument: asExpression(buildSum(sum, notes), notes),
    where: condition ? asCondition(buildCondition(condition, notes), notes) : null,
    quantile: share,
    window: window ? buildWindow(window, notes) : null,
    span,
  };
}

function buildWindow(cst: Cst.WindowCstNode, notes: Notes): Ast.Window {
  const { start, end, Unit } = cst.children;
  const from = start![0]!;
  const to = end![0]!;
  const word = Unit?.[0]?.image.toLowerCase() ?? "days";
  return {
    kind: "window",
    start: /^-inf/i.test(from.image) ? Number.NEGATIVE_INFINITY : readAmount(from, notes),
    end: readAmount(to, notes),
    unit: (word.endsWith("s") ? word : `${word}s`) as TimeUnit,
    span: joinSpans(spanOf(from), spanOf(Unit?.[0] ?? to)),
  };
}

/** Builds a column or wildcard with the links that lead to it. */
export function buildColumn(cst: Cst.ColumnCstNode, notes: Notes): Ast.ColumnRef | Ast.Wildcard {
  const { FqnColumn, WildcardColumn, ViaWord, link = [] } = cst.children;
  const token = (FqnColumn ?? WildcardColumn)![0]!;
  const [table, column] = splitName(token.image);
  const links = link.map((name) => buildLink(name));
  const last = links.at(-1);
  const via: Ast.Via | null = last
    ? { kind: "via", links, span: joinSpans(spanOf(ViaWord![0]!), last.span) }
    : null;
  const span = via ? joinSpans(spanOf(token), via.span) : spanOf(token);
  for (const name of FqnColumn ? [table, column] : [table]) {
    if (!name.includes(".")) continue;
    notes.errors.push({
      code: "PQL005",
      message: `the quoted name \`${name}\` holds a dot`,
      hint: "quote the parts one by one: `table`.`column`",
      span,
    });
  }
  return FqnColumn
    ? { kind: "column", table, column, via, span }
    : { kind: "wildcard", table, via, span };
}

function buildLink(cst: Cst.LinkCstNode): Ast.LinkName {
  const { Name, FqnColumn } = cst.children;
  if (Name) {
    const [token] = Name;
    return { table: null, column: unquote(token!.image), span: spanOf(token!) };
  }
  const [table, column] = splitName(FqnColumn![0]!.image);
  return { table, column, span: spanOf(FqnColumn![0]!) };
}
