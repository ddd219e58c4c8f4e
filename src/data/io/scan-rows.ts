/** The rows of a scan: vectors of the engine gathered into chunks, while the engine already reads what comes next. */
import type { WorkOptions } from "../../core/progress.js";
import type { Column } from "../column.js";
import type { Bindings, Engine } from "./duckdb.js";
import type { Relation } from "./read-relation.js";
import { type ChunkColumn, type ChunkKind, createChunkColumn } from "./scan-columns.js";
import { broken, guardOf, unfit } from "./scan-guard.js";
import { createStringEncoder } from "./string-dictionary.js";
import type { Vector } from "./vector-sinks.js";

/** A column to read. */
export interface PlannedColumn {
  readonly name: string;
  /** What is selected. */
  readonly sql: string;
  readonly kind: ChunkKind;
  readonly integer: boolean;
}

/** Rows of a chunk, at most: vectors of 2,048 rows are gathered, few enough to stay in the cache. */
const CHUNK = 131_072;

/** Cells of a chunk, at most, where a vector of each column fits. */
const CELLS = 1 << 21;
const VECTOR = 2048;

/** Chunks that may wait: together about as many rows as the engine reads ahead. */
const WAITING = 4;

/** Bytes of rows that the engine reads ahead; with its default of 1 MB it waits for us too often. */
const READ_AHEAD = "8MB";

/** Turns of the event loop after which an answer is late. */
const TURNS = 16;

/**
 * Reads rows chunk by chunk. The engine works only while it is asked for more, so chunks that are complete wait, and are
 * used while the engine fills its buffer anew.
 *
 * @param engine - the engine.
 * @param relation - the table.
 * @param columns - what is read.
 * @param where - conditions that all rows must fulfil; `null` = none.
 * @param options - progress, cancellation.
 */
export async function* readRows(
  engine: Engine,
  { sql, table, rows }: Relation,
  columns: readonly PlannedColumn[],
  where: string | null,
  options: WorkOptions,
): AsyncGenerator<readonly Column[]> {
  const { bindings } = engine;
  const source = `FROM ${sql}${where === null ? "" : ` WHERE ${where}`}`;
  const known = where === null ? rows : null;
  const guard = guardOf(table, options, () => engine.connection.interrupt());
  const free = createFillers(bindings, table, columns);
  const full: Filler[] = [];
  let filling = free.pop()!;
  let total = 0;
  let next: ReturnType<Awaited<ReturnType<Engine["stream"]>>["fetchChunk"]> | null = null;
  try {
    await engine.run(`SET streaming_buffer_size = '${READ_AHEAD}'`);
    const select = columns.map((column) => column.sql).join(", ");
    const result = await engine.stream(`SELECT ${select} ${source}`);
    next = result.fetchChunk();
    for (;;) {
      while (full.length > 0 && (free.length === 0 || !(await comesSoon(next)))) {
        const used = full.shift()!;
        yield used.take();
        free.push(used);
      }
      const fetched = await next;
      if (!fetched || fetched.rowCount === 0) break;
      next = result.fetchChunk();
      const { chunk, rowCount } = fetched;
      if (filling.isFull(rowCount)) {
        guard.check();
        full.push(filling);
        filling = free.pop()!;
        guard.report(total, known);
      }
      filling.append((c) => bindings.data_chunk_get_vector(chunk, c), rowCount);
      total += rowCount;
    }
    guard.check();
    for (const filler of [...full, filling]) if (filler.held() > 0) yield filler.take();
    // Whoever gave up over the last rows is told so, too.
    guard.check();
    await checkCount(engine, source, table, total, known);
  } catch (error) {
    throw guard.errorOf(error);
  } finally {
    guard.end();
    // The engine must be idle before it may be closed.
    await next?.catch(() => null);
  }
}

/** Tells whether a promise settles within some turns of the event loop: a chunk that is there takes a few. */
async function comesSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let turn = 0; turn < TURNS && !settled; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return settled;
}

/** A stream that breaks ends like one that is done, so only the count tells them apart. */
async function checkCount(
  engine: Engine,
  source: string,
  table: string,
  total: number,
  known: number | null,
): Promise<void> {
  const count = async (): Promise<number> => {
    const [row] = await engine.rows(`SELECT CAST(count(*) AS DOUBLE) AS rows ${source}`);
    return Number(row?.["rows"] ?? 0);
  };
  const expected = known ?? (await count());
  if (total !== expected) throw broken(table, `${total} of ${expected} rows came`);
}

/** A chunk that is being filled. */
interface Filler {
  /** Whether more rows do not fit any more. */
  isFull(more: number): boolean;
  append(vectorOf: (column: number) => Vector, count: number): void;
  /** Rows so far. */
  held(): number;
  /** Returns the chunk and begins another in its place. */
  take(): readonly Column[];
}

/** Makes the chunks that are used in turn; their texts share dictionaries. */
function createFillers(
  bindings: Bindings,
  table: string,
  planned: readonly PlannedColumn[],
): Filler[] {
  const capacity = Math.max(VECTOR, Math.min(CHUNK, Math.floor(CELLS / planned.length)));
  const encoders = planned.map(() => createStringEncoder(bindings));
  return Array.from({ length: WAITING + 1 }, () => {
    const columns = planned.map(({ kind, name, integer }, c) =>
      createChunkColumn(kind, { bindings, name, capacity, integer, encoder: encoders[c]! }),
    );
    return createFiller(table, planned, columns, capacity);
  });
}

function createFiller(
  table: string,
  planned: readonly PlannedColumn[],
  columns: readonly ChunkColumn[],
  capacity: number,
): Filler {
  let held = 0;
  return {
    isFull: (more) => held > 0 && held + more > capacity,
    append(vectorOf, count) {
      for (let c = 0; c < columns.length; c++) {
        if (columns[c]!.append(vectorOf(c), count, held)) continue;
        throw unfit(table, planned[c]!.name, "it holds integers beyond 2^53");
      }
      held += count;
    },
    held: () => held,
    take() {
      const rows = held;
      held = 0;
      return columns.map((column) => column.finish(rows));
    },
  };
}
