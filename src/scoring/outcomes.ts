/** Outcomes: who churned, stayed or expanded within some days after a moment. */
import { bindQuery, parseQuery, planTrainingTable, runPlan } from "../../pql/index.js";
import { printName } from "../../pql/syntax/print.js";
import { ConfigError, RelError } from "../core/errors.js";
import { MS_PER_DAY, type Timestamp } from "../core/time.js";
import { isValid } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { Schema } from "../data/schema.js";
import type { ScoreConfig } from "./config.js";
import type { HiddenColumns } from "./metrics.js";

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
  const churned = holds(db, config, "churned", outcomes.churned, rows, time);
  const expanded =
    outcomes.expanded === undefined
      ? new Uint8Array(rows.length)
      : holds(db, config, "expanded", outcomes.expanded, rows, time);
  return Uint8Array.from(rows, (_, i) => (churned[i] === 1 ? 0 : expanded[i] === 1 ? 2 : 1));
}

/** The word for an outcome that is the entity's end. */
const ENDED = "ended";

function holds(
  db: Database,
  { entity, outcomes }: ScoreConfig,
  name: Outcome,
  condition: string,
  rows: Int32Array,
  time: Timestamp,
): Uint8Array {
  if (condition === ENDED) {
    const { endTimeColumn } = db.tableSchema(entity);
    const end = endTimeColumn === null ? null : db.table(entity).column(endTimeColumn);
    if (end?.kind !== "timestamp") {
      throw new ConfigError("CFG239", `outcome \`${name}\`: \`${entity}\` has no end time`, {
        hint: "name it in schema.json (`endTimeColumn`), or write a condition that looks ahead",
      });
    }
    const until = time + outcomes!.days * MS_PER_DAY;
    return Uint8Array.from(rows, (row) =>
      isValid(end, row) && end.values[row]! > time && end.values[row]! <= until ? 1 : 0,
    );
  }
  const labels = runPlan(planOutcome(db.schema, entity, name, condition), db, [time]);
  const byRow = new Map<number, number>();
  labels.entityRows.forEach((row, i) => {
    byRow.set(row, labels.targets[i]!);
  });
  return Uint8Array.from(rows, (row) => (byRow.get(row) === 1 ? 1 : 0));
}

function planOutcome(schema: Schema, entity: string, name: Outcome, condition: string) {
  const keys = schema.tables.find((table) => table.name === entity)?.primaryKey ?? [];
  const key = keys.map((name) => `${printName(entity)}.${printName(name)}`).join(", ");
  try {
    const bound = bindQuery(
      parseQuery(`PREDICT ${condition} FOR EACH ${keys.length > 1 ? `(${key})` : key}`),
      schema,
    );
    const plan = planTrainingTable(bound);
    if (plan.task.taskType === "binary_classification" && plan.horizon !== null) return plan;
    throw new ConfigError("CFG239", "an outcome is a condition on what comes", {
      hint: "such as COUNT(SESSIONS.*, 0, 90, days) = 0",
    });
  } catch (cause) {
    if (!(cause instanceof RelError)) throw cause;
    throw new ConfigError("CFG239", `outcome \`${name}\`, \`${condition}\`: ${cause.message}`, {
      hint: cause.hint ?? "write a condition such as COUNT(SESSIONS.*, 0, 90, days) = 0",
      cause,
    });
  }
}

/** The columns outside of windows that outcomes are made of: a metric that read them would know the outcome. */
export function hiddenByOutcomes({ entity, outcomes }: ScoreConfig, schema: Schema): HiddenColumns {
  if (!outcomes) return [];
  const conditions = [
    ["churned", outcomes.churned],
    ["expanded", outcomes.expanded],
  ] as const;
  return conditions.flatMap(([name, condition]) =>
    condition === undefined || condition === ENDED
      ? []
      : planOutcome(schema, entity, name, condition).task.hiddenColumns,
  );
}
