/** The surroundings of an expression that is bound: schema, clause and the tables whose rows it is evaluated for. */
import type { Schema, TableSchema } from "../../src/data/schema.js";
import type { Hop } from "./bound.js";
import type { Report } from "./report.js";
import type { Clause } from "./windows.js";

/** What binding an expression needs to know about its surroundings. */
export interface Scope {
  readonly schema: Schema;
  readonly strict: boolean;
  readonly report: Report;
  /** The entity table. */
  readonly entity: TableSchema;
  readonly clause: Clause;
  /** The tables whose rows the expression is evaluated for: the entity table, or inside an aggregation those of its path. */
  readonly tables: readonly TableSchema[];
  /** The links between `tables`; none outside of aggregations. */
  readonly hops: readonly Hop[];
  /** Whether the expression stands inside an aggregation. */
  readonly inline: boolean;
}
