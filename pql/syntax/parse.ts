/** Text to tree: `parseQuery` throws, `parseText` collects. */
import type { CstNode, IToken } from "chevrotain";
import { PqlError } from "../../src/core/errors.js";
import type { Span } from "../../src/core/span.js";
import { type Dialect, type PredictiveQuery, partsOf, type Target } from "./ast.js";
import { buildQuery, buildTargetAlone } from "./build-ast.js";
import type { QueryCstNode, TargetCstNode } from "./cst-types.js";
import { type PqlWarning, parserErrorProvider, syntaxErrors } from "./diagnostics.js";
import { type Extension, findExtensions, spanOf } from "./dialect.js";
import { nameGivenTarget } from "./given-target.js";
import { PqlParser } from "./grammar.js";
import { MEANT } from "./slips.js";
import { LeftBracket, lexQuery, Minus, Not, RightBracket } from "./tokens.js";

/** Options of {@link parseQuery}. */
export interface ParseOptions {
  /** `relgraph` (default) takes the superset, `kumo` exactly the published grammar. */
  readonly dialect?: Dialect;
  /** Whether the bare name `TARGET` may stand for the target: its values are given in a table of their own. */
  readonly givenTarget?: boolean;
}

/** Options of {@link parseText}. */
export interface TextOptions extends ParseOptions {
  /** Whether the text is a target alone, without the clauses of a query; the tree's entity has no keys then. */
  readonly alone?: boolean;
}

/** All that reading a text gives. */
export interface ParsedText {
  /** `null` where there are errors. */
  readonly query: PredictiveQuery | null;
  /** In the order of the text. */
  readonly errors: readonly PqlError[];
  readonly warnings: readonly PqlWarning[];
  /** The places that go beyond the published grammar (errors in the strict dialect). */
  readonly extensions: readonly Extension[];
}

/** Deep or endless queries would overflow the stack of whoever walks the tree: brackets and signs, then all of the tree. */
const MAX_DEPTH = 100;
const MAX_TREE_DEPTH = 400;
const MAX_TOKENS = 1_000_000;

const parser = new PqlParser(parserErrorProvider);

/**
 * Parses a predictive query.
 *
 * @param text - the query.
 * @param options - the dialect.
 * @returns the tree; names are not looked up yet, see `bindQuery`.
 * @throws {@link PqlError} PQL0xx or PQL1xx at the first mistake; the rest of them are in `others`.
 * @example
 * ```ts
 * parseQuery("PREDICT COUNT(orders.*, 0, 30, days) = 0 FOR EACH users.id").target.kind; // "comparison"
 * ```
 */
export function parseQuery(text: string, options: ParseOptions = {}): PredictiveQuery {
  const { query, errors } = parseText(text, options);
  if (query) return query;
  throw firstWithOthers(errors);
}

/** Makes the first error carry the others. */
export function firstWithOthers(errors: readonly PqlError[]): PqlError {
  const [first, ...others] = errors as readonly [PqlError, ...PqlError[]];
  if (others.length === 0) return first;
  const { code, message, hint, span, source } = first;
  return new PqlError(code, message, {
    ...(hint !== undefined && { hint }),
    ...(span && { span }),
    ...(source !== undefined && { source }),
    others,
  });
}

/**
 * Parses a predictive query without throwing.
 *
 * @param text - the query.
 * @param options - the dialect, what the text is.
 */
export function parseText(text: string, options: TextOptions = {}): ParsedText {
  const { dialect = "relgraph", givenTarget = false, alone = false } = options;
  const { tokens: written, comments, unexpected } = lexQuery(text);
  const tokens = givenTarget ? nameGivenTarget(written) : written;
  const errors = unexpected.map(({ offset, length }) => unexpectedCharacters(text, offset, length));
  const tooLarge = checkSize(tokens, text);
  if (tooLarge) return { query: null, errors: [tooLarge], warnings: [], extensions: [] };

  parser.input = [...tokens];
  const cst: CstNode = alone ? parser.target() : parser.query();
  const syntax = syntaxErrors(parser.errors, tokens, text);
  const shown = findExtensions(tokens, comments);
  if (errors.length + syntax.length > 0) {
    // What follows a character that starts nothing is no surprise.
    const own = syntax.filter(
      ({ span }) => !unexpected.some((u) => comesRightAfter(u, span!, text)),
    );
    const all = onePerPlace([...errors, ...own]);
    return { query: null, errors: all, warnings: [], extensions: shown };
  }

  const built = alone
    ? buildTargetAlone(cst as TargetCstNode, text)
    : buildQuery(cst as QueryCstNode, text);
  const extensions = [...shown, ...built.extensions].sort((a, b) => a.span.start - b.span.start);
  const tooDeep = checkDepth(built.query, text);
  if (tooDeep) return { query: null, errors: [tooDeep], warnings: [], extensions };
  const refused = dialect === "kumo" ? extensions : [];
  const found = [...built.errors, ...refused].map(
    ({ code, message, hint, span }) =>
      new PqlError(code, message, { ...(hint !== undefined && { hint }), span, source: text }),
  );
  const query = found.length === 0 ? built.query : null;
  return { query, errors: onePerPlace(found), warnings: built.warnings, extensions };
}

function unexpectedCharacters(source: string, offset: number, length: number): PqlError {
  const span = { start: offset, end: offset + length };
  const image = source.slice(offset, Math.min(span.end, offset + 20));
  const meant = MEANT[image];
  const hint =
    meant === undefined
      ? "names of other letters stand in backquotes, texts in quotes"
      : `write ${meant}`;
  return new PqlError("PQL001", `unexpected \`${image}\``, { hint, span, source });
}

function comesRightAfter(
  { offset, length }: { readonly offset: number; readonly length: number },
  { start }: Span,
  source: string,
): boolean {
  const end = offset + length;
  return start >= end && start < end + 100 && source.slice(end, start).trim() === "";
}

function checkSize(tokens: readonly IToken[], source: string): PqlError | null {
  const outer: number[] = [];
  let depth = 0;
  let negations = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.tokenType === LeftBracket) {
      outer.push(depth);
      depth += Math.max(1, negations);
    } else if (token.tokenType === RightBracket) depth = outer.pop() ?? 0;
    negations = token.tokenType === Not || token.tokenType === Minus ? negations + 1 : 0;
    if (depth + negations <= MAX_DEPTH && i < MAX_TOKENS) continue;
    const [what, hint] =
      i < MAX_TOKENS
        ? [`deeper than ${MAX_DEPTH} levels`, "leave out brackets and doubled NOTs"]
        : [`longer than ${MAX_TOKENS} words`, "give a long list of ids as an option, not as text"];
    return new PqlError("PQL112", `the query is ${what}`, { hint, span: spanOf(token), source });
  }
  return null;
}

/**
 * Checks how deep the tree is, in itself and as it prints: sums lean to the left without brackets, and conditions get
 * brackets that were not written. What can be read can so be printed and read again.
 */
function checkDepth(
  { targets, where, assuming }: PredictiveQuery,
  source: string,
): PqlError | null {
  const roots = [...targets.map(({ value }) => value), where, assuming];
  let level = roots.flatMap((node) => (node ? [{ node, brackets: 0 }] : []));
  for (let depth = 0; level.length > 0; depth++) {
    const deepest = level.find(({ brackets }) => depth === MAX_TREE_DEPTH || brackets > MAX_DEPTH);
    if (deepest) {
      const message = `the query is deeper than ${MAX_DEPTH} levels`;
      const hint = "leave out brackets and doubled NOTs, or compute parts of it before, as columns";
      return new PqlError("PQL112", message, { hint, span: deepest.node.span, source });
    }
    const next: typeof level = [];
    for (const { node, brackets } of level) {
      for (const part of partsOf(node)) {
        next.push({ node: part, brackets: brackets + (isBracketed(node, part) ? 1 : 0) });
      }
    }
    level = next;
  }
  return null;
}

/** Tells whether a part of a node may stand in brackets, or a level deeper, as it prints. */
function isBracketed(node: Target, part: Target): boolean {
  if (node.kind === "comparison") return false;
  if (node.kind !== "arithmetic") return true;
  if (part.kind !== "arithmetic") return false;
  const [own, inner] = [node, part].map(({ operator }) => operator === "*" || operator === "/");
  return part === node.right ? own || !inner : own! && !inner;
}

/** Keeps the first error at each place: later ones there are echoes of the parser's recovery. */
function onePerPlace(errors: readonly PqlError[]): PqlError[] {
  const sorted = errors.toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  return sorted.filter((error, i) => i === 0 || error.span?.start !== sorted[i - 1]!.span?.start);
}
