/** Everything that is wrong with a query, for editors and command lines; never throws. */
import type { PqlError } from "../src/core/errors.js";
import type { Schema } from "../src/data/schema.js";
import { type BindOptions, bindAll } from "./bind/bind.js";
import type { BoundQuery } from "./bind/bound.js";
import type { PredictiveQuery } from "./syntax/ast.js";
import type { PqlWarning } from "./syntax/diagnostics.js";
import type { Extension } from "./syntax/dialect.js";
import { parseText } from "./syntax/parse.js";

/** What {@link checkQuery} finds. */
export interface CheckResult {
  /** The tree, where the text could be read. */
  readonly query?: PredictiveQuery;
  /** The bound query, where a schema was given and everything fits it. */
  readonly bound?: BoundQuery;
  /** In the order of the text; empty = the query is fine. */
  readonly errors: readonly PqlError[];
  readonly warnings: readonly PqlWarning[];
  /** The places that go beyond the published grammar. */
  readonly extensions: readonly Extension[];
}

/**
 * Checks a query's text, and with a schema also its names, types and windows.
 *
 * @param text - the query.
 * @param schema - the tables; left out, only the syntax is checked.
 * @param options - the dialect and the logic of missing values.
 * @returns what was found; never throws.
 */
export function checkQuery(text: string, schema?: Schema, options: BindOptions = {}): CheckResult {
  const { query, errors, warnings, extensions } = parseText(text, options);
  if (!query) return { errors, warnings, extensions };
  if (!schema) return { query, errors, warnings, extensions };
  const { bound, report } = bindAll(query, schema, options);
  const found = report.errors.toSorted((a, b) => a.span!.start - b.span!.start);
  return {
    query,
    ...(bound && { bound }),
    errors: found,
    warnings: [...warnings, ...report.warnings],
    extensions,
  };
}
