/** Concrete syntax to tree: the clauses of a query. */
import type { IToken } from "chevrotain";
import { invariant } from "../../src/core/assert.js";
import { joinSpans } from "../../src/core/span.js";
import type * as Ast from "./ast.js";
import {
  buildConstant,
  buildItem,
  readAmount,
  readListOperator,
  readOperator,
} from "./build-constant.js";
import { asCondition, buildColumn, buildCondition } from "./build-expression.js";
import type * as Cst from "./cst-types.js";
import { type Notes, spanOf } from "./dialect.js";
import { unquote } from "./literals.js";

/** A tree with what was noticed while building it; the tree is of use only where there are no errors. */
export interface BuiltQuery extends Notes {
  readonly query: Ast.PredictiveQuery;
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
  const targets = c.target.map((target) => buildTarget(target, notes));
  const problem = c.problem ? buildProblem(c.problem[0]!, notes) : null;
  const entity = buildEntity(c.entity[0]!, notes);
  const where = c.where ? asCondition(buildCondition(c.where[0]!, notes), notes) : null;
  const assuming = c.assuming ? asCondition(buildCondition(c.assuming[0]!, notes), notes) : null;
  const at = c.at ? buildConstant(c.at[0]!, notes) : null;
  const last = at?.span ?? assuming?.span ?? where?.span ?? entity.span;
  const command = c.Command?.[0];
  const span = { start: (command ?? c.Predict[0]!).startOffset, end: last.end };
  checkNames(targets, notes);
  const query: Ast.PredictiveQuery = {
    kind: "query",
    command: command ? (command.image.toLowerCase() as "explain" | "evaluate") : null,
    targets,
    problem,
    entity,
    where,
    assuming,
    at,
    source,
    span,
  };
  return { query, ...notes };
}

/**
 * Builds the tree of a target that stands alone, as a query of an entity without a key.
 *
 * @param cst - a concrete syntax tree without syntax errors.
 * @param source - the text it was parsed from.
 */
export function buildTargetAlone(cst: Cst.TargetCstNode, source: string): BuiltQuery {
  const notes: Notes = { errors: [], warnings: [], extensions: [] };
  const target = buildTarget(cst, notes);
  const { span } = target;
  const query: Ast.PredictiveQuery = {
    kind: "query",
    command: null,
    targets: [target],
    problem: null,
    entity: { kind: "entity", each: true, keys: [], selection: null, span },
    where: null,
    assuming: null,
    at: null,
    source,
    span,
  };
  return { query, ...notes };
}

function buildTarget(cst: Cst.TargetCstNode, notes: Notes): Ast.NamedTarget {
  const { condition, Name } = cst.children;
  const inside: Notes = { ...notes, errors: [] };
  const value = buildCondition(condition[0]!, inside);
  const name = Name?.[0];
  if (value.kind === "list") {
    notes.errors.push({
      code: "PQL113",
      message: "a list in brackets is no target",
      hint: "name several targets without brackets: PREDICT a AS x, b AS y",
      span: value.span,
    });
  } else for (const error of inside.errors) notes.errors.push(error);
  const span = name ? joinSpans(value.span, spanOf(name)) : value.span;
  return { kind: "target", value, name: name ? unquote(name.image) : null, span };
}

/** Several targets need a name each, and all names differ. */
function checkNames(targets: readonly Ast.NamedTarget[], notes: Notes): void {
  if (targets.length === 1) return;
  const names = targets.map(({ name }) => name?.toLowerCase());
  targets.forEach(({ name, span }, i) => {
    if (name === null) {
      const message = "each of several targets needs a name";
      notes.errors.push({ code: "PQL114", message, hint: "write … AS name", span });
    } else if (names.indexOf(names[i]) < i) {
      const message = `the name \`${name}\` is given twice`;
      notes.errors.push({ code: "PQL114", message, hint: "give each target its own name", span });
    }
  });
}

function buildProblem(cst: Cst.ProblemCstNode, notes: Notes): Ast.Problem {
  const { Forecast, amount, Timeframes, Rank, Classify, top } = cst.children;
  if (Forecast) {
    const span = joinSpans(spanOf(Forecast[0]!), spanOf(Timeframes![0]!));
    return { kind: "forecast", timeframes: readAmount(amountOf(amount![0]!), notes), span };
  }
  const last = top ? amountOf(top[0]!.children.amount[0]!) : null;
  const k = last && readAmount(last, notes);
  const head = (Rank ?? Classify ?? top?.[0]?.children.Top)?.[0];
  invariant(head, "a problem starts with a word");
  const span = last ? joinSpans(spanOf(head), spanOf(last)) : spanOf(head);
  if (Rank) return { kind: "rank", top: k, span };
  if (Classify) return { kind: "classify", top: k, span };
  return { kind: "top", top: k!, span };
}

function amountOf({ children }: Cst.AmountCstNode): IToken {
  return (children.Int ?? children.ParameterName)![0]!;
}

function buildEntity(cst: Cst.EntityCstNode, notes: Notes): Ast.Entity {
  const { ForEach, For, column, RelOp, In, item, LeftBracket, RightBracket } = cst.children;
  const keys = column!.map((key) => buildColumn(key, notes));
  const each = ForEach !== undefined;
  const start = spanOf((ForEach ?? For)![0]!);
  const end = RightBracket ? spanOf(RightBracket[0]!) : keys[0]!.span;
  if (LeftBracket) {
    notes.extensions.push({
      code: "PQL170",
      message: "the published grammar has no keys of several columns",
      hint: "add a column that joins the parts",
      span: joinSpans(spanOf(LeftBracket[0]!), end),
    });
  }
  const operatorToken = (RelOp ?? In)?.[0];
  if (!operatorToken) {
    return { kind: "entity", each, keys, selection: null, span: joinSpans(start, end) };
  }
  const value = buildItem(item![0]!, notes);
  const operatorSpan = spanOf(operatorToken);
  const { operator, negated } = In
    ? readListOperator(operatorToken, notes)
    : readOperator(operatorToken);
  if (negated) {
    notes.errors.push({
      code: "PQL213",
      message: `entities are listed with \`=\` or \`IN\`, found \`${operatorToken.image.toUpperCase().replace(/\s+/g, " ")}\``,
      hint: "list the ids to predict, or filter with WHERE",
      span: operatorSpan,
    });
  }
  const selection = { operator, value, operatorSpan };
  return { kind: "entity", each, keys, selection, span: joinSpans(start, value.span) };
}
