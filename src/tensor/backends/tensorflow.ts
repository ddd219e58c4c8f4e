/** What libtensorflow (`node`, `cuda`) needs before and after its package is imported. */
import { existsSync } from "node:fs";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { registerStockGradients } from "../gradients/stock.js";

/** The part of tfjs-node's backend object that we read. */
interface TensorFlowBackend {
  /** Whether it came with `tfjs-node-gpu`. */
  readonly isGPUPackage?: boolean;
  readonly isUsingGpuDevice?: boolean;
}

/** Where a driver of NVIDIA shows itself: Linux, and Linux within Windows. */
const DRIVER_SIGNS: readonly string[] = ["/dev/nvidiactl", "/dev/dxg"];

/**
 * Makes the process ready for libtensorflow: quiet, and with what its package misses in newer Node.
 *
 * @param gpu - whether the package for GPUs is wanted.
 * @throws Error if the process has the other package already, or no driver of NVIDIA.
 */
export function prepareTensorFlow(gpu: boolean): void {
  const loaded = tf.findBackendFactory("tensorflow") && tf.findBackend("tensorflow");
  const other = loaded && (loaded as TensorFlowBackend).isGPUPackage !== gpu;
  if (other) throw new Error("this process has loaded the other tfjs-node; use one of them");
  if (gpu && process.platform === "linux" && !DRIVER_SIGNS.some((path) => existsSync(path)))
    throw new Error(`no NVIDIA driver (${DRIVER_SIGNS.join(" or ")})`);
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  // tfjs-node 4.22 calls a function that Node 23 has removed.
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

/**
 * Checks a backend that has started, and puts back our gradients, which the package's own have replaced.
 *
 * @param gpu - as in {@link prepareTensorFlow}.
 * @returns what computes.
 * @throws Error if a GPU is wanted and not used.
 */
export function finishTensorFlow(gpu: boolean): string {
  registerStockGradients({ replace: true });
  const { isUsingGpuDevice = false } = tf.backend() as TensorFlowBackend;
  if (gpu && !isUsingGpuDevice) throw new Error("libtensorflow finds no GPU that it can use");
  return isUsingGpuDevice ? "NVIDIA GPU" : "CPU";
}
