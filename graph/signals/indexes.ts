/** The indexes of a database: orderings and series of its paths and columns, built when first needed and kept. */
import { type KnownTimes, knownTimes } from "../../src/data/known.js";
import type { Adjacency } from "../adjacency.js";
import {
  buildCategorySeries,
  type CategorySeries,
  categorySeriesBytes,
} from "./category-series.js";
import {
  type CellRequest,
  cellTimes,
  everyRow,
  isLater,
  through,
  usableRows,
} from "./cell-lists.js";
import { type CategoryCells, categoryCells, itemFlags, numberCells } from "./cells.js";
import { buildNumberSeries, type NumberSeries, numberSeriesBytes } from "./number-series.js";
import { buildOrdering, countDayStarts, type Ordering, orderingBytes } from "./ordering.js";
import {
  type Chain,
  followDowns,
  followSides,
  keyOf,
  latest,
  linkTimes,
  listTable,
  rootTable,
  type SideRows,
  type SignalData,
} from "./steps.js";
import type { SignalPath, SignalStep } from "./types.js";

/** The indexes of a database. */
export interface SignalIndexes {
  readonly data: SignalData;
  /** Lists of a path's rows, of those whose cells are all there, from when they all are known. */
  ordering(path: SignalPath, cells?: readonly CellRequest[]): Ordering;
  numbers(path: SignalPath, column: string): NumberSeries;
  categories(path: SignalPath, column: string): CategorySeries;
  /** Categories of rows that have ended, from their end on. */
  endedCategories(path: SignalPath, column: string, end: string): CategorySeries;
  /** Two categories of a row as one: `first · n + second`, where `n` is the number of second categories. */
  pairs(path: SignalPath, column: string, other: string): PairSeries;
  /** 1 where a list holds an item, else 0. */
  items(path: SignalPath, column: string, item: string): CategorySeries;
  /** The rows reached by the sides, as codes. */
  sideRows(path: SignalPath): CategorySeries;
  /** Tables of a union, as codes. */
  unionTables(path: SignalPath): CategorySeries;
  /** int32 `[links]`: how many days with rows begin up to and with each position, over all lists. */
  dayStarts(path: SignalPath): Int32Array;
  /** A column of a table as categories. */
  codes(table: string, column: string): CategoryCells;
  /** When the cells of a column are known. */
  known(table: string, column: string): KnownTimes;
  /** When the cells of a foreign key are known. */
  link(edge: Adjacency): KnownTimes;
  /** Bytes held; arrays shared with the database are counted, too. */
  bytes(): number;
}

/** A series of pairs with the codes of both sides. */
export interface PairSeries {
  readonly series: CategorySeries;
  readonly first: ReadonlyMap<string, number>;
  readonly second: ReadonlyMap<string, number>;
}

/**
 * Makes the indexes of a database; nothing is built yet.
 *
 * @param data - the database and its graph.
 */
export function createIndexes(data: SignalData): SignalIndexes {
  const chains = new Map<string, Chain>();
  const sides = new Map<string, SideRows>();
  const orderings = new Map<string, Ordering>();
  const numbers = new Map<string, NumberSeries>();
  const categories = new Map<string, CategorySeries>();
  const pairs = new Map<string, PairSeries>();
  const days = new Map<string, Int32Array>();
  const codes = new Map<string, CategoryCells>();
  const known = new Map<string, { readonly times: KnownTimes }>();
  const keys = new WeakMap<SignalPath, string>();

  const keyOfPath = (path: SignalPath): string => {
    const key = keys.get(path) ?? pathKey(path);
    keys.set(path, key);
    return key;
  };
  const chainOf = (path: SignalPath): Chain =>
    remember(chains, keyOfPath(path), () => followDowns(data, path));
  const sidesOf = (path: SignalPath, steps: readonly SignalStep[]): SideRows => {
    const from = listTable(path);
    return remember(sides, stepsKey(from, steps), () => followSides(data, from, steps));
  };
  const codesOf = (table: string, column: string): CategoryCells =>
    remember(codes, JSON.stringify([table, column]), () =>
      categoryCells(data.db.table(table).column(column)),
    );

  const build = (path: SignalPath, cells: readonly CellRequest[]): Ordering => {
    const chain = chainOf(path);
    const checks: ((row: number) => boolean)[] = [];
    let extra: Float64Array | null = null;
    for (const cell of cells) {
      const side = sidesOf(path, cell.sides);
      const check = usableRows(data, side, cell, codesOf);
      if (check !== null) checks.push(check);
      extra = latest(extra, cellTimes(data, side, cell));
    }
    const usable =
      checks.length === 0 ? null : (row: number) => checks.every((check) => check(row));
    const plain = usable === null || everyRow(chain, usable);
    const later = extra !== null && isLater(chain, extra) ? extra : null;
    if (plain && later === null && cells.length > 0) return indexes.ordering(path);
    return buildOrdering(chain, plain ? null : usable, later);
  };

  const series = (
    path: SignalPath,
    name: string,
    cells: readonly CellRequest[],
    make: (ordering: Ordering) => CategorySeries,
  ): CategorySeries =>
    remember(categories, JSON.stringify([keyOfPath(path), name, cells]), () =>
      make(indexes.ordering(path, cells)),
    );

  const codesAlong = (
    path: SignalPath,
    column: string,
  ): { codes: Int32Array; names: readonly string[] } => {
    const side = sidesOf(path, path.sides);
    const cells = codesOf(side.table, column);
    return { codes: through(side, cells.codes), names: cells.names };
  };

  const indexes: SignalIndexes = {
    data,
    ordering(path, cells = []) {
      const key = JSON.stringify([keyOfPath(path), cells]);
      return remember(orderings, key, () => build(path, cells));
    },
    numbers(path, column) {
      const cell: CellRequest = { sides: path.sides, column, as: "number" };
      const key = JSON.stringify([keyOfPath(path), cell]);
      return remember(numbers, key, () => {
        const side = sidesOf(path, path.sides);
        const { read } = numberCells(data, side.table, data.db.table(side.table).column(column));
        const { rows } = side;
        return buildNumberSeries(
          indexes.ordering(path, [cell]),
          rows === null ? read : (row) => read(rows[row]!),
        );
      });
    },
    categories(path, column) {
      return series(path, "category", [categoryCell(path, column)], (ordering) => {
        const { codes, names } = codesAlong(path, column);
        return buildCategorySeries(ordering, codes, names);
      });
    },
    endedCategories(path, column, end) {
      const ended: CellRequest = { sides: [], column: end, as: "ended" };
      return series(path, "ended", [categoryCell(path, column), ended], (ordering) => {
        const { codes, names } = codesAlong(path, column);
        return buildCategorySeries(ordering, codes, names);
      });
    },
    pairs(path, column, other) {
      const key = JSON.stringify([keyOfPath(path), path.sides, column, other]);
      return remember(pairs, key, () => {
        const cells = [categoryCell(path, column), categoryCell(path, other)];
        const a = codesAlong(path, column);
        const b = codesAlong(path, other);
        const both = a.codes.map((code, row) => code * b.names.length + b.codes[row]!);
        return {
          series: buildCategorySeries(indexes.ordering(path, cells), both, []),
          first: new Map(a.names.map((name, code) => [name, code])),
          second: new Map(b.names.map((name, code) => [name, code])),
        };
      });
    },
    items(path, column, item) {
      const cell: CellRequest = { sides: path.sides, column, as: "list" };
      return series(path, `item ${item}`, [cell], (ordering) => {
        const side = sidesOf(path, path.sides);
        const flags = itemFlags(data.db.table(side.table).column(column), item);
        return buildCategorySeries(ordering, through(side, flags), ["without", "with"]);
      });
    },
    sideRows(path) {
      const cell: CellRequest = { sides: path.sides, column: "", as: "row" };
      return series(path, "rows", [cell], (ordering) => {
        const { rows } = sidesOf(path, path.sides);
        return buildCategorySeries(ordering, rows!, []);
      });
    },
    unionTables(path) {
      return series(path, "tables", [], (ordering) => {
        const codes = new Int32Array(chainOf(path).roots.length);
        let at = 0;
        path.union.forEach(({ table }, code) => {
          const { numRows } = data.db.table(table);
          codes.fill(code, at, at + numRows);
          at += numRows;
        });
        return buildCategorySeries(
          ordering,
          codes,
          path.union.map(({ table }) => table),
        );
      });
    },
    dayStarts(path) {
      return remember(days, keyOfPath(path), () => countDayStarts(indexes.ordering(path)));
    },
    codes: codesOf,
    known(table, column) {
      const key = JSON.stringify([table, column]);
      return remember(known, key, () => ({ times: knownTimes(data.db, table, column) })).times;
    },
    link(edge) {
      const key = JSON.stringify([edge.forward.source, edge.forward.target, edge.foreignKey.name]);
      return remember(known, key, () => ({ times: linkTimes(data, edge) })).times;
    },
    bytes() {
      let bytes = 0;
      for (const { roots, times } of chains.values())
        bytes += roots.byteLength + (times?.byteLength ?? 0);
      for (const { rows, known } of sides.values())
        bytes += (rows?.byteLength ?? 0) + (known?.byteLength ?? 0);
      for (const one of codes.values()) bytes += one.codes.byteLength;
      for (const ordering of new Set(orderings.values())) bytes += orderingBytes(ordering);
      for (const one of numbers.values()) bytes += numberSeriesBytes(one);
      for (const one of categories.values()) bytes += categorySeriesBytes(one);
      for (const one of pairs.values()) bytes += categorySeriesBytes(one.series);
      for (const one of days.values()) bytes += one.byteLength;
      return bytes;
    },
  };
  return indexes;
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

function categoryCell(path: SignalPath, column: string): CellRequest {
  return { sides: path.sides, column, as: "category" };
}

/** What lists depend on: not on how the roots are reached, so paths that meet share their indexes. */
function pathKey(path: SignalPath): string {
  const whole = path.roots.at(-1)?.kind === "all";
  const union = path.union.map(({ table, key }) => [table, key]);
  return JSON.stringify([stepsKey(rootTable(path), path.downs), union, whole]);
}

function stepsKey(table: string, steps: readonly SignalStep[]): string {
  return JSON.stringify([table, ...steps.map((step) => [keyOf(step), step.table])]);
}
