/** What repairs are made from: the problem, its surroundings, and edits. */
import type { Span } from "../../src/core/span.js";
import type { Schema } from "../../src/data/schema.js";
import type { Parameters } from "../bind/parameters.js";
import type { Names } from "./names.js";
import type { Source } from "./source.js";
import type { Diagnostic, QuickFix, TextEdit } from "./types.js";

/** An error or a warning that may be repaired, and what is known around it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** Empty where there is nothing to say. */
  readonly hint: string;
  readonly span: Span;
  readonly source: Source;
  readonly schema: Schema | null;
  readonly strict: boolean;
  readonly params: Parameters;
}

/** How a problem is repaired: in one way, or in one of several. */
export type Repair = Pick<Diagnostic, "fix" | "choices">;

/** Finds the repair of a problem; `null` = none is certain enough to offer. */
export type Repairer = (problem: Problem) => Repair | null;

/** Longer lists of choices help nobody. */
const MAX_CHOICES = 8;

/** Makes a repair of edits. */
export function repair(title: string, ...edits: readonly TextEdit[]): Repair {
  return { fix: { title, edits } };
}

/** Offers several repairs; a single one is certain. */
export function choose(fixes: readonly QuickFix[]): Repair | null {
  if (fixes.length === 0) return null;
  return fixes.length === 1 ? { fix: fixes[0]! } : { choices: fixes.slice(0, MAX_CHOICES) };
}

/** Replaces a stretch of text. */
export function replace(span: Span, newText: string): TextEdit {
  return { span, newText };
}

/** Inserts a text. */
export function insert(offset: number, newText: string): TextEdit {
  return { span: { start: offset, end: offset }, newText };
}

/** Replaces what a problem points at. */
export function rewrite({ span }: Problem, newText: string): Repair {
  return repair(`write ${newText}`, replace(span, newText));
}

/**
 * Reads the replacement that a hint spells out after a lead: `write != …`. Hints are our own words, and tests pin every one
 * that is read this way.
 */
export function fromHint({ hint }: Problem, lead: string): string | null {
  return hint.startsWith(lead) ? hint.slice(lead.length) : null;
}

/** The schema with the rules of names, where there is one. */
export function namesOf({ schema, strict }: Problem): Names | null {
  return schema && { schema, strict };
}
