/** Columns of a chunk: vectors of the engine copied into arrays that are used again for every chunk. */
import { MS_PER_DAY } from "../../core/time.js";
import type { Column } from "../column.js";
import type { Bindings } from "./duckdb.js";
import type { StringEncoder } from "./string-dictionary.js";
import type { SinkKind, Vector } from "./vector-sinks.js";

/** One column of the chunk that is being filled. */
export interface ChunkColumn {
  /**
   * Copies a vector.
   *
   * @param vector - the engine's vector.
   * @param count - its rows.
   * @param at - the chunk's row that the first one goes to.
   * @returns whether all values fit the column's kind.
   */
  append(vector: Vector, count: number, at: number): boolean;
  /** Returns the chunk's column; it holds until the next append. */
  finish(rows: number): Column;
}

/** The kinds that can be read in chunks: all but lists. */
export type ChunkKind = Exclude<SinkKind, "texts" | "integers" | "numbers" | "floats">;

/** Tells whether columns of a kind can be read in chunks. */
export function isChunkKind(kind: SinkKind): kind is ChunkKind {
  return kind !== "texts" && kind !== "integers" && kind !== "numbers" && kind !== "floats";
}

/** What a chunk's column is made of. */
export interface ChunkColumnOptions {
  readonly bindings: Bindings;
  readonly name: string;
  /** Rows of a chunk, at most. */
  readonly capacity: number;
  /** Whether numbers are integers by their source's type, for `float64`. */
  readonly integer: boolean;
  /** Gives texts their codes; shared by all chunks. */
  readonly encoder: StringEncoder;
}

/** Makes a chunk's column of a kind. */
export function createChunkColumn(kind: ChunkKind, options: ChunkColumnOptions): ChunkColumn {
  switch (kind) {
    case "int32":
      return int32Column(options);
    case "float64":
      return float64Column(options);
    case "int64":
      return int64Column(options);
    case "boolean":
      return booleanColumn(options);
    case "days":
      return daysColumn(options);
    case "seconds":
      return ticksColumn(options, 1000, 1);
    case "milliseconds":
      return ticksColumn(options, 1, 1);
    case "microseconds":
      return ticksColumn(options, 1, 1000);
    case "text":
    case "digits":
      return textColumn(options, kind === "digits");
  }
}

/** The validity bits of a chunk, filled only once a null came. */
interface Marks {
  begin(at: number): void;
  append(bits: Uint8Array | null, count: number, at: number): void;
  clear(row: number): void;
  finish(): Uint8Array | null;
}

function createMarks(capacity: number): Marks {
  const bytes = new Uint8Array((capacity + 7) >> 3).fill(255);
  let used = false;
  const clear = (row: number): void => {
    used = true;
    bytes[row >> 3]! &= ~(1 << (row & 7));
  };
  return {
    begin(at) {
      if (at > 0 || !used) return;
      bytes.fill(255);
      used = false;
    },
    append(bits, count, at) {
      if (bits === null) return;
      for (let i = 0; i < count; i++) if (!isSet(bits, i)) clear(at + i);
    },
    clear,
    finish: () => (used ? bytes : null),
  };
}

const isSet = (bits: Uint8Array, i: number): boolean => (bits[i >> 3]! & (1 << (i & 7))) !== 0;

function validityOf(bindings: Bindings, vector: Vector, count: number): Uint8Array | null {
  return bindings.vector_get_validity(vector, Math.ceil(count / 64) * 8) ?? null;
}

function int32Column({ bindings, name, capacity }: ChunkColumnOptions): ChunkColumn {
  const values = new Int32Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const data = bindings.vector_get_data(vector, count * 4);
      values.set(new Int32Array(data.buffer, data.byteOffset, count), at);
      marks.begin(at);
      marks.append(validityOf(bindings, vector, count), count, at);
      return true;
    },
    finish: (rows) => ({
      kind: "number",
      name,
      length: rows,
      values: values.subarray(0, rows),
      validity: marks.finish(),
      integer: true,
    }),
  };
}

function float64Column({ bindings, name, capacity, integer }: ChunkColumnOptions): ChunkColumn {
  const values = new Float64Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const data = bindings.vector_get_data(vector, count * 8);
      const part = new Float64Array(data.buffer, data.byteOffset, count);
      values.set(part, at);
      marks.begin(at);
      marks.append(validityOf(bindings, vector, count), count, at);
      // Infinite less itself is no number, either.
      for (let i = 0; i < count; i++) if (part[i]! - part[i]! !== 0) marks.clear(at + i);
      return true;
    },
    finish: (rows) => ({
      kind: "number",
      name,
      length: rows,
      values: values.subarray(0, rows),
      validity: marks.finish(),
      integer,
    }),
  };
}

/** Integers beyond 2^53 do not fit: they would have to be digits from the first row on. */
function int64Column({ bindings, name, capacity }: ChunkColumnOptions): ChunkColumn {
  const values = new Float64Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const valid = validityOf(bindings, vector, count);
      readInt64(bindings, vector, count, values, at);
      marks.begin(at);
      marks.append(valid, count, at);
      for (let i = 0; i < count; i++) {
        if (Math.abs(values[at + i]!) <= Number.MAX_SAFE_INTEGER) continue;
        if (valid === null || isSet(valid, i)) return false;
      }
      return true;
    },
    finish: (rows) => ({
      kind: "number",
      name,
      length: rows,
      values: values.subarray(0, rows),
      validity: marks.finish(),
      integer: true,
    }),
  };
}

function readInt64(
  bindings: Bindings,
  vector: Vector,
  count: number,
  values: Float64Array,
  at: number,
): void {
  const data = bindings.vector_get_data(vector, count * 8);
  const words = new Int32Array(data.buffer, data.byteOffset, count * 2);
  for (let i = 0; i < count; i++) {
    values[at + i] = words[i * 2 + 1]! * 4294967296 + (words[i * 2]! >>> 0);
  }
}

function booleanColumn({ bindings, name, capacity }: ChunkColumnOptions): ChunkColumn {
  const values = new Uint8Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const data = bindings.vector_get_data(vector, count);
      const valid = validityOf(bindings, vector, count);
      for (let i = 0; i < count; i++) {
        values[at + i] = data[i] === 1 && (valid === null || isSet(valid, i)) ? 1 : 0;
      }
      marks.begin(at);
      marks.append(valid, count, at);
      return true;
    },
    finish: (rows) => ({
      kind: "boolean",
      name,
      length: rows,
      values: values.subarray(0, rows),
      validity: marks.finish(),
    }),
  };
}

function daysColumn({ bindings, name, capacity }: ChunkColumnOptions): ChunkColumn {
  const values = new Float64Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const data = bindings.vector_get_data(vector, count * 4);
      const days = new Int32Array(data.buffer, data.byteOffset, count);
      marks.begin(at);
      marks.append(validityOf(bindings, vector, count), count, at);
      for (let i = 0; i < count; i++) {
        values[at + i] = days[i]! * MS_PER_DAY;
        if (Math.abs(days[i]!) >= 0x7fffffff) marks.clear(at + i);
      }
      return true;
    },
    finish: (rows) => timesOf(name, values.subarray(0, rows), marks.finish()),
  };
}

/** The high words of the engine's infinite times; finite ones are far from them. */
const INFINITE = 0x7fffffff;

function ticksColumn(
  { bindings, name, capacity }: ChunkColumnOptions,
  factor: number,
  divisor: number,
): ChunkColumn {
  const values = new Float64Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const data = bindings.vector_get_data(vector, count * 8);
      const words = new Int32Array(data.buffer, data.byteOffset, count * 2);
      marks.begin(at);
      marks.append(validityOf(bindings, vector, count), count, at);
      for (let i = 0; i < count; i++) {
        const high = words[i * 2 + 1]!;
        if (high >= INFINITE || high <= -INFINITE) marks.clear(at + i);
        values[at + i] = ((high * 4294967296 + (words[i * 2]! >>> 0)) * factor) / divisor;
      }
      return true;
    },
    finish: (rows) => timesOf(name, values.subarray(0, rows), marks.finish()),
  };
}

function timesOf(name: string, values: Float64Array, validity: Uint8Array | null): Column {
  return { kind: "timestamp", name, length: values.length, values, validity };
}

function textColumn(
  { bindings, name, capacity, encoder }: ChunkColumnOptions,
  int64: boolean,
): ChunkColumn {
  const codes = new Int32Array(capacity);
  const marks = createMarks(capacity);
  return {
    append(vector, count, at) {
      const data = bindings.vector_get_data(vector, count * 16);
      const valid = validityOf(bindings, vector, count);
      encoder.encode(data, valid, count, codes, at);
      marks.begin(at);
      marks.append(valid, count, at);
      return true;
    },
    finish: (rows) => ({
      kind: "string",
      name,
      length: rows,
      codes: codes.subarray(0, rows),
      dictionary: encoder.entries,
      validity: marks.finish(),
      int64,
    }),
  };
}
