/** Reads the tables of a DuckDB file, read only. */
import { DataError } from "../../core/errors.js";
import type { DeclaredKeys } from "../source.js";
import { type Engine, engineMessage, sqlName, sqlText } from "./duckdb.js";
import { describeRelation, type Relation, readRelation } from "./read-relation.js";
import { orBroken } from "./scan-guard.js";
import type { TableSource } from "./table-source.js";

const ALIAS = "source_file";

/**
 * Attaches a DuckDB file and lists its tables.
 *
 * @param engine - the engine.
 * @param path - the file.
 * @returns one source a table; tables outside the schema `main` are called `schema.table` where the bare name is taken.
 * @throws {@link DataError} DAT202 if it holds no table, DAT212 if it is no DuckDB file or in use by a writer.
 */
export async function attachDuckDb(engine: Engine, path: string): Promise<TableSource[]> {
  try {
    await engine.connection.run(`ATTACH ${sqlText(path)} AS ${ALIAS} (READ_ONLY, TYPE DUCKDB)`);
  } catch (cause) {
    throw new DataError("DAT212", `\`${path}\` cannot be opened: ${engineMessage(cause)}`, {
      at: { file: path },
      hint: /lock/i.test(String(cause))
        ? "another process has the file open for writing: close it first"
        : "check that it is a DuckDB file of a version up to 1.5",
      cause,
    });
  }
  const rows = await orBroken(path, () =>
    engine.rows(
      `SELECT schema_name AS schema, table_name AS name FROM duckdb_tables()
     WHERE database_name = ${sqlText(ALIAS)} AND NOT internal
     ORDER BY schema_name <> 'main', schema_name, table_oid`,
    ),
  );
  if (rows.length === 0) {
    throw new DataError("DAT202", `there is no table in \`${path}\``, {
      at: { file: path },
      hint: "create the tables first; views are not read",
    });
  }
  const taken = new Set<string>();
  const named = rows.map((row) => {
    const [schema, name] = [String(row["schema"]), String(row["name"])];
    const table = taken.has(name) ? `${schema}.${name}` : name;
    taken.add(table);
    return { schema, name, table };
  });
  const declared = await orBroken(path, () => declaredKeys(engine));
  return named.map(({ schema, name, table }): TableSource => {
    const nameOf = (parent: string): string =>
      named.find((other) => other.schema === schema && other.name === parent)?.table ?? parent;
    const sql = `${ALIAS}.${sqlName(schema)}.${sqlName(name)}`;
    const relation = async (): Promise<Relation> => {
      const columns = await describeRelation(engine, sql);
      const [counted] = await engine.rows(`SELECT CAST(count(*) AS DOUBLE) AS rows FROM ${sql}`);
      return { sql, table, columns, rows: Number(counted?.["rows"] ?? 0) };
    };
    return {
      table,
      declared: keysOf(declared, schema, name, nameOf),
      relation,
      read: (exclude, options) =>
        orBroken(table, async () => {
          const whole = await relation();
          const columns = whole.columns.filter((column) => !exclude.includes(column.name));
          const part = { ...whole, columns };
          const read = await readRelation(engine, part, { ...options, nullValues: undefined });
          return { ...read, columnNames: whole.columns.map((column) => column.name) };
        }),
    };
  });
}

/** A key or a link of any table. */
interface Constraint {
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  readonly columns: readonly string[];
  readonly parent: string | null;
  readonly parentColumns: readonly string[];
}

async function declaredKeys(engine: Engine): Promise<readonly Constraint[]> {
  const rows = await engine.rows(
    `SELECT schema_name AS schema, table_name AS name, constraint_type AS type, constraint_column_names AS columns,
       referenced_table AS parent, referenced_column_names AS parent_columns
     FROM duckdb_constraints()
     WHERE database_name = ${sqlText(ALIAS)} AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
     ORDER BY constraint_index`,
  );
  return rows.map((row) => ({
    schema: String(row["schema"]),
    name: String(row["name"]),
    type: String(row["type"]),
    columns: (row["columns"] ?? []) as readonly string[],
    parent: row["parent"] === null ? null : String(row["parent"]),
    parentColumns: (row["parent_columns"] ?? []) as readonly string[],
  }));
}

/** Links lie within one schema in DuckDB. */
function keysOf(
  constraints: readonly Constraint[],
  schema: string,
  name: string,
  nameOf: (parent: string) => string,
): DeclaredKeys {
  const own = constraints.filter((entry) => entry.schema === schema && entry.name === name);
  const key = own.find(({ type }) => type === "PRIMARY KEY");
  const links = own.flatMap(({ type, columns, parent, parentColumns }) =>
    type === "FOREIGN KEY" && parent !== null
      ? [{ columns, table: nameOf(parent), parentColumns }]
      : [],
  );
  return {
    ...(key && { primaryKey: key.columns }),
    ...(links.length > 0 && { foreignKeys: links }),
  };
}
