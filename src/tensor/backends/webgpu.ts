/**
 * WebGPU in Node: the `webgpu` package (Dawn) stands where a browser has its own, and tensors can be read while JavaScript
 * waits, which browsers do not allow and Dawn does not offer by itself.
 */
import * as tf from "@tensorflow/tfjs-core";
import { installPump, type Pump } from "./pump.js";

/** What we use of an adapter. */
interface GpuAdapter {
  readonly info: {
    readonly description: string;
    readonly vendor: string;
    readonly architecture: string;
    readonly isFallbackAdapter?: boolean;
  };
}

interface Gpu {
  requestAdapter(options?: object): Promise<GpuAdapter | null>;
}

/** The `webgpu` package. */
interface WebGpuPackage {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

interface GpuBuffer {
  readonly size: number;
  readonly mapState: "unmapped" | "pending" | "mapped";
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** The part of tfjs-backend-webgpu's backend object that reading needs. */
interface WebGpuBackend {
  readonly device: { createBuffer(options: { size: number; usage: number }): GpuBuffer };
  readonly tensorMap: {
    get(id: object): { values?: unknown; resource: GpuBuffer; shape: number[]; dtype: tf.DataType };
  };
  readonly commandEncoder: {
    copyBufferToBuffer(from: object, start: number, to: object, at: number, size: number): void;
  };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readSync(id: object): unknown;
  read(id: object): Promise<unknown>;
}

/** `GPUBufferUsage.MAP_READ | COPY_DST` and `GPUMapMode.READ` of the WebGPU standard. */
const READ_BUFFER = 0x1 | 0x8;
const MAP_READ = 0x1;

/** Asks without a pause, for GPUs that are nearly done; then pauses (ms) that leave the processor to a rasteriser in software. */
const EAGER_ASKS = 50;
const PAUSE = 0.2;
/** Milliseconds of pauses after which a read counts as lost. */
const PATIENCE = 600_000;

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

/**
 * Starts the backend.
 *
 * @param load - imports a package by name.
 * @param hardwareOnly - refuse a rasteriser in software, which is right but slower than any other backend.
 * @returns the adapter's name.
 * @throws Error if there is no adapter, or if values cannot be read.
 */
export async function startWebGpu(
  load: (module: string) => Promise<unknown>,
  hardwareOnly: boolean,
): Promise<string> {
  if (tf.findBackendFactory("webgpu")) {
    const { gpu } = (globalThis as unknown as { navigator: { gpu: Gpu } }).navigator;
    const name = await adapterName(gpu, hardwareOnly);
    await tf.setBackend("webgpu");
    return name;
  }
  const pump = installPump();
  try {
    const { create, globals } = (await load("webgpu")) as WebGpuPackage;
    const gpu = create([]);
    const name = await adapterName(gpu, hardwareOnly);
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    await load("@tensorflow/tfjs-backend-webgpu");
    if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs refuses it");
    await tf.ready();
    readWhileWaiting(tf.backend() as unknown as WebGpuBackend, pump);
    checkSums();
    pump.release();
    return name;
  } catch (error) {
    pump.remove();
    if (tf.findBackendFactory("webgpu")) tf.removeBackend("webgpu");
    throw error;
  }
}

async function adapterName(gpu: Gpu, hardwareOnly: boolean): Promise<string> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no adapter: no driver for Vulkan, Metal or D3D12");
  const { description, vendor, architecture, isFallbackAdapter } = adapter.info;
  const name = description || `${vendor} ${architecture}`.trim();
  if (hardwareOnly && (isFallbackAdapter || SOFTWARE.test(name)))
    throw new Error(`only a rasteriser in software, ${name}`);
  return name;
}

/** Adds more numbers than tfjs would add on the CPU. */
function checkSums(): void {
  const count = 4096;
  const sums = tf.tidy(() => tf.add(tf.range(0, count), tf.ones([count])).dataSync());
  const wrong = sums.findIndex((sum, i) => sum !== i + 1);
  if (wrong >= 0) throw new Error(`${wrong} + 1 gave ${sums[wrong]}`);
}

/** Gives the backend reads that wait: what is queued is submitted, copied, and Dawn asked until it is there. */
function readWhileWaiting(backend: WebGpuBackend, pump: Pump): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const readSync = (id: object): unknown => {
    const { values, resource, shape, dtype } = backend.tensorMap.get(id);
    if (values) return values;
    const { size } = resource;
    const copy = backend.device.createBuffer({ size, usage: READ_BUFFER });
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder.copyBufferToBuffer(resource, 0, copy, 0, size);
    backend.submitQueue();
    copy.mapAsync(MAP_READ).catch(() => {});
    for (let asks = 0; copy.mapState === "pending"; asks++) {
      if (asks > EAGER_ASKS) Atomics.wait(sleeper, 0, 0, PAUSE);
      if (!pump.take() || asks * PAUSE > PATIENCE)
        throw new Error("WebGPU values cannot be read while waiting");
    }
    const bytes = copy.getMappedRange().slice(0, 4 * tf.util.sizeFromShape(shape));
    copy.unmap();
    copy.destroy();
    return tf.util.convertBackendValuesAndArrayBuffer(bytes, dtype);
  };
  backend.readSync = readSync;
  backend.read = async (id) => readSync(id);
}
