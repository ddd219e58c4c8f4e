/** Aggregations of a database's rows per (anchor, owner): paths joined, filters and windows applied, then gathered. */
import type { Timestamp } from "../../src/core/time.js";
import { createAggregator, type Measured } from "../aggregate/aggregate.js";
import type { BoundAggregation, NullLogic } from "../bind/bound.js";
import { evaluate, evaluateCondition, type RowContext } from "./evaluate.js";
import { keepOwners, listsOf, ownersValues, remember, unitMs, type ValuesAt } from "./gather.js";
import { giveToEach, type JoinedRows, joinPath, pathName, takeJoined } from "./joined-rows.js";
import { changesBetween, readsAnchor } from "./late.js";
import { pickVisible, placeWindows } from "./pick-rows.js";
import { type ColumnReader, type Moment, type RowValues, takeValues } from "./values-of-rows.js";

/** When aggregations are looked at. */
export interface Looks {
  /** Ascending. */
  readonly anchors: Float64Array;
  /** float64 `[owners]`: where each owner has its own time, in place of the one anchor; `null` = the anchors count. */
  readonly own: Float64Array | null;
  /** `truth` sees every cell, as labels do; `anchor` sees what is known at the anchor. */
  readonly sight: "truth" | "anchor";
}

/** Measures aggregations of one database, keeping what several of them share. */
export interface Meter {
  /**
   * Measures an aggregation: in one sweep over all anchors, or anchor by anchor where its rows look different to each.
   *
   * @param aggregation - the aggregation.
   * @param owners - number of rows of the owning table.
   * @param looks - the anchors.
   */
  measure(aggregation: BoundAggregation, owners: number, looks: Looks): ValuesAt;
  /** Returns the latest time of a table's rows; `-Infinity` without any, `+Infinity` for a table without time. */
  lastTime(table: string): Timestamp;
}

/** A meter of rows in memory. */
export interface RowMeter extends Meter {
  /**
   * Measures an aggregation for some rows of the owning table, each at a time of its own, as far as it is known then.
   *
   * @param aggregation - the aggregation.
   * @param rows - int32 `[n]`: rows of the owning table, repeated as often as they are asked about.
   * @param times - float64 `[n]`: finite times.
   * @returns a value for each of them.
   */
  measureEach(aggregation: BoundAggregation, rows: Int32Array, times: Float64Array): RowValues;
  /** Returns the rows that an aggregation runs over, before its filter and window. */
  joined(aggregation: BoundAggregation): JoinedRows;
}

/**
 * Makes a meter.
 *
 * @param columns - the database.
 * @param logic - the logic of missing values in filters.
 */
export function createMeter(columns: ColumnReader, logic: NullLogic): RowMeter {
  const paths = new Map<string, JoinedRows>();
  const joinedOf = (aggregation: BoundAggregation): JoinedRows => {
    const name = pathName(aggregation);
    const joined = paths.get(name) ?? joinPath(columns, aggregation);
    paths.set(name, joined);
    return joined;
  };

  /** The context of joined rows; anchor and moment are a time for all, or one for each joined row. */
  const contextOf = (
    { table, path }: BoundAggregation,
    { length, rows }: JoinedRows,
    anchor: Moment,
    moment: Moment,
  ): RowContext => {
    const names = [table.name, ...path.hops.map((hop) => hop.to.name)];
    const aggregate = (inner: BoundAggregation): RowValues => {
      const held = rows[names.indexOf(inner.owner.name)]!;
      const joined = joinedOf(inner);
      if (typeof anchor === "number" && typeof moment === "number") {
        const size = columns.db.table(inner.owner.name).numRows;
        const values = measureOnce(inner, joined, size, anchor, moment);
        return held === null ? values : takeValues(values, held);
      }
      return measureOnce(inner, giveToEach(joined, held, length), length, anchor, moment);
    };
    return { columns, logic, length, rows, moment, anchor, aggregate };
  };

  /** Measures at one anchor, or at a time for each owner: the rows of the window are picked before anything is evaluated. */
  const measureOnce = (
    aggregation: BoundAggregation,
    joined: JoinedRows,
    owners: number,
    anchor: Moment,
    moment: Moment,
  ): RowValues => {
    const picked = pickVisible(joined, aggregation.window, anchor, moment);
    const part = picked === null ? joined : { ...takeJoined(joined, picked), known: null };
    const ownAnchor = ofOwners(anchor, part.owners);
    const context = contextOf(aggregation, part, ownAnchor, ofOwners(moment, part.owners));
    // With a time for each owner, times are told from there.
    const times = typeof ownAnchor === "number" ? part.times : since(part.times, ownAnchor);
    const everything = { from: Float64Array.of(-Infinity), to: Float64Array.of(Infinity) };
    const events = { ...part, times, sorted: part.sorted && times === part.times };
    const [measured, values] = gather(aggregation, events, context, owners, {
      anchors: Float64Array.of(typeof anchor === "number" ? anchor : 0),
      windows: aggregation.window && everything,
    });
    return ownersValues(measured, listsOf(aggregation, values), 0, owners);
  };

  const gather = (
    { name, argument, where, quantile, window }: BoundAggregation,
    joined: JoinedRows,
    context: RowContext,
    owners: number,
    placed: Pick<Parameters<typeof createAggregator>[0], "anchors" | "windows">,
  ): [Measured, RowValues | null] => {
    const mask = where && evaluateCondition(where, context);
    const values = argument && evaluate(argument, context);
    const aggregator = createAggregator({
      ...placed,
      name,
      quantile,
      unitMs: unitMs(window),
      entities: owners,
    });
    const { times, sorted } = joined;
    const kept = keepOwners(joined, context.moment, mask, values?.nulls ?? null);
    aggregator.add({ owners: kept, times, sorted, values });
    return [aggregator.finish(), values];
  };

  const measure: Meter["measure"] = (aggregation, owners, { anchors, own, sight }) => {
    const joined = joinedOf(aggregation);
    const momentOf = (anchor: Moment): Moment => (sight === "truth" ? Infinity : anchor);
    if (own !== null) {
      const values = measureOnce(aggregation, joined, owners, own, momentOf(own));
      return () => values;
    }
    const first = anchors[0] ?? -Infinity;
    const last = anchors.at(-1) ?? -Infinity;
    const byAnchor =
      readsAnchor(aggregation) ||
      (sight === "anchor" && changesBetween(aggregation, joined, columns, first, last));
    if (byAnchor) {
      return remember((index) => {
        const anchor = anchors[index]!;
        return measureOnce(aggregation, joined, owners, anchor, momentOf(anchor));
      });
    }
    const { window } = aggregation;
    const windows = window && placeWindows(window, anchors, sight);
    const moment = sight === "truth" ? Infinity : last;
    const context = contextOf(aggregation, joined, last, moment);
    const [measured, values] = gather(aggregation, joined, context, owners, { anchors, windows });
    const stride = windows === null ? 0 : owners;
    const lists = listsOf(aggregation, values);
    return remember((index) => ownersValues(measured, lists, index * stride, owners));
  };

  const measureEach: RowMeter["measureEach"] = (aggregation, rows, times) => {
    const joined = giveToEach(joinedOf(aggregation), rows, rows.length);
    return measureOnce(aggregation, joined, rows.length, times, times);
  };

  const lastTime: Meter["lastTime"] = (table) => {
    const times = columns.times(table);
    if (times === null) return Infinity;
    if (columns.ascends(table)) return times.at(-1) ?? -Infinity;
    let last = -Infinity;
    for (let row = 0; row < times.length; row++) if (times[row]! > last) last = times[row]!;
    return last;
  };
  return { measure, measureEach, joined: joinedOf, lastTime };
}

/** Turns a moment per owner into one per joined row. */
function ofOwners(moment: Moment, owners: Int32Array): Moment {
  if (typeof moment === "number") return moment;
  const moments = new Float64Array(owners.length);
  for (let i = 0; i < owners.length; i++) moments[i] = moment[owners[i]!] ?? -Infinity;
  return moments;
}

function since(times: Float64Array | null, anchors: Float64Array): Float64Array | null {
  if (times === null) return null;
  const distances = new Float64Array(times.length);
  for (let i = 0; i < times.length; i++) distances[i] = times[i]! - anchors[i]!;
  return distances;
}
