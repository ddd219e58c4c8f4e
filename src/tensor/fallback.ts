/** Our operations composed of stock tfjs ones, for backends without our kernels (CUDA, WebGPU, libtensorflow). */
import * as tf from "@tensorflow/tfjs-core";
import { type DropoutAttrs, dropoutFactors } from "./kernels/dropout.js";
import { lastRows, segmentOfRows } from "./row-maps.js";
import type { SparseRows } from "./sparse-rows.js";

/** See `linear` in ops.ts. */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  relu: boolean,
): tf.Tensor2D {
  return tf.tidy(() => {
    const product = tf.matMul<tf.Tensor2D>(x, weight);
    const shifted = bias ? tf.add<tf.Tensor2D>(product, bias) : product;
    return relu ? tf.relu<tf.Tensor2D>(shifted) : shifted;
  });
}

/** See `sparseMatMul` in ops.ts. */
export function sparseMatMul(sparse: SparseRows, table: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const weights = tf.tensor2d(sparse.weights.slice(), [sparse.weights.length, 1]);
    const entries = tf.mul<tf.Tensor2D>(takeRows(table, sparse.codes), weights);
    return segmentSum(entries, sparse.offsets);
  });
}

/** See `gatherSum` in ops.ts. */
export function gatherSum(
  sources: readonly tf.Tensor2D[],
  indices: readonly (Int32Array | null)[],
): tf.Tensor2D {
  return tf.tidy(() =>
    sources
      .map((source, i) => (indices[i] ? takeRows(source, indices[i]) : tf.clone(source)))
      .reduce((sum, rows) => tf.add<tf.Tensor2D>(sum, rows)),
  );
}

/** See `scatterAddRows` in ops.ts. */
export function scatterAddRows(values: tf.Tensor2D, index: Int32Array, size: number): tf.Tensor2D {
  return tf.tidy(() => {
    // Rows that go nowhere land in one row more, which is cut off.
    const target = index.map((row) => (row < 0 ? size : row));
    return tf.slice2d(sumByRow(values, target, size + 1), [0, 0], [size, values.shape[1]]);
  });
}

/** See `layerNorm` in ops.ts. */
export function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
  relu: boolean,
): tf.Tensor2D {
  return tf.tidy(() => {
    const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, 1, true));
    const variance = tf.mean(tf.square(centred), 1, true);
    const normed = tf.div(centred, tf.sqrt(tf.add(variance, epsilon)));
    const out = tf.add<tf.Tensor2D>(tf.mul(normed, gain), bias);
    return relu ? tf.relu(out) : out;
  });
}

/** See `segmentSum` in ops.ts. */
export function segmentSum(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  return sumByRow(x, segmentOfRows(offsets), offsets.length - 1);
}

/** See `segmentMean` in ops.ts. */
export function segmentMean(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  return tf.tidy(() =>
    scaleRows(
      segmentSum(x, offsets),
      perSegment(offsets, (n) => (n ? 1 / n : 0)),
    ),
  );
}

/** See `segmentMax` in ops.ts. */
export function segmentMax(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  const segments = offsets.length - 1;
  const longest = perSegment(offsets, (n) => n).reduce((most, n) => Math.max(most, n), 0);
  if (longest === 0) return zerosOf(x, segments);
  const columns = x.shape[1];
  // Short segments are filled up with a value below all others, which empty ones then lose.
  const row = new Int32Array(segments * longest).fill(-1);
  const level = new Float32Array(segments * longest).fill(-1e30);
  for (let s = 0; s < segments; s++)
    for (let i = 0; i < offsets[s + 1]! - offsets[s]!; i++) {
      row[s * longest + i] = offsets[s]! + i;
      level[s * longest + i] = 0;
    }
  const isFull = perSegment(offsets, (n) => (n ? 1 : 0));
  const fill = (rows: tf.Tensor2D): tf.Tensor3D => {
    const filled = tf.add(takeRows(rows, row), tf.tensor2d(level.slice(), [level.length, 1]));
    return tf.reshape(filled, [segments, longest, columns]);
  };
  // The stock gradient would go to every row that reaches the maximum, in full; ours goes to the first.
  const max = tf.customGrad((...inputs) => {
    const [rows, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([rows]);
    return {
      value: scaleRows(tf.max<tf.Tensor2D>(fill(rows), 1), isFull),
      gradFunc: (dy, [saved]) => {
        const filled = fill(saved as tf.Tensor2D);
        const hits = tf.cast(tf.equal(filled, tf.max(filled, 1, true)), "float32");
        const ranks = tf.mul(hits, tf.reshape(tf.range(longest, 0, -1), [1, longest, 1]));
        const first = tf.mul(hits, tf.cast(tf.equal(ranks, tf.max(ranks, 1, true)), "float32"));
        const slopes = tf.reshape(scaleRows(dy as tf.Tensor2D, isFull), [segments, 1, columns]);
        const spread = tf.reshape(tf.mul(first, slopes), [segments * longest, columns]);
        return scatterAddRows(spread as tf.Tensor2D, row, x.shape[0]);
      },
    };
  });
  return tf.tidy(() => max(x) as tf.Tensor2D);
}

/** See `segmentLast` in ops.ts. */
export function segmentLast(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  return takeRows(x, lastRows(offsets));
}

/** See `segmentPool` in ops.ts. */
export function segmentPool(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  return tf.tidy(() => {
    const sum = segmentSum(x, offsets);
    const mean = scaleRows(
      sum,
      perSegment(offsets, (n) => (n ? 1 / n : 0)),
    );
    const damped = scaleRows(
      sum,
      perSegment(offsets, (n) => 1 / Math.sqrt(1 + n)),
    );
    return tf.concat2d([mean, damped, segmentLast(x, offsets)], 1);
  });
}

/** See `segmentSoftmax` in ops.ts. */
export function segmentSoftmax(x: tf.Tensor2D, offsets: Int32Array): tf.Tensor2D {
  return tf.tidy(() => {
    const segment = segmentOfRows(offsets);
    const shifted = tf.sub<tf.Tensor2D>(x, takeRows(segmentMax(x, offsets), segment));
    const powers = tf.exp(shifted);
    return tf.div<tf.Tensor2D>(powers, takeRows(segmentSum(powers, offsets), segment));
  });
}

/** See `dropout` in ops.ts. */
export function dropout<T extends tf.Tensor>(x: T, attrs: DropoutAttrs): T {
  return tf.tidy(() => tf.mul<T>(x, tf.tensor(dropoutFactors(x.size, attrs), x.shape)));
}

function takeRows(x: tf.Tensor2D, index: Int32Array): tf.Tensor2D {
  const [rows, columns] = x.shape;
  if (index.length === 0) return zerosOf(x, 0);
  return tf.tidy(() => {
    const padded = index.includes(-1) ? tf.concat2d([x, tf.zeros([1, columns])], 0) : x;
    return tf.gather(
      padded,
      tf.tensor1d(
        index.map((row) => (row < 0 ? rows : row)),
        "int32",
      ),
    );
  });
}

function sumByRow(x: tf.Tensor2D, target: Int32Array, size: number): tf.Tensor2D {
  if (x.shape[0] === 0 || size === 0) return zerosOf(x, size);
  return tf.tidy(() => tf.unsortedSegmentSum(x, tf.tensor1d(target.slice(), "int32"), size));
}

/** Rows of zeros that count as made from `x`, so that its gradient is found: zeros too. */
function zerosOf(x: tf.Tensor2D, rows: number): tf.Tensor2D {
  const make = tf.customGrad((...inputs) => {
    const { shape } = inputs[0] as tf.Tensor2D;
    return {
      value: tf.zeros<tf.Rank.R2>([rows, shape[1]]),
      gradFunc: () => tf.zeros<tf.Rank.R2>(shape),
    };
  });
  return make(x) as tf.Tensor2D;
}

function scaleRows(x: tf.Tensor2D, factors: Float32Array): tf.Tensor2D {
  return tf.mul<tf.Tensor2D>(x, tf.tensor2d(factors.slice(), [factors.length, 1]));
}

function perSegment(offsets: Int32Array, of: (rows: number) => number): Float32Array {
  return Float32Array.from({ length: offsets.length - 1 }, (_, s) =>
    of(offsets[s + 1]! - offsets[s]!),
  );
}
