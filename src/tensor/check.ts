/** Checks of shapes and index arrays at the edge of the tensor operations. */
import type * as tf from "@tensorflow/tfjs-core";
import { ShapeError } from "../core/errors.js";

/** Prints a shape, as in `[3, 4]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Makes the error for two shapes that do not fit.
 *
 * @param op - name of the operation.
 * @param rule - what must hold, as in "columns of `x` = rows of `weight`".
 * @param shapes - the shapes by name of the operand.
 */
export function shapeError(
  op: string,
  rule: string,
  shapes: Readonly<Record<string, readonly number[]>>,
): ShapeError {
  const found = Object.entries(shapes).map(([name, shape]) => `\`${name}\` ${shapeText(shape)}`);
  return new ShapeError("TEN101", `\`${op}\` expects ${rule}, found ${found.join(" and ")}`, {
    hint: "print the shapes of the operands before the call; a transposed or unflattened operand is the usual cause",
  });
}

/**
 * Checks that a tensor is a matrix of float32.
 *
 * @throws {@link ShapeError} TEN101 for another rank, TEN105 for another type.
 */
export function checkMatrix(op: string, name: string, tensor: tf.Tensor): void {
  if (tensor.rank !== 2) throw shapeError(op, `a matrix \`${name}\``, { [name]: tensor.shape });
  if (tensor.dtype !== "float32") {
    throw new ShapeError(
      "TEN105",
      `\`${op}\` expects float32 values in \`${name}\`, found ${tensor.dtype}`,
      { hint: 'convert with `tf.cast(tensor, "float32")` or pass integers as typed arrays' },
    );
  }
}

/**
 * Checks that two arrays that go together have the same length.
 *
 * @throws {@link ShapeError} TEN102.
 */
export function checkLength(
  op: string,
  name: string,
  found: number,
  expected: number,
  of: string,
): void {
  if (found === expected) return;
  throw new ShapeError(
    "TEN102",
    `\`${op}\` expects \`${name}\` of length ${expected} (${of}), found ${found}`,
    {
      hint: `\`${name}\` and ${of} must come from the same batch`,
    },
  );
}

/**
 * Checks that indices lie in `lowest … size − 1`.
 *
 * @throws {@link ShapeError} TEN103 with the first index that does not.
 */
export function checkIndex(
  op: string,
  name: string,
  index: Int32Array,
  size: number,
  lowest: number,
): void {
  // The sign of a difference tells; one branch for all of them keeps this out of the profile.
  let signs = 0;
  for (let i = 0; i < index.length; i++) signs |= (index[i]! - lowest) | (size - 1 - index[i]!);
  if (signs >= 0) return;
  for (let i = 0; i < index.length; i++) {
    if (index[i]! >= lowest && index[i]! < size) continue;
    throw new ShapeError(
      "TEN103",
      `\`${op}\` expects \`${name}\` within ${lowest} … ${size - 1}, found ${index[i]} at position ${i}`,
      { hint: `the source has ${size} rows; the index was made for another one` },
    );
  }
}

/**
 * Checks that offsets start at 0, never descend and end at `total`.
 *
 * @throws {@link ShapeError} TEN104.
 */
export function checkOffsets(op: string, offsets: Int32Array, total: number): void {
  let wrong = offsets.length === 0 || offsets[0] !== 0 || offsets[offsets.length - 1] !== total;
  for (let i = 1; i < offsets.length && !wrong; i++) wrong = offsets[i]! < offsets[i - 1]!;
  if (!wrong) return;
  throw new ShapeError(
    "TEN104",
    `\`${op}\` expects offsets ascending from 0 to ${total}, found ${offsets.length} offsets` +
      ` from ${offsets[0]} to ${offsets[offsets.length - 1]}`,
    {
      hint: "offsets hold one entry more than segments: segment s is rows offsets[s] … offsets[s + 1] − 1",
    },
  );
}
