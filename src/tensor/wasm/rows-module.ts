/** The wasm function that adds weighted rows to rows, the inner loop of every row map. */
import {
  type Code,
  createModule,
  doTimes,
  f32,
  f32x4,
  i32,
  ifElse,
  type Local,
  type Value,
} from "./assembler.js";

/** The compiled function; all arguments but the counts are addresses in bytes. */
export interface RowFunctions {
  /** Adds `weights[j] · source[from[j]]` to `out[to[j]]` for each entry; entries with a negative row are left out. */
  accumulate(
    out: number,
    source: number,
    from: number,
    to: number,
    weights: number,
    count: number,
    columns: number,
  ): void;
}

const TYPES = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
/** Vectors per turn of the main loop: 16 columns. */
const UNROLL = 4;

/** Emits the module, for `new WebAssembly.Module`. */
export function rowsModule(): Uint8Array {
  const module = createModule();
  module.define("accumulate", TYPES, (parameters, local) => {
    const [out, source, from, to, weights, count, columns] = parameters;
    const [read, write, left, rowBytes] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const weight = local("f32");
    const weight4 = local("v128");
    const addVector = (offset: number): Code =>
      f32x4.store(
        write,
        f32x4.add(f32x4.load(write, offset), f32x4.mul(weight4, f32x4.load(read, offset))),
        offset,
      );
    const addOne = f32.store(write, f32.add(f32.load(write), f32.mul(weight, f32.load(read))));
    const forward = (bytes: number): Code[] => [advance(read, bytes), advance(write, bytes)];
    const addRow: Code[] = [
      read.set(i32.add(source, i32.mul(read, rowBytes))),
      write.set(i32.add(out, i32.mul(write, rowBytes))),
      weight.set(f32.load(weights)),
      weight4.set(f32x4.splat(weight)),
      left.set(i32.shiftRight(columns, i32.const(4))),
      doTimes(
        left,
        ...Array.from({ length: UNROLL }, (_, v) => addVector(16 * v)),
        ...forward(16 * UNROLL),
      ),
      left.set(i32.and(i32.shiftRight(columns, i32.const(2)), i32.const(3))),
      doTimes(left, addVector(0), ...forward(16)),
      left.set(i32.and(columns, i32.const(3))),
      doTimes(left, addOne, ...forward(4)),
    ];
    return [
      rowBytes.set(i32.mul(columns, i32.const(4))),
      doTimes(
        count,
        read.set(i32.load(from)),
        write.set(i32.load(to)),
        ifElse(bothWithin(read, write), addRow, []),
        advance(from, 4),
        advance(to, 4),
        advance(weights, 4),
      ),
    ];
  });
  return module.bytes();
}

function bothWithin(a: Value<"i32">, b: Value<"i32">): Value<"i32"> {
  const zero = i32.const(0);
  return i32.and(i32.atLeast(a, zero), i32.atLeast(b, zero));
}

function advance(pointer: Local<"i32">, bytes: number): Code {
  return pointer.set(i32.add(pointer, i32.const(bytes)));
}
