/** Plain-text tables and numbers: the base of every `toString()` in the library. */

/** How a column of a printed table is aligned. */
export type Align = "left" | "right";

/**
 * Prints rows as a table with a header and two blanks between columns.
 *
 * @param header - the column names.
 * @param rows - cells, already as text; missing cells print as nothing.
 * @param align - alignment per column; `left` where not given.
 * @returns lines joined by line breaks, without trailing blanks.
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string {
  const widths = header.map((name, c) =>
    Math.max(displayWidth(name), ...rows.map((row) => displayWidth(row[c] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, c) => {
        const cell = cells[c] ?? "";
        const pad = " ".repeat(Math.max(0, width - displayWidth(cell)));
        return align[c] === "right" ? pad + cell : cell + pad;
      })
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((w) => "-".repeat(w)).join("  "), ...rows.map(line)].join("\n");
}

/**
 * Prints a number for a person: integers with thin grouping, others with a few significant digits.
 *
 * @param value - the number; `null` and NaN print as `-`.
 * @param digits - significant digits for numbers that are not integers.
 */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "-";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  if (Math.abs(value) >= 10 ** (digits - 1)) return Math.round(value).toLocaleString("en-US");
  return Number(value.toPrecision(digits)).toString();
}

/** Indents every line of a block. */
export function indent(block: string, by = 2): string {
  return block
    .split("\n")
    .map((line) => (line ? " ".repeat(by) + line : line))
    .join("\n");
}

/** Counts the code points of a text, which is close enough to its width for tables. */
function displayWidth(text: string): number {
  return [...text].length;
}
