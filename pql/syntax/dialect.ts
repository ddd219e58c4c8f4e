/** Where a query goes beyond the published grammar; the strict dialect refuses exactly these places. */
import type { IToken } from "chevrotain";
import type { Span } from "../../src/core/span.js";
import { AGGREGATES, PUBLISHED_AGGREGATES } from "./ast.js";
import type { PqlWarning } from "./diagnostics.js";
import * as T from "./tokens.js";

/** One use of the superset. */
export interface Extension {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly span: Span;
}

/** Where remarks go while the tree is built. */
export interface Notes {
  readonly errors: PqlWarning[];
  readonly warnings: PqlWarning[];
  readonly extensions: Extension[];
}

/**
 * Finds the uses of the superset that tokens alone show.
 *
 * @param tokens - the tokens of the query.
 * @param comments - the comments only the superset knows.
 * @returns the uses in the order of the text.
 */
export function findExtensions(
  tokens: readonly IToken[],
  comments: readonly IToken[],
): Extension[] {
  const found: Extension[] = [];
  const add = (token: IToken, code: string, message: string, hint: string): void => {
    found.push({ code, message, hint, span: spanOf(token) });
  };
  for (const comment of comments) {
    add(comment, "PQL158", "only `#` starts a comment in the published grammar", "write # …");
  }
  for (const token of tokens) {
    if (T.wordTokens.has(token.tokenType) && /[a-z]/i.test(token.image)) checkWord(token, add);
    const sign = SIGNS[token.image];
    const form = sign ? null : formOf(token);
    if (sign) add(token, sign.code, `the published grammar has no \`${token.image}\``, sign.hint);
    if (form) add(token, form.code, `the published grammar has no ${form.what}`, form.hint);
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

const SIGNS: Readonly<Record<string, { readonly code: string; readonly hint: string }>> = {
  ";": { code: "PQL159", hint: "leave it out" },
  "<>": { code: "PQL153", hint: "write !=" },
  "==": { code: "PQL154", hint: "write =" },
};

/** A form that only the superset has, as its first token shows. */
interface Form {
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

function formOf({ tokenType, image }: IToken): Form | null {
  switch (tokenType) {
    case T.Command:
      return {
        code: "PQL160",
        what: `\`${image.toUpperCase()}\` in front of a query`,
        hint: "leave it out: evaluating and explaining are functions and commands",
      };
    case T.Between:
      return { code: "PQL161", what: "`BETWEEN`", hint: "write t.c >= a AND t.c <= b" };
    case T.FunctionWord:
      return { code: "PQL162", what: "functions", hint: "compute it before, as a column" };
    case T.Plus:
    case T.Minus:
    case T.Star:
    case T.Slash:
      return { code: "PQL163", what: "arithmetic", hint: "compute it before, as a column" };
    case T.ParameterName:
      return { code: "PQL164", what: "parameters", hint: "write the value into the query" };
    case T.ViaWord:
      return { code: "PQL165", what: "`VIA`", hint: "keep one link between the two tables" };
    case T.As:
      return { code: "PQL166", what: "names of targets", hint: "ask for one target at a time" };
    case T.At:
      return { code: "PQL167", what: "`AT`", hint: "give the anchor as an option" };
    case T.Quantile:
      return { code: "PQL168", what: "`QUANTILE`", hint: `aggregations: ${PUBLISHED.join(", ")}` };
    case T.Aggregate: {
      const name = image.toUpperCase();
      if (PUBLISHED.includes(name)) return null;
      const hint =
        name === "EXISTS" ? "write COUNT(…) > 0" : `aggregations: ${PUBLISHED.join(", ")}`;
      return { code: "PQL168", what: `\`${name}\``, hint };
    }
    case T.Anchor:
      return { code: "PQL169", what: "`ANCHOR`", hint: "leave the condition out" };
    case T.TimeLiteral:
      return image.includes(".")
        ? { code: "PQL173", what: "fractions of a second", hint: "write whole seconds" }
        : null;
    default:
      return null;
  }
}

const PUBLISHED: readonly string[] = AGGREGATES.slice(0, PUBLISHED_AGGREGATES);

/**
 * Describes a list that only the superset takes.
 *
 * @param span - the list's place.
 * @param trailingComma - whether a comma stands before the closing bracket.
 */
export function listExtension(span: Span, trailingComma: boolean): Extension {
  return trailingComma
    ? {
        code: "PQL156",
        message: "a list has no comma before its closing bracket in the published grammar",
        hint: "leave the last comma out",
        span,
      }
    : {
        code: "PQL155",
        message: "a list has two or more values in the published grammar",
        hint: "write = in place of IN",
        span,
      };
}

const PUBLISHED_UNITS = /^(seconds|minutes|hours|days|weeks|months)$/i;

function checkWord(
  token: IToken,
  add: (token: IToken, code: string, message: string, hint: string) => void,
): void {
  const { image, tokenType } = token;
  const upper = image.toUpperCase();
  const capitalized = tokenType === T.Bool && /^(True|False)$/.test(image);
  if (image !== upper && image !== image.toLowerCase() && !capitalized) {
    const message = `\`${image}\` mixes letter cases; the published grammar knows all upper and all lower`;
    add(token, "PQL150", message, `write ${upper.replace(/\s+/g, " ")}`);
  }
  if (/\s/.test(image.replace(/(\S) (?=\S)/g, "$1"))) {
    const plain = upper.replace(/\s+/g, " ");
    add(
      token,
      "PQL151",
      `\`${plain}\` takes exactly one blank in the published grammar`,
      `write ${plain} on one line`,
    );
  }
  const phrase = upper.replace(/\s+/g, " ");
  if (phrase === "NOT IN" || phrase === "NOT STARTS WITH" || phrase === "NOT ENDS WITH") {
    const message = `the published grammar has no \`${phrase}\``;
    add(token, "PQL152", message, `write NOT t.c ${phrase.slice(4)} …`);
  }
  if (tokenType === T.Unit && !PUBLISHED_UNITS.test(image)) {
    const message = `the published grammar has no unit \`${image}\``;
    add(token, "PQL157", message, "units: days, weeks, months, hours, minutes, seconds");
  }
}

/** The place of a token in the text. */
export function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.startOffset + token.image.length };
}
