/** Writes the values of signals for people. */
import { InternalError } from "../../src/core/errors.js";
import type { Signal } from "./types.js";

/**
 * Writes a value: `−54 %`, `3`, `12 days`, `premium`.
 *
 * @param signal - the signal.
 * @param value - its value; NaN is `none`.
 */
export function formatSignalValue(signal: Signal, value: number): string {
  throw new InternalError(`no format yet for ${signal.id} (${value})`);
}
