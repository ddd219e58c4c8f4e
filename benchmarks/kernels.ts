/** Benchmark `kernels`: our kernels by the shapes of a training step, beside tfjs's own operations and a BLAS where there is one. */
import * as tf from "@tensorflow/tfjs-core";
import {
  type BenchReport,
  type BenchResult,
  benchReport,
  spread,
} from "../src/cli/bench-report.js";
import { createRng } from "../src/core/random.js";
import { initBackend } from "../src/tensor/backend.js";
import { blasFromEnvironment } from "../src/tensor/backends/blas.js";
import * as stock from "../src/tensor/fallback.js";
import * as ops from "../src/tensor/ops.js";

/** Rows of the largest table in a batch of 512 on rel-f1, and the channels of the network. */
const ROWS = 7000;
const CHANNELS = 64;
/** Codes of a row. */
const CODES = 20;

/** One operation to time. */
interface Case {
  readonly name: string;
  /** Floating point operations of one call. */
  readonly flops: number;
  readonly ours: () => tf.Tensor;
  /** The same of tfjs's operations; absent where its wasm backend lacks one of them. */
  readonly stock?: () => tf.Tensor;
}

/**
 * Measures products in every transposition, sums of codes, gathers, pooling and layer norm: GFLOP a second of processor time.
 *
 * @param options - `runs` of about 20 ms each, 15 by default; stock operations that take far longer run twice.
 */
export async function runKernelsBench({
  runs = 15,
}: {
  readonly runs?: number;
}): Promise<BenchReport> {
  const backend = await initBackend({ backend: "wasm", blas: "" });
  const cases = kernelCases();
  const results = cases.map((one): BenchResult => {
    const measured = spread(speeds(one.ours, one.flops, runs));
    const named = { name: one.name, unit: "GFLOP/s", ...measured };
    if (!one.stock) return named;
    const theirs = spread(speeds(one.stock, one.flops, 2)).median;
    const compared = { to: "tfjs", median: theirs, ratio: measured.median / theirs };
    return { ...named, compared };
  });
  const { blas } = await initBackend({
    backend: "wasm",
    blas: blasFromEnvironment() ?? "auto",
  });
  const native = blas
    ? cases
        .filter(({ name }) => name.startsWith("product"))
        .map(({ name, ours, flops }) => ({
          name: `with BLAS: ${name}`,
          unit: "GFLOP/s",
          ...spread(speeds(ours, flops, runs)),
        }))
    : [];
  return benchReport("kernels", blas ? { ...backend, blas } : backend, [...results, ...native]);
}

function kernelCases(): readonly Case[] {
  const matrix = (rows: number, columns: number, seed: number): tf.Tensor2D =>
    tf.randomNormal([rows, columns], 0, 1, "float32", seed);
  const products = (["", "A", "B"] as const).flatMap((flipped) =>
    [CHANNELS, 2 * CHANNELS].map((n): Case => {
      const [transposeA, transposeB] = [flipped === "A", flipped === "B"];
      const [m, k] = transposeA ? [CHANNELS, ROWS] : [ROWS, CHANNELS];
      const a = transposeA ? matrix(k, m, 1) : matrix(m, k, 1);
      const b = transposeB ? matrix(n, k, 2) : matrix(k, n, 2);
      const suffix = flipped === "" ? "" : `, ${flipped} transposed`;
      return {
        name: `product ${m} x ${k} x ${n}${suffix}`,
        flops: 2 * m * k * n,
        ours: () => ops.matMul(a, b, { transposeA, transposeB }),
        stock: () => tf.matMul(a, b, transposeA, transposeB),
      };
    }),
  );
  return [...products, ...rowCases(matrix)];
}

function rowCases(matrix: (rows: number, columns: number, seed: number) => tf.Tensor2D): Case[] {
  const rng = createRng(1);
  const [table, messages] = [matrix(400, CHANNELS, 3), matrix(ROWS, CHANNELS, 4)];
  const nnz = ROWS * CODES;
  const sparse = {
    offsets: Int32Array.from({ length: ROWS + 1 }, (_, row) => CODES * row),
    codes: Int32Array.from({ length: nnz }, () => rng.int(400)),
    weights: Float32Array.from({ length: nnz }, () => rng.next()),
  };
  const index = Int32Array.from({ length: ROWS }, () => rng.int(ROWS));
  const seeds = ROWS / 14;
  const segments = Int32Array.from({ length: seeds + 1 }, (_, s) => 14 * s);
  const [gain, bias] = [tf.ones<tf.Rank.R1>([CHANNELS]), tf.zeros<tf.Rank.R1>([CHANNELS])];
  return [
    {
      name: `sums of ${CODES} codes, ${ROWS} rows`,
      flops: 2 * nnz * CHANNELS,
      ours: () => ops.sparseMatMul(sparse, table),
    },
    {
      name: `gather of two sources, ${ROWS} rows`,
      flops: 2 * ROWS * CHANNELS,
      ours: () => ops.gatherSum([messages, messages], [index, null]),
      stock: () => stock.gatherSum([messages, messages], [index, null]),
    },
    {
      name: `pooling of ${ROWS} rows, three ways`,
      flops: 4 * ROWS * CHANNELS,
      ours: () => ops.segmentPool(messages, segments),
    },
    {
      name: `layer norm of ${ROWS} rows`,
      flops: 8 * ROWS * CHANNELS,
      ours: () => ops.layerNorm(messages, gain, bias, { relu: true }),
      stock: () => stock.layerNorm(messages, gain, bias, 1e-5, true),
    },
  ];
}

/** GFLOP a second of processor time, one figure per run; a run repeats a call for about 20 ms. */
function speeds(call: () => tf.Tensor, flops: number, runs: number): number[] {
  const secondsOf = (times: number): number => {
    const start = process.cpuUsage();
    for (let i = 0; i < times; i++) call().dispose();
    const { user, system } = process.cpuUsage(start);
    return Math.max(1e-6, (user + system) / 1e6) / times;
  };
  const once = secondsOf(1);
  const times = Math.max(1, Math.min(100, Math.round(0.02 / once)));
  return Array.from({ length: runs }, () => flops / 1e9 / secondsOf(times));
}
