/** The catalogue of a PostgreSQL database: tables, columns with their types, keys and links. */
import type { Client } from "pg";
import type { DeclaredLink } from "../../source.js";
import type { PostgresType } from "./types.js";

/** A column of the catalogue. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: PostgresType;
  /** Whether this user may read it. */
  readonly readable: boolean;
}

/** A table of the catalogue. */
export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  readonly primaryKey: readonly string[] | null;
  readonly links: readonly (DeclaredLink & { readonly schema: string })[];
}

/** Tables, partitioned tables, materialised views and foreign tables that are no part of an extension. */
const TABLES = `
  SELECT c.oid::text AS id, n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
    AND has_schema_privilege(n.oid, 'USAGE')
    AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY array_position(current_schemas(false), n.nspname) NULLS LAST, n.nspname, c.relname`;

const COLUMNS = `
  SELECT a.attrelid::text AS id, a.attname AS name, a.atttypid::text AS type, a.atttypmod AS modifier,
    has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable
  FROM pg_attribute a
  WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum`;

const TYPES = `
  SELECT oid::text AS id, typname AS name, typtype AS form, typbasetype::text AS base, typtypmod AS modifier,
    CASE WHEN typcategory = 'A' THEN typelem::text ELSE '0' END AS item
  FROM pg_type WHERE typtype <> 'c'`;

const KEYS = `
  SELECT k.conrelid::text AS id, k.contype AS kind, n.nspname AS schema, p.relname AS parent,
    (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS columns,
    (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
      JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number) AS parent_columns
  FROM pg_constraint k LEFT JOIN pg_class p ON p.oid = k.confrelid LEFT JOIN pg_namespace n ON n.oid = p.relnamespace
  WHERE k.contype IN ('p', 'f') AND k.conrelid = ANY($1::oid[])
  ORDER BY k.conrelid, k.conname`;

interface TypeRow {
  readonly id: string;
  readonly name: string;
  readonly form: string;
  readonly base: string;
  readonly modifier: number;
  readonly item: string;
}

/**
 * Reads the catalogue.
 *
 * @param client - a connected client.
 * @returns the tables of all schemas that the user may use, those of the search path first.
 */
export async function readCatalog(client: Client): Promise<readonly CatalogTable[]> {
  const tables = await client.query<{ id: string; schema: string; name: string }>(TABLES);
  const ids = [tables.rows.map(({ id }) => id)];
  const columns = await client.query<{
    id: string;
    name: string;
    type: string;
    modifier: number;
    readable: boolean;
  }>(COLUMNS, ids);
  const types = await client.query<TypeRow>(TYPES);
  const keys = await client.query<{
    id: string;
    kind: "p" | "f";
    schema: string;
    parent: string;
    columns: string[];
    parent_columns: string[];
  }>(KEYS, ids);
  return tables.rows.map(({ id, schema, name }) => {
    const own = keys.rows.filter((key) => key.id === id);
    return {
      schema,
      name,
      columns: columns.rows
        .filter((column) => column.id === id)
        .map((column) => ({
          name: column.name,
          type: typeOf(types.rows, column.type, column.modifier),
          readable: column.readable,
        })),
      primaryKey: own.find((key) => key.kind === "p")?.columns ?? null,
      links: own
        .filter((key) => key.kind === "f")
        .map((key) => ({
          columns: key.columns,
          schema: key.schema,
          table: key.parent,
          parentColumns: key.parent_columns,
        })),
    };
  });
}

/** Follows domains to what they are made of, and arrays to their items. */
function typeOf(types: readonly TypeRow[], id: string, modifier: number): PostgresType {
  const type = types.find((candidate) => candidate.id === id);
  if (!type) return { name: "record", isArray: false, form: "c", modifier };
  if (type.form === "d") {
    return typeOf(types, type.base, modifier === -1 ? type.modifier : modifier);
  }
  if (type.item === "0") return { name: type.name, isArray: false, form: type.form, modifier };
  return { ...typeOf(types, type.item, modifier), isArray: true };
}
