/** Values of Parquet as they are stored, turned into the numbers of our columns. */
import { MS_PER_DAY } from "../../../core/time.js";
import { unpackBits } from "./hybrid.js";
import type { CellKind } from "./parquet-plan.js";

/** The array of a column's values; of texts the codes. */
export type CellArray = Int32Array | Float64Array | Uint8Array;

/** How values of a kind are read. */
export interface CellFormat {
  /** Bytes that some values take. */
  bytesOf(count: number): number;
  /**
   * Copies values.
   *
   * @param bytes - the first value stands at byte 0, which lies at a multiple of 8.
   * @param first - the first value to copy.
   * @param count - how many.
   * @param out - where they go, at `at`; times that are infinite become NaN.
   * @returns whether all of them fit.
   */
  copy(bytes: Uint8Array, first: number, count: number, out: CellArray, at: number): boolean;
}

/** Makes the array of a kind; `shared` memory is seen by other threads. */
export function createCells(kind: CellKind, length: number, shared: boolean): CellArray {
  const memory = (bytes: number): ArrayBuffer | SharedArrayBuffer =>
    shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  if (kind === "boolean") return new Uint8Array(memory(length));
  if (kind === "int32" || kind === "text") return new Int32Array(memory(length * 4));
  return new Float64Array(memory(length * 8));
}

/** Tells whether values of a kind may be no finite numbers, which are missing. */
export function mayBeInfinite(kind: CellKind): boolean {
  return !["int32", "uint32", "int64", "decimal32", "decimal64", "boolean", "text"].includes(kind);
}

/**
 * Returns how values are read.
 *
 * @param kind - the kind; texts are read apart.
 * @param scale - digits after the point, for decimals.
 */
export function cellFormat(kind: Exclude<CellKind, "text">, scale: number): CellFormat {
  switch (kind) {
    case "int32":
      return fixed(4, (bytes, first, count, out, at) => {
        out.set(new Int32Array(bytes.buffer, first * 4, count), at);
      });
    case "uint32":
      return fixed(4, (bytes, first, count, out, at) => {
        out.set(new Uint32Array(bytes.buffer, first * 4, count), at);
      });
    case "float":
      return fixed(4, (bytes, first, count, out, at) => {
        out.set(new Float32Array(bytes.buffer, first * 4, count), at);
      });
    case "double":
      return fixed(8, (bytes, first, count, out, at) => {
        out.set(new Float64Array(bytes.buffer, first * 8, count), at);
      });
    case "decimal32":
      return fixed(4, (bytes, first, count, out, at) => {
        const part = new Int32Array(bytes.buffer, first * 4, count);
        for (let i = 0; i < count; i++) out[at + i] = part[i]! / 10 ** scale;
      });
    case "days":
      return fixed(4, (bytes, first, count, out, at) => {
        const days = new Int32Array(bytes.buffer, first * 4, count);
        for (let i = 0; i < count; i++) {
          out[at + i] = Math.abs(days[i]!) >= 0x7fffffff ? Number.NaN : days[i]! * MS_PER_DAY;
        }
      });
    case "boolean":
      return {
        bytesOf: (count) => Math.ceil(count / 8),
        copy: (bytes, first, count, out, at) => {
          // Bits are taken from whole bytes on.
          const skip = first & 7;
          const bits = new Uint8Array(skip + count);
          unpackBits(new DataView(bytes.buffer), first >> 3, 1, bits, 0, skip + count);
          out.set(bits.subarray(skip), at);
          return true;
        },
      };
    case "int64":
      return { bytesOf: (count) => count * 8, copy: copyInt64 };
    case "decimal64":
      return fixed(8, (bytes, first, count, out, at) => {
        copyInt64(bytes, first, count, out, at);
        const divisor = 10 ** scale;
        for (let i = at; i < at + count; i++) out[i] = out[i]! / divisor;
      });
    case "milliseconds":
      return fixed(8, (bytes, first, count, out, at) =>
        copyTicks(bytes, first, count, out as Float64Array, at, 1),
      );
    case "microseconds":
      return fixed(8, (bytes, first, count, out, at) =>
        copyTicks(bytes, first, count, out as Float64Array, at, 1000),
      );
    case "nanoseconds":
      return fixed(8, copyNanoseconds);
  }
}

type Copy = (bytes: Uint8Array, first: number, count: number, out: CellArray, at: number) => void;

function fixed(width: number, copy: Copy): CellFormat {
  return {
    bytesOf: (count) => count * width,
    copy(bytes, first, count, out, at) {
      copy(bytes, first, count, out, at);
      return true;
    },
  };
}

function copyInt64(
  bytes: Uint8Array,
  first: number,
  count: number,
  out: CellArray,
  at: number,
): boolean {
  const words = new Int32Array(bytes.buffer, first * 8, count * 2);
  let most = 0;
  for (let i = 0; i < count; i++) {
    const value = words[i * 2 + 1]! * 4294967296 + (words[i * 2]! >>> 0);
    out[at + i] = value;
    most = Math.max(most, Math.abs(value));
  }
  return most <= Number.MAX_SAFE_INTEGER;
}

/** The high words of infinite times; finite ones are far from them. */
const INFINITE = 0x7fffffff;

function copyTicks(
  bytes: Uint8Array,
  first: number,
  count: number,
  out: Float64Array,
  at: number,
  divisor: number,
): void {
  const words = new Int32Array(bytes.buffer, first * 8, count * 2);
  for (let i = 0; i < count; i++) {
    const high = words[i * 2 + 1]!;
    const value = high * 4294967296 + (words[i * 2]! >>> 0);
    out[at + i] = high >= INFINITE || high <= -INFINITE ? Number.NaN : value;
  }
  if (divisor !== 1) for (let i = at; i < at + count; i++) out[i] = out[i]! / divisor;
}

/** Nanoseconds do not fit a double, so they are cut to microseconds, toward zero as the engine does, in two parts. */
function copyNanoseconds(
  bytes: Uint8Array,
  first: number,
  count: number,
  out: CellArray,
  at: number,
): void {
  const words = new Int32Array(bytes.buffer, first * 8, count * 2);
  for (let i = 0; i < count; i++) {
    const high = words[i * 2 + 1]!;
    const whole = Math.floor(high / 1000);
    const rest = ((high - whole * 1000) * 4294967296 + (words[i * 2]! >>> 0)) / 1000;
    const cut = high < 0 ? Math.ceil(rest) : Math.floor(rest);
    const micros = whole * 4294967296 + cut;
    out[at + i] = high >= INFINITE || high <= -INFINITE ? Number.NaN : micros / 1000;
  }
}
