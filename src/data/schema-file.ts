/** The shape of `schema.json`: what a user may settle about tables; everything is optional. */
import type { Stype } from "./stype.js";

/** Settings of one table; `null` or `{}` says that there is none, so nothing is inferred. */
export interface TableOverrides {
  readonly primaryKey?: string | readonly string[] | null;
  readonly timeColumn?: string | null;
  readonly endTimeColumn?: string | null;
  /** Foreign key column (several joined by `+` for a composite key) to the table it points at. */
  readonly foreignKeys?: Readonly<Record<string, string>>;
  readonly stypes?: Readonly<Record<string, Stype>>;
  readonly units?: Readonly<Record<string, string>>;
  /** Column to the time column that tells when its cells became known. */
  readonly knownFrom?: Readonly<Record<string, string>>;
  /** Columns to leave out, or `true` for the whole table. */
  readonly exclude?: boolean | readonly string[];
  /** Texts that mean null in text files. */
  readonly nullValues?: readonly string[];
  /** Patterns of the Parquet files that hold the table, from the folder of the data: `logs/sessions-*.parquet`. */
  readonly files?: string | readonly string[];
}

/** Settings of a database, as in `schema.json`. */
export interface SchemaOverrides {
  readonly tables?: Readonly<Record<string, TableOverrides>>;
}
