/** Reads a table that stays in its file: some columns, between two times, chunk by chunk. */
import { AbortedError, DataError, RelError } from "../../core/errors.js";
import { checkAborted, type WorkOptions } from "../../core/progress.js";
import type { Column } from "../column.js";
import type { EventScan, ScanRange } from "../event-scan.js";
import type { TableSchema } from "../schema.js";
import { type Engine, engineMessage, sqlName } from "./duckdb.js";
import { type Reading, type Relation, type RelationColumn, readingOf } from "./read-relation.js";
import {
  type ChunkColumn,
  type ChunkKind,
  createChunkColumn,
  isChunkKind,
} from "./scan-columns.js";

/** Rows of a chunk: vectors of 2,048 rows are gathered, few enough to stay in the cache. */
const CHUNK = 65_536;

/** Rows that the engine reads ahead, in bytes; with its default of 1 MB it waits for us too often. */
const READ_AHEAD = "8MB";

/** A column to read. */
interface Planned {
  readonly column: RelationColumn;
  readonly reading: Reading & { readonly kind: ChunkKind };
}

/**
 * Makes the scan of a relation.
 *
 * @param engine - the engine; one scan runs at a time.
 * @param relation - the table.
 * @param schema - its settled schema: what kinds its columns have.
 * @param integers - names of columns that hold integers beyond 2^53, as digits.
 */
export function scanRelation(
  engine: Engine,
  relation: Relation,
  schema: TableSchema,
  integers: ReadonlySet<string>,
): EventScan {
  const { table } = relation;
  const plan = (name: string): Planned => {
    const column = relation.columns.find((candidate) => candidate.name === name);
    const kind = schema.columns.find((candidate) => candidate.name === name)?.kind;
    const known = column && readingOf(column.type);
    const reading = known && integers.has(name) ? digits : known;
    if (!column || !reading || !isChunkKind(reading.kind) || kindOf(reading.kind) !== kind) {
      throw unfit(table, name, `it is read as a ${kind ?? "missing"} column`);
    }
    return { column, reading: { ...reading, kind: reading.kind } };
  };
  return {
    table,
    async *rows(columns, range, options = {}) {
      const planned = columns.map(plan);
      const where = await whereOf(engine, relation, range);
      yield* readChunks(engine, relation, planned, where, options);
    },
    async lastTime(name) {
      const { column } = plan(name);
      const sql = `CAST(${sqlName(column.sqlName)} AS TIMESTAMP)`;
      const max = async (where: string): Promise<number> => {
        const [row] = await engine.rows(
          `SELECT CASE WHEN isfinite(m) THEN CAST(epoch_us(m) AS DOUBLE) ELSE 'infinity'::DOUBLE END AS last
           FROM (SELECT CAST(max(${sqlName(column.sqlName)}) AS TIMESTAMP) AS m FROM ${relation.sql}${where})`,
        );
        const last = row?.["last"] ?? null;
        return last === null ? -Infinity : Number(last) / 1000;
      };
      // Without a filter the file's own statistics answer.
      const last = await max("");
      return last === Infinity ? max(` WHERE isfinite(${sql})`) : last;
    },
  };
}

const digits: Reading = { sql: (column) => `CAST(${column} AS VARCHAR)`, kind: "digits" };

function kindOf(kind: ChunkKind): Column["kind"] {
  switch (kind) {
    case "int32":
    case "int64":
    case "float64":
      return "number";
    case "boolean":
      return "boolean";
    case "text":
    case "digits":
      return "string";
    default:
      return "timestamp";
  }
}

function unfit(table: string, column: string, why: string): DataError {
  return new DataError("DAT216", `\`${table}.${column}\` cannot be read in chunks: ${why}`, {
    at: { table, column },
    hint: "load the table, or settle the column's type in its file",
  });
}

/** Types whose values are compared with times without a cast of each. */
const COMPARABLE = new Set(["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"]);
/** Times that any of them can hold. */
const LATEST = Date.UTC(2200, 0, 1);
const EARLIEST = Date.UTC(1700, 0, 1);

/** The share of a table's time span above which a filter costs more than it saves: rows have to be counted again. */
const MOST = 0.6;

/** Writes a range as a filter that the file's own statistics can answer in part; `null` = all rows. */
async function whereOf(
  engine: Engine,
  { sql, columns, rows }: Relation,
  range: ScanRange | null,
): Promise<string | null> {
  const column = columns.find(({ name }) => name === range?.column);
  // Text files, whose rows are not counted, are read as a whole anyway.
  if (range === null || rows === null || !column || !COMPARABLE.has(column.type)) return null;
  const [span] = await engine.rows(
    `SELECT CAST(epoch_ms(CAST(min(t) AS TIMESTAMP)) AS DOUBLE) AS first,
     CAST(epoch_ms(CAST(max(t) AS TIMESTAMP)) AS DOUBLE) AS last
     FROM (SELECT ${sqlName(column.sqlName)} AS t FROM ${sql})`,
  );
  const [first, last] = [Number(span?.["first"] ?? 0), Number(span?.["last"] ?? 0)];
  const held = Math.min(last, range.until) - Math.max(first, range.after);
  if (held >= MOST * (last - first)) return null;
  const name = sqlName(column.sqlName);
  const literal = (time: number): string =>
    `TIMESTAMP '${new Date(time).toISOString().slice(0, -1)}'`;
  const parts: string[] = [];
  if (range.after > EARLIEST && range.after < LATEST) {
    parts.push(`${name} >= ${literal(Math.floor(range.after))}`);
  }
  if (range.until > EARLIEST && range.until < LATEST) {
    parts.push(`${name} <= ${literal(Math.ceil(range.until))}`);
  }
  return parts.length === 0 ? null : parts.join(" AND ");
}

async function* readChunks(
  engine: Engine,
  relation: Relation,
  planned: readonly Planned[],
  where: string | null,
  { signal, onProgress }: WorkOptions,
): AsyncGenerator<readonly Column[]> {
  const what = `reading \`${relation.table}\``;
  checkAborted(signal, what);
  const { bindings } = engine;
  const columns = planned.map(({ column, reading }) =>
    createChunkColumn(reading.kind, bindings, column.name, CHUNK, reading.integer ?? false),
  );
  const select = planned.map(({ column, reading }) => reading.sql(sqlName(column.sqlName)));
  const source = `FROM ${relation.sql}${where === null ? "" : ` WHERE ${where}`}`;
  const stop = (): void => engine.connection.interrupt();
  signal?.addEventListener("abort", stop, { once: true });
  let total = 0;
  let next: ReturnType<Awaited<ReturnType<Engine["stream"]>>["fetchChunk"]> | null = null;
  try {
    await engine.run(`SET streaming_buffer_size = '${READ_AHEAD}'`);
    const result = await engine.stream(`SELECT ${select.join(", ")} ${source}`);
    let held = 0;
    next = result.fetchChunk();
    for (;;) {
      const chunk = await next;
      const count = chunk?.rowCount ?? 0;
      // Asked for before this one is used, so that the engine works meanwhile.
      if (count > 0) next = result.fetchChunk();
      if (held > 0 && (count === 0 || held + count > CHUNK)) {
        total += held;
        checkAborted(signal, what);
        yield columns.map((column) => column.finish(held));
        onProgress?.({
          stage: "scan",
          message: `${relation.table}: ${total.toLocaleString("en-US")} rows`,
          done: total,
          ...(relation.rows !== null && where === null && { total: relation.rows }),
        });
        held = 0;
      }
      if (!chunk || count === 0) break;
      copyVectors(
        relation.table,
        planned,
        columns,
        (c) => bindings.data_chunk_get_vector(chunk.chunk, c),
        count,
        held,
      );
      held += count;
    }
    checkAborted(signal, what);
    await checkCount(engine, relation, source, where, total);
  } catch (error) {
    if (signal?.aborted) throw new AbortedError(what);
    throw error instanceof RelError ? error : broken(relation.table, engineMessage(error), error);
  } finally {
    signal?.removeEventListener("abort", stop);
    // The engine must be idle before it may be closed.
    await next?.catch(() => null);
  }
}

function copyVectors(
  table: string,
  planned: readonly Planned[],
  columns: readonly ChunkColumn[],
  vectorOf: (column: number) => Parameters<ChunkColumn["append"]>[0],
  count: number,
  at: number,
): void {
  for (let c = 0; c < columns.length; c++) {
    if (columns[c]!.append(vectorOf(c), count, at)) continue;
    throw unfit(table, planned[c]!.column.name, "it holds integers beyond 2^53");
  }
}

/** A stream that breaks ends like one that is done, so only the count tells them apart. */
async function checkCount(
  engine: Engine,
  { rows, table }: Relation,
  source: string,
  where: string | null,
  total: number,
): Promise<void> {
  const [counted] =
    where === null && rows !== null
      ? [{ rows }]
      : await engine.rows(`SELECT CAST(count(*) AS DOUBLE) AS rows ${source}`);
  const expected = Number(counted?.["rows"] ?? 0);
  if (total === expected) return;
  throw broken(table, `${total} of ${expected} rows came`);
}

function broken(table: string, why: string, cause?: unknown): DataError {
  return new DataError("DAT217", `\`${table}\` cannot be read to its end: ${why}`, {
    at: { table },
    hint: "the file may be damaged or changing: check it, then read it again",
    cause,
  });
}
