/** Which candidates fit what has been typed, and in which order they are shown. */
import type { Span } from "../../src/core/span.js";
import { suggest } from "../../src/core/suggest.js";
import type { Completion } from "./types.js";

/** Something that can stand at a cursor, before it is known whether it fits the word there. */
export interface Candidate {
  readonly label: string;
  readonly kind: Completion["kind"];
  readonly detail: string;
  /** What is inserted where it is not the label. */
  readonly insertText?: string;
  readonly snippet?: boolean;
  /** Other texts that may be typed for it. */
  readonly also?: readonly string[];
  /** Smaller ones are shown first. */
  readonly rank: number;
}

/** Writes a place of a snippet that is to be filled in. */
export function placeholder(number: number, text: string): string {
  return `\${${number}:${text.replace(/[\\$}]/g, "\\$&")}}`;
}

/**
 * Keeps the candidates that begin with a prefix in any letter case; where none does, those that hold its letters in order
 * or are near matches.
 *
 * @param candidates - in the order of their groups.
 * @param prefix - what has been typed.
 * @param replace - what an accepted one replaces.
 */
export function matchCandidates(
  candidates: readonly Candidate[],
  prefix: string,
  replace: Span,
): Completion[] {
  const wanted = prefix.toLowerCase();
  const texts = (candidate: Candidate): string[] =>
    [candidate.label, ...(candidate.also ?? [])].map((text) => text.toLowerCase());
  const starting = candidates.filter((candidate) =>
    texts(candidate).some((text) => text.startsWith(wanted)),
  );
  const found = starting.length > 0 ? starting : fuzzy(candidates, wanted, texts);
  const seen = new Set<string>();
  return found
    .map((candidate, i): Completion => {
      const { label, kind, detail, insertText = label, snippet = false, rank } = candidate;
      const sortText = `${String(rank).padStart(2, "0")}${String(i).padStart(5, "0")}`;
      return { label, kind, insertText, snippet, detail, replace, sortText };
    })
    .filter(({ label, kind }) => !seen.has(`${kind} ${label}`) && seen.add(`${kind} ${label}`))
    .toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1));
}

function fuzzy(
  candidates: readonly Candidate[],
  wanted: string,
  texts: (candidate: Candidate) => string[],
): Candidate[] {
  const near = new Set(suggest(wanted, candidates.flatMap(texts), 5));
  return candidates.filter((candidate) =>
    texts(candidate).some((text) => near.has(text) || holdsInOrder(text, wanted)),
  );
}

/** Tells whether a text holds some letters in their order, as `ordat` in `ordered_at`. */
function holdsInOrder(text: string, letters: string): boolean {
  let at = 0;
  for (const char of letters) {
    at = text.indexOf(char, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
