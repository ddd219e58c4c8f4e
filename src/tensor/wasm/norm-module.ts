/** The wasm functions of layer normalisation, of the rectifier's mask and of column sums; columns come in fours. */
import {
  advance,
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
    const write = (offset: number): Code => {
      const scaled = f32x4.mul(row.normed(x, offset), f32x4.load(g, offset));
      const result = f32x4.add(scaled, f32x4.load(b, offset));
      return f32x4.store(out, f32x4.max(result, bound), offset);
    };
    return [
      bound.set(f32x4.splat(floor)),
      doTimes(
        rows,
        ...row.measure,
        g.set(gain),
        b.set(bias),
        ...overVectors(row.left, vectors, [x, g, b, out], write),
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
    const addTo = (address: Local<"i32">, value: Value<"v128">, offset: number): Code =>
      f32x4.store(address, f32x4.add(f32x4.load(address, offset), value), offset);
    const mean4 = (sums: Local<"v128">): Code =>
      sums.set(f32x4.splat(f32.mul(f32x4.sum(sums), share)));
    const measureFlow = (offset: number): Code => {
      const result = f32x4.add(f32x4.mul(hat, f32x4.load(g, offset)), f32x4.load(b, offset));
      return [
        hat.set(row.normed(x, offset)),
        slope.set(f32x4.and(f32x4.load(dy, offset), f32x4.greater(result, bound))),
        addTo(dg, f32x4.mul(slope, hat), offset),
        addTo(db, slope, offset),
        flow.set(f32x4.mul(slope, f32x4.load(g, offset))),
        f32x4.store(to, flow, offset),
        flowSum.set(f32x4.add(flowSum, flow)),
        flowDot.set(f32x4.add(flowDot, f32x4.mul(flow, hat))),
      ].flat();
    };
    const writeSlope = (offset: number): Code => {
      const centred = f32x4.sub(f32x4.load(dx, offset), flowSum);
      const inner = f32x4.sub(centred, f32x4.mul(row.normed(from, offset), flowDot));
      return f32x4.store(dx, f32x4.mul(inner, row.scale), offset);
    };
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
        ...overVectors(row.left, vectors, [x, dy, g, b, dg, db, to], measureFlow),
        mean4(flowSum),
        mean4(flowDot),
        ...overVectors(row.left, vectors, [dx, from], writeSlope),
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
  const overRow = (body: (offset: number) => Code): Code[] => [
    sums.set(f32x4.splat(f32.const(0))),
    at.set(x),
    ...overVectors(left, vectors, [at], body),
  ];
  const deviation = f32.sqrt(f32.add(f32.mul(f32x4.sum(sums), share), epsilon));
  const measure = [
    ...overRow((offset) => sums.set(f32x4.add(sums, f32x4.load(at, offset)))),
    mean.set(f32x4.splat(f32.mul(f32x4.sum(sums), share))),
    ...overRow((offset) => [
      ...centred.set(f32x4.sub(f32x4.load(at, offset), mean)),
      ...sums.set(f32x4.add(sums, f32x4.mul(centred, centred))),
    ]),
    scale.set(f32x4.splat(f32.div(f32.const(1), deviation))),
  ];
  const normed = (address: Local<"i32">, offset: number): Value<"v128"> =>
    f32x4.mul(f32x4.sub(f32x4.load(address, offset), mean), scale);
  return { left, scale, measure, normed };
}

function defineMask(module: ModuleBuilder): void {
  module.define("mask", ["i32", "i32", "i32", "i32"], ([dy, y, out, vectors], local) => {
    const zero = local("v128");
    return [
      zero.set(f32x4.splat(f32.const(0))),
      ...overVectors(local("i32"), vectors, [dy, y, out], (offset) => {
        const open = f32x4.greater(f32x4.load(y, offset), zero);
        return f32x4.store(out, f32x4.and(f32x4.load(dy, offset), open), offset);
      }),
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
        ...overVectors(left, vectors, [x, to], (offset) =>
          f32x4.store(to, f32x4.add(f32x4.load(to, offset), f32x4.load(x, offset)), offset),
        ),
      ),
    ];
  });
}

/** Vectors per turn of an inner loop. */
const UNROLL = 4;

/**
 * Runs the body for each vector of a row, several a turn: `body` gets the offset of its vector, in bytes; afterwards the pointers
 * are behind the row.
 */
function overVectors(
  left: Local<"i32">,
  vectors: Value<"i32">,
  pointers: readonly Local<"i32">[],
  body: (offset: number) => Code,
): Code[] {
  const forward = (count: number): Code[] =>
    pointers.map((pointer) => advance(pointer, 16 * count));
  return [
    left.set(i32.shiftRight(vectors, i32.const(2))),
    doTimes(left, ...Array.from({ length: UNROLL }, (_, v) => body(16 * v)), ...forward(UNROLL)),
    left.set(i32.and(vectors, i32.const(UNROLL - 1))),
    doTimes(left, body(0), ...forward(1)),
  ];
}
