/** The layout of statements: one clause a line, conditions one below the other. */

/** The parts of one SELECT, as SQL. */
export interface SelectParts {
  readonly columns: readonly string[];
  /** The first source, then joins. */
  readonly from: readonly string[];
  /** Joined by AND. */
  readonly where: readonly string[];
  readonly groupBy: readonly string[];
}

/** Prints a SELECT as lines; names and texts with line breaks stay within theirs. */
export function printSelect({ columns, from, where, groupBy }: SelectParts): string[] {
  return [
    ...listColumns(columns),
    ...from.map((part, i) => (i === 0 ? `FROM ${part}` : part)),
    ...where.map((condition, i) => (i === 0 ? `WHERE ${condition}` : `  AND ${condition}`)),
    ...(groupBy.length > 0 ? [`GROUP BY ${groupBy.join(", ")}`] : []),
  ];
}

/** The columns in one line where they fit. */
function listColumns(columns: readonly string[]): string[] {
  const line = `SELECT ${columns.join(", ")}`;
  if (line.length <= WIDEST) return [line];
  return ["SELECT", ...columns.map((column, i) => indent(columns[i + 1] ? `${column},` : column))];
}

const WIDEST = 100;

/** One named part of a statement. */
export interface Part {
  readonly name: string;
  /** Its columns, where the body does not name them. */
  readonly columns?: readonly string[];
  /** What it is, for people. */
  readonly comment: string;
  readonly body: readonly string[];
}

/**
 * Prints a statement.
 *
 * @param header - what it is, for people.
 * @param parts - its parts, each after those that it reads.
 * @param last - what is selected from them, as lines.
 */
export function printStatement(
  header: readonly string[],
  parts: readonly Part[],
  last: readonly string[],
): string {
  const printed = parts.map(({ name, columns, comment, body }) => {
    const head = columns ? `${name} (${columns.join(", ")})` : name;
    return [`${head} AS (`, ...[commentLine(comment), ...body].map(indent), ")"].join("\n");
  });
  return [...header.map(commentLine), `WITH ${printed.join(",\n")}`, ...last, ""].join("\n");
}

/** Indents a line. */
export function indent(line: string): string {
  return `  ${line}`;
}

/** A line break would end the comment and run the rest. */
function commentLine(text: string): string {
  return `-- ${text.replace(/\s+/g, " ").trim()}`;
}
