/** Dropout on the wasm backend's heap: the hash of four positions at a time, equal to `mix` of core/random bit for bit. */
import { type DropoutLoop, plainDropout } from "../kernels/dropout.js";
import type { WasmBackend } from "../kernels/kernel.js";
import {
  advance,
  type Code,
  createModule,
  doTimes,
  f32x4,
  i32x4,
  type Local,
  type Value,
} from "./assembler.js";
import { instantiate } from "./instantiate.js";

interface DropoutFunctions {
  /** Keeps the values whose hash is above `limit`, as unsigned numbers. */
  drop(x: number, out: number, vectors: number, seed: number, limit: number, scale: number): void;
}

/**
 * Makes the loop for a running wasm backend; sizes that do not come in fours go to the one in JavaScript.
 *
 * @param backend - its memory is imported by our module.
 * @returns null where the machine has no SIMD.
 */
export function createWasmDropout(backend: WasmBackend): DropoutLoop | null {
  const functions = instantiate<DropoutFunctions>(dropoutModule(), backend);
  if (!functions) return null;
  return (memory, x, out, attrs) => {
    const size = out.shape.reduce((product, length) => product * length, 1);
    if (size % 4 !== 0 || attrs.rate === 0) return plainDropout(memory, x, out, attrs);
    const [from, to] = [memory.floats(x).byteOffset, memory.floats(out).byteOffset];
    const limit = Math.ceil(attrs.rate * 4294967296) - 1;
    functions.drop(from, to, size / 4, attrs.seed, limit, 1 / (1 - attrs.rate));
  };
}

function dropoutModule(): Uint8Array {
  const module = createModule();
  const types = ["i32", "i32", "i32", "i32", "i32", "f32"] as const;
  module.define("drop", types, ([x, out, vectors, seed, limit, scale], local) => {
    const [positions, state, hash, bound, factor] = Array.from({ length: 5 }, () =>
      local("v128"),
    ) as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
    const kept = f32x4.and(f32x4.mul(f32x4.load(x), factor), i32x4.greater(hash, bound));
    return [
      positions.set(i32x4.const([0, 1, 2, 3])),
      state.set(i32x4.splat(seed)),
      bound.set(i32x4.splat(limit)),
      factor.set(f32x4.splat(scale)),
      doTimes(
        vectors,
        ...hashLanes(hash, state, positions),
        f32x4.store(out, kept),
        positions.set(i32x4.add(positions, all(4))),
        advance(x, 16),
        advance(out, 16),
      ),
    ];
  });
  return module.bytes();
}

/** The steps of `mix(state, value)`, lane by lane. */
function hashLanes(hash: Local<"v128">, state: Local<"v128">, value: Local<"v128">): Code[] {
  const fold = (bits: number): Value<"v128"> => i32x4.xor(hash, i32x4.shiftRight(hash, bits));
  return [
    hash.set(i32x4.xor(state, i32x4.mul(value, all(0xcc9e2d51)))),
    hash.set(i32x4.mul(fold(16), all(0x85ebca6b))),
    hash.set(i32x4.mul(fold(13), all(0xc2b2ae35))),
    hash.set(i32x4.add(fold(16), all(0x7ed55d16))),
  ];
}

function all(value: number): Value<"v128"> {
  return i32x4.const([value, value, value, value]);
}
