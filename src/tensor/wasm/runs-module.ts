/** The wasm functions for entries that lie row by row: sums in registers, and rows read once; see {@link RowFunctions}. */
import {
  advance,
  type Code,
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
import { HELD, overColumns } from "./over-columns.js";

/** Output, source, both ends, weights, rows, columns. */
const TYPES = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Adds `gatherRuns` to a module. */
export function defineGatherRuns(module: ModuleBuilder): void {
  module.define("gatherRuns", [...TYPES, "i32"], (parameters, local) => {
    const [out, source, from, offsets, weights, rows, columns, keep] = parameters;
    const run = runLocals(local);
    const { rowBytes, index, read, skip, weight, weight4, held } = run;
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
    const places = { offsets, indices: from, weights, rows, columns };
    return eachRow(run, places, vectors, single);
  });
}

/** Adds `scatterRuns` to a module. */
export function defineScatterRuns(module: ModuleBuilder): void {
  module.define("scatterRuns", TYPES, (parameters, local) => {
    const [out, source, offsets, to, weights, rows, columns] = parameters;
    const run = runLocals(local);
    const { rowBytes, index, read, skip, weight, weight4, held } = run;
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
    const places = { offsets, indices: to, weights, rows, columns };
    return eachRow(run, places, vectors, single);
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

/** Goes over the columns of each row, with `entries` set to the number of its entries. */
function eachRow(
  { rowBytes, entries, left, skip }: ReturnType<typeof runLocals>,
  places: Readonly<Record<"offsets" | "indices" | "weights" | "rows" | "columns", Local<"i32">>>,
  vectors: (count: number) => readonly Code[],
  single: readonly Code[],
): Code[] {
  const { offsets, indices, weights, rows, columns } = places;
  return [
    rowBytes.set(i32.mul(columns, i32.const(4))),
    doTimes(
      rows,
      entries.set(i32.sub(i32.load(offsets, 4), i32.load(offsets))),
      ...overColumns(columns, left, skip, vectors, single),
      advance(offsets, 4),
      advance(indices, i32.mul(entries, i32.const(4))),
      advance(weights, i32.mul(entries, i32.const(4))),
    ),
  ];
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
