/** Laying out a query's text: keywords in upper case, even blanks, a line per clause where one line is too short. */
import { parseText } from "../syntax/parse.js";
import { printDoc } from "./doc.js";
import { layOut } from "./layout.js";
import { readSource } from "./source.js";
import type { FormatOptions, FormatResult } from "./types.js";

/**
 * Lays out a query. Comments stay, and so do spelling choices: `EXISTS`, `<>`, `IS`, quotes, the digits of numbers.
 *
 * @param text - the query; one that cannot be read is returned as it is.
 * @param options - the width and the indentation.
 * @returns the text and whether it could be read; laying out the result again changes nothing.
 */
export function formatQuery(text: string, options: FormatOptions = {}): FormatResult {
  const { width = 80, indent = 2 } = options;
  if (parseText(text).errors.length > 0) return { text, parsed: false };
  const printed = printDoc(layOut(readSource(text)), width, Math.max(0, indent));
  return { text: /\n\s*$/.test(text) ? `${printed}\n` : printed, parsed: true };
}
