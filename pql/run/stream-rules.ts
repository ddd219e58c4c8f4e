/** What can be computed from a table whose rows pass by once. */
import { ConfigError } from "../../src/core/errors.js";
import {
  allColumns,
  type BoundAggregation,
  type BoundTarget,
  boundAggregations,
  boundColumns,
  insideOf,
  isBoundCondition,
} from "../bind/bound.js";
import type { TrainingTablePlan } from "../plan/plan-types.js";
import { readsAnchor, restsOnLateCells } from "./late.js";

/**
 * Lists the aggregations of streamed tables.
 *
 * @param nodes - clauses.
 * @param names - the streamed tables.
 */
export function streamedAggregations(
  nodes: readonly BoundTarget[],
  names: ReadonlySet<string>,
): BoundAggregation[] {
  const all = nodes.flatMap(boundAggregations).filter(({ table }) => names.has(table.name));
  return [...new Set(all)];
}

/**
 * Makes sure that a plan needs each row of the streamed tables once, in any order.
 *
 * @param plan - the plan.
 * @param names - the streamed tables.
 * @param anchors - the anchors; `null` = each entity's own time.
 * @throws {@link ConfigError} CFG144 with the part that cannot be streamed.
 */
export function checkClauses(
  plan: TrainingTablePlan,
  names: ReadonlySet<string>,
  anchors: Float64Array | null,
): void {
  const { frames, assuming, where, entity } = plan;
  const truth = [...frames, ...(assuming ? [assuming] : [])];
  const sight = where ? [where] : [];
  if (names.has(entity.table.name)) throw refuse(entity.table.name, "it is the entity table");
  for (const node of [...truth, ...sight]) {
    for (const column of boundColumns(node)) checkSteps(column, names);
    for (const aggregation of boundAggregations(node)) checkPath(aggregation, names);
  }
  for (const node of frames) {
    const [first] = streamedAggregations([node], names);
    if (first && namesClasses(plan, node)) throw refuse(first.table.name, "it holds the classes");
  }
  for (const aggregation of streamedAggregations(sight, names)) {
    if (!restsOnLateCells(aggregation)) continue;
    throw refuse(aggregation.table.name, "WHERE reads cells or rows that become known later");
  }
  const [any] = streamedAggregations([...truth, ...sight], names);
  if (anchors === null && any) throw refuse(any.table.name, "each entity has its own anchor");
}

/** A column of a streamed table stands only at the first position of a path that begins there. */
function checkSteps(
  { steps }: { readonly steps: BoundAggregation["path"]["hops"] },
  names: ReadonlySet<string>,
): void {
  for (const hop of steps) if (names.has(hop.to.name)) throw refuse(hop.to.name, "it is looked up");
}

function checkPath(aggregation: BoundAggregation, names: ReadonlySet<string>): void {
  const { table, path } = aggregation;
  const inside = insideOf(aggregation);
  for (const { direction, to } of path.hops) {
    if (names.has(to.name)) throw refuse(to.name, "a path leads through it");
    if (names.has(table.name) && direction === "down") {
      throw refuse(table.name, `its path leads down to \`${to.name}\``);
    }
  }
  for (const column of inside.flatMap(allColumns)) checkSteps(column, names);
  for (const inner of inside.flatMap(boundAggregations)) {
    const streamed = [table.name, inner.table.name].find((name) => names.has(name));
    if (streamed !== undefined) throw refuse(streamed, "an aggregation is nested in a filter");
    checkPath(inner, names);
  }
  if (!names.has(table.name)) return;
  if (aggregation.argument?.type === "list") throw refuse(table.name, "it aggregates lists");
  if (readsAnchor(aggregation)) throw refuse(table.name, "a filter reads ANCHOR");
  const keys = path.hops[0]!.foreignKey.columns;
  const late = table.columns.find(({ name, knownFrom }) => keys.includes(name) && knownFrom);
  if (late) throw refuse(table.name, `\`${late.name}\` becomes known later than its row`);
}

/** Tells whether the labels of a target are numbered by the values of a column, all of which would have to be read first. */
function namesClasses({ task }: TrainingTablePlan, node: BoundTarget): boolean {
  if (isBoundCondition(node)) return false;
  return node.type === "list" || task.taskType === "multiclass_classification";
}

function refuse(table: string, why: string): ConfigError {
  return new ConfigError("CFG144", `\`${table}\` cannot be streamed here: ${why}`, {
    hint: `load \`${table}\` into memory`,
  });
}
