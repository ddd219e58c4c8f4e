/** Repairs of types, tasks and windows: PQL3xx and PQL4xx. */
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import {
  fromHint,
  insert,
  type Problem,
  type Repair,
  type Repairer,
  repair,
  replace,
  rewrite,
} from "./fix.js";
import { phraseOf, tokenFrom } from "./source.js";
import type { QuickFix } from "./types.js";

/** Repairs by code. */
export const typeFixes: Readonly<Record<string, Repairer>> = {
  PQL301: (problem) => {
    const bare = fromHint(problem, "leave out the quotes: ");
    const quoted = fromHint(problem, "did you forget the quotes? write ");
    const text = bare ?? quoted;
    return text === null ? null : rewrite(problem, text);
  },
  PQL302: listOrValue,
  PQL303: listOperator,
  PQL320: withoutProblem,
  PQL321: (problem) => suggestion(problem, "RANK TOP 10", insert(problem.span.end, " TOP 10")),
  PQL322: ({ span }) => repair("write RANK in front", insert(span.start, "RANK ")),
  PQL325: ({ span, source }) => ({
    choices: ["RANK TOP 10", "CLASSIFY"].map((words): QuickFix => {
      const end = source.text.slice(0, span.end).trimEnd().length;
      return { title: `add ${words}`, edits: [insert(end, ` ${words}`)] };
    }),
  }),
  PQL390: (problem) => {
    const word = fromHint(problem, "write ");
    return word === null ? null : rewrite(problem, word);
  },
  PQL401: withoutWindow,
  PQL402: (problem) => {
    const back = problem.hint.includes("looks back");
    const window = back ? "-30, 0, days" : "0, 30, days";
    return suggestion(problem, window, insert(problem.span.end - 1, `, ${window}`));
  },
  PQL403: otherBounds((start, end) => (start > end ? [end, start] : null)),
  PQL404: otherBounds((start, end) => (end <= 0 ? [-end, -start] : [0, end])),
  PQL405: otherBounds((start, end) => (end <= 0 ? [-end, -start] : [0, end])),
  PQL406: otherBounds((start, end) => (start >= 0 ? [-end, -start] : [start, 0])),
};

/** A repair with a number that somebody has to think about. */
function suggestion(_: Problem, words: string, ...edits: QuickFix["edits"]): Repair {
  return { choices: [{ title: `write ${words}`, edits }] };
}

/** `= (1, 2)` is IN, `IN 1` wants brackets. */
function listOrValue(problem: Problem): Repair | null {
  const { source, span, hint } = problem;
  const operator = source.tokens[tokenFrom(source, span.start) - 1];
  if (!operator) return null;
  const phrase = phraseOf(operator);
  const isList = source.text[span.start] === "(";
  if (operator.tokenType === T.In && !isList && hint.includes("=")) {
    return repair("write a list", insert(span.start, "("), insert(span.end, ")"));
  }
  if (!isList || !hint.startsWith("write")) return null;
  if (phrase === "=" || phrase === "==" || phrase === "IS") {
    return repair("write IN", replace(spanOf(operator), "IN"));
  }
  const unequal = phrase === "!=" || phrase === "<>" || phrase === "IS NOT";
  return unequal ? repair("write NOT IN", replace(spanOf(operator), "NOT IN")) : null;
}

/** A list has no value to be equal to: it contains one; a text operator takes a text. */
function listOperator(problem: Problem): Repair | null {
  const { hint, source, span } = problem;
  const quoted = fromHint(problem, "write '");
  if (quoted !== null) return rewrite(problem, `'${quoted}`);
  const operator = source.tokens[tokenFrom(source, span.start)];
  if (!operator || !hint.includes("CONTAINS …")) return null;
  if (/^(=|==|IS)$/i.test(operator.image)) return rewrite(problem, "CONTAINS");
  return /^(!=|<>)$/.test(operator.image) ? rewrite(problem, "NOT CONTAINS") : null;
}

/** Leaves RANK or CLASSIFY out, with the blanks in front. */
function withoutProblem({ source, span }: Problem): Repair {
  const start = source.text.slice(0, span.start).trimEnd().length;
  const words = source.text.slice(span.start, span.end);
  return repair(`leave out ${words}`, replace({ start, end: span.end }, ""));
}

/** Leaves a window out, with the comma in front. */
function withoutWindow({ source, span }: Problem): Repair | null {
  const comma = source.tokens[tokenFrom(source, span.start) - 1];
  if (comma?.tokenType !== T.Comma) return null;
  return repair("leave out the window", replace({ start: comma.startOffset, end: span.end }, ""));
}

/** Offers a window with other bounds: which was meant, the writer knows. */
function otherBounds(
  change: (start: number, end: number) => readonly [number, number] | null,
): Repairer {
  return ({ source, span }) => {
    const index = tokenFrom(source, span.start);
    const [start, , end] = source.tokens.slice(index, index + 3);
    if (start?.tokenType !== T.Int || end?.tokenType !== T.Int) return null;
    const bounds = change(Number(start.image), Number(end.image));
    if (!bounds || bounds[0] >= bounds[1]) return null;
    const [from, to] = bounds.map((bound) => String(bound + 0));
    const title = `write ${from}, ${to}`;
    const edits = [replace(spanOf(start), from!), replace(spanOf(end), to!)];
    return { choices: [{ title, edits }] };
  };
}
