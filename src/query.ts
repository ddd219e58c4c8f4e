/** From a query's text to its plan: parse, bind, plan. */
import type { Dialect } from "../pql/ast.js";
import { bindQuery } from "../pql/bind.js";
import type { BoundQuery, NullLogic } from "../pql/bound.js";
import { parseQuery } from "../pql/parse.js";
import { planTrainingTable, type TrainingTablePlan } from "../pql/plan.js";
import type { Schema } from "./data/schema.js";

/** Which language a query is written in. */
export interface LanguageOptions {
  readonly dialect?: Dialect | undefined;
  readonly nullLogic?: NullLogic | undefined;
}

/** A query ready to run. */
export interface CompiledQuery {
  readonly bound: BoundQuery;
  readonly plan: TrainingTablePlan;
}

/**
 * Parses, binds and plans a query.
 *
 * @param schema - the database's schema.
 * @param text - the query.
 * @param options - dialect and logic of missing values.
 * @throws {@link PqlError} the first of all errors; the rest are in `others`.
 */
export function compileQuery(
  schema: Schema,
  text: string,
  options: LanguageOptions = {},
): CompiledQuery {
  const language = {
    ...(options.dialect && { dialect: options.dialect }),
    ...(options.nullLogic && { nullLogic: options.nullLogic }),
  };
  const query = parseQuery(text, language);
  const bound = bindQuery(query, schema, language);
  const plan = planTrainingTable(bound, language);
  const { key } = query.entity;
  if (key.kind !== "column") return { bound, plan };
  return { bound, plan: { ...plan, task: { ...plan.task, keyNames: [key.column] } } };
}
