/** Repairs of names, keys and links: PQL2xx. */
import { suggest } from "../../src/core/suggest.js";
import { spanOf } from "../syntax/dialect.js";
import { printName } from "../syntax/print.js";
import * as T from "../syntax/tokens.js";
import {
  choose,
  fromHint,
  insert,
  namesOf,
  type Problem,
  type Repair,
  type Repairer,
  repair,
  replace,
  rewrite,
} from "./fix.js";
import { spellKey, tableNamed } from "./names.js";
import { namesIn, tokenFrom } from "./source.js";
import type { QuickFix } from "./types.js";

/** Repairs by code. */
export const nameFixes: Readonly<Record<string, Repairer>> = {
  PQL201: (problem) => renamePart(problem, 0),
  PQL202: (problem) => renamePart(problem, 1),
  PQL203: ambiguousCase,
  PQL204: otherKey,
  PQL205: (problem) => missingComma(problem) ?? wildcardKey(problem),
  PQL207: severalWays,
  PQL211: ({ span }) =>
    repair("write FOR EACH", replace({ start: span.start, end: span.start + 3 }, "FOR EACH")),
  PQL212: (problem) => {
    const token = problem.source.tokens[tokenFrom(problem.source, problem.span.start)];
    return token ? repair("write FOR", replace(spanOf(token), "FOR")) : null;
  },
  PQL220: ({ params, source, span }) => {
    const written = source.text.slice(span.start + 1, span.end);
    const [near] = suggest(written, Object.keys(params), 1);
    if (near === undefined) return null;
    return repair(`write :${near}`, replace(span, `:${near}`));
  },
  PQL222: unknownLink,
};

/** A near match for the table or the column of a name. */
function renamePart(problem: Problem, which: 0 | 1): Repair | null {
  const { source, span, schema } = problem;
  const token = source.tokens[tokenFrom(source, span.start)];
  const names = namesOf(problem);
  if (!token || !names) return null;
  const parts = namesIn(token);
  const part = parts[which];
  const table = tableNamed(names, parts[0]!.name);
  const known = which === 0 ? schema!.tables : (table?.columns ?? []);
  if (!part) return null;
  const [near] = suggest(
    part.name,
    known.map(({ name }) => name),
    1,
  );
  if (near === undefined) return null;
  return repair(`write ${printName(near)}`, replace(part.span, printName(near)));
}

function ambiguousCase(problem: Problem): Repair | null {
  const { source, span, schema, message } = problem;
  const token = source.tokens[tokenFrom(source, span.start)];
  if (!token || !schema) return null;
  const [table, column] = namesIn(token);
  const isTable = message.startsWith("table");
  const part = isTable ? table : column;
  const tables = schema.tables.filter(({ name }) => alike(name, table!.name));
  const known = isTable ? tables : tables.flatMap(({ columns }) => columns);
  if (!part) return null;
  const fitting = known.filter(({ name }) => alike(name, part.name)).map(({ name }) => name);
  return choose(
    [...new Set(fitting)].map((name) => ({
      title: `write ${printName(name)}`,
      edits: [replace(part.span, printName(name))],
    })),
  );
}

function alike(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The primary key in the place of what is none. */
function otherKey(problem: Problem): Repair | null {
  const { source, span } = problem;
  const names = namesOf(problem);
  const from = source.tokens.findIndex(({ startOffset }) => startOffset >= span.start);
  const each = source.tokens.findLastIndex(
    ({ tokenType, startOffset }) =>
      (tokenType === T.ForEach || tokenType === T.For) && startOffset <= span.start,
  );
  const first = source.tokens.findIndex(
    ({ tokenType }, i) =>
      i >= Math.max(each, 0) && (tokenType === T.FqnColumn || tokenType === T.WildcardColumn),
  );
  if (!names || from < 0 || each < 0 || first < 0) return null;
  const table = tableNamed(names, namesIn(source.tokens[first]!)[0]!.name);
  const key = table && spellKey(table);
  const bracketed = source.tokens[each + 1]?.tokenType === T.LeftBracket;
  const close = source.tokens.findIndex(
    ({ tokenType }, i) => i > each && tokenType === T.RightBracket,
  );
  if (!key || (bracketed && close < 0)) return null;
  const start = source.tokens[each + 1]!.startOffset;
  const written = bracketed ? source.tokens[close]! : source.tokens[first]!;
  const end = Math.max(span.end, spanOf(written).end);
  return repair(`write ${key}`, replace({ start, end }, key));
}

/** In `COUNT(t.* -7, 0)` the window was read as subtracted. */
function missingComma({ hint, span }: Problem): Repair | null {
  if (!hint.startsWith("did you forget the comma")) return null;
  return repair("add a comma", insert(span.end, ","));
}

/** `FOR EACH users.*` names every column and not the key. */
function wildcardKey(problem: Problem): Repair | null {
  return problem.hint.includes("key") ? otherKey(problem) : null;
}

/** The ways that VIA can name; the binder spells them in its hint. */
function severalWays(problem: Problem): Repair | null {
  const links = fromHint(problem, "write one of ");
  if (links !== null) {
    return choose(
      links.split(", ").map((link) => ({
        title: `write ${link}`,
        edits: [replace(problem.span, link)],
      })),
    );
  }
  const ways = fromHint(problem, "say which after the column: ");
  if (ways === null) return null;
  const { source, span } = problem;
  const inVia = source.tokens[tokenFrom(source, span.start)]?.tokenType === T.ViaWord;
  return choose(
    ways.split(", or ").map((way): QuickFix => {
      const added = inVia ? way.replace(/^VIA/, " ->") : ` ${way}`;
      return { title: `add${added}`, edits: [insert(span.end, added)] };
    }),
  );
}

function unknownLink(problem: Problem): Repair | null {
  const links = fromHint(problem, "its links: ")?.split(", ") ?? [];
  const written = problem.source.text.slice(problem.span.start, problem.span.end);
  const last = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
  const [near] = suggest(last(written), links.map(last), 1);
  const link = links.find((name) => last(name) === near);
  return link === undefined ? null : rewrite(problem, link);
}
