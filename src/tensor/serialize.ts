/** Named float32 arrays as bytes in the safetensors layout; the same arrays give the same bytes. */
import { ModelError } from "../core/errors.js";
import type { NamedArray, NamedArrays } from "./parameters.js";

/** Arrays read from bytes, with the text notes stored beside them. */
export interface SavedArrays {
  readonly arrays: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Writes arrays: 8 bytes of header length, a JSON header padded to 8 bytes, then the values, little-endian, in order of
 * the names.
 *
 * @param arrays - float32 arrays by name; names are sorted by code unit, so that the order of the object does not matter.
 * @param metadata - text notes, sorted too.
 * @see https://github.com/huggingface/safetensors, "Format".
 */
export function writeArrays(
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(arrays).sort();
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0)
    header["__metadata__"] = Object.fromEntries(Object.entries(metadata).sort(byName));
  let end = 0;
  for (const name of names) {
    const { shape, values } = arrays[name]!;
    const start = end;
    end += values.length * 4;
    header[name] = { dtype: "F32", shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const name of names)
    for (const value of arrays[name]!.values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return bytes;
}

/**
 * Reads what {@link writeArrays} or another safetensors writer wrote.
 *
 * @throws {@link ModelError} MOD110 if the bytes end early or the header is no JSON, MOD111 for another type than F32 or
 * a range that does not fit the shape.
 */
export function readArrays(bytes: Uint8Array): SavedArrays {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(headerLength <= bytes.length - 8)) {
    throw broken(
      `expects a header of ${headerLength} bytes, found ${Math.max(0, bytes.length - 8)}`,
    );
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  const arrays: Record<string, NamedArray> = {};
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") metadata = entry as unknown as Record<string, string>;
    else arrays[name] = readArray(view, 8 + headerLength, name, entry);
  }
  return { arrays, metadata };
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, HeaderEntry>> {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken("expects a JSON header", cause);
  }
}

function readArray(view: DataView, base: number, name: string, entry: HeaderEntry): NamedArray {
  const { dtype, shape, data_offsets: range } = entry;
  const size = shape.reduce((product, length) => product * length, 1);
  if (dtype !== "F32" || range[1] - range[0] !== size * 4) {
    throw new ModelError(
      "MOD111",
      `array \`${name}\` expects F32 and ${size * 4} bytes for [${shape.join(", ")}], found ${dtype} and ${range[1] - range[0]}`,
      { hint: "convert it to float32 before saving" },
    );
  }
  if (base + range[1] > view.byteLength) throw broken(`ends before array \`${name}\``);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = view.getFloat32(base + range[0] + 4 * i, true);
  return { shape, values };
}

function byName(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}

function broken(what: string, cause?: unknown): ModelError {
  return new ModelError("MOD110", `the file is not a whole safetensors file: it ${what}`, {
    hint: "the file was cut off or is of another format; save the model again",
    cause,
  });
}
