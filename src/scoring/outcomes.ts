/** Outcomes: who churned, stayed or expanded within some days after a moment. */
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import { printName } from "../../pql/syntax/print.js";
import { ConfigError, RelError } from "../core/errors.js";
import { addTime, MS_PER_DAY, type Timestamp } from "../core/time.js";
import { isValid, type TimestampColumn } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { Schema } from "../data/schema.js";
import type { OutcomeConfig, ScoreConfig } from "./config.js";
import { type HiddenColumns, linkTo } from "./metrics.js";

/** The outcomes in their order; codes are places in it. */
export const OUTCOMES = ["churned", "stayed", "expanded"] as const;

/** One of them. */
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Tells the outcomes of rows after a moment; who did both has churned.
 *
 * @param rows - int32 of the entity table.
 * @param time - the moment; the window of the outcomes lies within the data.
 * @returns uint8 `[rows]`: index into {@link OUTCOMES}.
 * @throws {@link ConfigError} CFG239 if the configuration has no outcomes, or one that does not fit the schema.
 */
export function outcomesAt(
  db: Database,
  config: ScoreConfig,
  rows: Int32Array,
  time: Timestamp,
): Uint8Array {
  const { outcomes } = config;
  if (!outcomes) {
    throw new ConfigError("CFG239", "the configuration names no outcomes", {
      hint: 'such as "outcomes": { "days": 90, "churned": "ended" }',
    });
  }
  const told = (name: Judged): Uint8Array => {
    const outcome = outcomes[name];
    if (outcome === undefined) return new Uint8Array(rows.length);
    return holds(db, config, name, partsOf(config, outcome), rows, time);
  };
  const [churned, expanded] = [told("churned"), told("expanded")];
  return Uint8Array.from(rows, (_, i) => (churned[i] === 1 ? 0 : expanded[i] === 1 ? 2 : 1));
}

/** The word for an outcome that is the entity's end. */
const ENDED = "ended";

type Judged = Exclude<Outcome, "stayed">;

/** An outcome with the table whose rows it is told of. */
interface OutcomeParts {
  readonly when: string;
  readonly table: string;
  readonly of: { readonly of: string; readonly via?: string } | null;
}

function partsOf({ entity }: ScoreConfig, outcome: OutcomeConfig): OutcomeParts {
  if (typeof outcome === "string") return { when: outcome, table: entity, of: null };
  return { when: outcome.when, table: outcome.of, of: outcome };
}

function holds(
  db: Database,
  { entity, outcomes }: ScoreConfig,
  name: Judged,
  { when, table, of }: OutcomeParts,
  rows: Int32Array,
  time: Timestamp,
): Uint8Array {
  const whose = of === null ? null : db.link(entity, linkTo(db.schema, entity, of)).parentRows;
  const own = whose === null ? rows : rows.map((row) => whose[row]!);
  if (when === ENDED) {
    const end = endOf(db, name, table);
    const until = time + outcomes!.days * MS_PER_DAY;
    return Uint8Array.from(own, (row) =>
      row >= 0 && isValid(end, row) && end.values[row]! > time && end.values[row]! <= until ? 1 : 0,
    );
  }
  const labels = runPlan(planOutcome(db.schema, table, name, when, outcomes!.days), db, [time]);
  const byRow = new Map<number, number>();
  labels.entityRows.forEach((row, i) => {
    byRow.set(row, labels.targets[i]!);
  });
  return Uint8Array.from(own, (row) => (byRow.get(row) === 1 ? 1 : 0));
}

function endOf(db: Database, name: Judged, table: string): TimestampColumn {
  const { endTimeColumn } = db.tableSchema(table);
  const end = endTimeColumn === null ? null : db.table(table).column(endTimeColumn);
  if (end?.kind === "timestamp") return end;
  throw new ConfigError("CFG239", `outcome \`${name}\`: \`${table}\` has no end time`, {
    hint: "name it in schema.json (`endTimeColumn`), or write a condition that looks ahead",
  });
}

/**
 * Tells when entities end, where churn is their end.
 *
 * @returns float64 per row of the entity table, NaN = not yet; `null` where churn is a condition.
 */
export function endTimes(db: Database, config: ScoreConfig): Float64Array | null {
  const { outcomes, entity } = config;
  if (outcomes?.churned !== ENDED) return null;
  const end = endOf(db, "churned", entity);
  return Float64Array.from(end.values, (time, row) => (isValid(end, row) ? time : Number.NaN));
}

/** July: the longest of calendar months begin here. */
const LONG_MONTHS = Date.UTC(2025, 6, 1);

function planOutcome(schema: Schema, entity: string, name: Judged, when: string, days: number) {
  const keys = schema.tables.find((table) => table.name === entity)?.primaryKey ?? [];
  const key = keys.map((name) => `${printName(entity)}.${printName(name)}`).join(", ");
  try {
    const bound = bindQuery(
      parseQuery(`PREDICT ${when} FOR EACH ${keys.length > 1 ? `(${key})` : key}`),
      schema,
    );
    const plan = planTrainingTable(bound);
    if (plan.task.taskType !== "binary_classification" || plan.horizon === null) {
      throw new ConfigError("CFG239", "an outcome is a condition on what comes", {
        hint: "such as COUNT(SESSIONS.*, 0, 90, days) = 0",
      });
    }
    // What lies beyond `days` is not known when a history is read.
    const { end, unit } = plan.horizon;
    if (addTime(LONG_MONTHS, end, unit) - LONG_MONTHS <= days * MS_PER_DAY) return plan;
    throw new ConfigError("CFG239", `it looks further ahead than ${days} days`, {
      hint: "let its windows end there, or raise `outcomes.days`",
    });
  } catch (cause) {
    if (!(cause instanceof RelError)) throw cause;
    throw new ConfigError("CFG239", `outcome \`${name}\`, \`${when}\`: ${cause.message}`, {
      hint: cause.hint ?? "write a condition such as COUNT(SESSIONS.*, 0, 90, days) = 0",
      cause,
    });
  }
}

/** The columns outside of windows that outcomes are made of: a metric that read them would know the outcome. */
export function hiddenByOutcomes(config: ScoreConfig, schema: Schema): HiddenColumns {
  const { outcomes } = config;
  if (!outcomes) return [];
  return (["churned", "expanded"] as const).flatMap((name) => {
    const outcome = outcomes[name];
    if (outcome === undefined) return [];
    const { when, table, of } = partsOf(config, outcome);
    if (of !== null) linkTo(schema, config.entity, of);
    if (when === ENDED) {
      const end = schema.tables.find((one) => one.name === table)?.endTimeColumn ?? null;
      return end === null ? [] : [{ table, column: end, own: true }];
    }
    return planOutcome(schema, table, name, when, outcomes.days).task.hiddenColumns;
  });
}
