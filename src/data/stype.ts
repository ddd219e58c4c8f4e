/** Semantic types: what a column means to a model, whatever its storage. */

/**
 * The meaning of a column. `id` marks keys and other identifiers, which are links or names but never features.
 *
 * @see pytorch-frame `torch_frame.stype` (all but `id`); Kumo `Stype.ID`.
 */
export type Stype =
  | "numerical"
  | "categorical"
  | "multicategorical"
  | "timestamp"
  | "text"
  | "embedding"
  | "id";

/** All semantic types, in the order in which tools list them. */
export const STYPES: readonly Stype[] = [
  "numerical",
  "categorical",
  "multicategorical",
  "timestamp",
  "text",
  "embedding",
  "id",
];

/** Tells whether a word names a semantic type. */
export function isStype(word: string): word is Stype {
  return (STYPES as readonly string[]).includes(word);
}
