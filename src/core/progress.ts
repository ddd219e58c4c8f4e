/** Progress events and cancellation that every long piece of work shares. */
import { AbortedError } from "./errors.js";

/** One step of long work, told to whoever listens; the library prints nothing itself. */
export interface ProgressEvent {
  /** The stage, such as `load`, `labels`, `graph`, `train`, `predict`. */
  readonly stage: string;
  readonly message: string;
  /** How much of the stage is done, in `0 … total`. */
  readonly done?: number;
  readonly total?: number;
  /** Figures of this step, such as losses. */
  readonly values?: Readonly<Record<string, number>>;
}

/** Options that every long piece of work takes. */
export interface WorkOptions {
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Stops the work if its caller cancelled it.
 *
 * @param signal - the caller's signal, if any.
 * @param what - the work, for the message.
 * @throws {@link AbortedError} CFG900 once the signal is aborted.
 */
export function checkAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortedError(what);
}
