/** A user's own features as signals: past aggregates written in the language of queries, beside those that the schema offers. */
import type { Seeds } from "../../graph/seeds.js";
import type { Signal } from "../../graph/signals/types.js";
import type { NullLogic } from "../../pql/bind/bound.js";
import { boundWalks } from "../../pql/bind/walks.js";
import { bindFeature } from "../../pql/feature/bind-feature.js";
import type { BoundFeature } from "../../pql/feature/bound-feature.js";
import { runFeature } from "../../pql/feature/run-feature.js";
import type { Dialect } from "../../pql/syntax/ast.js";
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { Walk } from "../data/walks.js";

/** A feature as a model folder keeps it. */
export interface KeptFeature {
  readonly text: string;
  readonly dialect: Dialect;
  readonly nullLogic: NullLogic;
  /** What it is among the signals; its categories are those it was fitted with. */
  readonly signal: Signal;
}

/**
 * Keeps features for a model: their categories are those of its training rows.
 *
 * @param db - the database.
 * @param features - bound to its schema.
 * @param seeds - training rows; each is seen at its visible time.
 */
export function keepFeatures(
  db: Database,
  features: readonly BoundFeature[],
  seeds: Seeds,
  options: WorkOptions = {},
): KeptFeature[] {
  const moments = { rows: seeds.rows, times: seeds.visibleTimes };
  return features.map((feature) => {
    const { text, dialect, nullLogic, kind } = feature;
    const categories =
      kind === "category" ? runFeature(feature, db, moments, options).categories : null;
    return { text, dialect, nullLogic, signal: signalOf(feature, categories) };
  });
}

/**
 * Computes features that a model was fitted with.
 *
 * @param entityTable - the table that they are of.
 * @returns float32 `[features][S]`; NaN = missing.
 * @throws {@link PqlError} if the database has not what they read.
 */
export function computeFeatures(
  db: Database,
  entityTable: string,
  features: readonly KeptFeature[],
  seeds: Seeds,
  options: WorkOptions = {},
): Float32Array[] {
  const moments = { rows: seeds.rows, times: seeds.visibleTimes };
  return features.map(({ text, dialect, nullLogic, signal: { categories } }) => {
    const feature = bindFeature(text, db.schema, entityTable, { dialect, nullLogic });
    const known = { ...options, ...(categories !== null && { categories }) };
    return runFeature(feature, db, moments, known).values;
  });
}

/**
 * Lists the walks of features from an entity to the rows that they are made of.
 *
 * @param entityTable - the table that they are of.
 */
export function featureWalks(
  db: Database,
  entityTable: string,
  features: readonly KeptFeature[],
): Walk[] {
  return features.flatMap(({ text, dialect, nullLogic }) =>
    boundWalks(bindFeature(text, db.schema, entityTable, { dialect, nullLogic }).value),
  );
}

function signalOf(feature: BoundFeature, categories: readonly string[] | null): Signal {
  const { name, text, entity, kind } = feature;
  const table = entity.name;
  return {
    id: `feature ${text}`,
    path: { entity: table, roots: [], downs: [], sides: [], union: [] },
    table,
    column: null,
    primitive: { kind: "value" },
    window: null,
    unit: kind === "age" ? "days" : null,
    family: `feature ${text}`,
    label: name ?? text,
    format: kind === "age" ? "days" : kind === "category" ? "category" : "number",
    kind: kind === "category" ? "categorical" : "numerical",
    categories,
  };
}
