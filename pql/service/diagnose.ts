/** Errors and warnings of a text with their places and repairs. */
import type { Span } from "../../src/core/span.js";
import type { Schema } from "../../src/data/schema.js";
import type { BindOptions } from "../bind/bind.js";
import { checkQuery } from "../check.js";
import type { Problem, Repairer } from "./fix.js";
import { nameFixes } from "./fix-names.js";
import { strictFixes } from "./fix-strict.js";
import { syntaxFixes } from "./fix-syntax.js";
import { typeFixes } from "./fix-types.js";
import { rangeFinder, readSource } from "./source.js";
import type { Diagnostic } from "./types.js";

const FIXES: Readonly<Record<string, Repairer>> = {
  ...syntaxFixes,
  ...strictFixes,
  ...nameFixes,
  ...typeFixes,
};

/** What is reported, before it has a repair. */
interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly span?: Span | undefined;
}

/**
 * Lists what is wrong or doubtful in a text.
 *
 * @param text - the query.
 * @param schema - the tables; `null` checks the syntax only.
 * @param options - the dialect, the logic of missing values, values of parameters.
 * @returns errors and warnings in the order of the text; in the strict dialect every use of the superset is an error.
 */
export function diagnose(text: string, schema: Schema | null, options: BindOptions): Diagnostic[] {
  const { errors, warnings, extensions } = checkQuery(text, schema ?? undefined, options);
  const strict = options.dialect === "kumo";
  // Behind a syntax error the parser stops before it refuses the superset.
  const known = new Set(errors.map((error) => error.span?.start));
  const refused = strict ? extensions.filter(({ span }) => !known.has(span.start)) : [];
  const source = readSource(text);
  const range = rangeFinder(text);
  const toDiagnostic =
    (severity: Diagnostic["severity"]) =>
    ({ code, message, hint = "", span = { start: 0, end: text.length } }: Finding): Diagnostic => {
      const { params = {} } = options;
      const problem: Problem = { code, message, hint, span, source, schema, strict, params };
      const repair = Object.hasOwn(FIXES, code) ? FIXES[code]!(problem) : null;
      return { severity, code, message, hint: hint || null, range: range(span), span, ...repair };
    };
  return [
    ...[...errors, ...refused].map(toDiagnostic("error")),
    ...warnings.map(toDiagnostic("warning")),
  ].toSorted((a, b) => a.span.start - b.span.start);
}

/**
 * Applies a repair to a text.
 *
 * @param text - the text that the repair was made for.
 * @param fix - its edits do not overlap.
 */
export function applyFix(text: string, fix: NonNullable<Diagnostic["fix"]>): string {
  const backwards = fix.edits.toSorted((a, b) => b.span.start - a.span.start);
  return backwards.reduce(
    (done, { span, newText }) => done.slice(0, span.start) + newText + done.slice(span.end),
    text,
  );
}
