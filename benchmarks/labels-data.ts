/** Data for the labels benchmark, made from a seed in batches: users with sessions, and sessions with clicks. */
import { join } from "node:path";
import { createRng, type Rng } from "../src/core/random.js";
import { type Engine, openEngine, sqlText } from "../src/data/io/duckdb.js";

/** The first anchor and the beginning of all times. */
export const START = Date.UTC(2024, 0, 1);
const SPAN = Date.UTC(2025, 1, 1) - START;

/** Sizes of the data. */
export interface LabelsSize {
  readonly users: number;
  readonly events: number;
}

/** Sessions that belong to one click each fifth: how many clicks a session has in the mean. */
export const CLICKS_PER_SESSION = 5;

/** Rows of the fact table, ascending in time; the arrays are filled anew for each batch. */
export interface Batch {
  readonly first: number;
  readonly count: number;
  /** int32: the row number of the parent. */
  readonly parents: Int32Array;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

const BATCH = 1 << 20;

/**
 * Makes facts: parents differ in activity (log-normal, sigma 1.2), times are uniform over 2024-01-01 to 2025-01-31 and
 * ascend, values are exponential (mean 12) rounded to 0.01.
 *
 * @param parents - number of parents.
 * @param events - number of facts.
 * @param rng - the random stream.
 */
export function* factBatches(parents: number, events: number, rng: Rng): Generator<Batch> {
  const pick = weightedPick(
    Float64Array.from({ length: parents }, () => Math.exp(1.2 * rng.normal())),
  );
  const size = Math.min(BATCH, events);
  const batch = {
    parents: new Int32Array(size),
    times: new Float64Array(size),
    values: new Float64Array(size),
  };
  let at = 0;
  for (let first = 0; first < events; first += size) {
    const count = Math.min(size, events - first);
    for (let i = 0; i < count; i++) {
      // Exponential gaps make sorted uniform times.
      at -= (Math.log(1 - rng.next()) * SPAN) / events;
      batch.parents[i] = pick(rng);
      batch.times[i] = START + Math.min(SPAN - 1, Math.floor(at));
      batch.values[i] = Math.max(0.01, Math.round(-1200 * Math.log(1 - rng.next())) / 100);
    }
    yield { first, count, ...batch };
  }
}

/** Draws numbers by weight in constant time (Walker's alias method). */
function weightedPick(weights: Float64Array): (rng: Rng) => number {
  const n = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = weights.map((weight) => (weight * n) / total);
  const alias = new Int32Array(n);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) (share[i]! < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const low = small.pop()!;
    const high = large.at(-1)!;
    alias[low] = high;
    share[high]! -= 1 - share[low]!;
    if (share[high]! < 1) small.push(large.pop()!);
  }
  for (const i of [...small, ...large]) share[i] = 1;
  return (rng) => {
    const place = rng.next() * n;
    const i = Math.floor(place);
    return place - i < share[i]! ? i : alias[i]!;
  };
}

/**
 * Writes `users.parquet` and `sessions.parquet` (`session_id`, `user_id`, `started_at`, `duration_min`).
 *
 * @param folder - an empty folder.
 * @param size - number of users and sessions.
 */
export async function writeSessions(folder: string, { users, events }: LabelsSize): Promise<void> {
  const engine = await openEngine();
  try {
    await writeIds(engine, join(folder, "users.parquet"), "user_id", users);
    const names = ["session_id", "user_id", "started_at", "duration_min"] as const;
    const batches = factBatches(users, events, createRng(7));
    await writeFacts(engine, join(folder, "sessions.parquet"), names, batches);
  } finally {
    engine.close();
  }
}

/**
 * Writes `users.parquet`, `sessions.parquet` (`session_id`, `user_id`) and `clicks.parquet` (`click_id`, `session_id`,
 * `clicked_at`, `amount`).
 *
 * @param folder - an empty folder.
 * @param size - number of users and clicks.
 */
export async function writeClicks(folder: string, { users, events }: LabelsSize): Promise<void> {
  const engine = await openEngine();
  const sessions = Math.ceil(events / CLICKS_PER_SESSION);
  try {
    await writeIds(engine, join(folder, "users.parquet"), "user_id", users);
    await engine.run(
      `COPY (SELECT range::INTEGER AS session_id, (hash(range) % ${users})::INTEGER AS user_id
       FROM range(${sessions})) TO ${sqlText(join(folder, "sessions.parquet"))} (FORMAT parquet)`,
    );
    const names = ["click_id", "session_id", "clicked_at", "amount"] as const;
    const batches = factBatches(sessions, events, createRng(8));
    await writeFacts(engine, join(folder, "clicks.parquet"), names, batches);
  } finally {
    engine.close();
  }
}

async function writeIds(engine: Engine, path: string, name: string, count: number): Promise<void> {
  await engine.run(
    `COPY (SELECT range::INTEGER AS ${name} FROM range(${count})) TO ${sqlText(path)} (FORMAT parquet)`,
  );
}

/** Snappy and row groups of 2^20 rows, as pyarrow writes them; through a table in a file, so that memory stays small. */
async function writeFacts(
  engine: Engine,
  path: string,
  [id, parent, time, value]: readonly [string, string, string, string],
  batches: Iterable<Batch>,
): Promise<void> {
  const { DuckDBDataChunk, INTEGER, DOUBLE, BIGINT } = await import("@duckdb/node-api");
  const { bindings, connection } = engine;
  const spill = `${path}.duckdb`;
  await connection.run(`ATTACH ${sqlText(spill)} AS spill`);
  await connection.run("CREATE TABLE spill.t (id INTEGER, p INTEGER, t BIGINT, v DOUBLE)");
  const appender = await connection.createAppender("t", null, "spill");
  const chunk = DuckDBDataChunk.create([INTEGER, INTEGER, BIGINT, DOUBLE]);
  const rows = 2048;
  const ids = new Int32Array(rows);
  const ticks = new BigInt64Array(rows);
  for (const { first, count, parents, times, values } of batches) {
    for (let from = 0; from < count; from += rows) {
      const n = Math.min(rows, count - from);
      chunk.reset();
      chunk.rowCount = n;
      for (let i = 0; i < n; i++) {
        ids[i] = first + from + i;
        ticks[i] = BigInt(times[from + i]!);
      }
      const columns = [ids, parents.subarray(from), ticks, values.subarray(from)];
      columns.forEach(({ buffer, byteOffset, BYTES_PER_ELEMENT }, c) => {
        const vector = bindings.data_chunk_get_vector(chunk.chunk, c);
        const bytes = n * BYTES_PER_ELEMENT;
        bindings.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset, bytes);
      });
      appender.appendDataChunk(chunk);
    }
  }
  appender.closeSync();
  await connection.run(
    `COPY (SELECT id AS ${id}, p AS ${parent}, make_timestamp_ms(t)::TIMESTAMP_MS AS ${time}, v AS ${value}
     FROM spill.t) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 1048576)`,
  );
  await connection.run("DETACH spill");
  const { rm } = await import("node:fs/promises");
  await rm(spill, { force: true });
}
