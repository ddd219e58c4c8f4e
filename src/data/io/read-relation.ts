/** Reads one SQL relation into a table: a select list that casts for the sinks, then one streamed pass. */
import { invariant } from "../../core/assert.js";
import { AbortedError, DataError } from "../../core/errors.js";
import { checkAborted, type WorkOptions } from "../../core/progress.js";
import type { ScanRange } from "../event-scan.js";
import { Table } from "../table.js";
import { type Engine, sqlName, sqlText } from "./duckdb.js";
import { isComparable, rangeFilter } from "./range-filter.js";
import { createSink, type SinkKind } from "./vector-sinks.js";

/** A relation and how its columns are called. */
export interface Relation {
  /** What stands after FROM. */
  readonly sql: string;
  readonly table: string;
  readonly columns: readonly RelationColumn[];
  /** Rows, where known; then they are streamed and counted. `null`: the engine reads all of them first. */
  readonly rows: number | null;
  /** The path of the Parquet file that holds exactly these rows, if one does. */
  readonly parquet?: string;
}

/** A column of a relation. */
export interface RelationColumn {
  /** Its name in SQL. */
  readonly sqlName: string;
  /** Its name in the table. */
  readonly name: string;
  /** DuckDB's type, such as `DECIMAL(12,2)` or `VARCHAR[]`. */
  readonly type: string;
}

/** How a column is read. */
export interface Reading {
  readonly sql: (column: string) => string;
  readonly kind: SinkKind;
  readonly integer?: boolean;
}

const same = (column: string): string => column;
const castTo =
  (type: string) =>
  (column: string): string =>
    `CAST(${column} AS ${type})`;

const READINGS: Readonly<Record<string, Reading>> = {
  BOOLEAN: { sql: same, kind: "boolean" },
  TINYINT: { sql: castTo("INTEGER"), kind: "int32" },
  SMALLINT: { sql: castTo("INTEGER"), kind: "int32" },
  INTEGER: { sql: same, kind: "int32" },
  UTINYINT: { sql: castTo("INTEGER"), kind: "int32" },
  USMALLINT: { sql: castTo("INTEGER"), kind: "int32" },
  UINTEGER: { sql: castTo("DOUBLE"), kind: "float64", integer: true },
  BIGINT: { sql: same, kind: "int64" },
  FLOAT: { sql: castTo("DOUBLE"), kind: "float64" },
  DOUBLE: { sql: same, kind: "float64" },
  DATE: { sql: same, kind: "days" },
  TIMESTAMP: { sql: same, kind: "microseconds" },
  TIMESTAMP_S: { sql: same, kind: "seconds" },
  TIMESTAMP_MS: { sql: same, kind: "milliseconds" },
  TIMESTAMP_NS: { sql: castTo("TIMESTAMP"), kind: "microseconds" },
  "TIMESTAMP WITH TIME ZONE": { sql: same, kind: "microseconds" },
  VARCHAR: { sql: same, kind: "text" },
  JSON: { sql: (column) => `json_extract_string(${column}, '$')`, kind: "text" },
};
const HUGE = new Set(["UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"]);
const INTEGERS = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/;

/** Returns how columns of a DuckDB type are read; `null` where they cannot be. */
export function readingOf(type: string): Reading | null {
  const known = READINGS[type];
  if (known) return known;
  if (type === "BLOB" || type === "BIT" || type === "GEOMETRY") return null;
  const decimal = /^DECIMAL\(\d+,(\d+)\)$/.exec(type);
  if (decimal) return { sql: castTo("DOUBLE"), kind: "float64", integer: decimal[1] === "0" };
  const list = /^(.*)\[\d*\]$/s.exec(type);
  if (list) return listReading(list[1]!);
  if (/^(?:STRUCT|MAP|UNION)\b/.test(type) || type === "VARIANT") {
    return { sql: (column) => `CAST(to_json(${column}) AS VARCHAR)`, kind: "text" };
  }
  return { sql: castTo("VARCHAR"), kind: "text" };
}

function listReading(item: string): Reading {
  const base = item.replace(/\(.*$/s, "");
  if (base === "FLOAT" || base === "DOUBLE") return { sql: castTo("DOUBLE[]"), kind: "floats" };
  if (base === "DECIMAL") return { sql: castTo("DOUBLE[]"), kind: "numbers" };
  if (INTEGERS.test(base)) return { sql: castTo("VARCHAR[]"), kind: "integers" };
  if (item.endsWith("]") || /^(?:STRUCT|MAP|UNION)/.test(item)) {
    return {
      sql: (c) => `list_transform(${c}, lambda x: CAST(to_json(x) AS VARCHAR))`,
      kind: "texts",
    };
  }
  if (item === "JSON") {
    return {
      sql: (c) => `list_transform(${c}, lambda x: json_extract_string(x, '$'))`,
      kind: "texts",
    };
  }
  return { sql: castTo("VARCHAR[]"), kind: "texts" };
}

/** Options of {@link readRelation}. */
export interface ReadOptions extends WorkOptions {
  /** Rows that are enough; a source that cannot choose gives more. */
  readonly range?: ScanRange | null | undefined;
  /** How many rows are enough; a source that cannot count gives more. */
  readonly limit?: number | null | undefined;
  /** Texts that mean null in text columns. */
  readonly nullValues?: readonly string[] | undefined;
}

/** A table as read, with remarks. */
export interface ReadTable {
  readonly table: Table;
  readonly notes: readonly string[];
}

/** Rows between two looks at the caller's signal and two progress events. */
const PULSE = 1_048_576;

/**
 * Streams a relation into a table.
 *
 * @param engine - the engine.
 * @param whole - what to read; excluded columns are not listed in it.
 * @param options - rows that are enough, null texts, progress, cancellation.
 * @returns the table; columns whose type cannot be read are left out with a note.
 * @throws {@link DataError} DAT215 if there are more rows than 2^31 − 2; AbortedError CFG900 if cancelled; what the
 * engine throws.
 */
export async function readRelation(
  engine: Engine,
  whole: Relation,
  options: ReadOptions = {},
): Promise<ReadTable> {
  const { signal, onProgress } = options;
  const relation = partOf(whole, options);
  const what = `reading \`${relation.table}\``;
  checkAborted(signal, what);
  const notes: string[] = [];
  const planned: { column: RelationColumn; reading: Reading }[] = [];
  for (const column of relation.columns) {
    const reading = HUGE.has(column.type)
      ? await hugeReading(engine, relation, column)
      : readingOf(column.type);
    if (reading) planned.push({ column, reading });
    else {
      notes.push(`\`${relation.table}.${column.name}\` is left out: ${column.type} cannot be read`);
    }
  }
  if (planned.length === 0) return { table: new Table(relation.table, []), notes };
  const sinks = planned.map(({ column, reading }) =>
    createSink(reading.kind, {
      bindings: engine.bindings,
      name: column.name,
      expectedRows: relation.rows ?? 0,
      integer: reading.integer ?? false,
    }),
  );
  const select = planned.map(({ column, reading }) => {
    const sql = reading.sql(sqlName(column.sqlName));
    return reading.kind === "text" ? withNulls(sql, options.nullValues ?? []) : sql;
  });
  const stop = (): void => engine.connection.interrupt();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const sql = `SELECT ${select.join(", ")} FROM ${relation.sql}`;
    const result = relation.rows === null ? await engine.run(sql) : await engine.stream(sql);
    let rows = 0;
    let pulse = PULSE;
    for (let chunk = await result.fetchChunk(); chunk; chunk = await result.fetchChunk()) {
      const count = chunk.rowCount;
      if (count === 0) break;
      for (let c = 0; c < sinks.length; c++) {
        sinks[c]!.append(engine.bindings.data_chunk_get_vector(chunk.chunk, c), count);
      }
      rows += count;
      if (rows >= pulse) {
        pulse += PULSE;
        checkAborted(signal, what);
        onProgress?.({
          stage: "load",
          message: `${relation.table}: ${rows.toLocaleString("en-US")} rows`,
          done: rows,
          ...(relation.rows !== null && { total: relation.rows }),
        });
        if (rows > 2 ** 31 - 2 ** 21) throw tooManyRows(relation.table);
      }
    }
    checkAborted(signal, what);
    // A stream that breaks ends like one that is done, so only the count tells them apart.
    if (relation.rows !== null && rows !== relation.rows) await engine.run(sql);
    invariant(
      relation.rows === null || rows === relation.rows,
      `all rows of ${relation.table} came`,
    );
  } catch (error) {
    if (signal?.aborted) throw new AbortedError(what);
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  planned.forEach(({ column }, c) => {
    const infinite = sinks[c]!.infinite?.() ?? 0;
    if (infinite === 0) return;
    notes.push(
      `\`${relation.table}.${column.name}\` holds ${infinite} infinite numbers: they are read as null`,
    );
  });
  return {
    table: new Table(
      relation.table,
      sinks.map((sink) => sink.finish()),
    ),
    notes,
  };
}

/** Leaves out rows that are not wanted, where the engine can tell them. */
function partOf(relation: Relation, { range, limit }: ReadOptions): Relation {
  const column = relation.columns.find(({ name }) => name === range?.column);
  const where = range && column && isComparable(column) ? rangeFilter(column, range) : null;
  if (where === null && (limit ?? null) === null) return relation;
  const filter = where === null ? "" : ` WHERE ${where}`;
  const end = (limit ?? null) === null ? "" : ` LIMIT ${limit}`;
  return { ...relation, sql: `(SELECT * FROM ${relation.sql}${filter}${end})`, rows: null };
}

function tooManyRows(table: string): DataError {
  return new DataError("DAT215", `\`${table}\` has more rows than one process can number`, {
    at: { table },
    hint: "a table holds up to 2^31 rows; split the data or use a SQL engine",
  });
}

function withNulls(sql: string, nullValues: readonly string[]): string {
  if (nullValues.length === 0) return sql;
  return `CASE WHEN ${sql} IN (${nullValues.map(sqlText).join(", ")}) THEN NULL ELSE ${sql} END`;
}

/** Integers wider than 64 bits are numbers where all fit 2^53, else exact digits. */
async function hugeReading(
  engine: Engine,
  { sql }: Relation,
  { sqlName: name }: RelationColumn,
): Promise<Reading> {
  const column = sqlName(name);
  const rows = await engine.rows(
    `SELECT coalesce(bool_and(${column} BETWEEN -9007199254740991 AND 9007199254740991), true) AS fits FROM ${sql}`,
  );
  return rows[0]?.["fits"] === true
    ? { sql: castTo("DOUBLE"), kind: "float64", integer: true }
    : { sql: castTo("VARCHAR"), kind: "digits" };
}

/**
 * Lists the columns of a relation.
 *
 * @param engine - the engine.
 * @param sql - what stands after FROM.
 * @returns names and types in order.
 */
export async function describeRelation(engine: Engine, sql: string): Promise<RelationColumn[]> {
  const rows = await engine.rows(`DESCRIBE SELECT * FROM ${sql}`);
  return rows.map((row) => ({
    sqlName: String(row["column_name"]),
    name: String(row["column_name"]),
    type: String(row["column_type"]),
  }));
}
