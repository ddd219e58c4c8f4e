/** What a failure means to the caller: the text on stderr and the exit status. */
import { AbortedError, InternalError, PqlError, RelError, ShapeError } from "../core/errors.js";

/** The exit statuses, as users script against them. */
export const EXIT = { done: 0, ours: 1, input: 2, interrupted: 130 } as const;

/** At most so many errors of one query are printed. */
const MOST_ERRORS = 10;

/** A failure, ready to be told. */
export interface Failure {
  readonly status: number;
  /** For stderr, without a trailing line break. */
  readonly text: string;
  /** For `--json`. */
  readonly json: { readonly error: Readonly<Record<string, unknown>> };
}

/**
 * Says what a failure means.
 *
 * @param error - anything that was thrown.
 * @param debug - whether to print the stack of a failure of ours.
 * @returns status 2 for wrong input, 130 for an interruption, 1 for a failure of ours.
 */
export function describeFailure(error: unknown, debug: boolean): Failure {
  const known = error instanceof RelError ? error : internal(error);
  const status = statusOf(known);
  const others = known instanceof PqlError ? known.others : [];
  const shown = [known, ...others].slice(0, MOST_ERRORS).map((one) => one.format());
  const more = 1 + others.length - shown.length;
  if (more > 0) shown.push(`… and ${more} more errors`);
  if (status === EXIT.ours) {
    shown.push(
      debug ? stackOf(error) : "  set RELGRAPH_DEBUG=1 to see where in the program this happened",
    );
  }
  const json = { ...known.toJSON(), ...(others.length > 0 && { others: others.map(toJson) }) };
  return { status, text: shown.join("\n"), json: { error: json } };
}

function toJson(error: RelError): Record<string, unknown> {
  return error.toJSON();
}

function statusOf(error: RelError): number {
  if (error instanceof AbortedError) return EXIT.interrupted;
  return error instanceof InternalError || error instanceof ShapeError ? EXIT.ours : EXIT.input;
}

function internal(error: unknown): InternalError {
  const message = error instanceof Error ? error.message : String(error);
  return new InternalError(message.split("\n")[0] || "an unknown failure", { cause: error });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
