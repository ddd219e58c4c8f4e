/** Encoded rows kept for later batches: the features of a row hold no learned number and do not depend on the seed. */
import type { SparseRows } from "../../src/tensor/ops.js";
import type { RowEncoder } from "./encode-rows.js";

/** Memory that the kept rows of a table may take. */
const MOST_BYTES = 48e6;
/** Of one feature: a code and a weight. */
const BYTES_PER_FEATURE = 8;

/** Where the features of the kept rows lie. */
interface KeptRows {
  /** int32 by slot: place of the first feature, −1 where the row was not met yet. */
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  codes: Int32Array;
  weights: Float32Array;
  size: number;
}

/**
 * Wraps an encoder so that a row is encoded once, as long as it is used. Tables whose rows would take more than 48 MB, judged by
 * the first batch, are encoded anew each time. The results are the same to the bit.
 *
 * @param encoder - encodes what is met for the first time.
 * @param numRows - rows of the table.
 * @returns an encoder with a memory of its own.
 */
export function cacheRows(encoder: RowEncoder, numRows: number): RowEncoder {
  const numStates = 2 ** encoder.encoding.groups.length;
  let kept: KeptRows | null | undefined;
  return {
    encoding: encoder.encoding,
    encode(rows, states) {
      if (rows.length === 0 || kept === null) return encoder.encode(rows, states);
      if (kept === undefined) {
        const first = encoder.encode(rows, states);
        const expected = (first.codes.length / rows.length) * numRows * numStates;
        kept = expected * BYTES_PER_FEATURE > MOST_BYTES ? null : emptyRows(numRows * numStates);
        if (kept) keepRows(kept, slotsOf(rows, states, numStates), first);
        return first;
      }
      const slots = slotsOf(rows, states, numStates);
      const missing = missingRows(kept, slots);
      if (missing.length > 0) {
        const missingSlots = missing.map((i) => slots[i]!);
        const missingStates = states && Uint8Array.from(missing, (i) => states[i]!);
        const encoded = encoder.encode(
          missing.map((i) => rows[i]!),
          missingStates,
        );
        keepRows(kept, missingSlots, encoded);
      }
      return readRows(kept, slots);
    },
  };
}

function emptyRows(numSlots: number): KeptRows {
  return {
    starts: new Int32Array(numSlots).fill(-1),
    lengths: new Int32Array(numSlots),
    codes: new Int32Array(1024),
    weights: new Float32Array(1024),
    size: 0,
  };
}

/** A number for each row in each state of its known-later cells: int32 `[N]`. */
function slotsOf(rows: Int32Array, states: Uint8Array | null, numStates: number): Int32Array {
  const slots = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    slots[i] = rows[i]! * numStates + (states ? states[i]! : numStates - 1);
  }
  return slots;
}

/** Places of the slots that were not met yet: int32, ascending. */
function missingRows({ starts }: KeptRows, slots: Int32Array): Int32Array {
  const missing = new Int32Array(slots.length);
  let count = 0;
  for (let i = 0; i < slots.length; i++) if (starts[slots[i]!]! < 0) missing[count++] = i;
  return missing.subarray(0, count);
}

function keepRows(kept: KeptRows, slots: Int32Array, rows: SparseRows): void {
  reserve(kept, kept.size + rows.codes.length);
  kept.codes.set(rows.codes, kept.size);
  kept.weights.set(rows.weights, kept.size);
  for (let i = 0; i < slots.length; i++) {
    kept.starts[slots[i]!] = kept.size + rows.offsets[i]!;
    kept.lengths[slots[i]!] = rows.offsets[i + 1]! - rows.offsets[i]!;
  }
  kept.size += rows.codes.length;
}

function reserve(kept: KeptRows, size: number): void {
  if (size <= kept.codes.length) return;
  const length = Math.max(size, Math.ceil(kept.codes.length * 1.5));
  const codes = new Int32Array(length);
  codes.set(kept.codes.subarray(0, kept.size));
  const weights = new Float32Array(length);
  weights.set(kept.weights.subarray(0, kept.size));
  kept.codes = codes;
  kept.weights = weights;
}

function readRows({ starts, lengths, ...kept }: KeptRows, slots: Int32Array): SparseRows {
  const offsets = new Int32Array(slots.length + 1);
  for (let i = 0; i < slots.length; i++) offsets[i + 1] = offsets[i]! + lengths[slots[i]!]!;
  const codes = new Int32Array(offsets[slots.length]!);
  const weights = new Float32Array(codes.length);
  for (let i = 0; i < slots.length; i++) {
    const end = offsets[i + 1]!;
    let from = starts[slots[i]!]!;
    for (let to = offsets[i]!; to < end; to++, from++) {
      codes[to] = kept.codes[from]!;
      weights[to] = kept.weights[from]!;
    }
  }
  return { offsets, codes, weights };
}
