/** Checks for our own bugs: a failed one is an InternalError, never a user's mistake. */
import { InternalError } from "./errors.js";

/**
 * Asserts a condition that only a bug of ours can break.
 *
 * @param condition - what must hold.
 * @param message - what was expected, with the values found.
 * @throws {@link InternalError} INT001 if the condition is false.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/**
 * Ends an exhaustive `switch`: the compiler refuses a forgotten case.
 *
 * @param value - the value no case matched.
 * @throws {@link InternalError} INT001 always.
 */
export function assertNever(value: never): never {
  throw new InternalError(`unexpected value ${JSON.stringify(value)}`);
}
