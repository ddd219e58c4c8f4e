/** The wasm functions of layer normalisation, of the rectifier's mask and of column sums; columns come in fours. */
import {
  type Code,
  createModule,
  doTimes,
  f32,
  f32x4,
  i32,
  type Local,
  type ModuleBuilder,
  type NewLocal,
  type Value,
} from "./assembler.js";

/** The compiled functions; operands are addresses in bytes, `vectors` counts groups of four columns. */
export interface NormFunctions {
  /** Normalises rows; `floor` is the lower bound of results, `share` is 1 / columns. */
  forward(
    x: number,
    gain: number,
    bias: number,
    out: number,
    rows: number,
    vectors: number,
    share: number,
    epsilon: number,
    floor: number,
  ): void;
  /** Writes dx and adds to dGain and dBias; results not above `floor` pass no gradient. */
  backward(
    dy: number,
    x: number,
    gain: number,
    bias: number,
    dx: number,
    dGain: number,
    dBias: number,
    rows: number,
    vectors: number,
    share: number,
    epsilon: number,
    floor: number,
  ): void;
  /** Copies `dy` where `y` is above 0. */
  mask(dy: number, y: number, out: number, vectors: number): void;
  /** Adds rows to `out`. */
  addRows(x: number, out: number, rows: number, vectors: number): void;
}

/** Emits the module, for `new WebAssembly.Module`. */
export function normModule(): Uint8Array {
  const module = createModule();
  defineForward(module);
  defineBackward(module);
  defineMask(module);
  defineAddRows(module);
  return module.bytes();
}

function defineForward(module: ModuleBuilder): void {
  const types = ["i32", "i32", "i32", "i32", "i32", "i32", "f32", "f32", "f32"] as const;
  module.define("forward", types, (parameters, local) => {
    const [x, gain, bias, out, rows, vectors, share, epsilon, floor] = parameters;
    const row = rowStatistics(local, x, vectors, share, epsilon);
    const [g, b] = [local("i32"), local("i32")];
    const bound = local("v128");
    const scaled = f32x4.mul(row.normed(x), f32x4.load(g));
    return [
      bound.set(f32x4.splat(floor)),
      doTimes(
        rows,
        ...row.measure,
        g.set(gain),
        b.set(bias),
        row.left.set(vectors),
        doTimes(
          row.left,
          f32x4.store(out, f32x4.max(f32x4.add(scaled, f32x4.load(b)), bound)),
          ...[x, g, b, out].map(forward4),
        ),
      ),
    ];
  });
}

function defineBackward(module: ModuleBuilder): void {
  const types = [
    ...(["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const),
    ...(["i32", "i32", "f32", "f32", "f32"] as const),
  ] as const;
  module.define("backward", types, (parameters, local) => {
    const [dy, x, gain, bias, dx, dGain, dBias, rows, vectors, share, epsilon, floor] = parameters;
    const row = rowStatistics(local, x, vectors, share, epsilon);
    const [g, b, dg, db, to, from] = Array.from({ length: 6 }, () => local("i32")) as Six<
      Local<"i32">
    >;
    const [bound, hat, slope, flow, flowSum, flowDot] = Array.from({ length: 6 }, () =>
      local("v128"),
    ) as Six<Local<"v128">>;
    const result = f32x4.add(f32x4.mul(hat, f32x4.load(g)), f32x4.load(b));
    const addTo = (address: Local<"i32">, value: Value<"v128">): Code =>
      f32x4.store(address, f32x4.add(f32x4.load(address), value));
    const mean4 = (sums: Local<"v128">): Code =>
      sums.set(f32x4.splat(f32.mul(f32x4.sum(sums), share)));
    const inner = f32x4.sub(
      f32x4.sub(f32x4.load(dx), flowSum),
      f32x4.mul(row.normed(from), flowDot),
    );
    return [
      bound.set(f32x4.splat(floor)),
      doTimes(
        rows,
        ...row.measure,
        ...[flowSum, flowDot].map((sums) => sums.set(f32x4.splat(f32.const(0)))),
        g.set(gain),
        b.set(bias),
        dg.set(dGain),
        db.set(dBias),
        to.set(dx),
        from.set(x),
        row.left.set(vectors),
        doTimes(
          row.left,
          hat.set(row.normed(x)),
          slope.set(f32x4.and(f32x4.load(dy), f32x4.greater(result, bound))),
          addTo(dg, f32x4.mul(slope, hat)),
          addTo(db, slope),
          flow.set(f32x4.mul(slope, f32x4.load(g))),
          f32x4.store(to, flow),
          flowSum.set(f32x4.add(flowSum, flow)),
          flowDot.set(f32x4.add(flowDot, f32x4.mul(flow, hat))),
          ...[x, dy, g, b, dg, db, to].map(forward4),
        ),
        mean4(flowSum),
        mean4(flowDot),
        row.left.set(vectors),
        doTimes(
          row.left,
          f32x4.store(dx, f32x4.mul(inner, row.scale)),
          ...[dx, from].map(forward4),
        ),
      ),
    ];
  });
}

type Six<T> = [T, T, T, T, T, T];

/** Mean and inverse deviation of the row at `x`, and the expression of its normed values. */
function rowStatistics(
  local: NewLocal,
  x: Local<"i32">,
  vectors: Local<"i32">,
  share: Value<"f32">,
  epsilon: Value<"f32">,
) {
  const [at, left] = [local("i32"), local("i32")];
  const [sums, mean, scale, centred] = [local("v128"), local("v128"), local("v128"), local("v128")];
  const overRow = (...body: readonly Code[]): Code[] => [
    sums.set(f32x4.splat(f32.const(0))),
    at.set(x),
    left.set(vectors),
    doTimes(left, ...body, forward4(at)),
  ];
  const deviation = f32.sqrt(f32.add(f32.mul(f32x4.sum(sums), share), epsilon));
  const measure = [
    ...overRow(sums.set(f32x4.add(sums, f32x4.load(at)))),
    mean.set(f32x4.splat(f32.mul(f32x4.sum(sums), share))),
    ...overRow(
      centred.set(f32x4.sub(f32x4.load(at), mean)),
      sums.set(f32x4.add(sums, f32x4.mul(centred, centred))),
    ),
    scale.set(f32x4.splat(f32.div(f32.const(1), deviation))),
  ];
  const normed = (address: Local<"i32">): Value<"v128"> =>
    f32x4.mul(f32x4.sub(f32x4.load(address), mean), scale);
  return { left, scale, measure, normed };
}

function defineMask(module: ModuleBuilder): void {
  module.define("mask", ["i32", "i32", "i32", "i32"], ([dy, y, out, vectors], local) => {
    const zero = local("v128");
    const open = f32x4.greater(f32x4.load(y), zero);
    return [
      zero.set(f32x4.splat(f32.const(0))),
      doTimes(
        vectors,
        f32x4.store(out, f32x4.and(f32x4.load(dy), open)),
        ...[dy, y, out].map(forward4),
      ),
    ];
  });
}

function defineAddRows(module: ModuleBuilder): void {
  module.define("addRows", ["i32", "i32", "i32", "i32"], ([x, out, rows, vectors], local) => {
    const [to, left] = [local("i32"), local("i32")];
    return [
      doTimes(
        rows,
        to.set(out),
        left.set(vectors),
        doTimes(
          left,
          f32x4.store(to, f32x4.add(f32x4.load(to), f32x4.load(x))),
          ...[x, to].map(forward4),
        ),
      ),
    ];
  });
}

function forward4(pointer: Local<"i32">): Code {
  return pointer.set(i32.add(pointer, i32.const(16)));
}
