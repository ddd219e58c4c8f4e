/** The form of our kernels: loops over Float32Array views that run alike on the memory of the wasm and the cpu backend. */
import * as tf from "@tensorflow/tfjs-core";
import { InternalError } from "../../core/errors.js";

/** Reads and makes tensors of one backend as plain arrays. */
export interface BackendMemory {
  /** Views the values of a float32 tensor; a view is stale after the next `output`, because wasm memory can move. */
  floats(tensor: tf.TensorInfo): Float32Array;
  /** Makes a float32 tensor; its values are undefined until written. */
  output(shape: readonly number[]): tf.TensorInfo;
}

/** What a kernel gets: its inputs, its settings and the memory it runs on. */
export interface KernelCall<Attrs> extends BackendMemory {
  /** Returns the input of this name. */
  input(name: string): tf.TensorInfo;
  /** Tells whether an optional input was given. */
  has(name: string): boolean;
  readonly attrs: Attrs;
}

/**
 * One kernel of ours with its gradient. Index arrays travel in `attrs` as typed arrays, not as tensors.
 *
 * @see tfjs-core `kernel_registry.ts` (KernelConfig, GradConfig).
 */
export interface Kernel<Attrs> {
  /** Name in the tfjs registry, `Relgraph…`. */
  readonly name: string;
  run(call: KernelCall<Attrs>): tf.TensorInfo | tf.TensorInfo[];
  readonly gradient?: KernelGradient<Attrs>;
  /** Floating point operations of one call, for kernels worth counting. */
  flops?(shapes: (name: string) => readonly number[], attrs: Attrs): number;
}

/** How to differentiate a kernel: what the forward pass keeps, and the gradient of each input on demand. */
export interface KernelGradient<Attrs> {
  readonly inputs?: readonly string[];
  readonly output?: boolean;
  backward(
    dy: tf.Tensor,
    saved: readonly tf.Tensor[],
    attrs: Attrs,
  ): Record<string, () => tf.Tensor>;
}

/**
 * Runs a kernel on the active backend, recorded for differentiation.
 *
 * @param kernel - a kernel registered for the active backend.
 * @param inputs - tensors by name; `undefined` for an optional one that is absent.
 * @param attrs - settings and index arrays.
 * @returns its output.
 */
export function runKernel<Attrs>(
  kernel: Kernel<Attrs>,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Attrs,
): tf.Tensor {
  return tf.engine().runKernel(kernel.name, { ...inputs }, attrs as tf.NamedAttrMap);
}

/** Runs a kernel that has several outputs; see {@link runKernel}. */
export function runKernelMany<Attrs>(
  kernel: Kernel<Attrs>,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Attrs,
): tf.Tensor[] {
  return tf.engine().runKernel<tf.Tensor[]>(kernel.name, { ...inputs }, attrs as tf.NamedAttrMap);
}

/** Tells whether the active backend has this kernel; else the caller composes stock operations. */
export function hasKernel(kernel: { readonly name: string }): boolean {
  return tf.getKernel(kernel.name, tf.getBackend()) !== undefined;
}

/**
 * Registers kernels for a backend and their gradients; what is registered under the same name is replaced.
 *
 * @param backendName - `wasm` or `cpu`.
 */
export function registerKernels(
  backendName: "wasm" | "cpu",
  kernels: readonly Kernel<unknown>[],
): void {
  for (const kernel of kernels) {
    tf.registerKernel({
      kernelName: kernel.name,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) =>
        kernel.run(makeCall(memoryOf(backendName, backend), inputs, attrs)),
    });
    if (kernel.gradient) registerKernelGradient(kernel.name, kernel.gradient);
  }
}

function registerKernelGradient(kernelName: string, gradient: KernelGradient<unknown>): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...(gradient.inputs ?? [])],
    outputsToSave: [gradient.output ?? false],
    gradFunc: (dy, saved, attrs) =>
      gradient.backward(Array.isArray(dy) ? dy[0]! : dy, saved, attrs),
  });
}

function makeCall(
  memory: BackendMemory,
  inputs: tf.NamedTensorInfoMap,
  attrs: unknown,
): KernelCall<unknown> {
  return {
    ...memory,
    attrs,
    has: (name) => inputs[name] !== undefined,
    input: (name) => {
      const tensor = inputs[name];
      if (!tensor) throw new InternalError(`kernel input \`${name}\` is absent`);
      return tensor;
    },
  };
}

/**
 * Gives direct access to the values of the active backend's tensors.
 *
 * @returns null on a backend that keeps its values elsewhere (CUDA, WebGPU, libtensorflow).
 */
export function activeMemory(): BackendMemory | null {
  const name = tf.getBackend();
  return name === "wasm" || name === "cpu" ? memoryOf(name, tf.backend()) : null;
}

/** The part of tfjs-backend-wasm's backend object that we use. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    /** Exports of the compiled module; `memory` is its WebAssembly.Memory. */
    readonly asm: { readonly memory: object };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  makeOutput(shape: readonly number[], dtype: "float32"): tf.TensorInfo;
}

interface CpuBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array } };
  makeTensorInfo(shape: readonly number[], dtype: "float32", values: Float32Array): tf.TensorInfo;
}

function memoryOf(name: "wasm" | "cpu", backend: unknown): BackendMemory {
  if (name === "wasm") {
    const wasm = backend as WasmBackend;
    return {
      floats: (tensor) => wasm.typedArrayFromHeap(tensor),
      output: (shape) => wasm.makeOutput([...shape], "float32"),
    };
  }
  const cpu = backend as CpuBackend;
  return {
    floats: (tensor) => cpu.data.get(tensor.dataId).values,
    output: (shape) =>
      cpu.makeTensorInfo(
        [...shape],
        "float32",
        new Float32Array(tf.util.sizeFromShape([...shape])),
      ),
  };
}
