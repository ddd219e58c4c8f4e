/** Values of Parquet as they are stored, turned into the numbers of our columns. */
import { MS_PER_DAY } from "../../../core/time.js";
import { unpackBits } from "./hybrid.js";
import type { CellKind, ColumnPlan } from "./parquet-plan.js";

/** The array of a column's values; of texts the codes. */
export type CellArray = Int32Array | Float64Array | Uint8Array;

/**
 * Copies values.
 *
 * @param bytes - the first value stands at byte 0 of the buffer.
 * @param first - the first value to copy.
 * @param count - how many.
 * @param out - where they go, at `at`; times that are infinite become NaN.
 */
export type CellCopy = (
  bytes: Uint8Array,
  first: number,
  count: number,
  out: CellArray,
  at: number,
) => void;

/** How values of a kind are read. */
export interface CellFormat {
  /** Bits of a value in the file. */
  readonly bits: number;
  readonly copy: CellCopy;
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
  return ["float", "double", "days", "milliseconds", "microseconds", "nanoseconds"].includes(kind);
}

/**
 * Returns how values are read.
 *
 * @param kind - the kind; texts are read apart.
 * @param plan - digits after the point, for decimals, and bytes of a value, where they may differ.
 */
export function cellFormat(
  kind: Exclude<CellKind, "text">,
  { scale, width }: Pick<ColumnPlan, "scale" | "width">,
): CellFormat {
  switch (kind) {
    case "int32":
      return { bits: 32, copy: copyWords(Int32Array) };
    case "uint32":
      return { bits: 32, copy: copyWords(Uint32Array) };
    case "float":
      return { bits: 32, copy: copyWords(Float32Array) };
    case "double":
      return { bits: 64, copy: copyWords(Float64Array) };
    case "decimal32":
      return { bits: 32, copy: divided(copyWords(Int32Array), 10 ** scale) };
    case "days":
      return { bits: 32, copy: copyDays };
    case "boolean":
      return { bits: 1, copy: copyBits };
    case "int64":
      return { bits: 64, copy: copyInt64 };
    case "decimal64":
      return { bits: 64, copy: divided(copyInt64, 10 ** scale) };
    case "decimalBytes":
      return { bits: width * 8, copy: divided(copyBigEndian(width), 10 ** scale) };
    case "milliseconds":
      return { bits: 64, copy: copyTicks };
    case "microseconds":
      return { bits: 64, copy: divided(copyTicks, 1000) };
    case "nanoseconds":
      return { bits: 64, copy: copyNanoseconds };
  }
}

type Words = Int32Array | Uint32Array | Float32Array | Float64Array;

function copyWords(
  words: (new (
    buffer: ArrayBufferLike,
    at: number,
    length: number,
  ) => Words) & {
    readonly BYTES_PER_ELEMENT: number;
  },
): CellCopy {
  return (bytes, first, count, out, at) => {
    out.set(new words(bytes.buffer, first * words.BYTES_PER_ELEMENT, count), at);
  };
}

function divided(copy: CellCopy, divisor: number): CellCopy {
  return (bytes, first, count, out, at) => {
    copy(bytes, first, count, out, at);
    for (let i = at; i < at + count; i++) out[i] = out[i]! / divisor;
  };
}

const copyDays: CellCopy = (bytes, first, count, out, at) => {
  const days = new Int32Array(bytes.buffer, first * 4, count);
  for (let i = 0; i < count; i++) {
    out[at + i] = Math.abs(days[i]!) >= 0x7fffffff ? Number.NaN : days[i]! * MS_PER_DAY;
  }
};

/** Bits are taken from whole bytes on. */
const copyBits: CellCopy = (bytes, first, count, out, at) => {
  const skip = first & 7;
  const bits = new Int32Array(skip + count);
  unpackBits(bytes, first >> 3, 1, bits, 0, skip + count);
  out.set(bits.subarray(skip), at);
};

const copyInt64: CellCopy = (bytes, first, count, out, at) => {
  const words = new Int32Array(bytes.buffer, first * 8, count * 2);
  for (let i = 0; i < count; i++) {
    out[at + i] = words[i * 2 + 1]! * 4294967296 + (words[i * 2]! >>> 0);
  }
};

/** The first byte is the highest and has the sign. */
function copyBigEndian(width: number): CellCopy {
  return (bytes, first, count, out, at) => {
    for (let i = 0, pos = first * width; i < count; i++, pos += width) {
      let value = (bytes[pos]! << 24) >> 24;
      for (let k = 1; k < width; k++) value = value * 256 + bytes[pos + k]!;
      out[at + i] = value;
    }
  };
}

/** The high words of infinite times; finite ones are far from them. */
const INFINITE = 0x7fffffff;

const copyTicks: CellCopy = (bytes, first, count, out, at) => {
  const words = new Int32Array(bytes.buffer, first * 8, count * 2);
  for (let i = 0; i < count; i++) {
    const high = words[i * 2 + 1]!;
    const value = high * 4294967296 + (words[i * 2]! >>> 0);
    out[at + i] = high >= INFINITE || high <= -INFINITE ? Number.NaN : value;
  }
};

/** Nanoseconds do not fit a double, so they are cut to microseconds, toward zero as the engine does, in two parts. */
const copyNanoseconds: CellCopy = (bytes, first, count, out, at) => {
  const words = new Int32Array(bytes.buffer, first * 8, count * 2);
  for (let i = 0; i < count; i++) {
    const high = words[i * 2 + 1]!;
    const whole = Math.floor(high / 1000);
    const rest = ((high - whole * 1000) * 4294967296 + (words[i * 2]! >>> 0)) / 1000;
    const micros = whole * 4294967296 + (high < 0 ? Math.ceil(rest) : Math.floor(rest));
    out[at + i] = high >= INFINITE || high <= -INFINITE ? Number.NaN : micros / 1000;
  }
};
