/** A feature bound to a schema: what it is worth, for whom, and how it prints. */
import { indent } from "../../src/core/pretty.js";
import type { TableSchema } from "../../src/data/schema.js";
import {
  allAggregations,
  type BoundTarget,
  boundParts,
  insideOf,
  type NullLogic,
} from "../bind/bound.js";
import { describeClauses } from "../bind/describe-bound.js";
import type { Dialect } from "../syntax/ast.js";
import type { PqlWarning } from "../syntax/diagnostics.js";

/**
 * What the values of a feature are.
 *
 * - `number`: as they are; truth values are 0 and 1.
 * - `condition`: 0 or 1, missing where unknown.
 * - `category`: texts, or numbers of a categorical or identifying column, each by its place in a list.
 * - `age`: a time, told as the days from it to the time of the row; negative where it is later.
 */
export type FeatureKind = "number" | "condition" | "category" | "age";

/** A feature whose names and types are settled. */
export interface BoundFeature {
  /** As in `AS name`; `null` = none. */
  readonly name: string | null;
  /** The canonical text, parameters replaced by their values, `AS name` included: it binds to the same feature. */
  readonly text: string;
  readonly dialect: Dialect;
  readonly nullLogic: NullLogic;
  /** The table whose rows have the feature. */
  readonly entity: TableSchema;
  readonly value: BoundTarget;
  readonly kind: FeatureKind;
  readonly warnings: readonly PqlWarning[];
  /** Prints every name with table, type and link. */
  toString(): string;
}

/** Prints a bound feature. */
export function describeFeature(feature: Omit<BoundFeature, "toString">): string {
  const { text, entity, kind, nullLogic, value } = feature;
  return [
    `BoundFeature  ${text}`,
    `  of ${entity.name}   kind ${kind}   null logic ${nullLogic}`,
    indent(describeClauses([["feature", value]])),
  ].join("\n");
}

/** Tells whether a feature has a value only at a moment: a window with a start, `ANCHOR`, or a time told as an age. */
export function needsTime({ value, kind }: Pick<BoundFeature, "value" | "kind">): boolean {
  const opened = allAggregations(value).some(
    ({ window }) => window && Number.isFinite(window.start),
  );
  return kind === "age" || opened || namesAnchor(value);
}

/** Tells whether `ANCHOR` stands in a tree, inside aggregations too. */
export function namesAnchor(node: BoundTarget): boolean {
  if (node.kind === "anchor") return true;
  const parts = node.kind === "aggregation" ? insideOf(node) : boundParts(node);
  return parts.some(namesAnchor);
}
