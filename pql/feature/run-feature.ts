/** Feature and data to numbers: the value of each row at its own time, as far as it is known then. */
import { ConfigError } from "../../src/core/errors.js";
import { checkAborted, type WorkOptions } from "../../src/core/progress.js";
import type { Database } from "../../src/data/database.js";
import { isBoundCondition } from "../bind/bound.js";
import { evaluateLabel, readClause } from "../run/entity-values.js";
import { evaluate, type RowContext } from "../run/evaluate.js";
import { createMeter, type RowMeter } from "../run/measure.js";
import { type ColumnReader, createColumnReader, type RowValues } from "../run/values-of-rows.js";
import { type BoundFeature, needsTime } from "./bound-feature.js";
import { collectValues, type FeatureValues, truthValues } from "./feature-values.js";
import { type FeatureRows, type Look, planLooks } from "./looks.js";

export type { FeatureRows } from "./looks.js";

/** Options of {@link runFeature}. */
export interface FeatureRunOptions extends WorkOptions {
  /** The categories of an earlier run, so that codes mean the same; other texts are missing. Left out, they are collected. */
  readonly categories?: readonly string[] | null | undefined;
}

/**
 * Computes a feature.
 *
 * @param feature - the feature.
 * @param db - the database of the schema that it was bound to.
 * @param seeds - the rows and their times.
 * @param options - categories of the fit, progress, cancellation.
 * @returns float32 `[S]` in the order of the rows, NaN = missing, and what codes mean. A row that is not there yet at its time
 * has no value; what comes later changes no bit.
 * @throws {@link ConfigError} CFG141 for a time that is none, CFG145 if the feature looks back from a time and a row has none,
 * CFG146 for rows that are not in the table, or not as many as times.
 */
export function runFeature(
  feature: BoundFeature,
  db: Database,
  seeds: FeatureRows,
  options: FeatureRunOptions = {},
): FeatureValues {
  checkSeeds(feature, db, seeds);
  const reading = readFeature(feature, db);
  const values = collectValues(feature.kind, seeds.times, options.categories ?? null);
  const places = knownPlaces(reading.columns.times(feature.entity.name), seeds);
  const looks = planLooks(feature, reading.meter, db, seeds, places);
  for (const [done, look] of looks.entries()) {
    checkAborted(options.signal, "computing a feature");
    if (look.kind === "moments") readMoments(reading, look, seeds, values.take);
    else readEach(reading, look.places, seeds, values.take);
    const progress = { done: done + 1, total: looks.length };
    options.onProgress?.({ stage: "features", message: feature.text, ...progress });
  }
  return values.finish();
}

/** What the looks of one feature share. */
interface Reading {
  readonly feature: BoundFeature;
  readonly columns: ColumnReader;
  readonly meter: RowMeter;
  /** Number of rows of the entity table. */
  readonly entities: number;
}

/** Makes what reading a feature needs. */
export function readFeature(feature: BoundFeature, db: Database): Reading {
  const columns = createColumnReader(db);
  const meter = createMeter(columns, feature.nullLogic);
  return { feature, columns, meter, entities: db.table(feature.entity.name).numRows };
}

type Take = (values: RowValues, sources: Int32Array | null, places: Int32Array) => void;

/** Reads all entities at each of some moments, in one sweep, and takes those that are asked about. */
export function readMoments(
  { feature, columns, meter, entities }: Reading,
  { times, places }: Extract<Look, { kind: "moments" }>,
  { rows }: FeatureRows,
  take: Take,
): void {
  const { value, nullLogic: logic } = feature;
  const looks = { anchors: times, own: null, sight: "anchor" } as const;
  const reader = readClause(value, { ...looks, columns, meter, entities, logic });
  const isCondition = isBoundCondition(value);
  for (const [i, asked] of places.entries()) {
    const values = isCondition ? truthValues(reader.label(i)) : reader.values(i);
    take(
      values,
      asked.map((place) => rows[place]!),
      asked,
    );
  }
}

/** Reads some rows, each at its own time. */
export function readEach(
  { feature, columns, meter }: Reading,
  places: Int32Array,
  seeds: FeatureRows,
  take: Take,
): void {
  const { value, nullLogic: logic } = feature;
  const rows = places.map((place) => seeds.rows[place]!);
  const times = Float64Array.from(places, (place) => seeds.times[place]!);
  const context: RowContext = {
    columns,
    logic,
    length: rows.length,
    rows: [rows],
    anchor: times,
    moment: times,
    aggregate: (aggregation) => meter.measureEach(aggregation, rows, times),
  };
  const values = isBoundCondition(value)
    ? truthValues(evaluateLabel(value, context))
    : evaluate(value, context);
  take(values, null, places);
}

/** Lists the rows that are there at their time. */
export function knownPlaces(
  created: Float64Array | null,
  { rows, times }: FeatureRows,
): Int32Array {
  const places = new Int32Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    // Written so that a missing time (NaN) is left out.
    if (created === null || created[rows[i]!]! <= times[i]!) places[count++] = i;
  }
  return places.subarray(0, count);
}

function checkSeeds(feature: BoundFeature, db: Database, { rows, times }: FeatureRows): void {
  const { name } = feature.entity;
  const size = db.table(name).numRows;
  if (rows.length !== times.length) {
    const message = `a feature is of as many times as rows, found ${rows.length} rows and ${times.length} times`;
    throw new ConfigError("CFG146", message, { hint: "give each row the time it is seen at" });
  }
  const timed = needsTime(feature);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const time = times[i]!;
    if (!(row >= 0 && row < size)) {
      const message = `a feature is of rows of \`${name}\`, 0 to ${size - 1}, found ${row}`;
      throw new ConfigError("CFG146", message, { hint: "give row numbers of the table as it is" });
    }
    if (!(time > -Infinity)) {
      const message = `a row is seen at a time in milliseconds, or at +Infinity, found ${time}`;
      const hint = "check the dates that the times were read from";
      throw new ConfigError("CFG141", message, { hint });
    }
    if (timed && time === Infinity) {
      const message = `the feature \`${feature.text}\` looks back from a time, the rows of \`${name}\` have none`;
      const hint = "open its windows, as in -INF, 0, days, or name the table's time column";
      throw new ConfigError("CFG145", message, { hint });
    }
  }
}
