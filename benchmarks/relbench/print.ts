/** The tasks as the README shows them: a table of all, and each database's queries under comments. */
import type { TaskType } from "../../src/task/task.js";
import { RELBENCH_DATABASES, type RelbenchDatabase } from "./schema.js";
import type { RelbenchTask } from "./task.js";
import { RELBENCH_TASKS } from "./tasks.js";

const ANSWERS: Readonly<Partial<Record<TaskType, string>>> = {
  binary_classification: "yes or no",
  multiclass_classification: "a class",
  regression: "a number",
  temporal_link_prediction: "a ranking",
};

/** Prints the table of all tasks, without padding. */
export function printTaskTable(): string {
  const rows = RELBENCH_TASKS.map((task) => {
    const window = task.kind === "windowed" ? `${task.days} days` : "own time";
    const cells = [task.database, task.name, window, ANSWERS[task.taskType] ?? task.taskType];
    return [...cells, task.agreement ?? "no query"];
  });
  const lines = [
    ["database", "task", "window", "answer", "labels"],
    ["---", "---", "---", "---", "---"],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * Prints the queries of a database, each under a comment.
 *
 * @param database - its name.
 */
export function printQueries(database: RelbenchDatabase): string {
  const tasks = RELBENCH_TASKS.filter((task) => task.database === database);
  return tasks
    .map((task) => [comment(task), task.query && dedent(task.query)].join("\n"))
    .join("\n");
}

/** Prints a section with its queries for every database. */
export function printSections(): string {
  return RELBENCH_DATABASES.map((database) => {
    return `### ${database}\n\n\`\`\`pql\n${printQueries(database).trimEnd()}\n\`\`\``;
  }).join("\n\n");
}

function comment({ name, agreement, note, ...task }: RelbenchTask): string {
  const hidden = task.kind === "autocomplete" ? task.removedColumns : [];
  const said = [
    `${name}: ${agreement ?? "no query"}.`,
    ...(note === null ? [] : [note]),
    ...(hidden.length === 0 ? [] : [`Hidden too: ${hidden.join(", ")}.`]),
  ].join(" ");
  return wrap(said, 116)
    .map((line) => `# ${line}`)
    .join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || longer.length > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Moves the lines after the first to two blanks from the left, and deeper ones with them. */
function dedent(query: string): string {
  return query
    .split("\n")
    .map((line, i) => (i === 0 ? line : line.replace(/^ {4}/, "")))
    .concat("")
    .join("\n");
}
