/** From a query's text to its plan: parse, bind, plan. */

import { bindQuery } from "../pql/bind/bind.js";
import type { BoundQuery, NullLogic } from "../pql/bind/bound.js";
import type { Parameters } from "../pql/bind/parameters.js";
import { planTrainingTable, planTrainingTables, type TrainingTablePlan } from "../pql/plan/plan.js";
import type { Dialect, PredictiveQuery } from "../pql/syntax/ast.js";
import { parseQuery } from "../pql/syntax/parse.js";
import { printQuery } from "../pql/syntax/print.js";
import type { Schema } from "./data/schema.js";
import { givenPlan, withGivenTarget } from "./given-plan.js";
import type { TimeOptions } from "./label-types.js";
import { describeGivenTarget, type GivenTarget } from "./task/given-target.js";

/** Which language a query is written in, and the values of its parameters. */
export interface LanguageOptions {
  readonly dialect?: Dialect | undefined;
  readonly nullLogic?: NullLogic | undefined;
  readonly params?: Parameters | undefined;
}

/** How a query is understood: its language, and where its target comes from if not from the data. */
export interface CompileOptions extends LanguageOptions {
  /** `table`: the user's own training table, whose TARGET is predicted; `step`: how far its targets look ahead. */
  readonly times?: Pick<TimeOptions, "table" | "step"> | undefined;
  /** What is known of such a table where it is not at hand, as a model folder keeps it. */
  readonly given?: GivenTarget | undefined;
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
  /** The canonical query, of all targets. */
  readonly query: string;
}

/**
 * Parses, binds and plans a query with one target.
 *
 * @param schema - the database's schema.
 * @param text - the query.
 * @param options - dialect, logic of missing values, parameters; the training table by hand, if there is one.
 * @throws {@link PqlError} the first of all errors, the rest are in `others`; PQL328 if there are several targets;
 * ConfigError CFG181 if the query does not fit the training table.
 */
export function compileQuery(
  schema: Schema,
  text: string,
  options: CompileOptions = {},
): CompiledQuery {
  const { query, bound, finish } = readQuery(schema, text, options);
  return { bound, plan: finish(withKeyNames(planTrainingTable(bound), query)) };
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
  options: CompileOptions = {},
): CompiledTargets {
  const { query, bound, finish } = readQuery(schema, text, options);
  return {
    bound,
    query: printQuery(bound.query),
    plans: planTrainingTables(bound).map((plan) => finish(withKeyNames(plan, query))),
  };
}

function readQuery(
  schema: Schema,
  text: string,
  { dialect, nullLogic, params, times, given: known }: CompileOptions,
): {
  readonly query: PredictiveQuery;
  readonly bound: BoundQuery;
  readonly finish: (plan: TrainingTablePlan) => TrainingTablePlan;
} {
  const language = {
    ...(dialect && { dialect }),
    ...(nullLogic && { nullLogic }),
    ...(params && { params }),
  };
  const given = times?.table ? describeGivenTarget(times.table, times.step) : known;
  const query = parseQuery(text, { ...language, givenTarget: given !== undefined });
  if (!given) return { query, bound: bindQuery(query, schema, language), finish: (plan) => plan };
  const bound = bindQuery(query, withGivenTarget(schema, query, given), language);
  return { query, bound, finish: (plan) => givenPlan(plan, bound, schema, given) };
}

/** Names the key's columns in results as the query spells them, in the order of the schema. */
function withKeyNames(plan: TrainingTablePlan, query: PredictiveQuery): TrainingTablePlan {
  const written = query.entity.keys.flatMap((key) => (key.kind === "column" ? [key.column] : []));
  const keyNames = plan.entity.keys.map(
    ({ name }) => written.find((word) => word.toLowerCase() === name.toLowerCase()) ?? name,
  );
  return { ...plan, task: { ...plan.task, keyNames } };
}
