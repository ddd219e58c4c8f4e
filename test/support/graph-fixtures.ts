/** Databases for graph tests: built by hand from rows, or drawn at random with every hard case of keys and times. */
import fc from "fast-check";
import type { Adjacency } from "../../graph/adjacency.js";
import type { Seeds } from "../../graph/seeds.js";
import { numberColumn, timestampColumn } from "../../src/data/column.js";
import { Database } from "../../src/data/database.js";
import { foreignKeyName, type Schema, type TableSchema } from "../../src/data/schema.js";
import { Table } from "../../src/data/table.js";

/** A table: `time` per row (null = unknown, left out = no time column), `links` column → parent table with keys per row. */
export interface TableSpec {
  readonly name: string;
  readonly rows: number;
  readonly time?: readonly (number | null)[];
  readonly links?: Readonly<Record<string, { to: string; keys: readonly (number | null)[] }>>;
}

/** Makes a database whose primary keys are `id` = row number, times are `at`, and links are plain columns. */
export function graphDatabase(specs: readonly TableSpec[]): Database {
  const tables = specs.map(({ name, rows, time, links = {} }) => {
    const ids = Int32Array.from({ length: rows }, (_, row) => row);
    return new Table(name, [
      numberColumn("id", ids),
      ...(time ? [timestampColumn("at", time)] : []),
      ...Object.entries(links).map(([column, link]) => numberColumn(column, link.keys)),
    ]);
  });
  const schema: Schema = { tables: specs.map((spec, i) => tableSchema(spec, tables[i]!)) };
  return new Database(tables, schema);
}

function tableSchema({ name, time, links = {} }: TableSpec, table: Table): TableSchema {
  return {
    name,
    columns: table.columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      stype: column.kind === "timestamp" ? "timestamp" : "numerical",
      unit: null,
      knownFrom: null,
    })),
    primaryKey: ["id"],
    timeColumn: time ? "at" : null,
    endTimeColumn: null,
    foreignKeys: Object.entries(links).map(([column, { to }]) => ({
      name: foreignKeyName([column]),
      columns: [column],
      table: to,
    })),
  };
}

/** Draws two to four small tables with null, dangling and self-referring keys, equal times, null times, no times. */
export function arbTables(): fc.Arbitrary<readonly TableSpec[]> {
  return fc.integer({ min: 2, max: 4 }).chain((count) => {
    const names = Array.from({ length: count }, (_, i) => `t${i}`);
    return fc.tuple(...names.map((name) => arbTable(name, names)));
  });
}

/** The range of times in {@link arbTables}; few values, so that ties are common. */
export const MAX_TIME = 8;

function arbTable(name: string, names: readonly string[]): fc.Arbitrary<TableSpec> {
  return fc.integer({ min: 0, max: 14 }).chain((rows) => {
    const column = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
      fc.array(value, { minLength: rows, maxLength: rows });
    const time = fc.option(
      column(fc.option(fc.integer({ min: 0, max: MAX_TIME }), { nil: null, freq: 6 })),
      { nil: undefined, freq: 3 },
    );
    const link = fc.record({
      to: fc.constantFrom(...names),
      keys: column(fc.option(fc.integer({ min: 0, max: 9 }), { nil: null, freq: 6 })),
    });
    const links = fc.array(link, { maxLength: 3 });
    return fc.record({ time, links }).map(
      ({ time, links }): TableSpec => ({
        name,
        rows,
        ...(time && { time }),
        links: Object.fromEntries(links.map((entry, i) => [`fk${i}`, entry])),
      }),
    );
  });
}

/** One drawn case for samplers: tables, seeds of one of them, and numbers that choices are made from. */
export interface SamplerCase {
  readonly specs: readonly TableSpec[];
  readonly seedTable: number;
  readonly seeds: Seeds;
  /** Free numbers to pick edges and fan-outs with. */
  readonly picks: readonly number[];
}

/** Draws tables with at least one seedable row, and seeds with repeats, stale views and infinite anchors. */
export function arbSamplerCase(): fc.Arbitrary<SamplerCase> {
  return arbTables()
    .filter((specs) => specs.some((spec) => spec.rows > 0))
    .chain((specs) => {
      const candidates = specs.flatMap((spec, i) => (spec.rows > 0 ? [i] : []));
      return fc.constantFrom(...candidates).chain((seedTable) => {
        const seed = fc.record({
          row: fc.integer({ min: 0, max: specs[seedTable]!.rows - 1 }),
          anchor: fc.oneof(
            { weight: 9, arbitrary: fc.integer({ min: -1, max: MAX_TIME + 1 }) },
            { weight: 1, arbitrary: fc.constant(Infinity) },
          ),
          lag: fc.constantFrom(0, 0, 0, 1, 3),
        });
        return fc.record({
          specs: fc.constant(specs),
          seedTable: fc.constant(seedTable),
          seeds: fc.array(seed, { maxLength: 8 }).map((list) => ({
            rows: Int32Array.from(list, ({ row }) => row),
            anchorTimes: Float64Array.from(list, ({ anchor }) => anchor),
            visibleTimes: Float64Array.from(list, ({ anchor, lag }) => anchor - lag),
          })),
          picks: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
        });
      });
    });
}

/** Copies seeds in another order or choice. */
export function takeSeeds(seeds: Seeds, order: readonly number[]): Seeds {
  return {
    rows: Int32Array.from(order, (i) => seeds.rows[i]!),
    anchorTimes: Float64Array.from(order, (i) => seeds.anchorTimes[i]!),
    visibleTimes: Float64Array.from(order, (i) => seeds.visibleTimes[i]!),
  };
}

/** Lists by brute force the children of a row that are known at a time, by time, then row. */
export function visibleChildren(
  specs: readonly TableSpec[],
  edge: Adjacency,
  parentRow: number,
  time: number,
): number[] {
  const child = specs[edge.childTable]!;
  const { keys } = child.links![edge.foreignKey.name]!;
  const rows = keys.flatMap((key, row) =>
    key === parentRow && isKnown(child, row, time) ? [row] : [],
  );
  return rows.sort((a, b) => (child.time?.[a] ?? 0) - (child.time?.[b] ?? 0) || a - b);
}

/** Looks up the parent of a row by brute force; `null` where there is none or it is not known yet. */
export function visibleParent(
  specs: readonly TableSpec[],
  edge: Adjacency,
  childRow: number,
  time: number,
): number | null {
  const key = specs[edge.childTable]!.links![edge.foreignKey.name]!.keys[childRow] ?? null;
  const parent = specs[edge.parentTable]!;
  return key !== null && key < parent.rows && isKnown(parent, key, time) ? key : null;
}

/** Tells whether a row's time has come; null times never do, tables without time always have. */
export function isKnown(spec: TableSpec, row: number, time: number): boolean {
  if (!spec.time) return true;
  const known = spec.time[row] ?? null;
  return known !== null && known <= time;
}

/**
 * Replaces what an anchor cannot see: rows after `cutoff` get another time after it, two in three also other keys, and
 * each table with time gets three more such rows. Row numbers stay, and so do the keys of seeds, which are given even
 * where they are not known yet.
 */
export function changeFuture(
  { specs, seedTable, seeds }: SamplerCase,
  cutoff: number,
): readonly TableSpec[] {
  return specs.map((spec, table) => {
    const { time, links = {} } = spec;
    if (!time) return spec;
    const hidden = (row: number): boolean => time[row] === null || time[row]! > cutoff;
    const changes = (row: number): boolean =>
      hidden(row) && row % 3 > 0 && !(table === seedTable && seeds.rows.includes(row));
    const later = time.map((t, row) => (!hidden(row) ? t : row % 2 > 0 ? null : cutoff + 1 + row));
    return {
      ...spec,
      rows: spec.rows + 3,
      time: [...later, cutoff + 2, cutoff + 1, null],
      links: Object.fromEntries(
        Object.entries(links).map(([name, { to, keys }]) => {
          const changed = keys.map((key, row) => (changes(row) ? (row * 7) % 10 : key));
          return [name, { to, keys: [...changed, 0, 1, 0] }];
        }),
      ),
    };
  });
}

/** Returns the chi-square statistic of counts against one expected count. */
export function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Returns the chi-square value that is exceeded with p = 1e-4 (Wilson and Hilferty 1931). */
export function chiSquareLimit(degrees: number): number {
  const z = 3.719;
  return degrees * (1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees))) ** 3;
}
