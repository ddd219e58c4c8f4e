/** Aggregations of a database's rows per (anchor, entity): filters, links and windows applied, then one sweep. */
import { placeWindow, type Timestamp } from "../src/core/time.js";
import { isValid } from "../src/data/column.js";
import type { Database } from "../src/data/database.js";
import { knownTimes } from "../src/data/known.js";
import { createAccumulator } from "./aggregate.js";
import {
  type BoundAggregation,
  type BoundComparison,
  boundColumns,
  type NullLogic,
} from "./bound.js";
import { compareValues, evaluate, TRUE } from "./filter.js";
import { isAscending, type PlacedWindows, sweep } from "./sweep.js";
import { type Moment, readRows } from "./values-of-rows.js";

/** What an aggregation is worth for every (anchor, entity). */
export interface Measured {
  /** float64 `[anchors x entities]`, NaN = null. */
  readonly values: Float64Array;
  /** What codes among the values mean; `null` for other kinds. */
  readonly dictionary: readonly string[] | null;
  readonly int64: boolean;
}

/** Measures aggregations of one database, keeping what several of them share. */
export interface Meter {
  /**
   * Measures an aggregation at some anchors.
   *
   * @param aggregation - the aggregation.
   * @param anchors - ascending; not looked at where the aggregation has no window.
   * @param moment - when cells are looked at; a time for each entity where each has its own anchor.
   * @param only - counts only rows whose aggregated value fulfils this comparison (for `LIST_DISTINCT … CONTAINS`).
   */
  measure(
    aggregation: BoundAggregation,
    anchors: Float64Array,
    moment: Moment,
    only?: BoundComparison,
  ): Measured;
  /** Tells whether an aggregation reads cells that become known later than their row. */
  readsLateCells(aggregation: BoundAggregation): boolean;
  /** Returns the latest time of a table's rows; `-Infinity` without any, `+Infinity` for a table without time. */
  lastTime(table: string): Timestamp;
}

/**
 * Makes a meter.
 *
 * @param db - the database.
 * @param entityTable - the entity table's name.
 * @param logic - the logic of missing values in filters.
 */
export function createMeter(db: Database, entityTable: string, logic: NullLogic): Meter {
  const entities = db.table(entityTable).numRows;
  const timesOf = new Map<string, { readonly times: Float64Array; readonly sorted: boolean }>();

  const rowTimes = (table: string): { times: Float64Array; sorted: boolean } | null => {
    const known = timesOf.get(table);
    if (known) return known;
    const column = db.timeColumn(table);
    if (!column) return null;
    let times = column.values;
    if (column.validity) {
      times = times.slice();
      for (let row = 0; row < times.length; row++)
        if (!isValid(column, row)) times[row] = Number.NaN;
    }
    const entry = { times, sorted: isAscending(times) };
    timesOf.set(table, entry);
    return entry;
  };

  const measure: Meter["measure"] = (aggregation, anchors, moment, only) => {
    const { table, column, foreignKey, window, where, name } = aggregation;
    const { parentRows } = db.link(table.name, foreignKey);
    const eventMoment = momentOfEvents(moment, parentRows);
    const clock = window === null ? null : rowTimes(table.name);
    const values = column && readRows(db, table.name, column.name, eventMoment);
    const length = parentRows.length;
    const compare = ({ left, operator, right }: BoundComparison): Uint8Array => {
      const read = readRows(db, table.name, left.column!.name, eventMoment);
      return compareValues(read, operator, right, length);
    };

    const dropped: ((row: number) => boolean)[] = [];
    if (where) {
      const mask = evaluate(where, logic, compare);
      dropped.push((row) => mask[row] !== TRUE);
    }
    if (only) {
      const mask = compareValues(values!, "=", only.right, length);
      dropped.push((row) => mask[row] !== TRUE);
    }
    if (values?.nulls) {
      const { nulls } = values;
      dropped.push((row) => nulls[row] === 1);
    }
    for (const key of foreignKey.columns) {
      const known = eventMoment === Infinity ? null : knownTimes(db, table.name, key);
      if (known) dropped.push((row) => known[row]! > momentAt(eventMoment, row));
    }

    const owners = dropRows(parentRows, dropped);
    const placed = window && placeWindows(window, anchors);
    const cells = (placed ? anchors.length : 1) * entities;
    const accumulator = createAccumulator(
      only ? "COUNT" : name,
      values,
      clock?.times ?? null,
      cells,
    );
    const events = { owners, times: clock?.times ?? null, sorted: clock?.sorted ?? false };
    sweep(events, placed, entities, accumulator.visit);
    const { dictionary } = accumulator;
    return { values: accumulator.finish(), dictionary, int64: values?.int64 ?? false };
  };

  const readsLateCells = ({ table, column, foreignKey, where }: BoundAggregation): boolean => {
    const names = [
      ...(column ? [column.name] : []),
      ...foreignKey.columns,
      ...boundColumns(where).map((operand) => operand.column.name),
    ];
    return names.some((name) => knownTimes(db, table.name, name) !== null);
  };
  const lastTime: Meter["lastTime"] = (table) => {
    const clock = rowTimes(table);
    if (clock === null) return Infinity;
    if (clock.sorted) return clock.times.at(-1) ?? -Infinity;
    let last = -Infinity;
    for (let row = 0; row < clock.times.length; row++) {
      if (clock.times[row]! > last) last = clock.times[row]!;
    }
    return last;
  };
  return { measure, readsLateCells, lastTime };
}

/** Turns a moment per entity into one per event. */
function momentOfEvents(moment: Moment, parentRows: Int32Array): Moment {
  if (typeof moment === "number") return moment;
  const moments = new Float64Array(parentRows.length);
  for (let row = 0; row < moments.length; row++)
    moments[row] = moment[parentRows[row]!] ?? -Infinity;
  return moments;
}

function momentAt(moment: Moment, row: number): Timestamp {
  return typeof moment === "number" ? moment : moment[row]!;
}

function dropRows(
  parentRows: Int32Array,
  dropped: readonly ((row: number) => boolean)[],
): Int32Array {
  if (dropped.length === 0) return parentRows;
  const owners = parentRows.slice();
  for (const isDropped of dropped) {
    for (let row = 0; row < owners.length; row++) if (isDropped(row)) owners[row] = -1;
  }
  return owners;
}

function placeWindows(
  window: NonNullable<BoundAggregation["window"]>,
  anchors: Float64Array,
): PlacedWindows {
  const from = new Float64Array(anchors.length);
  const to = new Float64Array(anchors.length);
  anchors.forEach((anchor, i) => {
    const placed = placeWindow(anchor, window);
    from[i] = placed.from;
    to[i] = placed.to;
  });
  return { from, to };
}

/**
 * Tells whether windows placed at ascending anchors ascend too. Clamped months can cross:
 * one month after 30 January 23:00 is later than one month after 31 January 01:00.
 */
export function windowsAscend(
  windows: readonly NonNullable<BoundAggregation["window"]>[],
  anchors: Float64Array,
): boolean {
  return windows.every((window) => {
    const { from, to } = placeWindows(window, anchors);
    for (let i = 1; i < anchors.length; i++) {
      if (from[i]! < from[i - 1]! || to[i]! < to[i - 1]!) return false;
    }
    return true;
  });
}
