/** Gradients of stock operations that reduce, move, join or multiply whole tensors. */
import * as tf from "@tensorflow/tfjs-core";

/** Sums over axes are spread back; `scale` divides by the number of summed elements. */
function reduction(kernelName: string, scale: boolean): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => {
      const axes = tf.util.parseAxisParam(attrs["axis"] as number | number[], x!.shape);
      const kept = x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const count = axes.reduce((product, axis) => product * x!.shape[axis]!, 1);
      return {
        x: () => {
          const spread = tf.mul(tf.reshape(dy as tf.Tensor, kept), tf.ones(x!.shape));
          return scale ? tf.div(spread, count) : spread;
        },
      };
    },
  };
}

/** One entry per stock operation on shapes. */
export const SHAPE_GRADIENTS: readonly tf.GradConfig[] = [
  reduction(tf.Sum, false),
  reduction(tf.Mean, true),
  {
    kernelName: tf.Max,
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [tf.Tensor, tf.Tensor];
      const axes = tf.util.parseAxisParam(attrs["reductionIndices"] as number | number[], x.shape);
      const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      return {
        x: () => {
          const hit = tf.cast(tf.equal(x, tf.reshape(y, kept)), "float32");
          return tf.mul(tf.reshape(dy as tf.Tensor, kept), hit);
        },
      };
    },
  },
  {
    kernelName: tf.Reshape,
    inputsToSave: ["x"],
    gradFunc: (dy, [x]) => ({ x: () => tf.reshape(dy as tf.Tensor, x!.shape) }),
  },
  {
    kernelName: tf.ExpandDims,
    inputsToSave: ["input"],
    gradFunc: (dy, [input]) => ({ input: () => tf.reshape(dy as tf.Tensor, input!.shape) }),
  },
  {
    kernelName: tf.Transpose,
    gradFunc: (dy, _saved, attrs) => {
      const perm = attrs["perm"] as number[];
      const inverse = perm.map((_, axis) => perm.indexOf(axis));
      return { x: () => tf.transpose(dy as tf.Tensor, inverse) };
    },
  },
  {
    kernelName: tf.Slice,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => {
      const begin = attrs["begin"] as number[];
      const paddings = x!.shape.map((size, axis): [number, number] => {
        const before = begin[axis] ?? 0;
        return [before, size - before - (dy as tf.Tensor).shape[axis]!];
      });
      return { x: () => tf.pad(dy as tf.Tensor, paddings) };
    },
  },
  {
    kernelName: tf.Concat,
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const axis = tf.util.parseAxisParam(attrs["axis"] as number, saved[0]!.shape)[0]!;
      const gradients: Record<string, () => tf.Tensor> = {};
      let start = 0;
      saved.forEach((part, i) => {
        const begin = part.shape.map((_, at) => (at === axis ? start : 0));
        gradients[i] = () => tf.slice(dy as tf.Tensor, begin, part.shape);
        start += part.shape[axis]!;
      });
      return gradients;
    },
  },
  {
    kernelName: tf.Tile,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const reps = attrs["reps"] as number[];
        // Each axis of size n repeated r times is read as [r, n] and summed over r.
        const split = x!.shape.flatMap((size, axis) => [reps[axis]!, size]);
        const repeated = x!.shape.map((_, axis) => 2 * axis);
        return tf.sum(tf.reshape(dy as tf.Tensor, split), repeated);
      },
    }),
  },
  {
    kernelName: tf.BatchMatMul,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved, attrs) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      const flow = dy as tf.Tensor;
      return {
        a: () =>
          transposeA
            ? tf.matMul(b, flow, transposeB, true)
            : tf.matMul(flow, b, false, !transposeB),
        b: () =>
          transposeB
            ? tf.matMul(flow, a, true, transposeA)
            : tf.matMul(a, flow, !transposeA, false),
      };
    },
  },
  {
    kernelName: tf.GatherV2,
    inputsToSave: ["x", "indices"],
    gradFunc: (dy, saved) => {
      const [x, indices] = saved as [tf.Tensor, tf.Tensor1D];
      return { x: () => tf.unsortedSegmentSum(dy as tf.Tensor, indices, x.shape[0]!) };
    },
  },
  {
    kernelName: tf.UnsortedSegmentSum,
    inputsToSave: ["segmentIds"],
    gradFunc: (dy, [segmentIds]) => ({
      x: () => tf.gather(dy as tf.Tensor, segmentIds as tf.Tensor1D),
    }),
  },
];
