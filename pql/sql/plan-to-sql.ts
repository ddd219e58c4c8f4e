/** A plan as one SQL statement that gives the same table. */
import { ConfigError } from "../../src/core/errors.js";
import type { Timestamp } from "../../src/core/time.js";
import type { Schema } from "../../src/data/schema.js";
import { type BoundCondition, type BoundTarget, isBoundCondition } from "../bind/bound.js";
import type { TrainingTablePlan } from "../plan/plan.js";
import { isZeroed } from "./aggregation.js";
import { type Clocks, createClocks } from "./clocks.js";
import type { SqlDialect } from "./dialect.js";
import {
  conditionLines,
  sidesOf,
  writeCondition,
  writeExpression,
  writeNumber,
} from "./expression.js";
import { type Part, printSelect, printStatement } from "./layout.js";
import {
  beginSelect,
  type Clause,
  firstOnly,
  type RowSource,
  readRows,
  type Select,
  sourceAs,
} from "./select.js";
import { beginStatement, type Statement } from "./statement.js";

/** Options of {@link planToSql}. */
export interface SqlOptions {
  readonly dialect: SqlDialect;
  /** The part of the split that an anchor belongs to, for a column SPLIT; `null` = none. */
  readonly split?: (anchor: Timestamp) => string | null;
  /**
   * Whether rows have an order: of rows with the same key the first one counts, and rows of one time count in their order.
   * Without it keys are taken as unique and rows of one time count in the order of their values. Default: true for
   * `duckdb`, whose tables (but not views) number their rows; the other engines have no such order.
   */
  readonly rowOrder?: boolean;
  /** Whether the rows are sorted, by default they are; shards that are written need no order. */
  readonly sorted?: boolean;
}

/**
 * Prints a plan as SQL: one statement for the labelled rows that `runPlan` gives.
 *
 * The result has the key's columns, TIMESTAMP, FORECAST_STEP for a forecast, TARGET (0 or 1 for a binary task, the class
 * itself for a multiclass one, an array for a list) and SPLIT where asked for, in the order of time, then entity, then step.
 * Tables and columns have the schema's names, times are UTC. Anchors and the bounds of windows are literals.
 *
 * @param plan - the plan; all entities are labelled, listed ids or not.
 * @param schema - the schema that the query was bound to.
 * @param anchors - as for `runPlan`: in any order, `null` takes each row of a static target at its own time.
 * @param options - the engine, splits, whether rows have an order.
 * @returns the statement, without a semicolon, with a line break at its end.
 * @throws {@link ConfigError} CFG140 if a query with a window gets no anchors, CFG141 if an anchor is no time, CFG143 if an
 * engine without an order of rows cannot tell rows without a key apart.
 * @see relbench `tasks/*.py`: labels as SQL over a table of timestamps.
 */
export function planToSql(
  plan: TrainingTablePlan,
  schema: Schema,
  anchors: readonly Timestamp[] | Float64Array | null,
  options: SqlOptions,
): string {
  const { dialect, rowOrder = dialect === "duckdb" } = options;
  const times = checkAnchors(plan, anchors);
  const statement = beginStatement(schema, { dialect, logic: plan.nullLogic, rowOrder });
  const clocks = createClocks(plan, times, statement, options);
  const entities = writeEntities(plan, clocks, statement);
  const begun = statement.parts.length;
  const eligible = writeFilter("eligible", plan.where, entities, clocks.past);
  const assumed = writeFilter("assumed", plan.assuming, eligible, clocks.truth);
  const labels = writeLabels(plan, assumed, clocks, options.sorted ?? true);
  const parts = [
    ...clocks.literal.map((clock) => clock.part()),
    ...statement.parts.slice(0, begun),
    ...ownAnchors(clocks, entities, statement),
    ...statement.parts.slice(begun),
  ];
  return printStatement(headerOf(plan, options, rowOrder), parts, labels);
}

function checkAnchors(
  plan: TrainingTablePlan,
  anchors: readonly Timestamp[] | Float64Array | null,
): Float64Array | null {
  if (anchors === null) {
    if (plan.task.window === null) return null;
    throw new ConfigError("CFG140", "a target with a window needs anchor times, found none", {
      hint: "give anchors, or choose them with defaultAnchors",
    });
  }
  const bad = anchors.find((time) => !Number.isFinite(time));
  if (bad !== undefined) {
    throw new ConfigError("CFG141", `an anchor is a finite time in milliseconds, found ${bad}`, {
      hint: "check the dates that the anchors were read from",
    });
  }
  return Float64Array.from(new Set(anchors)).sort();
}

function headerOf(plan: TrainingTablePlan, { dialect }: SqlOptions, rowOrder: boolean): string[] {
  const order = rowOrder
    ? "Of rows with the same key the first counts, rows of one time count in their order: read tables, not views."
    : "Keys are taken as unique, and rows of one time count in the order of their values.";
  return [
    plan.query,
    `SQL for ${TITLES[dialect]}. Tables and columns have the names of the schema, times are UTC.`,
    order,
  ];
}

const TITLES = { duckdb: "DuckDB", spark: "Spark", postgres: "PostgreSQL" } as const;

/** The rows that may be labelled, as a part of the statement. */
type Entities = RowSource;

function writeEntities(
  { entity }: TrainingTablePlan,
  { past, own, split }: Clocks,
  statement: Statement,
): Entities {
  const { engine, names } = statement;
  const { table, keys } = entity;
  const select = beginSelect(past, []);
  const row = readRows(table, true, select);
  const at = (name: string): string => `${row.alias}.${engine.quote(name)}`;
  const created = table.timeColumn === null ? null : at(table.timeColumn);
  const { source, anchor } = past.clock;
  const listed = source !== null && !own;
  const now = own ? created! : anchor;
  const exists = [
    ...(listed && created !== null ? [`${created} <= ${now}`] : []),
    ...(own ? [`${created} IS NOT NULL`] : []),
  ];
  const ended = table.endTimeColumn === null || source === null ? null : at(table.endTimeColumn);
  const lasts = ended === null ? [] : [`(${ended} IS NULL OR ${ended} > ${now})`];
  const join =
    exists.length > 0 ? `JOIN ${source} ON ${exists.join(" AND ")}` : `CROSS JOIN ${source}`;
  const body = printSelect({
    columns: [
      `${row.alias}.*`,
      ...(source === null ? [] : [own ? `${now} AS ${names.columns.anchor}` : now]),
      ...(split ? [`${source}.${names.columns.split}`] : []),
    ],
    from: [sourceAs(row), ...(listed ? [join] : [])],
    where: [
      ...keys.map(({ name }) => `${at(name)} IS NOT NULL`),
      ...firstOnly(statement, row),
      ...(listed ? [] : exists),
      ...lasts,
    ],
    groupBy: [],
  });
  const name = statement.add(["entities"], "who is there at each anchor: created, not ended", body);
  return { ...row, source: name, alias: name, first: true };
}

/** The distinct times of the entities, where something is looked up at them. */
function ownAnchors({ past, own }: Clocks, entities: Entities, statement: Statement): Part[] {
  const { source } = past.clock;
  const isRead = statement.parts.some((part) => part.body.includes(`CROSS JOIN ${source}`));
  if (source === null || !own || !isRead) return [];
  const body = [`SELECT DISTINCT ${statement.names.columns.anchor}`, `FROM ${entities.source}`];
  return [{ name: source, comment: "each entity at its own time", body }];
}

/** Leaves the entities for which a condition holds. */
function writeFilter(
  name: string,
  condition: BoundCondition | null,
  entities: Entities,
  clause: Clause,
): Entities {
  if (condition === null) return entities;
  const { statement } = clause;
  const select = selectEntities(entities, clause);
  const lone = condition.kind === "or";
  const where = lone ? [writeCondition(condition, select)] : conditionLines(condition, select);
  const { source } = entities;
  const from = [source, ...select.joins];
  const body = printSelect({ columns: [`${source}.*`], from, where, groupBy: [] });
  const comment =
    clause.sight === "truth" ? "for whom the condition holds" : "for whom it holds, as known then";
  const part = statement.add([name], comment, body);
  return { ...entities, source: part, alias: part };
}

function selectEntities(entities: Entities, clause: Clause): Select {
  const { anchor } = clause.statement.names.columns;
  const select = beginSelect(clause, [`${entities.alias}.${anchor}`]);
  select.addRow(entities);
  return select;
}

function writeLabels(
  plan: TrainingTablePlan,
  entities: Entities,
  clocks: Clocks,
  isSorted: boolean,
): string[] {
  const { target: clause, split } = clocks;
  const { statement, clock } = clause;
  const { engine, names } = statement;
  const { anchor, value, step } = names.columns;
  const keys = plan.entity.keys.map(({ name }) => engine.quote(name));
  const { alias, rowNumber } = entities;
  const forecast = plan.frames.length > 1;
  const timed = clock.source !== null;
  const select = beginSelect(
    clause,
    forecast ? clock.keys.map((key) => `${clock.source}.${key}`) : [`${alias}.${anchor}`],
  );
  select.addRow(entities);
  const label = writeLabel(plan.target, select);
  const order = rowNumber === null ? [] : [rowNumber];
  const kept = [...(timed ? [anchor] : []), ...(split ? [names.columns.split] : [])];
  const body = printSelect({
    columns: [
      ...[...keys, ...order, ...kept].map((name) => `${alias}.${name}`),
      ...(forecast ? [`${clock.source}.${step}`] : []),
      `${label} AS ${value}`,
    ],
    from: [
      entities.source,
      ...(forecast
        ? [`JOIN ${clock.source} ON ${clock.source}.${anchor} = ${alias}.${anchor}`]
        : []),
      ...select.joins,
    ],
    where: [],
    groupBy: [],
  });
  const labels = statement.add(
    ["labels"],
    "the target of each row, NULL where there is none",
    body,
  );
  const outcome = [
    ...keys,
    `${timed ? anchor : "CAST(NULL AS TIMESTAMP)"} AS ${engine.quote("TIMESTAMP")}`,
    ...(forecast ? [`${step} AS ${engine.quote("FORECAST_STEP")}`] : []),
    `${value} AS ${engine.quote("TARGET")}`,
    ...(split ? [`${names.columns.split} AS ${engine.quote("SPLIT")}`] : []),
  ];
  const sorted = [
    ...(timed ? [anchor] : []),
    ...(rowNumber === null ? keys : order),
    ...(forecast ? [step] : []),
  ];
  const where = [`${value} IS NOT NULL`];
  // A column can hold empty lists; what LIST_DISTINCT lists has an item.
  if (isListCell(plan.target)) {
    where.push(`${engine.listLength(value)} > 0`);
  }
  const last = printSelect({ columns: outcome, from: [labels], where, groupBy: [] });
  return isSorted ? [...last, `ORDER BY ${sorted.join(", ")}`] : last;
}

function isListCell(target: BoundTarget): boolean {
  if (isBoundCondition(target) || target.type !== "list") return false;
  return target.kind !== "aggregation" || target.name !== "LIST_DISTINCT";
}

/** A truth value counts as 0 or 1. Kumo has no label where an operand is missing, but for a lone test for NULL. */
function writeLabel(target: BoundTarget, select: Select): string {
  if (!isBoundCondition(target)) return writeNumber(target, select);
  const label = `CAST(${writeCondition(target, select)} AS INTEGER)`;
  const lone = target.kind === "comparison" && target.right === null;
  if (select.clause.statement.logic === "kleene" || lone) return label;
  const sides = sidesOf(target).filter((side) => !isZeroed(side));
  const present = new Set(sides.map((side) => `${writeExpression(side, select)} IS NOT NULL`));
  return present.size === 0 ? label : `CASE WHEN ${[...present].join(" AND ")} THEN ${label} END`;
}
