/** Repairs of what cannot be read: PQL0xx and PQL1xx. */
import type { TokenType } from "chevrotain";
import { suggest } from "../../src/core/suggest.js";
import { formatTime } from "../../src/core/time.js";
import { spanOf } from "../syntax/dialect.js";
import { decodeDateTime } from "../syntax/literals.js";
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
import { missingEntity } from "./fix-entity.js";
import { columnNamed, type Names, spellColumn, spellKey, tableNamed } from "./names.js";
import { aggregableTables, entityOf } from "./situation.js";
import { namesIn, openingBracket, tokenFrom } from "./source.js";
import { UNITS } from "./vocabulary.js";

/** Signs of typesetters and other languages, and what they stand for. */
const SIGNS: Readonly<Record<string, string>> = {
  "≥": ">=",
  "≤": "<=",
  "≠": "!=",
  "−": "-",
  "–": "-",
  "×": "*",
  "÷": "/",
  "→": "->",
  "&&": "AND",
  "||": "OR",
};
const CURLY = /[“”„‘’‚]/g;

/** Repairs by code. */
export const syntaxFixes: Readonly<Record<string, Repairer>> = {
  PQL001: foreignSign,
  PQL002: openName,
  PQL004: ({ span, source }) => {
    const written = source.text.slice(span.start, span.end);
    const escaped = written.replace(/\\(?:["'\\/bfnrt]|u[0-9a-fA-F]{4})|\\/g, (found) =>
      found === "\\" ? "\\\\" : found,
    );
    return repair("double the backslash", replace(span, escaped));
  },
  PQL008: ({ span }) => repair("close the comment", insert(span.end, " */")),
  PQL090: (problem) => {
    const [date, time] = problem.source.text
      .slice(problem.span.start, problem.span.end)
      .split(/\s+/);
    const decoded = decodeDateTime(date!, time);
    if (!("value" in decoded)) return null;
    return rewrite(problem, formatTime(decoded.value).replace("T", " ").replace("Z", ""));
  },
  PQL100: expectedSign,
  PQL101: missingPredict,
  PQL102: missingEntity,
  PQL103: (problem) => {
    const token = problem.source.tokens[tokenFrom(problem.source, problem.span.start)];
    if (token?.tokenType !== T.Identifier) return null;
    const near = suggest(token.image, UNITS, 1)[0];
    return near === undefined ? null : rewrite(problem, near);
  },
  PQL105: (problem) => {
    const quoted = fromHint(problem, "did you forget the quotes? write ");
    return quoted === null ? null : rewrite(problem, quoted);
  },
  PQL106: singleName,
  PQL109: misplacedProblem,
  PQL119: (problem) => {
    const near = /^did you mean `(\w+)`/.exec(problem.hint)?.[1];
    return near === undefined ? null : rewrite(problem, near);
  },
  PQL110: (problem) => {
    const names = namesOf(problem);
    const token = problem.source.tokens[tokenFrom(problem.source, problem.span.start)];
    if (!names || token?.tokenType !== T.FqnColumn) return null;
    if (spanOf(token).end !== problem.span.end) return null;
    const [table, column] = namesIn(token);
    const found = tableNamed(names, table!.name);
    const isTruth = found && columnNamed(found, column!.name, names.strict)?.kind === "boolean";
    return isTruth ? repair("write = TRUE", insert(problem.span.end, " = TRUE")) : null;
  },
};

function foreignSign({ span, source }: Problem): Repair | null {
  const { text, unexpected } = source;
  const written = text.slice(span.start, span.end);
  const plain = SIGNS[written];
  if (plain !== undefined) return repair(`write ${plain}`, replace(span, plain));
  if (written.replace(CURLY, "") !== "") return null;
  const edits = unexpected.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(CURLY)].map((match) => {
      const from = start + match.index;
      return replace({ start: from, end: from + 1 }, /[“”„]/.test(match[0]) ? '"' : "'");
    }),
  );
  return repair("write straight quotes", ...edits);
}

/** A name without its second backquote ends where a name of the schema does. */
function openName(problem: Problem): Repair | null {
  const { schema, source, span } = problem;
  const written = source.text.slice(span.start, span.end);
  const from = written.lastIndexOf("`") + 1;
  const rest = written.slice(from).toLowerCase();
  const known = schema?.tables.flatMap((t) => [t.name, ...t.columns.map((c) => c.name)]) ?? [];
  const fitting = known.filter((name) => rest.startsWith(name.toLowerCase()));
  const longest = fitting.toSorted((a, b) => b.length - a.length)[0];
  if (longest === undefined) return null;
  const end = span.start + from + longest.length;
  return repair(`close the name \`${longest}\``, insert(end, "`"));
}

/** A comma, a closing bracket or a word that is missing, a name that is a word of the language, a blank too much. */
function expectedSign(problem: Problem): Repair | null {
  const { message, hint, span, source } = problem;
  const index = tokenFrom(source, span.start);
  const { tokens } = source;
  const before = tokens[(index < 0 ? tokens.length : index) - 1];
  if (!before) return null;
  const { end } = spanOf(before);
  if (/^expected `,` before the (window|unit)/.test(message)) {
    return repair("add a comma", insert(end, ","));
  }
  if (message.startsWith("expected `TIMEFRAMES`")) {
    return repair("write TIMEFRAMES", insert(end, " TIMEFRAMES"));
  }
  const quoted = fromHint(problem, "write it in backquotes: ");
  if (quoted !== null) return rewrite(problem, quoted);
  const next = tokens[index + 1];
  if (hint.startsWith("a parameter is written") && next?.tokenType === T.Identifier) {
    return repair("leave out the blank", replace({ start: span.end, end: next.startOffset }, ""));
  }
  return commaBeforeSign(problem) ?? closeBracket(problem, end);
}

/** In `COUNT(t.* -7, 0)` the window was read as subtracted. */
function commaBeforeSign({ hint, message, source, span }: Problem): Repair | null {
  const { tokens } = source;
  const index = tokenFrom(source, span.start);
  const open = openingBracket(tokens, index < 0 ? tokens.length - 1 : index - 1);
  const argument = tokens[open + 1];
  const bound = tokens[open + 2];
  const missing = hint.startsWith("a comma is missing") || message.startsWith("expected `,`");
  const isPast = bound?.tokenType === T.Int && bound.image.startsWith("-");
  if (open < 0 || argument?.tokenType !== T.WildcardColumn || !missing || !isPast) return null;
  return repair("add a comma", insert(spanOf(argument).end, ","));
}

/** Closes the one bracket that is open, where nothing else could be meant. */
function closeBracket({ message, source }: Problem, end: number): Repair | null {
  const count = (type: TokenType): number =>
    source.tokens.filter((token) => token.tokenType === type).length;
  const open = count(T.LeftBracket) - count(T.RightBracket);
  if (open !== 1 || !/^expected .*`\)`.*, found/.test(message)) return null;
  return repair("close the bracket", insert(end, ")"));
}

function missingPredict({ source }: Problem): Repair | null {
  const token = source.tokens[0];
  if (!token || source.tokens.some(({ tokenType }) => tokenType === T.Predict)) return null;
  if (token.tokenType !== T.Identifier) {
    return repair("write PREDICT in front", insert(token.startOffset, "PREDICT "));
  }
  const meant = /^select$/i.test(token.image) || suggest(token.image, ["predict"]).length > 0;
  return meant ? repair("write PREDICT", replace(spanOf(token), "PREDICT")) : null;
}

/** A column without its table, `*` alone, a name of too many parts, both parts in one pair of backquotes. */
function singleName(problem: Problem): Repair | null {
  const { source, span } = problem;
  const index = tokenFrom(source, span.start);
  const token = source.tokens[index];
  if (!token) return null;
  const names = namesOf(problem);
  const parts = namesIn(token);
  if (token.tokenType === T.LongName) {
    const [table, column] = parts.slice(-2);
    return rewrite(problem, spellColumn(table!.name, column!.name));
  }
  const [table, column, more] = parts[0]?.name.split(".") ?? [];
  if (column !== undefined && more === undefined)
    return rewrite(problem, spellColumn(table!, column));
  if (!names) return null;
  if (token.tokenType === T.Star) return loneStar(problem, names);
  const afterFor = [T.ForEach, T.For].includes(source.tokens[index - 1]?.tokenType ?? T.Sign);
  const wanted = parts[0]?.name ?? "";
  const owners = names.schema.tables.flatMap((owner) => {
    const found = columnNamed(owner, wanted, names.strict);
    if (!found || (afterFor && spellKey(owner) !== spellColumn(owner.name, found.name))) return [];
    const spelled = spellColumn(owner.name, found.name);
    return [{ title: `write ${spelled}`, edits: [replace(span, spelled)] }];
  });
  if (owners.length > 0 || !afterFor) return choose(owners);
  const entity = tableNamed(names, wanted);
  const key = entity && spellKey(entity);
  return key ? rewrite(problem, key) : null;
}

/** `COUNT(*, …)` counts the rows of a table that leads to the entity. */
function loneStar({ source, span }: Problem, names: Names): Repair | null {
  const entity = entityOf(source, names);
  const tables = entity ? aggregableTables(names.schema.tables, entity, names) : [];
  return choose(
    tables.map(({ name }) => {
      const spelled = spellColumn(name, "*");
      return { title: `write ${spelled}`, edits: [replace(span, spelled)] };
    }),
  );
}

/** RANK, CLASSIFY and FORECAST after the entity move in front of it. */
function misplacedProblem({ source, span }: Problem): Repair | null {
  const { tokens, text } = source;
  const from = tokenFrom(source, span.start);
  const first = tokens[from]?.tokenType;
  const entity = tokens.findIndex(
    ({ tokenType }) => tokenType === T.ForEach || tokenType === T.For,
  );
  if (first !== T.Rank && first !== T.Classify && first !== T.Forecast) return null;
  if (entity < 0 || entity > from) return null;
  const rest = tokens.slice(from);
  const after = rest.findIndex(
    ({ tokenType }) => tokenType === T.Where || tokenType === T.Assuming,
  );
  const last = after < 0 ? rest.at(-1)! : rest[after - 1]!;
  const moved = { start: span.start, end: spanOf(last).end };
  const words = text.slice(moved.start, moved.end);
  const gap = spanOf(tokens[from - 1]!).end;
  return repair(
    `move ${words} after the target`,
    insert(tokens[entity]!.startOffset, `${words} `),
    replace({ start: gap, end: moved.end }, ""),
  );
}
