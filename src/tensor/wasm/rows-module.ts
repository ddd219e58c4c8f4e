/** The wasm functions that add weighted rows to rows, the inner loops of every row map. */
import {
  type Code,
  createModule,
  doTimes,
  f32,
  f32x4,
  i32,
  ifElse,
  type Local,
  type ModuleBuilder,
  type NewLocal,
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
/** Vectors that a run keeps in registers: 32 columns. */
const HELD = 8;

/** Emits the module, for `new WebAssembly.Module`. */
export function rowsModule(): Uint8Array {
  const module = createModule();
  defineAccumulate(module);
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
}

function defineGatherRuns(module: ModuleBuilder): void {
  module.define("gatherRuns", [...TYPES, "i32"], (parameters, local) => {
    const [out, source, from, offsets, weights, rows, columns, keep] = parameters;
    const run = runLocals(local);
    const { rowBytes, entries, left, index, read, skip, weight, weight4, held } = run;
    const one = local("f32");
    const start = (v: number): Value<"v128"> => f32x4.load(out, 16 * v);
    const zero = f32x4.splat(f32.const(0));
    const each = (body: readonly Code[]): Code[] =>
      eachEntry(run, from, weights, [
        read.set(i32.add(i32.add(source, skip), i32.mul(i32.load(index), rowBytes))),
        ...body,
      ]);
    const vectors = (count: number): Code[] => {
      const sums = held.slice(0, count);
      return [
        ifElse(
          keep,
          sums.map((sum, v) => sum.set(start(v))),
          sums.map((sum) => sum.set(zero)),
        ),
        ...each([
          weight4.set(f32x4.splat(weight)),
          ...sums.map((sum, v) =>
            sum.set(f32x4.add(sum, f32x4.mul(weight4, f32x4.load(read, 16 * v)))),
          ),
        ]),
        ...sums.map((sum, v) => f32x4.store(out, sum, 16 * v)),
        advance(out, 16 * count),
        advance(skip, 16 * count),
      ];
    };
    const single = [
      ifElse(keep, [one.set(f32.load(out))], [one.set(f32.const(0))]),
      ...each([one.set(f32.add(one, f32.mul(weight, f32.load(read))))]),
      f32.store(out, one),
      advance(out, 4),
      advance(skip, 4),
    ];
    return [
      rowBytes.set(i32.mul(columns, i32.const(4))),
      doTimes(
        rows,
        entries.set(i32.sub(i32.load(offsets, 4), i32.load(offsets))),
        ...overColumns(columns, left, skip, vectors, single),
        advance(offsets, 4),
        from.set(i32.add(from, i32.mul(entries, i32.const(4)))),
        weights.set(i32.add(weights, i32.mul(entries, i32.const(4)))),
      ),
    ];
  });
}

function defineScatterRuns(module: ModuleBuilder): void {
  module.define("scatterRuns", TYPES, (parameters, local) => {
    const [out, source, offsets, to, weights, rows, columns] = parameters;
    const run = runLocals(local);
    const { rowBytes, entries, left, index, read, skip, weight, weight4, held } = run;
    const one = local("f32");
    const each = (body: readonly Code[]): Code[] =>
      eachEntry(run, to, weights, [
        read.set(i32.add(i32.add(out, skip), i32.mul(i32.load(index), rowBytes))),
        ...body,
      ]);
    const vectors = (count: number): Code[] => {
      const values = held.slice(0, count);
      return [
        ...values.map((value, v) => value.set(f32x4.load(source, 16 * v))),
        ...each([
          weight4.set(f32x4.splat(weight)),
          ...values.map((value, v) =>
            f32x4.store(
              read,
              f32x4.add(f32x4.load(read, 16 * v), f32x4.mul(weight4, value)),
              16 * v,
            ),
          ),
        ]),
        advance(source, 16 * count),
        advance(skip, 16 * count),
      ];
    };
    const single = [
      one.set(f32.load(source)),
      ...each([f32.store(read, f32.add(f32.load(read), f32.mul(weight, one)))]),
      advance(source, 4),
      advance(skip, 4),
    ];
    return [
      rowBytes.set(i32.mul(columns, i32.const(4))),
      doTimes(
        rows,
        entries.set(i32.sub(i32.load(offsets, 4), i32.load(offsets))),
        ...overColumns(columns, left, skip, vectors, single),
        advance(offsets, 4),
        to.set(i32.add(to, i32.mul(entries, i32.const(4)))),
        weights.set(i32.add(weights, i32.mul(entries, i32.const(4)))),
      ),
    ];
  });
}

/** The locals of a loop over runs: `skip` is how far into its row the columns at hand begin, in bytes. */
function runLocals(local: NewLocal) {
  const [rowBytes, entries, left, count] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const [index, factor, read, skip] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const [weight, weight4] = [local("f32"), local("v128")];
  const held = Array.from({ length: HELD }, () => local("v128"));
  return { rowBytes, entries, left, count, index, factor, read, skip, weight, weight4, held };
}

/** Runs the body for each entry of the row at hand, with `index` at its other end and `weight` set. */
function eachEntry(
  { entries, count, index, factor, weight }: ReturnType<typeof runLocals>,
  indices: Local<"i32">,
  weights: Local<"i32">,
  body: readonly Code[],
): Code[] {
  return [
    index.set(indices),
    factor.set(weights),
    count.set(entries),
    doTimes(count, weight.set(f32.load(factor)), ...body, advance(index, 4), advance(factor, 4)),
  ];
}

/** Goes over the columns of a row: as many as are held, then in fours, then one by one. */
function overColumns(
  columns: Local<"i32">,
  left: Local<"i32">,
  skip: Local<"i32">,
  vectors: (count: number) => readonly Code[],
  single: readonly Code[],
): Code[] {
  return [
    skip.set(i32.const(0)),
    left.set(i32.shiftRight(columns, i32.const(5))),
    doTimes(left, ...vectors(HELD)),
    left.set(i32.and(i32.shiftRight(columns, i32.const(2)), i32.const(7))),
    doTimes(left, ...vectors(1)),
    left.set(i32.and(columns, i32.const(3))),
    doTimes(left, ...single),
  ];
}

function bothWithin(a: Value<"i32">, b: Value<"i32">): Value<"i32"> {
  const zero = i32.const(0);
  return i32.and(i32.atLeast(a, zero), i32.atLeast(b, zero));
}

function advance(pointer: Local<"i32">, bytes: number): Code {
  return pointer.set(i32.add(pointer, i32.const(bytes)));
}
