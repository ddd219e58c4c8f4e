/** The label queries that are measured, each with the SQL forms that a DuckDB user would try. */
import { sqlText } from "../src/data/io/duckdb.js";

/** One query in both languages. */
export interface LabelsCase {
  readonly name: string;
  readonly data: "sessions" | "clicks";
  readonly query: string;
  /**
   * Forms of the same labels in SQL, by name: `timestamp`, `user_id`, `label` of every row. They read the table
   * `timestamps` and the files.
   *
   * @param file - writes the path of a table's file as a text of SQL.
   */
  readonly sql: (file: (table: string) => string) => Readonly<Record<string, string>>;
}

/** Every user at every anchor, those without an event as well. */
const withZeros = (active: string, users: string): string =>
  `WITH a AS (${active}) SELECT t.timestamp, u.user_id, coalesce(a.label, 0) AS label
   FROM timestamps t CROSS JOIN ${users} u
   LEFT JOIN a ON a.timestamp = t.timestamp AND a.user_id = u.user_id`;

const WINDOW = "INTERVAL 30 DAY";

/** Events with their user, time and value, aggregated per anchor: every event finds its anchor, or every anchor its events. */
function forms(
  events: string,
  aggregate: string,
  users: string,
): Readonly<Record<"asof" | "range", string>> {
  const select = `SELECT t.timestamp, s.user_id, ${aggregate} AS label`;
  return {
    asof: withZeros(
      `${select} FROM ${events} s ASOF JOIN timestamps t ON s.at > t.timestamp
       WHERE s.at <= t.timestamp + ${WINDOW} GROUP BY t.timestamp, s.user_id`,
      users,
    ),
    range: withZeros(
      `${select} FROM timestamps t JOIN ${events} s
       ON s.at > t.timestamp AND s.at <= t.timestamp + ${WINDOW} GROUP BY t.timestamp, s.user_id`,
      users,
    ),
  };
}

const sessions = (file: string): string =>
  `(SELECT user_id, started_at AS at, duration_min AS v FROM ${file})`;

/** All cases, in the order they run. */
export const CASES: readonly LabelsCase[] = [
  {
    name: "SUM",
    data: "sessions",
    query: "PREDICT SUM(sessions.duration_min, 0, 30, days) FOR EACH users.user_id",
    sql: (file) => forms(sessions(file("sessions")), "sum(s.v)", file("users")),
  },
  {
    name: "COUNT_DISTINCT",
    data: "sessions",
    query: "PREDICT COUNT_DISTINCT(sessions.duration_min, 0, 30, days) FOR EACH users.user_id",
    sql: (file) => forms(sessions(file("sessions")), "count(DISTINCT s.v)", file("users")),
  },
  {
    name: "SUM over two hops",
    data: "clicks",
    query: "PREDICT SUM(clicks.amount, 0, 30, days) FOR EACH users.user_id",
    sql: (file) =>
      forms(
        `(SELECT s.user_id, c.clicked_at AS at, c.amount AS v
          FROM ${file("clicks")} c JOIN ${file("sessions")} s USING (session_id))`,
        "sum(s.v)",
        file("users"),
      ),
  },
  {
    name: "SUM where the past has sessions",
    data: "sessions",
    query: `PREDICT SUM(sessions.duration_min, 0, 30, days) FOR EACH users.user_id
      WHERE COUNT(sessions.*, -90, 0, days) > 0`,
    sql: (file) => {
      const events = sessions(file("sessions"));
      const { asof, range } = forms(events, "sum(s.v)", file("users"));
      const past = `SELECT t.timestamp, s.user_id FROM timestamps t JOIN ${events} s
        ON s.at > t.timestamp - INTERVAL 90 DAY AND s.at <= t.timestamp GROUP BY ALL`;
      const among = (labels: string): string =>
        `SELECT l.* FROM (${labels}) l SEMI JOIN (${past}) p USING (timestamp, user_id)`;
      return { asof: among(asof), range: among(range) };
    },
  },
];

/** Writes the path of a table's file in a folder for SQL. */
export function fileOf(folder: string): (table: string) => string {
  return (table) => sqlText(`${folder}/${table}.parquet`);
}
