/** What differs between the SQL engines: literals, functions and aggregates of each. */
import type { Timestamp } from "../../src/core/time.js";

/** How an engine spells what is not the same everywhere; arguments and results are SQL. */
export interface Engine {
  /** Whether tables have an order of rows that statements can name, as `rowid`. */
  readonly rowOrder: boolean;
  /** The type of texts. */
  readonly string: string;
  /** The type of lists of texts. */
  readonly stringList: string;
  /** The type of float64 numbers. */
  readonly double: string;
  /** The field that `extract` takes for the ISO weekday. */
  readonly weekday: string;
  /** Quotes a name of the schema. */
  quote(name: string): string;
  /** Quotes a text. */
  text(value: string): string;
  /** Writes a time; times beyond the engine's range become its last or first one. */
  time(time: Timestamp): string;
  /** Makes an order by code units, where the engine would order texts as people do. */
  plainOrder(text: string): string;
  startsWith(text: string, start: string): string;
  endsWith(text: string, end: string): string;
  contains(text: string, part: string): string;
  /** Matches a pattern with `%` and `_` and no escapes. */
  like(text: string, pattern: string): string;
  hasItem(list: string, item: string): string;
  listLength(list: string): string;
  /** Makes a list a single value, where lists of lists are something else. */
  packList(list: string): string;
  /** Makes a list of what {@link Engine.packList} made. */
  unpackList(packed: string): string;
  /** The time between two times, in units of some milliseconds. */
  timeBetween(earlier: string, later: string, unitMs: number): string;
  /** The first of the values in the order of some expressions, nulls left out. */
  first(value: string, order: readonly string[]): string;
  /** The last of the values. */
  last(value: string, order: readonly string[]): string;
  /** All values in the order of some expressions, as a list. */
  collect(value: string, order: readonly string[]): string;
  /** The linearly interpolated quantile. */
  quantile(value: string, share: number): string;
  /** The most frequent value, of several the smallest. */
  mode(value: string, order: string): string;
}
