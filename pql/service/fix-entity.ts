/** Repairs of a query that does not say for whom: PQL102. */
import { suggest } from "../../src/core/suggest.js";
import { spanOf } from "../syntax/dialect.js";
import * as T from "../syntax/tokens.js";
import { choose, insert, namesOf, type Problem, type Repair, repair, replace } from "./fix.js";
import { ownersOf, spellKey, tableNamed } from "./names.js";
import { namesIn, openingBracket, tokenFrom } from "./source.js";

/** Repairs a missing or misspelt FOR EACH, and a filter behind the brackets it belongs into. */
export function missingEntity(problem: Problem): Repair | null {
  const { source, span } = problem;
  const { tokens } = source;
  const found = tokenFrom(source, span.start);
  const index = found < 0 ? tokens.length : found;
  const token = tokens[index];
  const later = tokens.slice(index);
  const each = later.find(({ tokenType }) => tokenType === T.ForEach || tokenType === T.For);
  if (token?.tokenType === T.Where && each) return filterInside(problem, index, each.startOffset);
  if (each) return null;
  const isEach = (at: number): boolean => /^each$/i.test(tokens[at]?.image ?? "");
  if (token?.tokenType === T.Identifier) {
    const words = isEach(index + 1) ? 2 : 1;
    const near = suggest(token.image, ["foreach", "each"]).length > 0;
    if (words === 1 && !near && tokens[index + 1]?.tokenType !== T.FqnColumn) return null;
    const stretch = { start: span.start, end: spanOf(tokens[index + words - 1]!).end };
    return repair("write FOR EACH", replace(stretch, "FOR EACH"));
  }
  const { tokenType } = token ?? {};
  if (tokenType === T.FqnColumn) return repair("write FOR EACH", insert(span.start, "FOR EACH "));
  const clause = tokenType === T.Where || tokenType === T.Assuming || tokenType === T.At;
  return token === undefined || clause ? addEntity(problem, index) : null;
}

/** Offers the entities that the target can belong to. */
function addEntity(problem: Problem, index: number): Repair | null {
  const { tokens } = problem.source;
  const names = namesOf(problem);
  const before = tokens[index - 1];
  const target = tokens.findIndex(
    ({ tokenType }) => tokenType === T.FqnColumn || tokenType === T.WildcardColumn,
  );
  if (!names || !before || target < 0 || target >= index) return null;
  const table = tableNamed(names, namesIn(tokens[target]!)[0]!.name);
  if (!table) return null;
  const aggregated = openingBracket(tokens, target) >= 0;
  const keys = (aggregated ? ownersOf(table, names) : [table]).flatMap((t) => spellKey(t) ?? []);
  const { end } = spanOf(before);
  return choose(
    keys.map((key) => ({
      title: `add FOR EACH ${key}`,
      edits: [insert(end, ` FOR EACH ${key}`)],
    })),
  );
}

/** Moves `WHERE …` from behind an aggregation into its brackets. */
function filterInside({ source }: Problem, where: number, end: number): Repair | null {
  const { tokens, text } = source;
  const close = where - 1;
  const open = tokens[close]?.tokenType === T.RightBracket ? openingBracket(tokens, close) : -1;
  const word = tokens[open - 1]?.tokenType;
  const isAggregation = word === T.Aggregate || word === T.Quantile;
  const inside = tokens.slice(open + 1, close);
  if (!isAggregation || inside.some(({ tokenType }) => tokenType === T.Where)) return null;
  let depth = 0;
  const comma = inside.findIndex(({ tokenType }) => {
    if (tokenType === T.LeftBracket) depth++;
    else if (tokenType === T.RightBracket) depth--;
    return depth === 0 && tokenType === T.Comma;
  });
  const argumentEnd = spanOf(comma < 0 ? inside.at(-1)! : inside[comma - 1]!).end;
  const start = spanOf(tokens[close]!).end;
  const filter = text.slice(tokens[where]!.startOffset, end).trimEnd();
  return repair(
    "move the filter into the brackets",
    insert(argumentEnd, ` ${filter}`),
    replace({ start, end }, " "),
  );
}
