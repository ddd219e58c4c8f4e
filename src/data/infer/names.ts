/** Words of identifiers: `OwnerUserId`, `OWNER_USER_ID` and `owner user id` are the same three words. */

const IRREGULAR: Readonly<Record<string, string>> = {
  people: "person",
  persons: "person",
  children: "child",
  men: "man",
  women: "woman",
  data: "data",
  news: "news",
  series: "series",
  status: "status",
  statuses: "status",
  indices: "index",
  criteria: "criterion",
  movies: "movie",
  cookies: "cookie",
};

/** Endings that say that a column holds an identifier. */
const KEY_WORDS: ReadonlySet<string> = new Set(["id", "key", "uuid", "guid", "pk", "fk", "sk"]);
/** Endings that may say so. */
const WEAK_KEY_WORDS: ReadonlySet<string> = new Set([
  "code",
  "no",
  "nr",
  "num",
  "number",
  "ref",
  "slug",
  "sku",
]);
/** Prefixes of table names that say nothing about the entity. */
const TABLE_PREFIXES: ReadonlySet<string> = new Set(["dim", "fact", "fct", "tbl", "stg", "raw"]);

/** How strongly the ending of a name says that it is a key; `glued` (`userid`, but also `grid`) only next to a table. */
export type KeyEnding = "strong" | "glued" | "weak" | "none";

/** A column's name without its key ending. */
export interface KeyName {
  /** The words before the ending; empty for a bare `id`. */
  readonly stem: readonly string[];
  readonly ending: KeyEnding;
}

/**
 * Splits an identifier into lower-case words at case changes, digits' ends, `_`, `-`, `.` and blanks.
 *
 * @param name - such as `OwnerUserID`, `USER_ID`, `fp1_date`.
 * @returns the words, such as `owner`, `user`, `id`.
 */
export function nameWords(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Returns the singular of an English noun in lower case. */
export function singular(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular !== undefined) return irregular;
  if (word.length > 3 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:s|x|z|ch|sh)es$/.test(word) && word.length > 4) {
    return /(?:[^s]ses|[aeiou]zes)$/.test(word) ? word.slice(0, -1) : word.slice(0, -2);
  }
  if (word.length > 2 && word.endsWith("s") && !/(?:ss|us|is)$/.test(word))
    return word.slice(0, -1);
  return word;
}

/**
 * Returns the words of the entity that a table's rows are: its name in the singular, without `dim_` and the like.
 *
 * @param table - such as `SUPPORT_TICKETS`.
 * @returns such as `support`, `ticket`.
 */
export function entityWords(table: string): string[] {
  const words = nameWords(table).map(singular);
  return words.length > 1 && TABLE_PREFIXES.has(words[0]!) ? words.slice(1) : words;
}

/**
 * Takes the key ending off a column's name; also off glued names such as `userid`.
 *
 * @param name - the column's name.
 * @returns the stem in the singular, and how sure the ending is.
 */
export function keyName(name: string): KeyName {
  const words = nameWords(name);
  const last = words.at(-1) ?? "";
  const stem = words.slice(0, -1).map(singular);
  if (KEY_WORDS.has(last)) return { stem, ending: "strong" };
  if (WEAK_KEY_WORDS.has(last)) return { stem, ending: "weak" };
  const glued = /^(.{2,})(?:id|key|uuid|guid)$/.exec(last);
  if (glued) return { stem: [...stem, singular(glued[1]!)], ending: "glued" };
  return { stem: words.map(singular), ending: "none" };
}

/** Tells whether two lists of words are the same, also when one glues its words. */
export function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 0 && a.join("") === b.join("");
}

/** Tells whether `words` is longer than `tail` and ends with it. */
export function endsWithWords(words: readonly string[], tail: readonly string[]): boolean {
  if (tail.length === 0 || words.length <= tail.length) return false;
  return tail.every((word, i) => word === words[words.length - tail.length + i]);
}
