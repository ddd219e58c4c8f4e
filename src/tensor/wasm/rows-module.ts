/** The wasm functions that add weighted rows to rows, the inner loops of every row map. */
import {
  advance,
  type Code,
  createModule,
  doTimes,
  f32,
  f32x4,
  fillZero,
  i32,
  ifElse,
  type Local,
  type ModuleBuilder,
  type Value,
} from "./assembler.js";
import { overColumns } from "./over-columns.js";
import { defineGatherRuns, defineScatterRuns } from "./runs-module.js";

/** The compiled functions; all arguments but the counts are addresses in bytes. */
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
  /** Copies `source[from[e]]` to row `e` of `out`, zeros where that is negative; with `keep` adds to what is there. */
  gatherRows(
    out: number,
    source: number,
    from: number,
    rows: number,
    columns: number,
    keep: number,
  ): void;
  /** Adds row `e` of `source` to `out[to[e]]`; rows with a negative place are left out. */
  scatterRows(out: number, source: number, to: number, rows: number, columns: number): void;
  /**
   * Where entries lie by row of the result: sums each row in registers and writes it once. `offsets` holds the entries of
   * each row; the sums start from 0, or with `keep` from what is there.
   */
  gatherRuns(
    out: number,
    source: number,
    from: number,
    offsets: number,
    weights: number,
    rows: number,
    columns: number,
    keep: number,
  ): void;
  /** Where entries lie by row of the source: reads each row once and adds it to all rows it goes to. */
  scatterRuns(
    out: number,
    source: number,
    offsets: number,
    to: number,
    weights: number,
    rows: number,
    columns: number,
  ): void;
}

const TYPES = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
/** Vectors per turn of the main loop: 16 columns. */
const UNROLL = 4;
/** Emits the module, for `new WebAssembly.Module`. */
export function rowsModule(): Uint8Array {
  const module = createModule();
  defineAccumulate(module);
  defineGatherRows(module);
  defineScatterRows(module);
  defineGatherRuns(module);
  defineScatterRuns(module);
  return module.bytes();
}

function defineAccumulate(module: ModuleBuilder): void {
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
    const addEntry: Code[] = [
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
        ifElse(bothWithin(read, write), addEntry, []),
        advance(from, 4),
        advance(to, 4),
        advance(weights, 4),
      ),
    ];
  });
}

function defineGatherRows(module: ModuleBuilder): void {
  const types = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  module.define("gatherRows", types, ([out, source, from, rows, columns, keep], local) => {
    const [read, rowBytes, left, skip] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const forward = (count: number): Code[] => [advance(read, count), advance(out, count)];
    const add = addRow(out, read, columns, left, skip);
    const copy = overColumns(
      columns,
      left,
      skip,
      (count) => [
        ...times(count, (at) => f32x4.store(out, f32x4.load(read, at), at)),
        ...forward(16 * count),
      ],
      [f32.store(out, f32.load(read)), ...forward(4)],
    );
    const pass = [ifElse(keep, [], [fillZero(out, rowBytes)]), advance(out, rowBytes)];
    return [
      rowBytes.set(i32.mul(columns, i32.const(4))),
      doTimes(
        rows,
        read.set(i32.load(from)),
        ifElse(
          i32.atLeast(read, i32.const(0)),
          [read.set(i32.add(source, i32.mul(read, rowBytes))), ifElse(keep, add, copy)],
          pass,
        ),
        advance(from, 4),
      ),
    ];
  });
}

function defineScatterRows(module: ModuleBuilder): void {
  const types = ["i32", "i32", "i32", "i32", "i32"] as const;
  module.define("scatterRows", types, ([out, source, to, rows, columns], local) => {
    const [write, rowBytes, left, skip] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const add = addRow(write, source, columns, left, skip);
    return [
      rowBytes.set(i32.mul(columns, i32.const(4))),
      doTimes(
        rows,
        write.set(i32.load(to)),
        ifElse(
          i32.atLeast(write, i32.const(0)),
          [write.set(i32.add(out, i32.mul(write, rowBytes))), ...add],
          [advance(source, rowBytes)],
        ),
        advance(to, 4),
      ),
    ];
  });
}

/** Adds the row at `read` to the one at `write`; afterwards both pointers are behind their rows. */
function addRow(
  write: Local<"i32">,
  read: Local<"i32">,
  columns: Local<"i32">,
  left: Local<"i32">,
  skip: Local<"i32">,
): Code[] {
  const forward = (bytes: number): Code[] => [advance(read, bytes), advance(write, bytes)];
  return overColumns(
    columns,
    left,
    skip,
    (count) => [
      ...times(count, (at) =>
        f32x4.store(write, f32x4.add(f32x4.load(write, at), f32x4.load(read, at)), at),
      ),
      ...forward(16 * count),
    ],
    [f32.store(write, f32.add(f32.load(write), f32.load(read))), ...forward(4)],
  );
}

/** Code for the first vectors at a pointer, each with its offset in bytes. */
function times(count: number, code: (offset: number) => Code): Code[] {
  return Array.from({ length: count }, (_, v) => code(16 * v));
}

function bothWithin(a: Value<"i32">, b: Value<"i32">): Value<"i32"> {
  const zero = i32.const(0);
  return i32.and(i32.atLeast(a, zero), i32.atLeast(b, zero));
}
