/** Metrics: look-back expressions bound to a schema, and their values as of any moment. */
import { boundColumns } from "../../pql/bind/bound.js";
import { type BoundFeature, bindFeature, runFeature } from "../../pql/index.js";
import { ConfigError, RelError } from "../core/errors.js";
import type { WorkOptions } from "../core/progress.js";
import { MS_PER_DAY } from "../core/time.js";
import type { Database } from "../data/database.js";
import type { ForeignKey, Schema } from "../data/schema.js";
import type { MetricConfig, ScoreConfig } from "./config.js";

/** A metric that is bound. */
export interface BoundMetric extends MetricConfig {
  readonly name: string;
  readonly feature: BoundFeature;
}

/** Entities and the moments they are looked at. */
export interface ScoreRows {
  /** int32 `[rows]` of the entity table. */
  readonly rows: Int32Array;
  /** float64 `[rows]`: milliseconds UTC. */
  readonly times: Float64Array;
}

/** A column that an outcome is made of: no metric may read it. */
export interface HiddenColumn {
  readonly table: string;
  readonly column: string;
  /** Whether only the row's own cell is meant: that colleagues have left may well be read. */
  readonly own?: boolean;
}

/** Columns that no metric may read. */
export type HiddenColumns = readonly HiddenColumn[];

/**
 * Binds the metrics of a configuration.
 *
 * @param hidden - columns that outcomes are made of.
 * @throws {@link ConfigError} CFG235 if an expression does not fit the schema, looks ahead or reads an outcome; its cause
 * tells where. CFG236 if a metric is of a table that the entity has no link to.
 */
export function bindMetrics(
  config: ScoreConfig,
  schema: Schema,
  hidden: HiddenColumns = [],
): readonly BoundMetric[] {
  return Object.entries(config.metrics).map(([name, metric]) => {
    const table = metric.of ?? config.entity;
    if (metric.of !== undefined) linkTo(schema, config.entity, metric);
    try {
      const everywhere = hidden.filter(({ own }) => own !== true);
      const feature = bindFeature(metric.expression, schema, table, { hidden: everywhere });
      refuseOwn(feature, hidden);
      if (feature.kind === "category") {
        throw new ConfigError("CFG235", "it gives categories, a metric is a number", {
          hint: "compare it with a value: a condition counts 1 or 0",
        });
      }
      return { ...metric, name, feature };
    } catch (cause) {
      if (!(cause instanceof RelError)) throw cause;
      const message = `metric \`${name}\`, \`${metric.expression}\`: ${cause.message}`;
      throw new ConfigError("CFG235", message, {
        hint: cause.hint ?? "metrics look back: their windows end at 0 or before",
        cause,
      });
    }
  });
}

function refuseOwn(feature: BoundFeature, hidden: HiddenColumns): void {
  const read = boundColumns(feature.value).find(({ table, column, steps }) =>
    hidden.some(
      (one) =>
        steps.length === 0 &&
        one.table === table.name &&
        one.column === column.name &&
        table.name === feature.entity.name,
    ),
  );
  if (read === undefined) return;
  throw new ConfigError("CFG235", `it reads \`${read.column.name}\`, of which an outcome is made`, {
    hint: "measure what entities do before the outcome",
  });
}

/**
 * Finds the foreign key from the entity to the parent that something is of.
 *
 * @throws {@link ConfigError} CFG236 if there is none.
 */
export function linkTo(
  schema: Schema,
  entity: string,
  { of, via }: { readonly of?: string; readonly via?: string },
): ForeignKey {
  const { foreignKeys } = schema.tables.find(({ name }) => name === entity)!;
  const found = foreignKeys.find(
    ({ table, name }) => table === of && (via === undefined || name === via),
  );
  if (found) return found;
  const links = foreignKeys.map(({ name, table }) => `${name} → ${table}`).join(", ");
  throw new ConfigError(
    "CFG236",
    `\`${entity}\` has no link to \`${of}\`${via ? ` by \`${via}\`` : ""}`,
    {
      hint: links === "" ? "it has no links at all" : `its links: ${links}`,
    },
  );
}

/**
 * Measures entities.
 *
 * @param db - the database.
 * @param entity - the entity table.
 * @param metric - of {@link bindMetrics}.
 * @param seeds - entities and moments.
 * @returns float64 `[rows]`: NaN = no value. What comes after a row's moment changes nothing.
 */
export function measureMetric(
  db: Database,
  entity: string,
  metric: BoundMetric,
  { rows, times }: ScoreRows,
  { signal }: Pick<WorkOptions, "signal"> = {},
): Float64Array {
  const work = signal === undefined ? {} : { signal };
  if (metric.of === undefined) return valuesAt(db, metric, { rows, times }, work);
  const { parentRows } = db.link(entity, linkTo(db.schema, entity, metric));
  // Each parent is measured once per moment, however many entities it has.
  const places = new Map<number, Map<number, number>>();
  const parents: number[] = [];
  const moments: number[] = [];
  const at = Int32Array.from(rows, (row, i) => {
    const parent = parentRows[row]!;
    if (parent < 0) return -1;
    const time = times[i]!;
    const known = places.get(time) ?? new Map<number, number>();
    places.set(time, known);
    const place = known.get(parent) ?? parents.length;
    if (place === parents.length) {
      known.set(parent, place);
      parents.push(parent);
      moments.push(time);
    }
    return place;
  });
  const seeds = { rows: Int32Array.from(parents), times: Float64Array.from(moments) };
  const values = valuesAt(db, metric, seeds, work);
  return Float64Array.from(at, (place) => (place < 0 ? Number.NaN : values[place]!));
}

/** Values of the metric's own table, or what they have changed by. */
function valuesAt(
  db: Database,
  { feature, change }: BoundMetric,
  seeds: ScoreRows,
  work: Pick<WorkOptions, "signal">,
): Float64Array {
  const now = new Float64Array(runFeature(feature, db, seeds, work).values);
  if (change === undefined) return now;
  const times = seeds.times.map((time) => time - change * MS_PER_DAY);
  const before = runFeature(feature, db, { rows: seeds.rows, times }, work).values;
  return now.map((value, i) => value - before[i]!);
}
