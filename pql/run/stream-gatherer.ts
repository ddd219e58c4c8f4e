/** Gathers one aggregation of a table from its chunks. */
import type { Column } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import type { ScanRange } from "../../src/data/event-scan.js";
import { Table } from "../../src/data/table.js";
import { createAggregator, type Measured } from "../aggregate/aggregate.js";
import { type BoundAggregation, boundColumns, insideOf } from "../bind/bound.js";
import { evaluate, evaluateCondition, type RowContext } from "./evaluate.js";
import { keepOwners, unitMs } from "./gather.js";
import { joinPath } from "./joined-rows.js";
import { placeWindows } from "./pick-rows.js";
import type { Run } from "./run.js";
import { type ColumnReader, createColumnReader, nanQuestion } from "./values-of-rows.js";

/** One aggregation over the chunks of its table. */
export interface StreamGatherer {
  /** The columns of the table that it reads. */
  readonly columns: readonly string[];
  /** The rows that are enough for it; `null` = all. */
  readonly range: ScanRange | null;
  /** Whether there is a value for each anchor, not one for all. */
  readonly windowed: boolean;
  /** Takes the rows of a chunk; see {@link openChunk}. */
  add(chunk: ColumnReader): void;
  /** Returns what the cells are worth; nothing may be added after. */
  readonly finish: () => Measured;
}

/**
 * Makes a chunk readable: its rows in place of those of the table, everything else from memory.
 *
 * @param columns - the database in memory.
 * @param table - the streamed table.
 * @param chunk - some of its columns.
 */
export function openChunk(
  columns: ColumnReader,
  table: string,
  chunk: readonly Column[],
): ColumnReader {
  const db = columns.db.withRows(new Table(table, chunk));
  for (const { name } of chunk) db.derived(nanQuestion(table, name), () => false);
  const own = createColumnReader(db);
  const readerOf = (read: string): ColumnReader => (read === table ? own : columns);
  return {
    db,
    values: (read, column) => readerOf(read).values(read, column),
    known: (read, column) => readerOf(read).known(read, column),
    times: (read) => readerOf(read).times(read),
    ascends: (read) => readerOf(read).ascends(read),
  };
}

/**
 * Makes a gatherer.
 *
 * @param run - the run.
 * @param aggregation - all hops of its path lead up, out of the streamed table.
 * @param looks - a tile of anchors, and whose knowledge counts.
 */
export function createStreamGatherer(
  { plan, population, columns }: Run,
  aggregation: BoundAggregation,
  { anchors, sight }: { readonly anchors: Float64Array; readonly sight: "truth" | "anchor" },
): StreamGatherer {
  const { name, quantile, window, argument, where, path, table } = aggregation;
  const windows = window && placeWindows(window, anchors, sight);
  const aggregator = createAggregator({
    name,
    quantile,
    windows,
    anchors,
    unitMs: unitMs(window),
    entities: population.size,
  });
  const last = anchors.at(-1) ?? -Infinity;
  const moment = sight === "truth" ? Infinity : last;
  const { timeColumn } = table;
  resolveLinks(columns.db, aggregation);
  let measured: Measured | null = null;
  return {
    columns: columnsOf(aggregation),
    range:
      windows !== null && path.clock === 0 && timeColumn !== null
        ? { column: timeColumn, after: windows.from[0]!, until: windows.to.at(-1)! }
        : null,
    windowed: windows !== null,
    add(chunk) {
      const joined = joinPath(chunk, aggregation);
      const { length, rows, times, sorted } = joined;
      const context: RowContext = {
        columns: chunk,
        logic: plan.nullLogic,
        length,
        rows,
        moment,
        anchor: last,
        aggregate: () => {
          throw new Error("nested aggregations are not streamed");
        },
      };
      const mask = where && evaluateCondition(where, context);
      const values = argument && evaluate(argument, context);
      const owners = keepOwners(joined, moment, mask, values?.nulls ?? null);
      aggregator.add({ owners, times, sorted, values });
    },
    finish: () => (measured ??= aggregator.finish()),
  };
}

/** Resolves links between tables in memory, and keys that the streamed table names, so that chunks share them. */
function resolveLinks(db: Database, aggregation: BoundAggregation): void {
  const lookUps = insideOf(aggregation).flatMap(boundColumns);
  for (const hops of [aggregation.path.hops, ...lookUps.map(({ steps }) => steps)]) {
    for (const { from, to, foreignKey } of hops) {
      if (from.name === aggregation.table.name) db.keyIndex(to.name);
      else db.link(from.name, foreignKey);
    }
  }
}

/** Lists the columns of the streamed table: keys of its links, its time, and what argument and filter read. */
function columnsOf(aggregation: BoundAggregation): string[] {
  const { path, table } = aggregation;
  const names = new Set(path.hops[0]!.foreignKey.columns);
  if (path.clock === 0 && table.timeColumn !== null) names.add(table.timeColumn);
  for (const { position, steps, column } of insideOf(aggregation).flatMap(boundColumns)) {
    if (position !== 0) continue;
    const [first] = steps;
    if (first) for (const key of first.foreignKey.columns) names.add(key);
    else names.add(column.name);
  }
  return [...names];
}
