/** A collector of errors and warnings, so that one pass reports everything it finds. */
import { PqlError } from "../../src/core/errors.js";
import type { Span } from "../../src/core/span.js";
import type { Constant } from "../syntax/ast.js";
import type { PqlWarning } from "../syntax/diagnostics.js";

/** Where the passes of binding put what they find. */
export interface Report {
  readonly errors: readonly PqlError[];
  readonly warnings: readonly PqlWarning[];
  /** Adds an error and returns `null`, the value of whatever could not be bound. */
  error(code: string, span: Span, message: string, hint: string): null;
  warn(code: string, span: Span, message: string, hint: string): void;
  /** Parameters as the type of their place makes them: a text that was read as a number is one from then on. */
  readonly settled: ReadonlyMap<Constant, Constant>;
  settle(given: Constant, read: Constant): void;
}

/**
 * Makes an empty report.
 *
 * @param source - the query's text, for excerpts.
 */
export function createReport(source: string): Report {
  const errors: PqlError[] = [];
  const warnings: PqlWarning[] = [];
  const settled = new Map<Constant, Constant>();
  const known = new Set<string>();
  return {
    errors,
    warnings,
    settled,
    settle(given, read) {
      settled.set(given, read);
    },
    error(code, span, message, hint) {
      const key = `${code} ${span.start}`;
      if (!known.has(key)) errors.push(new PqlError(code, message, { hint, span, source }));
      known.add(key);
      return null;
    },
    warn(code, span, message, hint) {
      warnings.push({ code, message, hint, span });
    },
  };
}
