/** The SQL engines by name. */
import { duckdb } from "./duckdb.js";
import type { Engine } from "./engine.js";
import { postgres } from "./postgres.js";
import { spark } from "./spark.js";

/** The engines that SQL is printed for. */
export const SQL_DIALECTS = ["duckdb", "spark", "postgres"] as const;

/** The name of an engine. */
export type SqlDialect = (typeof SQL_DIALECTS)[number];

/** Returns the spellings of an engine. */
export function engineOf(dialect: SqlDialect): Engine {
  switch (dialect) {
    case "duckdb":
      return duckdb;
    case "spark":
      return spark;
    case "postgres":
      return postgres;
  }
}
