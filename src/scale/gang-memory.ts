/** The memory that a rank and its thread share: where they stand, and why it failed. */

/** What a thread is started with. */
export interface GangOrder {
  readonly rank: number;
  readonly size: number;
  readonly address: string;
  readonly port: number;
  readonly token: string;
  /** Milliseconds within which all ranks are there. */
  readonly joinTimeout: number;
  /** int32: the state, the length of the failure's text, then the text. */
  readonly control: SharedArrayBuffer;
}

/** A sum that is asked for: the first `length` float32 of some memory. */
export interface SumOrder {
  readonly values: SharedArrayBuffer;
  readonly length: number;
}

/** Where a sum stands. */
export const STATE = { idle: 0, asked: 1, done: 2, failed: 3 } as const;

const TEXT_AT = 8;
const TEXT_BYTES = 1024;

/** Makes the memory. */
export function createControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(TEXT_AT + TEXT_BYTES);
}

/** Notes a failure and wakes whoever waits; a sum that is done stays done, and the next one hears of it. */
export function tellFailure(control: SharedArrayBuffer, why: string): void {
  const text = Buffer.from(why, "utf8").subarray(0, TEXT_BYTES);
  new Uint8Array(control, TEXT_AT).set(text);
  const state = new Int32Array(control, 0, 2);
  Atomics.store(state, 1, text.length);
  for (const before of [STATE.idle, STATE.asked]) {
    Atomics.compareExchange(state, 0, before, STATE.failed);
  }
  Atomics.notify(state, 0);
}

/** Tells whether it failed. */
export function hasFailed(control: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(control, 0, 2), 1) > 0;
}

/** Reads why it failed. */
export function readFailure(control: SharedArrayBuffer): string {
  const length = Atomics.load(new Int32Array(control, 0, 2), 1);
  return Buffer.from(new Uint8Array(control, TEXT_AT, length)).toString("utf8");
}
