/** What goes into an aggregation and what comes out: chunks of events, and a value per (anchor, entity) cell. */

import type { RowValues } from "../run/values-of-rows.js";
import type { AggregateName } from "../syntax/ast.js";

/** Rows of an aggregated table as they reach their owners; all of them, or one chunk of many in row order. */
export interface EventChunk {
  /** int32 `[rows]`: the row of the entity that owns each event; negative = nobody (filtered, null value, dangling). */
  readonly owners: Int32Array;
  /** float64 `[rows]`, NaN = never; `null` where there is no window. */
  readonly times: Float64Array | null;
  /** Whether the times ascend within the chunk and none is NaN. */
  readonly sorted: boolean;
  /**
   * What is aggregated; `null` counts rows. Events with a null value have no owner. The dictionaries of all chunks give
   * a code the same text; a later one may be longer.
   */
  readonly values: RowValues | null;
}

/** Windows in absolute times, `(from, to]`, one per anchor; both ascend. */
export interface PlacedWindows {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** An aggregation, its windows in absolute times. */
export interface AggregateSpec {
  readonly name: AggregateName;
  /** Between 0 and 1, for `QUANTILE`; `null` for the others. */
  readonly quantile: number | null;
  /** One per anchor, ascending; `null` = all events belong to the one anchor there is. */
  readonly windows: PlacedWindows | null;
  /** float64 `[anchors]`: what `TIME_TO_NEXT` counts from. */
  readonly anchors: Float64Array;
  /** Milliseconds of the unit of `TIME_TO_NEXT`. */
  readonly unitMs: number;
  /** Number of rows of the owning table. */
  readonly entities: number;
}

/** Gathers events into cells; cell = anchor index x entities + entity row. */
export interface Aggregator {
  /** Takes events; their arrays are not kept, so the caller may fill them anew. */
  add(chunk: EventChunk): void;
  /** Returns what the cells are worth; the aggregator is used up. */
  finish(): Measured;
}

/** What an aggregation is worth for every (anchor, entity). */
export interface Measured {
  /**
   * float64 `[anchors x entities]`, NaN = null: numbers, times, 0 and 1, or codes of `dictionary`; for `LIST_DISTINCT` the
   * number of items.
   */
  readonly values: Float64Array;
  /** What codes among the values mean; `null` for other kinds. */
  readonly dictionary: readonly string[] | null;
  /** Whether the dictionary holds digits of integers, ordered as numbers. */
  readonly int64: boolean;
  /** The items of `LIST_DISTINCT`; `null` for the others. */
  readonly lists: CellLists | null;
}

/** A list per cell: cell `c` holds `items[offsets[c] … offsets[c + 1] - 1]`. */
export interface CellLists {
  /** int32 `[cells + 1]`. */
  readonly offsets: Int32Array;
  /** Distinct values, or codes of the dictionary, in the order of their first event by time, then row. */
  readonly items: Float64Array | Int32Array;
  readonly dictionary: readonly string[] | null;
  /** Whether the dictionary holds digits of integers. */
  readonly int64: boolean;
}

/**
 * Takes the events `first … end - 1` of some arrays into cells `base + owner`, all of one anchor; `base` is the anchor's index
 * x entities. Events with a negative owner are passed over. Where rows are counted or there is no time, `values` or `times`
 * hold anything.
 */
export type Take = (
  owners: Int32Array,
  values: Float64Array,
  times: Float64Array,
  first: number,
  end: number,
  base: number,
) => void;

/** The state of one aggregation: flat arrays of cells, or stored pairs. */
export interface Kernel {
  /** Called before the events of each chunk that has values. */
  readonly begin?: (values: RowValues) => void;
  readonly take: Take;
  /**
   * Returns values and lists.
   *
   * @param values - the values as last seen, for their dictionary; `null` where rows are counted or none came.
   */
  finish(values: RowValues | null): Pick<Measured, "values" | "lists">;
}
