/** Words for people from names of tables and columns. */

/**
 * Turns an identifier into lower-case words: `DURATION_MIN`, `durationMin` and `duration-min` give `duration min`.
 *
 * @param name - a table's or column's name.
 */
export function humanize(name: string): string {
  return name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/[_\-.]+/g, " ")
    .trim()
    .toLowerCase();
}

/** Turns a plural table name into the word for one of its rows; names that are no plural stay. */
export function singular(words: string): string {
  if (/ies$/.test(words)) return words.replace(/ies$/, "y");
  if (/(ss|us|is)$/.test(words)) return words;
  if (/(ches|shes|xes|sses|zes)$/.test(words)) return words.replace(/es$/, "");
  return words.replace(/s$/, "");
}

/** Drops a unit from the end of a column's words, where the schema says the unit: `duration min` in minutes is `duration`. */
export function withoutUnit(words: string, unit: string | null): string {
  if (unit === null) return words;
  const stem = unit.toLowerCase().replace(/s$/, "");
  const parts = words.split(" ");
  const last = parts.at(-1)!;
  const isUnit = last.length >= 1 && (stem.startsWith(last) || last.startsWith(stem));
  return parts.length > 1 && isUnit ? parts.slice(0, -1).join(" ") : words;
}

/** Writes a share as a signed percentage, as in `-54 %`. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return `${rounded > 0 ? "+" : ""}${rounded} %`;
}

/** Makes the first letter a capital. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
