/** A small typed assembler for WebAssembly: expressions, locals and loops in, the bytes of a module out. */

/** Types of values on the wasm stack that we use. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Bytes of instructions. */
export type Code = readonly number[];

/** An expression: code that leaves one value of this type. */
export interface Value<T extends ValueType> {
  readonly type: T;
  readonly code: Code;
}

/** A parameter or local variable. */
export interface Local<T extends ValueType> extends Value<T> {
  /** Assigns a value. */
  set(value: Value<T>): Code;
}

/** A function of a module under construction; it returns nothing. */
export interface WasmFunction<P extends readonly ValueType[]> {
  readonly name: string;
  readonly index: number;
  readonly parameters: P;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

type ParameterLocals<P extends readonly ValueType[]> = { [I in keyof P]: Local<P[I]> };
type Arguments<P extends readonly ValueType[]> = { [I in keyof P]: Value<P[I]> };

/** Makes a new local variable of the function being written. */
export type NewLocal = <T extends ValueType>(type: T) => Local<T>;

/** Collects functions that share one imported memory. */
export interface ModuleBuilder {
  /**
   * Adds a function and exports it.
   *
   * @param parameters - types in order.
   * @param write - returns the statements; gets the parameters and a maker of locals.
   */
  define<const P extends readonly ValueType[]>(
    name: string,
    parameters: P,
    write: (parameters: ParameterLocals<P>, local: NewLocal) => readonly Code[],
  ): WasmFunction<P>;
  /** Returns the module's bytes; its memory is the import `env.memory`. */
  bytes(): Uint8Array;
}

const TYPE_BYTE: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/**
 * Makes an empty module.
 *
 * @param sharedPages - the most pages (64 KiB) of a memory shared by threads; left out for a memory of one thread.
 */
export function createModule(sharedPages?: number): ModuleBuilder {
  const functions: WasmFunction<readonly ValueType[]>[] = [];
  return {
    define(name, parameters, write) {
      const locals: ValueType[] = [];
      const at = <T extends ValueType>(type: T, index: number): Local<T> => ({
        type,
        code: [0x20, ...unsigned(index)],
        set: (value) => [...value.code, 0x21, ...unsigned(index)],
      });
      const local: NewLocal = (type) => at(type, parameters.length + locals.push(type) - 1);
      const given = parameters.map((type, index) => at(type, index));
      const body = write(given as unknown as ParameterLocals<typeof parameters>, local).flat();
      const made = { name, index: functions.length, parameters, locals, body };
      functions.push(made);
      return made;
    },
    bytes: () => encodeModule(functions, sharedPages),
  };
}

/** Calls a function of the same module. */
export function call<P extends readonly ValueType[]>(
  target: WasmFunction<P>,
  ...args: Arguments<P>
): Code {
  const values = args as readonly Value<ValueType>[];
  return [...values.flatMap((value) => value.code), 0x10, ...unsigned(target.index)];
}

/** Runs the body `counter` times, counting the local down to 0. */
export function doTimes(counter: Local<"i32">, ...body: readonly Code[]): Code {
  const less = counter.set(i32.sub(counter, i32.const(1)));
  const blockStart = [0x02, 0x40, ...counter.code, 0x45, 0x0d, 0]; // block; leave it at once if 0
  const loop = [0x03, 0x40, ...body.flat(), ...less, ...counter.code, 0x0d, 0, 0x0b];
  return [...blockStart, ...loop, 0x0b];
}

/** Runs one of two bodies. */
export function ifElse(
  condition: Value<"i32">,
  then: readonly Code[],
  otherwise: readonly Code[],
): Code {
  const elseCode = otherwise.length > 0 ? [0x05, ...otherwise.flat()] : [];
  return [...condition.code, 0x04, 0x40, ...then.flat(), ...elseCode, 0x0b];
}

/** Moves a pointer on by so many bytes. */
export function advance(pointer: Local<"i32">, bytes: number | Value<"i32">): Code {
  return pointer.set(i32.add(pointer, typeof bytes === "number" ? i32.const(bytes) : bytes));
}

/** Sets `bytes` bytes from an address on to 0. */
export function fillZero(address: Value<"i32">, bytes: Value<"i32">): Code {
  return [...address.code, ...i32.const(0).code, ...bytes.code, 0xfc, 0x0b, 0];
}

/** Operations on 32-bit integers and addresses; `offset` is in bytes. */
export const i32 = {
  const: (value: number): Value<"i32"> => ({ type: "i32", code: [0x41, ...signed(value)] }),
  add: binary("i32", [0x6a]),
  sub: binary("i32", [0x6b]),
  mul: binary("i32", [0x6c]),
  and: binary("i32", [0x71]),
  shiftLeft: binary("i32", [0x74]),
  shiftRight: binary("i32", [0x76]),
  /** 1 if the first is at least the second, as signed numbers. */
  atLeast: binary("i32", [0x4e]),
  load: load("i32", [0x28, 2]),
  /** Loads one byte, 0 … 255. */
  loadByte: load("i32", [0x2d, 0]),
  store: store("i32", [0x36, 2]),
  /** The low 32 bits. */
  fromI64: (value: Value<"i64">): Value<"i32"> => ({ type: "i32", code: [...value.code, 0xa7] }),
} as const;

/** Operations on 64-bit integers. */
export const i64 = {
  /** A constant that fits 32 bits, signed. */
  const: (value: number): Value<"i64"> => ({ type: "i64", code: [0x42, ...signed(value)] }),
  add: binary("i64", [0x7c]),
  /** Shifts and keeps the sign. */
  shiftRight: binary("i64", [0x87]),
  load: load("i64", [0x29, 3]),
} as const;

/** Operations on float64. */
export const f64 = {
  const: (value: number): Value<"f64"> => ({ type: "f64", code: [0x44, ...doubleBytes(value)] }),
  add: binary("f64", [0xa0]),
  /** 1 if the first is greater. */
  greater: (a: Value<"f64">, b: Value<"f64">): Value<"i32"> => ({
    type: "i32",
    code: [...a.code, ...b.code, 0x64],
  }),
  fromI64: (value: Value<"i64">): Value<"f64"> => ({ type: "f64", code: [...value.code, 0xb9] }),
  store: store("f64", [0x39, 3]),
} as const;

/** Operations on float32. */
export const f32 = {
  const: (value: number): Value<"f32"> => ({ type: "f32", code: [0x43, ...floatBytes(value)] }),
  add: binary("f32", [0x92]),
  mul: binary("f32", [0x94]),
  div: binary("f32", [0x95]),
  sqrt: (value: Value<"f32">): Value<"f32"> => ({ type: "f32", code: [...value.code, 0x91] }),
  load: load("f32", [0x2a, 2]),
  store: store("f32", [0x38, 2]),
} as const;

/** Operations on four float32 lanes; loads and stores need no alignment. */
export const f32x4 = {
  load: load("v128", [0xfd, 0x00, 0]),
  store: store("v128", [0xfd, 0x0b, 0]),
  /** Loads one number into all lanes. */
  loadSplat: load("v128", [0xfd, 0x09, 2]),
  splat: (value: Value<"f32">): Value<"v128"> => ({
    type: "v128",
    code: [...value.code, 0xfd, 0x13],
  }),
  add: binary("v128", [0xfd, ...unsigned(0xe4)]),
  sub: binary("v128", [0xfd, ...unsigned(0xe5)]),
  mul: binary("v128", [0xfd, ...unsigned(0xe6)]),
  div: binary("v128", [0xfd, ...unsigned(0xe7)]),
  sqrt: (value: Value<"v128">): Value<"v128"> => ({
    type: "v128",
    code: [...value.code, 0xfd, ...unsigned(0xe3)],
  }),
  max: binary("v128", [0xfd, ...unsigned(0xe9)]),
  /** All ones in the lanes where the first is greater. */
  greater: binary("v128", [0xfd, 0x44]),
  /** Keeps the bits of the first where the second has ones. */
  and: binary("v128", [0xfd, 0x4e]),
  /** Adds the four lanes to one number. */
  sum: (vector: Local<"v128">): Value<"f32"> => {
    const lane = (i: number): Value<"f32"> => ({
      type: "f32",
      code: [...vector.code, 0xfd, 0x1f, i],
    });
    return f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)));
  },
  /** `a · b + c`, fused or not as the machine likes: relaxed SIMD. */
  relaxedMulAdd: (a: Value<"v128">, b: Value<"v128">, c: Value<"v128">): Value<"v128"> => ({
    type: "v128",
    code: [...a.code, ...b.code, ...c.code, 0xfd, ...unsigned(0x105)],
  }),
  /** Picks four lanes out of `a` (0 … 3) and `b` (4 … 7). */
  shuffle: (a: Value<"v128">, b: Value<"v128">, lanes: readonly number[]): Value<"v128"> => ({
    type: "v128",
    code: [
      ...a.code,
      ...b.code,
      0xfd,
      0x0d,
      ...lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]),
    ],
  }),
} as const;

/** Operations on two float64 lanes. */
export const f64x2 = {
  splat: (value: Value<"f64">): Value<"v128"> => ({
    type: "v128",
    code: [...value.code, 0xfd, 0x14],
  }),
  add: binary("v128", [0xfd, ...unsigned(0xf0)]),
  sub: binary("v128", [0xfd, ...unsigned(0xf1)]),
  mul: binary("v128", [0xfd, ...unsigned(0xf2)]),
  div: binary("v128", [0xfd, ...unsigned(0xf3)]),
  /** All ones in the lanes where the first is greater. */
  greater: binary("v128", [0xfd, 0x4a]),
  /** All ones in the lanes where the first is at least the second. */
  atLeast: binary("v128", [0xfd, 0x4c]),
  lane: (value: Value<"v128">, lane: 0 | 1): Value<"f64"> => ({
    type: "f64",
    code: [...value.code, 0xfd, 0x21, lane],
  }),
  /** 1 if any bit of the vector is set. */
  anyTrue: (value: Value<"v128">): Value<"i32"> => ({
    type: "i32",
    code: [...value.code, 0xfd, 0x53],
  }),
  withLane: (vector: Value<"v128">, lane: 0 | 1, value: Value<"f64">): Value<"v128"> => ({
    type: "v128",
    code: [...vector.code, ...value.code, 0xfd, 0x22, lane],
  }),
} as const;

/** Operations on two 64-bit integer lanes; loads and stores are those of `f32x4`. */
export const i64x2 = {
  add: binary("v128", [0xfd, ...unsigned(0xce)]),
  sub: binary("v128", [0xfd, ...unsigned(0xd1)]),
  lane: (value: Value<"v128">, lane: 0 | 1): Value<"i64"> => ({
    type: "i64",
    code: [...value.code, 0xfd, 0x1d, lane],
  }),
} as const;

/** Operations on four 32-bit integer lanes. */
export const i32x4 = {
  const: (lanes: readonly number[]): Value<"v128"> => ({
    type: "v128",
    code: [0xfd, 0x0c, ...new Uint8Array(Int32Array.from(lanes).buffer)],
  }),
  splat: (value: Value<"i32">): Value<"v128"> => ({
    type: "v128",
    code: [...value.code, 0xfd, 0x11],
  }),
  add: binary("v128", [0xfd, ...unsigned(0xae)]),
  mul: binary("v128", [0xfd, ...unsigned(0xb5)]),
  xor: binary("v128", [0xfd, 0x51]),
  shiftRight: (value: Value<"v128">, bits: number): Value<"v128"> => ({
    type: "v128",
    code: [...value.code, ...i32.const(bits).code, 0xfd, ...unsigned(0xad)],
  }),
  /** All ones in the lanes where the first is greater, as unsigned numbers. */
  greater: binary("v128", [0xfd, 0x3c]),
} as const;

function binary<T extends ValueType>(type: T, opcode: Code) {
  return (a: Value<T>, b: Value<T>): Value<T> => ({
    type,
    code: [...a.code, ...b.code, ...opcode],
  });
}

function load<T extends ValueType>(type: T, opcode: Code) {
  return (address: Value<"i32">, offset = 0): Value<T> => ({
    type,
    code: [...address.code, ...opcode, ...unsigned(offset)],
  });
}

function store<T extends ValueType>(_type: T, opcode: Code) {
  return (address: Value<"i32">, value: Value<T>, offset = 0): Code => [
    ...address.code,
    ...value.code,
    ...opcode,
    ...unsigned(offset),
  ];
}

/** @see WebAssembly core specification, "Binary Format", sections 1 (types) to 10 (code). */
function encodeModule(
  functions: readonly WasmFunction<readonly ValueType[]>[],
  sharedPages: number | undefined,
): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(parameters.map((type) => [TYPE_BYTE[type]])),
    0,
  ]);
  const limits = sharedPages === undefined ? [0x00, 1] : [0x03, 1, ...unsigned(sharedPages)];
  const memory = [...text("env"), ...text("memory"), 0x02, ...limits];
  const exported = functions.map(({ name, index }) => [...text(name), 0x00, ...unsigned(index)]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...vector(locals.map((type) => [1, TYPE_BYTE[type]])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(functions.map(({ index }) => unsigned(index)))),
    ...section(7, vector(exported)),
    ...section(10, vector(bodies)),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128 of an unsigned integer. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  do {
    const rest = value >>> 7;
    bytes.push((value & 127) | (rest > 0 ? 128 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}

/** LEB128 of a signed 32-bit integer. */
function signed(value: number): Code {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    const done = (value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0);
    bytes.push(done ? low : low | 128);
    if (done) return bytes;
  }
}

function doubleBytes(value: number): Code {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

function floatBytes(value: number): Code {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}
