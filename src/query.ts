/** From a query's text to its plan: parse, bind, plan. */

import { bindQuery } from "../pql/bind/bind.js";
import type { BoundQuery, NullLogic } from "../pql/bind/bound.js";
import type { Parameters } from "../pql/bind/parameters.js";
import { planTrainingTable, planTrainingTables, type TrainingTablePlan } from "../pql/plan/plan.js";
import type { Dialect, PredictiveQuery } from "../pql/syntax/ast.js";
import { parseQuery } from "../pql/syntax/parse.js";
import type { Schema } from "./data/schema.js";

/** Which language a query is written in, and the values of its parameters. */
export interface LanguageOptions {
  readonly dialect?: Dialect | undefined;
  readonly nullLogic?: NullLogic | undefined;
  readonly params?: Parameters | undefined;
}

/** A query with one target, ready to run. */
export interface CompiledQuery {
  readonly bound: BoundQuery;
  readonly plan: TrainingTablePlan;
}

/** A query with any number of targets, ready to run. */
export interface CompiledTargets {
  readonly bound: BoundQuery;
  /** One plan per target. */
  readonly plans: readonly TrainingTablePlan[];
}

/**
 * Parses, binds and plans a query with one target.
 *
 * @param schema - the database's schema.
 * @param text - the query.
 * @param options - dialect, logic of missing values, parameters.
 * @throws {@link PqlError} the first of all errors, the rest are in `others`; PQL328 if there are several targets.
 */
export function compileQuery(
  schema: Schema,
  text: string,
  options: LanguageOptions = {},
): CompiledQuery {
  const { query, bound } = readQuery(schema, text, options);
  return { bound, plan: withKeyNames(planTrainingTable(bound), query) };
}

/**
 * Parses, binds and plans a query with any number of targets.
 *
 * @param schema - the database's schema.
 * @param text - the query.
 * @param options - dialect, logic of missing values, parameters.
 * @throws {@link PqlError} the first of all errors; the rest are in `others`.
 */
export function compileTargets(
  schema: Schema,
  text: string,
  options: LanguageOptions = {},
): CompiledTargets {
  const { query, bound } = readQuery(schema, text, options);
  return { bound, plans: planTrainingTables(bound).map((plan) => withKeyNames(plan, query)) };
}

function readQuery(
  schema: Schema,
  text: string,
  { dialect, nullLogic, params }: LanguageOptions,
): { readonly query: PredictiveQuery; readonly bound: BoundQuery } {
  const language = {
    ...(dialect && { dialect }),
    ...(nullLogic && { nullLogic }),
    ...(params && { params }),
  };
  const query = parseQuery(text, language);
  return { query, bound: bindQuery(query, schema, language) };
}

/** Names the key's columns in results as the query spells them, in the order of the schema. */
function withKeyNames(plan: TrainingTablePlan, query: PredictiveQuery): TrainingTablePlan {
  const written = query.entity.keys.flatMap((key) => (key.kind === "column" ? [key.column] : []));
  const keyNames = plan.entity.keys.map(
    ({ name }) => written.find((word) => word.toLowerCase() === name.toLowerCase()) ?? name,
  );
  return { ...plan, task: { ...plan.task, keyNames } };
}
