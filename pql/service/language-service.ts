/** The language service of PQL: diagnostics, completions, hovers and formatting for editors; runs in browsers. */
import type { Schema } from "../../src/data/schema.js";
import type { BindOptions } from "../bind/bind.js";
import { completeAt } from "./complete.js";
import { diagnose } from "./diagnose.js";
import { formatQuery } from "./format.js";
import { hoverAt } from "./hover.js";
import type { LanguageService } from "./types.js";

/**
 * Makes a language service.
 *
 * @param schema - the tables; left out, names are neither checked nor offered.
 * @param options - the dialect, the logic of missing values, values of parameters.
 * @example
 * ```ts
 * const service = createLanguageService(db.schema);
 * service.diagnostics("PREDICT SUM(orders.ammount, 0, 30, days) FOR EACH users.id")[0]?.fix?.title; // "write amount"
 * ```
 */
export function createLanguageService(schema?: Schema, options: BindOptions = {}): LanguageService {
  const known = schema ?? null;
  return {
    diagnostics: (text) => diagnose(text, known, options),
    complete: (text, offset) => completeAt(text, offset, known, options),
    hover: (text, offset) => hoverAt(text, offset, known, options),
    format: (text, format = {}) => formatQuery(text, format),
  };
}
