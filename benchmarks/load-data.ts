/** Data for the load benchmark: users and their sessions as Parquet, made by DuckDB from row numbers, the same at every run. */
import { join } from "node:path";
import { openEngine, sqlText } from "../src/data/io/duckdb.js";

const FIRST = "TIMESTAMP '2024-01-01'";
const SPAN_MS = 400 * 86_400_000;

/** Sizes of the data. */
export interface LoadSize {
  readonly users: number;
  readonly sessions: number;
}

/**
 * Writes `companies.parquet`, `users.parquet` and `sessions.parquet`: a company for 20 users, sessions that ascend in time over
 * 400 days, users of skewed activity, five kinds of device, 1,000 pages.
 *
 * @param folder - an empty folder.
 * @param size - number of users and sessions.
 */
export async function writeLoadData(folder: string, { users, sessions }: LoadSize): Promise<void> {
  const engine = await openEngine();
  const write = (name: string, rows: number, columns: string) =>
    engine.run(
      `COPY (SELECT ${columns} FROM range(${rows}) t(i)) TO ${sqlText(join(folder, `${name}.parquet`))}
       (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 1048576)`,
    );
  const random = (salt: number) => `(hash(i * 16 + ${salt}) >> 11) / 9007199254740992.0`;
  const companies = Math.ceil(users / 20);
  try {
    await write(
      "companies",
      companies,
      "i::INTEGER AS company_id, ['free', 'team', 'large'][1 + (hash(i) % 3)::INTEGER] AS plan",
    );
    await write(
      "users",
      users,
      `i::INTEGER AS user_id, (hash(i) % ${companies})::INTEGER AS company_id,
       ${FIRST} + to_days((${random(1)} * 200)::INTEGER) AS created_at,
       ['admin', 'editor', 'viewer'][1 + (hash(i) % 3)::INTEGER] AS role`,
    );
    await write(
      "sessions",
      sessions,
      `i::INTEGER AS session_id, floor(${users} * power(${random(2)}, 1.5))::INTEGER AS user_id,
       (${FIRST} + to_milliseconds((i * (${SPAN_MS} / ${sessions}))::BIGINT))::TIMESTAMP_MS AS started_at,
       greatest(0.01, round(-12 * ln(1 - ${random(3)}), 2)) AS duration_min,
       (${random(4)} * 4)::INTEGER AS errors,
       ['web', 'ios', 'android', 'api', 'desktop'][1 + (hash(i * 16 + 5) % 5)::INTEGER] AS device,
       '/page/' || (hash(i * 16 + 6) % 1000) AS page`,
    );
  } finally {
    engine.close();
  }
}
