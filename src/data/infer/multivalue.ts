/** Strings that hold several items: `<a><b>`, JSON lists, or words joined by a delimiter. */
import { type Column, createDictionary, type StringColumn } from "../column.js";
import { sampleTexts } from "./values.js";

/** How the items of a string are written. */
export type ItemFormat = "angle" | "json" | "|" | ";" | ",";

const DELIMITERS = ["|", ";", ","] as const;

/**
 * Finds out whether a column's strings evidently hold several items.
 *
 * @param column - the strings.
 * @returns the format, or `null` where the strings are single values or prose.
 */
export function inferItemFormat(column: StringColumn): ItemFormat | null {
  const texts = sampleTexts(column).filter((text) => text.trim() !== "");
  if (texts.length === 0) return null;
  if (texts.every((text) => /^(?:<[^<>]+>)+$/.test(text.trim()))) return "angle";
  if (texts.every((text) => text.trim().startsWith("[") && parseJsonItems(text) !== null)) {
    return "json";
  }
  return DELIMITERS.find((delimiter) => looksJoined(texts, delimiter)) ?? null;
}

/** Joined words come back in several strings, are short, and are joined in a good part of the strings. */
function looksJoined(texts: readonly string[], delimiter: string): boolean {
  const joined = texts.filter((text) => text.includes(delimiter)).length;
  if (joined < 3 || joined < texts.length * 0.2) return false;
  const items = texts.flatMap((text) => splitItems(text, delimiter as ItemFormat));
  const short = items.every((item) => item !== "" && item.length <= 40 && !/\s\S+\s/.test(item));
  if (!short || items.every((item) => /^[-+]?[\d.]+$/.test(item))) return false;
  const distinct = new Set(items);
  return distinct.size <= items.length / 2 && distinct.size < texts.length * 2;
}

/**
 * Chooses the format of a column that is known to hold several items, however few the hints.
 *
 * @param column - the strings.
 * @returns the evident format, else the delimiter that occurs in most of the strings; `|` where none does.
 */
export function chooseItemFormat(column: StringColumn): ItemFormat {
  const evident = inferItemFormat(column);
  if (evident !== null) return evident;
  const texts = sampleTexts(column);
  const uses = DELIMITERS.map((d) => texts.filter((text) => text.includes(d)).length);
  return DELIMITERS[uses.indexOf(Math.max(...uses))]!;
}

/**
 * Splits one string into its items.
 *
 * @param text - the string.
 * @param format - how its items are written.
 * @returns trimmed items; an empty string holds none.
 */
export function splitItems(text: string, format: ItemFormat): string[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  switch (format) {
    case "angle":
      return trimmed.replace(/^<|>$/g, "").split("><");
    case "json":
      return parseJsonItems(trimmed) ?? [trimmed];
    case "|":
    case ";":
    case ",":
      return trimmed.split(format).map((item) => item.trim());
  }
}

/**
 * Turns a string column into a list column.
 *
 * @param column - the strings.
 * @param format - how their items are written.
 * @returns lists; null stays null.
 */
export function splitColumn(column: StringColumn, format: ItemFormat): Column {
  const items = createDictionary();
  const lists = column.dictionary.map((text) => splitItems(text, format).map(items.encode));
  const offsets = new Int32Array(column.length + 1);
  for (let row = 0; row < column.length; row++) {
    offsets[row + 1] = offsets[row]! + (lists[column.codes[row]!]?.length ?? 0);
  }
  const codes = new Int32Array(offsets[column.length]!);
  for (let row = 0; row < column.length; row++) {
    const list = lists[column.codes[row]!];
    if (list) codes.set(list, offsets[row]!);
  }
  const { name, length, validity } = column;
  const dictionary = items.entries;
  return { kind: "list", name, length, validity, offsets, codes, dictionary, numeric: false };
}

function parseJsonItems(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return null;
    const items = value.filter((item) => item !== null) as unknown[];
    return items.some((item) => typeof item === "object") ? null : items.map(String);
  } catch {
    return null;
  }
}
