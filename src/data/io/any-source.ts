/** Reads the tables of a {@link Source}: batches become one table, failures become ours. */
import { DataError, RelError } from "../../core/errors.js";
import { checkAborted } from "../../core/progress.js";
import { concatColumns } from "../concat.js";
import { columnFromValues } from "../from-values.js";
import type { Source, SourceRequest, SourceTable } from "../source.js";
import { Table, type TableRecord } from "../table.js";
import type { ReadOptions } from "./read-relation.js";
import type { TableSource } from "./table-source.js";

/**
 * Lists the tables of a source in the form that databases are opened from.
 *
 * @param source - the source; the caller closes it.
 * @throws {@link DataError} DAT202 if it has no table, DAT203 if a name occurs twice, DAT231 for a failure of the source.
 */
export async function sourceTables(source: Source, options: ReadOptions): Promise<TableSource[]> {
  const listed = await ours(source, null, async () => source.tables(options));
  if (listed.length === 0) {
    throw new DataError("DAT202", `there is no table in ${source.name}`, {
      hint: "create the tables first; views are not read",
    });
  }
  const names = listed.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new DataError("DAT203", `${source.name} lists the table \`${twice}\` twice`, {
      at: { table: twice },
      hint: "give every table its own name",
    });
  }
  return listed.map((table) => ({
    table: table.name,
    declared: table,
    read: async (exclude, read) => {
      const columns = table.columns.filter((name) => !exclude.includes(name));
      const request = { columns, range: read.range ?? null, limit: read.limit ?? null };
      const rows = await ours(source, table.name, () => readRows(source, table, request, read));
      return { table: rows, notes: [], columnNames: table.columns };
    },
  }));
}

async function readRows(
  source: Source,
  { name }: SourceTable,
  request: SourceRequest,
  options: ReadOptions,
): Promise<Table> {
  const { columns } = request;
  const tables: Table[] = [];
  const values: unknown[][] = columns.map(() => []);
  let rows = 0;
  for await (const batch of source.rows(name, request, options)) {
    checkAborted(options.signal, `reading \`${name}\``);
    if (batch instanceof Table) tables.push(batch);
    else takeRecords(batch, columns, values);
    rows += batch instanceof Table ? batch.numRows : batch.length;
    const message = `${name}: ${rows.toLocaleString("en-US")} rows`;
    options.onProgress?.({ stage: "load", message, done: rows });
  }
  if (tables.length === 0) {
    return new Table(
      name,
      columns.map((column, c) => columnFromValues(name, column, values[c]!)),
    );
  }
  if (values.some((column) => column.length > 0)) {
    throw new DataError("DAT231", `${source.name} gives tables and records for \`${name}\``, {
      at: { table: name },
      hint: "give all batches of a table in one form",
    });
  }
  // A source leaves out columns that it cannot read.
  const given = columns.filter((column) => tables[0]!.find(column));
  return new Table(
    name,
    given.map((column) => concatColumns(tables.map((table) => table.column(column)))),
  );
}

function takeRecords(
  records: readonly TableRecord[],
  columns: readonly string[],
  values: readonly unknown[][],
): void {
  for (const record of records) {
    for (let c = 0; c < columns.length; c++) values[c]!.push(record[columns[c]!] ?? null);
  }
}

/** Failures of a source become ours; its message stays, its cause does not, since it may hold a password. */
async function ours<T>(source: Source, table: string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RelError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const what = table === null ? "its tables" : `\`${table}\``;
    throw new DataError("DAT231", `${source.name} does not give ${what}: ${message}`, {
      ...(table !== null && { at: { table } }),
      hint: "see what the source itself says about it",
    });
  }
}
