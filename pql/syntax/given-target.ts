/** `PREDICT TARGET FOR EACH t.key`: the target is a column of a training table by hand, read as a column of the entity table. */
import type { IToken } from "chevrotain";
import { For, ForEach, FqnColumn, Predict } from "./tokens.js";

/** The column of a training table by hand that holds the target. */
export const GIVEN_TARGET = "TARGET";

/**
 * Puts the entity table before a bare `TARGET` that is all of a query's target; places in the text stay.
 *
 * @param tokens - the tokens of the query.
 * @returns the tokens, those of other queries as they are.
 */
export function nameGivenTarget(tokens: readonly IToken[]): readonly IToken[] {
  const at = tokens.findIndex(({ tokenType }) => tokenType === Predict) + 1;
  const [target, each, ...rest] = tokens.slice(at, at + 4);
  const key = rest.find(({ tokenType }) => tokenType === FqnColumn);
  const isBare = target?.image.toUpperCase() === GIVEN_TARGET;
  const isAll = each?.tokenType === ForEach || each?.tokenType === For;
  if (at === 0 || !target || !isBare || !isAll || !key) return tokens;
  const table = key.image.startsWith("`")
    ? key.image.slice(0, key.image.indexOf("`", 1) + 1)
    : key.image.slice(0, key.image.indexOf("."));
  const named: IToken = {
    ...target,
    image: `${table}.${GIVEN_TARGET}`,
    tokenType: FqnColumn,
    tokenTypeIdx: FqnColumn.tokenTypeIdx!,
  };
  return tokens.map((token) => (token === target ? named : token));
}
