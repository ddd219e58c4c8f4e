/** The plan of a target whose values are given in a table by hand: `PREDICT TARGET FOR EACH t.key`. */
import type { BoundQuery } from "../pql/bind/bound.js";
import type { TrainingTablePlan } from "../pql/plan/plan.js";
import type { PredictiveQuery } from "../pql/syntax/ast.js";
import { GIVEN_TARGET } from "../pql/syntax/given-target.js";
import { printColumn, printTarget } from "../pql/syntax/print.js";
import { ConfigError } from "./core/errors.js";
import type { ColumnSchema, Schema, TableSchema } from "./data/schema.js";
import type { GivenTarget } from "./task/given-target.js";

/**
 * Adds the target to the columns of the entity table, in place of one that is called so already.
 *
 * @param schema - the database's schema.
 * @param query - the query as it was read.
 * @param given - what is known of the target.
 */
export function withGivenTarget(
  schema: Schema,
  query: PredictiveQuery,
  given: GivenTarget,
): Schema {
  const entity = query.entity.keys[0]!.table.toLowerCase();
  const column = columnOf(given);
  const extended = (table: TableSchema): TableSchema => ({
    ...table,
    columns: [...table.columns.filter(({ name }) => !isGivenTarget(name)), column],
  });
  const tables = schema.tables.map((table) =>
    table.name.toLowerCase() === entity ? extended(table) : table,
  );
  return { ...schema, tables };
}

function isGivenTarget(name: string): boolean {
  return name.toUpperCase() === GIVEN_TARGET;
}

function columnOf({ kind }: GivenTarget): ColumnSchema {
  const base = { name: GIVEN_TARGET, unit: null, knownFrom: null };
  switch (kind) {
    case "binary":
      return { ...base, kind: "boolean", stype: "categorical" };
    case "number":
      return { ...base, kind: "number", stype: "numerical" };
    case "class":
      return { ...base, kind: "string", stype: "categorical" };
  }
}

/**
 * Turns the plan of such a query into one whose labels come from the table.
 *
 * @param plan - of the query, bound to the schema of {@link withGivenTarget}.
 * @param bound - the bound query.
 * @param schema - the database's own schema.
 * @param given - what is known of the target.
 * @returns the plan; it has a window where the user said how far targets look ahead, but no horizon: nothing is computed.
 * @throws {@link ConfigError} CFG181 if the query asks for anything else, or for a time.
 */
export function givenPlan(
  plan: TrainingTablePlan,
  bound: BoundQuery,
  schema: Schema,
  given: GivenTarget,
): TrainingTablePlan {
  const { target, entity } = plan;
  const key = bound.query.entity.keys.map(printColumn).join(", ");
  const refuse = (message: string, hint: string): ConfigError =>
    new ConfigError("CFG181", message, { hint });
  if (target.kind !== "column" || !isGivenTarget(target.column.name) || bound.targets.length > 1) {
    const message = `beside a training table the query asks for its column TARGET, found ${plan.query}`;
    throw refuse(message, `write PREDICT TARGET FOR EACH ${key}`);
  }
  if (plan.at !== null) {
    const message = "beside a training table the query takes no AT: each row has its own time";
    throw refuse(message, "leave AT out; give the time of a prediction as its anchor");
  }
  const written = bound.query.targets[0]!;
  const query =
    written.name === null
      ? plan.query.replace(`PREDICT ${printTarget(written.value)}`, `PREDICT ${GIVEN_TARGET}`)
      : plan.query;
  const own = schema.tables.find(({ name }) => name === entity.table.name);
  const names = new Set(own?.columns.map(({ name }) => name));
  const hidden = [...names]
    .filter(isGivenTarget)
    .map((column) => ({ table: entity.table.name, column }));
  const timed = schema.tables.filter(({ timeColumn }) => timeColumn !== null);
  return {
    ...plan,
    query,
    task: {
      ...plan.task,
      query,
      targetName: GIVEN_TARGET,
      window: given.window,
      given,
      hiddenColumns: [
        ...plan.task.hiddenColumns.filter(({ column }) => !isGivenTarget(column)),
        ...hidden,
      ],
    },
    labelWindows: given.window ? [given.window] : [],
    labelRule: "as the training table says",
    timeTables: given.timed ? timed.map(({ name }) => name) : plan.timeTables,
  };
}
