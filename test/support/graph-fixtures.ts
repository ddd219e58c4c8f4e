/** Databases for graph tests: built by hand from rows, or drawn at random with every hard case of keys and times. */
import fc from "fast-check";
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
