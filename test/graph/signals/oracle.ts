/** The oracle of signals: loops over all rows for each seed, and reads keys, times and cells by value. */
import { hashText } from "../../../graph/signals/fill-row.js";
import type { Signal, SignalPath, SignalStep, SignalWindow } from "../../../graph/signals/types.js";
import { addTime, MS_PER_DAY } from "../../../src/core/time.js";
import { type CellValue, cellValue } from "../../../src/data/column.js";
import type { Database } from "../../../src/data/database.js";
import { findColumn } from "../../../src/data/schema.js";

/** One seed. */
export interface OracleSeed {
  readonly row: number;
  readonly anchor: number;
  readonly visible: number;
}

/** A row of a list with the time from which it is known. */
interface Listed {
  readonly row: number;
  readonly time: number;
}

/**
 * Computes a signal by brute force.
 *
 * @returns the value; NaN where it is missing.
 */
export function naiveSignal(db: Database, signal: Signal, seed: OracleSeed): number {
  const roots = rootsOf(db, signal.path, seed);
  const values = roots
    .map((root) => valueAt(db, signal, seed, root))
    .filter((v) => !Number.isNaN(v));
  return values.length === 0 ? Number.NaN : mean(values);
}

function rootsOf(db: Database, path: SignalPath, seed: OracleSeed): (number | null)[] {
  let roots: (number | null)[] = [seed.row];
  let table = path.entity;
  for (const step of path.roots) {
    const from = table;
    roots = roots.flatMap((root) => follow(db, from, root, step, seed));
    table = step.table;
  }
  return roots;
}

function follow(
  db: Database,
  table: string,
  root: number | null,
  step: SignalStep,
  seed: OracleSeed,
): (number | null)[] {
  if (root === null) return [null];
  if (step.kind === "all") return [0];
  if (step.kind === "parent") {
    const { row, known } = parentOf(db, table, root, step.key, step.table);
    return [row !== null && isIn(known, seed) ? row : null];
  }
  if (step.kind === "recent") {
    const down: SignalStep = { kind: "children", key: step.key, table: step.via };
    const children = listOf(db, table, [down], root, seed).reverse().slice(0, 64);
    const found: number[] = [];
    for (const child of children) {
      const { row, known } = parentOf(db, step.via, child.row, step.otherKey, step.table);
      if (row !== null && isIn(known, seed) && !found.includes(row)) found.push(row);
    }
    return found.slice(0, 10);
  }
  const down: SignalStep = { kind: "children", key: step.key, table: step.table };
  return [listOf(db, table, [down], root, seed).at(-1)?.row ?? null];
}

/** Rows below a root that the seed knows, in the order in which they became known. */
function listOf(
  db: Database,
  from: string,
  downs: readonly SignalStep[],
  root: number,
  seed: OracleSeed,
  extra: (row: number) => number = () => -Infinity,
): Listed[] {
  const table = downs.at(-1)!.table;
  const found: Listed[] = [];
  for (let row = 0; row < db.table(table).numRows; row++) {
    let at: number | null = row;
    let time = extra(row);
    for (let i = downs.length - 1; i >= 0 && at !== null; i--) {
      const step = downs[i] as Extract<SignalStep, { kind: "children" }>;
      const to = downs[i - 1]?.table ?? from;
      time = Math.max(time, timeOf(db, step.table, at));
      const up: { row: number | null; link: number } = parentOf(db, step.table, at, step.key, to);
      time = Math.max(time, up.link);
      at = up.row;
    }
    if (at === root && isIn(time, seed)) found.push({ row, time });
  }
  return found.sort((a, b) => a.time - b.time || a.row - b.row);
}

function wholeList(
  db: Database,
  table: string,
  seed: OracleSeed,
  extra: (row: number) => number,
): Listed[] {
  const rows = Array.from({ length: db.table(table).numRows }, (_, row) => row);
  return rows
    .map((row) => ({ row, time: Math.max(extra(row), timeOf(db, table, row)) }))
    .filter(({ time }) => isIn(time, seed))
    .sort((a, b) => a.time - b.time || a.row - b.row);
}

function isIn(time: number, { visible }: OracleSeed): boolean {
  return time <= visible && time !== Infinity;
}

function timeOf(db: Database, table: string, row: number): number {
  const { timeColumn } = db.tableSchema(table);
  if (timeColumn === null) return -Infinity;
  return (cell(db, table, timeColumn, row) as number | null) ?? Infinity;
}

function knownOf(db: Database, table: string, column: string, row: number): number {
  const schema = db.tableSchema(table);
  const source =
    findColumn(schema, column)?.knownFrom ?? (schema.endTimeColumn === column ? column : null);
  if (source === null) return -Infinity;
  return (cell(db, table, source, row) as number | null) ?? Infinity;
}

function cell(db: Database, table: string, column: string, row: number): CellValue {
  return cellValue(db.table(table).column(column), row);
}

/** The row a key holds: `link` = when the key is known, `known` = when the row is, too. */
function parentOf(
  db: Database,
  table: string,
  row: number,
  key: string,
  to: string,
): { row: number | null; link: number; known: number } {
  const { columns } = db
    .tableSchema(table)
    .foreignKeys.find((one) => one.name === key && one.table === to)!;
  const wanted = columns.map((column) => cell(db, table, column, row));
  const link = Math.max(...columns.map((column) => knownOf(db, table, column, row)));
  const primary = db.tableSchema(to).primaryKey!;
  for (let parent = 0; parent < db.table(to).numRows; parent++) {
    if (
      primary.every((column, i) => wanted[i] !== null && cell(db, to, column, parent) === wanted[i])
    ) {
      return { row: parent, link, known: Math.max(link, timeOf(db, to, parent)) };
    }
  }
  return { row: null, link, known: link };
}

/** Follows sides from a row. */
function sideOf(
  db: Database,
  from: string,
  row: number,
  sides: readonly SignalStep[],
): { row: number | null; known: number } {
  let at: number | null = row;
  let known = -Infinity;
  let table = from;
  for (const step of sides) {
    if (at === null || step.kind !== "parent") return { row: null, known };
    const up = parentOf(db, table, at, step.key, step.table);
    known = Math.max(known, up.known);
    at = up.row;
    table = step.table;
  }
  return { row: at, known };
}

/** A list whose rows all have some cells: their values, in order. */
function valuesOf<T>(
  db: Database,
  signal: Signal,
  seed: OracleSeed,
  root: number,
  columns: readonly string[],
  read: (table: string, row: number) => T | null,
  later: (row: number) => number = () => -Infinity,
): { value: T; time: number; row: number }[] {
  const { path } = signal;
  const from = path.roots.at(-1)?.table ?? path.entity;
  const table = path.downs.at(-1)?.table ?? from;
  const cellTable = path.sides.at(-1)?.table ?? table;
  const extra = (row: number): number => {
    const side = sideOf(db, table, row, path.sides);
    const cells = side.row === null ? [] : columns.map((c) => knownOf(db, cellTable, c, side.row!));
    return Math.max(side.known, later(row), ...cells);
  };
  const list =
    path.roots.at(-1)?.kind === "all"
      ? wholeList(db, table, seed, extra)
      : listOf(db, from, path.downs, root, seed, extra);
  return list.flatMap(({ row, time }) => {
    const side = sideOf(db, table, row, path.sides);
    const value = side.row === null ? null : read(cellTable, side.row);
    return value === null ? [] : [{ value, time, row }];
  });
}

function inWindow<T extends { time: number }>(
  list: readonly T[],
  window: SignalWindow | null,
  seed: OracleSeed,
  periods = 1,
): T[] {
  if (window === null) return [...list];
  const from = addTime(seed.visible, -window.count * periods, window.unit);
  const to = addTime(seed.visible, -window.count * (periods - 1), window.unit);
  return list.filter(({ time }) => time > from && time <= to);
}

function numberOf(db: Database, table: string, column: string, row: number): number | null {
  const value = cell(db, table, column, row);
  if (value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (Array.isArray(value)) return value.length;
  if (typeof value === "string") return [...value].length;
  if (db.table(table).column(column).kind === "timestamp") {
    const days = ((value as number) - timeOf(db, table, row)) / MS_PER_DAY;
    return Number.isFinite(days) ? days : null;
  }
  return Number.isFinite(value) ? (value as number) : null;
}

function nameOf(db: Database, table: string, column: string, row: number): string | null {
  const value = cell(db, table, column, row);
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

function valueAt(db: Database, signal: Signal, seed: OracleSeed, root: number | null): number {
  const { path, primitive, window } = signal;
  if (primitive.kind === "staleness") return finite((seed.anchor - seed.visible) / MS_PER_DAY);
  if (root === null) return Number.NaN;
  if (window !== null && !Number.isFinite(seed.visible)) return Number.NaN;
  if (path.union.length > 0) return unionValue(db, signal, seed, root);
  const isWhole = path.roots.at(-1)?.kind === "all";
  if (path.downs.length === 0 && !isWhole) return rowValue(db, signal, seed, root);
  const rows = (): Listed[] => valuesOf(db, signal, seed, root, [], () => 1);
  const column = signal.column ?? "";
  const numbers = (): { value: number; time: number }[] =>
    valuesOf(db, signal, seed, root, [column], (table, row) => numberOf(db, table, column, row));
  const names = (): { value: string; time: number }[] =>
    valuesOf(db, signal, seed, root, [column], (table, row) => nameOf(db, table, column, row));
  const windowed = (): number[] => inWindow(numbers(), window, seed).map(({ value }) => value);
  const kinds = (): string[] => inWindow(names(), window, seed).map(({ value }) => value);
  const last = (k: number): number[] =>
    numbers()
      .map(({ value }) => value)
      .slice(-k);
  const times = (): number[] =>
    rows()
      .map(({ time }) => time)
      .filter(Number.isFinite);
  const table = path.downs.at(-1)?.table ?? path.roots.at(-1)!.table;
  switch (primitive.kind) {
    case "count":
      return inWindow(rows(), window, seed).length;
    case "days":
      return new Set(
        inWindow(rows(), window, seed).map(({ time }) => Math.floor(time / MS_PER_DAY)),
      ).size;
    case "sinceLast":
      return finite((seed.anchor - (rows().at(-1)?.time ?? Number.NaN)) / MS_PER_DAY);
    case "sinceFirst":
      return finite((seed.anchor - (rows()[0]?.time ?? Number.NaN)) / MS_PER_DAY);
    case "meanGap":
    case "due": {
      const all = rows().map(({ time }) => time);
      if (all.length < 2 || times().length < all.length) return Number.NaN;
      const gaps = all.slice(1).map((time, i) => time - all[i]!);
      if (primitive.kind === "meanGap") return mean(gaps) / MS_PER_DAY;
      return finite((seed.anchor - all.at(-1)!) / mean(gaps));
    }
    case "countTrend":
      return trend(inWindow(rows(), window, seed).length, inWindow(rows(), window, seed, 2).length);
    case "perPeer": {
      const peers = valuesOf(
        db,
        { ...signal, path: { ...path, downs: path.downs.slice(0, 1) } },
        seed,
        root,
        [],
        () => 1,
      );
      return finite(inWindow(rows(), window, seed).length / peers.length);
    }
    case "ownShare": {
      const own = valuesOf(
        db,
        { ...signal, path: { ...path, roots: [], downs: path.downs.slice(1) } },
        seed,
        seed.row,
        [],
        () => 1,
      );
      return finite(inWindow(own, window, seed).length / inWindow(rows(), window, seed).length);
    }
    case "open":
      return rows().filter(({ row }) => !hasEnded(db, table, column, row, seed)).length;
    case "openOf": {
      const all = valuesOf(db, signal, seed, root, [primitive.of], (t, row) =>
        nameOf(db, t, primitive.of, row),
      );
      return all.filter(
        ({ value, row }) => value === primitive.category && !hasEnded(db, table, column, row, seed),
      ).length;
    }
    case "sum":
      return windowed().reduce((sum, value) => sum + value, 0);
    case "mean":
      return mean(windowed());
    case "std": {
      const center = mean(windowed());
      return Math.sqrt(mean(windowed().map((value) => (value - center) ** 2)));
    }
    case "min":
      return finite(Math.min(...windowed()));
    case "max":
      return finite(Math.max(...windowed()));
    case "trend": {
      const before = inWindow(numbers(), window, seed, 2).map(({ value }) => value);
      return trend(mean(windowed()), mean(before));
    }
    case "last":
      return last(1)[0] ?? Number.NaN;
    case "first":
      return numbers()[0]?.value ?? Number.NaN;
    case "lag":
      return numbers().at(-primitive.k)?.value ?? Number.NaN;
    case "lastMean":
      return mean(last(primitive.k));
    case "change":
      return last(2).length === 2 ? last(2)[1]! - last(2)[0]! : Number.NaN;
    case "slope":
      return slope(last(primitive.k));
    case "share":
      return mean(kinds().map((kind) => (kind === primitive.category ? 1 : 0)));
    case "countOf":
      return kinds().filter((kind) => kind === primitive.category).length;
    case "entropy": {
      const counts = new Map<string, number>();
      for (const kind of kinds()) {
        const bin = primitive.of.includes(kind) ? kind : "\u0000rest";
        counts.set(bin, (counts.get(bin) ?? 0) + 1);
      }
      const shares = [...counts.values()].map((count) => count / kinds().length);
      return shares.length === 0
        ? Number.NaN
        : -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
    }
    case "distinct":
      if (signal.column !== null) return new Set(kinds()).size;
      return new Set(
        inWindow(
          valuesOf(db, signal, seed, root, [], (_, row) => row),
          window,
          seed,
        ).map(({ value }) => value),
      ).size;
    case "contains": {
      const lists = valuesOf(
        db,
        signal,
        seed,
        root,
        [column],
        (t, row) => cell(db, t, column, row) as readonly string[] | null,
      );
      return mean(
        inWindow(lists, window, seed).map(({ value }) =>
          value.includes(primitive.category) ? 1 : 0,
        ),
      );
    }
    case "pair": {
      const both = valuesOf(db, signal, seed, root, [column, primitive.other], (t, row) => {
        const pair = [nameOf(db, t, column, row), nameOf(db, t, primitive.other, row)];
        return pair.includes(null) ? null : pair;
      });
      return inWindow(both, window, seed).filter(
        ({ value }) => value[0] === primitive.category && value[1] === primitive.otherCategory,
      ).length;
    }
    case "nth":
      return place(names().at(-primitive.k)?.value, signal.categories!);
    case "position":
      return position(
        names().map(({ value }) => value),
        primitive.category,
      );
    case "bigram":
      return bigrams(kinds(), primitive.before, primitive.category);
    default:
      throw new Error(`the oracle does not know ${primitive.kind}`);
  }
}

function hasEnded(
  db: Database,
  table: string,
  column: string,
  row: number,
  seed: OracleSeed,
): boolean {
  const end = cell(db, table, column, row) as number | null;
  return end !== null && isIn(Math.max(end, knownOf(db, table, column, row)), seed);
}

function unionValue(db: Database, signal: Signal, seed: OracleSeed, root: number): number {
  const { path, primitive, window } = signal;
  const all = path.union.flatMap(({ table, key }, order) =>
    listOf(db, path.entity, [{ kind: "children", key, table }], root, seed).map((one) => ({
      ...one,
      table,
      order,
    })),
  );
  all.sort((a, b) => a.time - b.time || a.order - b.order || a.row - b.row);
  const tables = all.map(({ table }) => table);
  if (primitive.kind === "nth") return place(tables.at(-primitive.k), signal.categories!);
  if (primitive.kind === "position") return position(tables, primitive.category);
  if (primitive.kind === "count") return all.length;
  if (primitive.kind === "sinceLast") {
    return finite((seed.anchor - (all.at(-1)?.time ?? Number.NaN)) / MS_PER_DAY);
  }
  if (primitive.kind !== "bigram") throw new Error(`no ${primitive.kind} of a union`);
  const inside = inWindow(all, window, seed).map(({ table }) => table);
  return bigrams(inside, primitive.before, primitive.category);
}

function rowValue(db: Database, signal: Signal, seed: OracleSeed, row: number): number {
  const { path, primitive, categories } = signal;
  const column = signal.column!;
  const table = path.roots.at(-1)?.table ?? path.entity;
  const value = cell(db, table, column, row);
  const known = knownOf(db, table, column, row);
  if (value === null || (known !== -Infinity && !isIn(known, seed))) return Number.NaN;
  const date = typeof value === "number" ? new Date(value) : new Date(Number.NaN);
  switch (primitive.kind) {
    case "value":
      if (categories !== null)
        return place(nameOf(db, table, column, row) ?? undefined, categories);
      return numberOf(db, table, column, row) ?? Number.NaN;
    case "age":
      return finite((seed.anchor - (value as number)) / MS_PER_DAY);
    case "month":
      return date.getUTCMonth();
    case "weekday":
      return (date.getUTCDay() + 6) % 7;
    case "length":
      return numberOf(db, table, column, row) ?? Number.NaN;
    case "hash":
      return hashText(value as string, primitive.bucket);
    case "dimension":
      return (value as Float32Array)[primitive.index]!;
    case "contains":
      return (value as readonly string[]).includes(primitive.category) ? 1 : 0;
    default:
      throw new Error(`no ${primitive.kind} of a row`);
  }
}

function place(name: string | undefined, categories: readonly string[]): number {
  if (name === undefined) return Number.NaN;
  const index = categories.indexOf(name);
  return index < 0 ? categories.length : index;
}

function position(kinds: readonly string[], wanted: string): number {
  const index = [...kinds].reverse().slice(0, 10).indexOf(wanted);
  return index < 0 ? Number.NaN : index + 1;
}

function bigrams(kinds: readonly string[], before: string, after: string): number {
  return kinds.filter((kind, i) => i > 0 && kinds[i - 1] === before && kind === after).length;
}

function slope(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const xs = values.map((_, i) => i);
  const [mx, my] = [mean(xs), mean(values)];
  const product = xs.reduce((sum, x, i) => sum + (x - mx) * (values[i]! - my), 0);
  return product / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}

function trend(now: number, before: number): number {
  return (2 * (now - before)) / (Math.abs(now) + Math.abs(before) + 1e-12);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
