/** A small company database for signals: companies, users, sessions with features, tickets, crashes, past targets. */
import {
  type Column,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "../../../src/data/column.js";
import { Database } from "../../../src/data/database.js";
import type { TableSchema } from "../../../src/data/schema.js";
import { Table } from "../../../src/data/table.js";

const day = (d: number): number => Date.UTC(2022, 10, d);

/** Makes the database: two companies, four users, rows from November 2022 on. */
export function helpdesk(): Database {
  const numbers = (name: string, values: readonly (number | null)[]): Column =>
    numberColumn(name, values);
  const texts = (name: string, values: readonly (string | null)[]): Column =>
    stringColumn(name, values);
  const times = (name: string, days: readonly (number | null)[]): Column =>
    timestampColumn(
      name,
      days.map((d) => (d === null ? null : day(d))),
    );
  const drafts: readonly [TableSchema, Table][] = [
    draft(
      "companies",
      [numbers("id", [0, 1]), texts("plan", ["free", "team"]), numbers("seats", [5, 20])],
      {},
    ),
    draft("features", [numbers("id", [0, 1]), texts("area", ["core", "beta"])], {}),
    draft(
      "users",
      [
        numbers("id", [0, 1, 2, 3]),
        numbers("company_id", [0, 0, 1, null]),
        times("joined", [1, 2, 3, 4]),
        texts("role", ["admin", "viewer", "viewer", "admin"]),
      ],
      { company_id: "companies" },
      "joined",
    ),
    draft(
      "sessions",
      [
        numbers("id", [0, 1, 2, 3, 4, 5]),
        numbers("user_id", [0, 0, 0, 1, 1, 2]),
        numbers("feature_id", [0, 1, 0, 1, 1, 0]),
        times("at", [5, 40, 60, 41, 62, 63]),
        numbers("minutes", [10, 20, 40, 5, null, 7]),
        texts("device", ["web", "ios", "web", "web", "ios", "web"]),
      ],
      { user_id: "users", feature_id: "features" },
      "at",
    ),
    draft(
      "tickets",
      [
        numbers("id", [0, 1, 2, 3]),
        numbers("user_id", [0, 0, 1, 0]),
        times("at", [45, 50, 52, 64]),
        times("closed_at", [48, null, 53, null]),
        texts("priority", ["low", "high", "low", "high"]),
        texts("status", ["done", "open", "done", "open"]),
        numbers("rating", [5, null, 2, null]),
      ],
      { user_id: "users" },
      "at",
      { closed_at: "closed_at", rating: "closed_at" },
    ),
    draft(
      "crashes",
      [numbers("id", [0, 1, 2]), numbers("feature_id", [0, 0, 1]), times("at", [58, 61, 20])],
      { feature_id: "features" },
      "at",
    ),
    draft(
      "__past_targets",
      [
        numbers("user_id", [0, 0, 0]),
        numbers("TARGET", [1, 2, 4]),
        times("CLOSED_AT", [10, 30, 50]),
      ],
      { user_id: "users" },
      "CLOSED_AT",
    ),
  ];
  return new Database(
    drafts.map(([, table]) => table),
    { tables: drafts.map(([schema]) => schema) },
  );
}

function draft(
  name: string,
  columns: readonly Column[],
  links: Readonly<Record<string, string>>,
  timeColumn: string | null = null,
  knownFrom: Readonly<Record<string, string>> = {},
): [TableSchema, Table] {
  const schema: TableSchema = {
    name,
    columns: columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      stype: column.name.endsWith("id")
        ? "id"
        : column.kind === "string"
          ? "categorical"
          : column.kind === "timestamp"
            ? "timestamp"
            : "numerical",
      unit: null,
      knownFrom: knownFrom[column.name] ?? null,
    })),
    primaryKey: columns.some((column) => column.name === "id") ? ["id"] : null,
    timeColumn,
    endTimeColumn: null,
    foreignKeys: Object.entries(links).map(([key, table]) => ({
      name: key,
      columns: [key],
      table,
    })),
  };
  return [schema, new Table(name, columns)];
}
