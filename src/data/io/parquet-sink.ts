/** Writes Parquet: batches go into a DuckDB file beside, which becomes one Parquet file at the end. */
import { rm } from "node:fs/promises";
import type { DuckDBAppender, DuckDBDataChunk } from "@duckdb/node-api";
import { DataError } from "../../core/errors.js";
import { type Column, isValid } from "../column.js";
import { type Engine, engineMessage, openEngine, sqlName, sqlText } from "./duckdb.js";
import type { FormatSink, WriterColumn } from "./format-sink.js";
import { notWritable, type OutputFile } from "./output-file.js";
import { createDictionaryEncoder, fillVector, storageType } from "./vector-writers.js";

const SPILL = "spill";

/**
 * Opens a Parquet file for tables: zstd, 64-bit integers and decimals exact, lists as lists, vectors as arrays of
 * float32, times as microseconds.
 *
 * @param file - where it is written.
 * @param columns - its columns.
 * @throws {@link DataError} DAT301 if it cannot be written, DAT214 if the native engine cannot be loaded.
 */
export async function createParquetSink(
  file: OutputFile,
  columns: readonly WriterColumn[],
): Promise<FormatSink> {
  if (columns.length === 0) {
    throw new DataError("DAT304", `\`${file.path}\`: Parquet needs at least one column`, {
      at: { file: file.path },
      hint: "write another format, or add a column",
    });
  }
  const engine = await openEngine();
  const spill = `${file.partial}.duckdb`;
  const cleanUp = async (): Promise<void> => {
    engine.close();
    await rm(spill, { force: true });
    await rm(`${spill}.wal`, { force: true });
  };
  const { DuckDBDataChunk } = await import("@duckdb/node-api");
  const types = await Promise.all(columns.map(storageType));
  let appender: DuckDBAppender;
  let chunk: DuckDBDataChunk;
  try {
    await engine.connection.run(`ATTACH ${sqlText(spill)} AS ${SPILL}`);
    const definitions = types.map((type, c) => `c${c} ${type.toString()}`).join(", ");
    await engine.connection.run(`CREATE TABLE ${SPILL}.t (${definitions})`);
    appender = await engine.connection.createAppender("t", null, SPILL);
    chunk = DuckDBDataChunk.create(types);
  } catch (cause) {
    await cleanUp();
    throw notWritable(file.path, cause);
  }
  const dictionaries = columns.map(createDictionaryEncoder);
  const fractions = columns.map(() => false);
  const size = engine.bindings.vector_size();
  return {
    async append(batch) {
      const rows = batch[0]!.length;
      batch.forEach((column, c) => {
        checkIntegers(file.path, column, columns[c]!);
        if (column.kind === "list") fractions[c] ||= column.dictionary.some(isFraction);
      });
      const fillers = batch.map((column, c) =>
        fillVector(engine.bindings, column, columns[c]!, dictionaries[c]!),
      );
      try {
        for (let from = 0; from < rows; from += size) {
          const count = Math.min(size, rows - from);
          chunk.reset();
          chunk.rowCount = count;
          fillers.forEach((fill, c) => {
            fill(engine.bindings.data_chunk_get_vector(chunk.chunk, c), from, count);
          });
          appender.appendDataChunk(chunk);
        }
      } catch (cause) {
        throw notWritable(file.path, cause);
      }
    },
    async close() {
      try {
        appender.closeSync();
        const select = await selectList(engine, columns, fractions);
        await engine.connection.run(
          `COPY (SELECT ${select} FROM ${SPILL}.t) TO ${sqlText(file.partial)}
           (FORMAT parquet, COMPRESSION zstd)`,
        );
      } catch (cause) {
        throw new DataError(
          "DAT301",
          `\`${file.path}\` cannot be written: ${engineMessage(cause)}`,
          {
            at: { file: file.path },
            hint: "check the space on the disk and the permissions of the folder",
            cause,
          },
        );
      } finally {
        await cleanUp();
      }
    },
    abort: cleanUp,
  };
}

function isFraction(item: string): boolean {
  return !Number.isSafeInteger(Number(item)) || /[.e]/i.test(item);
}

function checkIntegers(path: string, column: Column, { integer }: WriterColumn): void {
  if (column.kind !== "number" || integer !== true || column.values instanceof Int32Array) return;
  for (let row = 0; row < column.length; row++) {
    const value = column.values[row]!;
    if (Number.isSafeInteger(value) || !isValid(column, row)) continue;
    throw new DataError("DAT303", `\`${column.name}\` is declared as integers, found ${value}`, {
      at: { file: path, column: column.name, row: row + 1 },
      hint: "declare the column with integer: false",
    });
  }
}

/** Digits become the narrowest exact integers, lists lists. */
async function selectList(
  engine: Engine,
  columns: readonly WriterColumn[],
  fractions: readonly boolean[],
): Promise<string> {
  const parts: string[] = [];
  for (const [c, { name, kind, int64, numeric }] of columns.entries()) {
    let sql = `c${c}`;
    if (kind === "string" && int64) sql = `CAST(c${c} AS ${await digitsType(engine, `c${c}`)})`;
    if (kind === "list") {
      const item = numeric ? (fractions[c] ? "DOUBLE" : "BIGINT") : "VARCHAR";
      sql = `from_json(c${c}, '["${item}"]')`;
    }
    parts.push(`${sql} AS ${sqlName(name)}`);
  }
  return parts.join(", ");
}

async function digitsType(engine: Engine, column: string): Promise<string> {
  for (const type of ["BIGINT", "UBIGINT"]) {
    const [row] = await engine.rows(
      `SELECT count(*) = count(TRY_CAST(${column} AS ${type})) AS fits FROM ${SPILL}.t WHERE ${column} IS NOT NULL`,
    );
    if (row?.["fits"] === true) return type;
  }
  return "VARCHAR";
}
