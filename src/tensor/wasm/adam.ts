/** AdamW updates on the wasm backend's heap, four numbers at a time in single precision. */
import { type AdamLoop, plainAdam } from "../kernels/adam.js";
import type { WasmBackend } from "../kernels/kernel.js";
import { advance, createModule, doTimes, f32x4, type Value } from "./assembler.js";
import { instantiate } from "./instantiate.js";

interface AdamFunctions {
  update(
    weight: number,
    moment1: number,
    moment2: number,
    gradient: number,
    vectors: number,
    beta1: number,
    take1: number,
    beta2: number,
    take2: number,
    epsilon: number,
    stepSize: number,
    rootCorrection: number,
    keep: number,
    scale: number,
  ): void;
}

/**
 * Makes the loop for a running wasm backend; sizes that do not come in fours go to the one in JavaScript.
 *
 * @param backend - its memory is imported by our module.
 * @returns null where the machine has no SIMD.
 */
export function createWasmAdam(backend: WasmBackend): AdamLoop | null {
  const functions = instantiate<AdamFunctions>(adamModule(), backend);
  if (!functions) return null;
  return (memory, operands, attrs) => {
    const { weight, moment1, moment2, gradient } = operands;
    const { length } = memory.floats(weight);
    if (length % 4 !== 0) return plainAdam(memory, operands, attrs);
    const at = (tensor: typeof weight): number => memory.floats(tensor).byteOffset;
    const { beta1, beta2, epsilon, stepSize, rootCorrection, keep, scale } = attrs;
    functions.update(
      at(weight),
      at(moment1),
      at(moment2),
      at(gradient),
      length / 4,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      epsilon,
      stepSize,
      rootCorrection,
      keep,
      scale,
    );
  };
}

function adamModule(): Uint8Array {
  const module = createModule();
  const numbers = ["f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32", "f32"] as const;
  const types = ["i32", "i32", "i32", "i32", "i32", ...numbers] as const;
  module.define("update", types, (parameters, local) => {
    const [weight, moment1, moment2, gradient, vectors, ...settings] = parameters;
    const lanes = settings.map((value) => ({ value, lanes: local("v128") }));
    const [beta1, take1, beta2, take2, epsilon, stepSize, rootCorrection, keep, scale] = lanes.map(
      (one) => one.lanes,
    ) as unknown as readonly [V, V, V, V, V, V, V, V, V];
    const [slope, first, second] = [local("v128"), local("v128"), local("v128")];
    const mean = f32x4.add(f32x4.mul(beta1, f32x4.load(moment1)), f32x4.mul(take1, slope));
    const square = f32x4.mul(take2, f32x4.mul(slope, slope));
    const root = f32x4.mul(f32x4.sqrt(second), rootCorrection);
    const change = f32x4.div(f32x4.mul(stepSize, first), f32x4.add(root, epsilon));
    return [
      ...lanes.map((one) => one.lanes.set(f32x4.splat(one.value))),
      doTimes(
        vectors,
        slope.set(f32x4.mul(f32x4.load(gradient), scale)),
        first.set(mean),
        second.set(f32x4.add(f32x4.mul(beta2, f32x4.load(moment2)), square)),
        f32x4.store(moment1, first),
        f32x4.store(moment2, second),
        f32x4.store(weight, f32x4.sub(f32x4.mul(keep, f32x4.load(weight)), change)),
        ...[weight, moment1, moment2, gradient].map((pointer) => advance(pointer, 16)),
      ),
    ];
  });
  return module.bytes();
}

type V = Value<"v128">;
