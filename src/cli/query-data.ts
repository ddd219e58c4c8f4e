/** The data of a query: opened, with its notes told, and looked through for empty tables. */
import type { PredictiveQuery } from "../../pql/syntax/ast.js";
import { DataError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import { type DataFlags, openData } from "./flags.js";
import type { Session } from "./session.js";

/**
 * Opens the data that a query will be run on.
 *
 * @param session - the run.
 * @param flags - `--data` and `--schema`.
 * @param query - the query as it was read.
 * @param purpose - a table without rows can be labelled, with a warning, where its types are known; but there is nothing to learn from it.
 * @throws {@link DataError} DAT120 if a table that the query names has no rows; DAT2xx and SCH1xx as `Database.open`.
 */
export async function openQueryData(
  session: Session,
  flags: DataFlags,
  query: PredictiveQuery,
  purpose: "label" | "learn" = "learn",
): Promise<Database> {
  const db = await openData(session, flags);
  const named = new Set([...tableNames(query)].map((name) => name.toLowerCase()));
  const empty = db.tables.find(
    (table) => table.numRows === 0 && named.has(table.name.toLowerCase()),
  );
  if (!empty) return db;
  const message = `table \`${empty.name}\` has no rows, and the query reads it`;
  // Without rows a text file does not tell its types, and then the query could not be understood either.
  const isTyped = empty.columns.some((column) => column.kind !== "string");
  if (purpose === "label" && isTyped) {
    session.warn(message);
    return db;
  }
  throw new DataError("DAT120", message, {
    at: { table: empty.name },
    hint: "check how the table was exported; without rows there is nothing to learn from",
  });
}

/** Collects the tables of every column in a tree of plain objects. */
function* tableNames(node: unknown): Generator<string, void, void> {
  if (typeof node !== "object" || node === null) return;
  if ("kind" in node && (node.kind === "column" || node.kind === "wildcard") && "table" in node) {
    yield String(node.table);
  }
  for (const child of Object.values(node)) yield* tableNames(child);
}
