/** The interface of gangs: processes that train one model together, each on its part of every batch. */
import { ModelError } from "./errors.js";

/** A process's place in its gang, and the one thing that they do together. */
export interface Gang {
  /** From 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /**
   * Adds the arrays of all ranks, in the order of the ranks, so that every rank ends with the same bytes. It waits for all of them.
   *
   * @param values - float32, as long on every rank; overwritten with the sum.
   * @throws ScaleError SCL33x if a rank is gone or has nothing to say.
   */
  sum(values: Float32Array): void;
  /** Leaves the gang. */
  close(): Promise<void>;
}

/**
 * Returns which part of some rows is a rank's own: all parts together are the rows, in order.
 *
 * @param gang - `null`: all of them.
 */
export function gangPart(
  gang: Gang | null,
  rows: number,
): { readonly from: number; readonly to: number } {
  if (gang === null) return { from: 0, to: rows };
  const { rank, size } = gang;
  return { from: Math.floor((rows * rank) / size), to: Math.floor((rows * (rank + 1)) / size) };
}

/** Numbers up to this add up exactly in float32, over 256 ranks. */
const EXACT = 2 ** 16;

/**
 * Checks that all ranks hold the same text, by its hash.
 *
 * @param what - what it says, for the message.
 * @throws {@link ModelError} MOD130 if this rank's differs from another's.
 */
export function checkSame(gang: Gang | null, what: string, text: string): void {
  if (gang === null || gang.size === 1) return;
  const parts = Float32Array.from(textHash(text));
  const own = parts.slice();
  gang.sum(parts);
  if (parts.every((sum, i) => sum === own[i]! * gang.size)) return;
  throw new ModelError("MOD130", `the ranks of the gang have not the same ${what}`, {
    hint: "start all ranks with the same command, version of relgraph, data and backend",
  });
}

/** Tells whether any rank says so, to all of them. */
export function anyRank(gang: Gang | null, own: boolean): boolean {
  if (gang === null) return own;
  const said = Float32Array.of(own ? 1 : 0);
  gang.sum(said);
  return said[0]! > 0;
}

/** Two hashes of 16 bits. @see FNV-1a. */
function textHash(text: string): [number, number] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return [(hash >>> 16) % EXACT, (hash & 0xffff) % EXACT];
}
