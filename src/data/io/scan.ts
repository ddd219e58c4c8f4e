/** A table that stays in its file as a scan: chosen columns, between two times, chunk by chunk. */
import type { WorkOptions } from "../../core/progress.js";
import type { Column } from "../column.js";
import type { EventScan, ScanRange } from "../event-scan.js";
import type { TableSchema } from "../schema.js";
import { type Engine, sqlName } from "./duckdb.js";
import type { ParquetDecoder } from "./parquet/decoder.js";
import { planParquet, readFooter, type WantedColumn } from "./parquet/parquet-file.js";
import type { ParquetPlan } from "./parquet/parquet-plan.js";
import { isComparable, rangeFilter } from "./range-filter.js";
import { type Reading, type Relation, readingOf } from "./read-relation.js";
import { type ChunkKind, isChunkKind } from "./scan-columns.js";
import { guardOf, orBroken, unfit } from "./scan-guard.js";
import { type PlannedColumn, readRows } from "./scan-rows.js";

/**
 * Makes the scan of a relation.
 *
 * @param engine - the engine; one scan runs at a time.
 * @param relation - the table.
 * @param schema - its settled schema: what kinds its columns have.
 * @param integers - names of columns that hold integers beyond 2^53, as digits.
 * @param decoder - reads plain Parquet past the engine.
 */
export function scanRelation(
  engine: Engine,
  relation: Relation,
  schema: TableSchema,
  integers: ReadonlySet<string>,
  decoder: ParquetDecoder,
): EventScan {
  const { table } = relation;
  const plan = (name: string): PlannedColumn => {
    const column = relation.columns.find((candidate) => candidate.name === name);
    const kind = schema.columns.find((candidate) => candidate.name === name)?.kind;
    const known = column && readingOf(column.type);
    const reading = known && integers.has(name) ? digits : known;
    if (!column || !reading || !isChunkKind(reading.kind) || kindOf(reading.kind) !== kind) {
      throw unfit(table, name, `it is read as a ${kind ?? "missing"} column`);
    }
    const sql = reading.sql(sqlName(column.sqlName));
    return { name, sql, kind: reading.kind, integer: reading.integer ?? false };
  };
  return {
    table,
    async *rows(columns, range, options = {}) {
      const planned = columns.map(plan);
      const direct = await planDirect(relation, planned, range);
      if (direct !== null) {
        yield* readDirect(decoder, table, direct, options);
        return;
      }
      const where = await orBroken(table, () => whereOf(engine, relation, range));
      yield* readRows(engine, relation, planned, where, options);
    },
    async lastTime(name) {
      plan(name);
      const sql = sqlName(relation.columns.find((column) => column.name === name)!.sqlName);
      const max = async (where: string): Promise<number> => {
        const [row] = await engine.rows(
          `SELECT CASE WHEN isfinite(m) THEN CAST(epoch_us(m) AS DOUBLE) ELSE 'infinity'::DOUBLE END AS last
           FROM (SELECT CAST(max(${sql}) AS TIMESTAMP) AS m FROM ${relation.sql}${where})`,
        );
        const last = row?.["last"] ?? null;
        return last === null ? -Infinity : Number(last) / 1000;
      };
      // Without a filter the file's own statistics answer.
      const last = await orBroken(table, () => max(""));
      return last === Infinity ? max(` WHERE isfinite(CAST(${sql} AS TIMESTAMP))`) : last;
    },
  };
}

/** Plans to read a Parquet file past the engine; `null` where only the engine can. */
async function planDirect(
  { columns, parquet }: Relation,
  planned: readonly PlannedColumn[],
  range: ScanRange | null,
): Promise<ParquetPlan | null> {
  if (parquet === undefined || planned.some(({ kind }) => kind === "digits")) return null;
  const file = await readFooter(parquet);
  if (file === null) return null;
  const want = (name: string, integer: boolean): WantedColumn | null => {
    const index = columns.findIndex((column) => column.name === name);
    if (index < 0) return null;
    const { sqlName: fileName, type } = columns[index]!;
    return { name, index, fileName, type, integer };
  };
  const wanted = planned.flatMap(({ name, integer }) => want(name, integer) ?? []);
  const column = range && want(range.column, false);
  return planParquet(file, wanted, range && column && { column, times: range });
}

/** Reads rows past the engine. */
async function* readDirect(
  decoder: ParquetDecoder,
  table: string,
  plan: ParquetPlan,
  options: WorkOptions,
): AsyncGenerator<readonly Column[]> {
  const guard = guardOf(table, options, () => {});
  let done = 0;
  try {
    for await (const { columns, rows, unfit: name } of decoder.chunks(plan)) {
      guard.check();
      if (name !== null) throw unfit(table, name, "it holds integers beyond 2^53");
      yield columns;
      done += rows;
      guard.report(done, plan.rows);
    }
    guard.check();
  } catch (error) {
    throw guard.errorOf(error);
  } finally {
    guard.end();
  }
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
  if (range === null || rows === null || !column || !isComparable(column)) return null;
  const [span] = await engine.rows(
    `SELECT CAST(epoch_ms(CAST(min(t) AS TIMESTAMP)) AS DOUBLE) AS first,
     CAST(epoch_ms(CAST(max(t) AS TIMESTAMP)) AS DOUBLE) AS last
     FROM (SELECT ${sqlName(column.sqlName)} AS t FROM ${sql})`,
  );
  const [first, last] = [Number(span?.["first"] ?? 0), Number(span?.["last"] ?? 0)];
  const held = Math.min(last, range.until) - Math.max(first, range.after);
  if (held >= MOST * (last - first)) return null;
  return rangeFilter(column, range);
}
