/** Sorts rows by time in linear time: a stable radix sort over the bits of float64. */

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const DIGIT_MASK = BUCKETS - 1;
/** Six digits of 11 bits cover the 64 bits of a key (the last holds nine). */
const DIGITS = 6;

/**
 * Returns the row numbers in the order of their times; rows of equal time keep their order.
 *
 * @param times - float64 `[rows]`; infinite values are allowed, NaN is not.
 * @returns int32 `[rows]`, or `null` when the rows are in order already, as they mostly are.
 * @see Knuth, The Art of Computer Programming 3, 5.2.5 (radix sorting, least significant digit first).
 */
export function timeOrder(times: Float64Array): Int32Array | null {
  if (isAscending(times)) return null;
  const length = times.length;
  let low = new Int32Array(length);
  let high = new Int32Array(length);
  writeKeys(times, low, high);
  const counts = countDigits(low, high);
  let rows = new Int32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  let nextLow = new Int32Array(length);
  let nextHigh = new Int32Array(length);
  let nextRows = new Int32Array(length);
  for (let digit = 0; digit < DIGITS; digit++) {
    const starts = counts.subarray(digit * BUCKETS, (digit + 1) * BUCKETS);
    // Times of one epoch share their sign, exponent and last bits: about half of the passes have nothing to do.
    if (starts.includes(length)) continue;
    toStarts(starts);
    const shift = digit * DIGIT_BITS;
    for (let i = 0; i < length; i++) {
      const to = starts[digitOf(low[i]!, high[i]!, shift)]!++;
      nextLow[to] = low[i]!;
      nextHigh[to] = high[i]!;
      nextRows[to] = rows[i]!;
    }
    [low, nextLow] = [nextLow, low];
    [high, nextHigh] = [nextHigh, high];
    [rows, nextRows] = [nextRows, rows];
  }
  return rows;
}

function isAscending(times: Float64Array): boolean {
  for (let row = 1; row < times.length; row++) if (times[row - 1]! > times[row]!) return false;
  return true;
}

/** Maps float64 to 64-bit keys whose unsigned order is the order of the numbers: flips the sign bit, or all bits of negatives. */
function writeKeys(times: Float64Array, low: Int32Array, high: Int32Array): void {
  const number = new Float64Array(1);
  const words = new Int32Array(number.buffer);
  number[0] = 1;
  const [lowWord, highWord] = words[1] === 0 ? [1, 0] : [0, 1];
  for (let row = 0; row < times.length; row++) {
    // Adding 0 turns −0 into 0: the two are equal times.
    number[0] = times[row]! + 0;
    const sign = words[highWord]! >> 31;
    low[row] = words[lowWord]! ^ sign;
    high[row] = words[highWord]! ^ (sign | 0x80000000);
  }
}

function countDigits(low: Int32Array, high: Int32Array): Int32Array {
  const counts = new Int32Array(DIGITS * BUCKETS);
  for (let i = 0; i < low.length; i++) {
    const l = low[i]!;
    const h = high[i]!;
    for (let digit = 0; digit < DIGITS; digit++) {
      counts[digit * BUCKETS + digitOf(l, h, digit * DIGIT_BITS)]!++;
    }
  }
  return counts;
}

/** Reads 11 bits of a 64-bit key that starts at a shift of 0, 11, … 55. */
function digitOf(low: number, high: number, shift: number): number {
  if (shift >= 32) return (high >>> (shift - 32)) & DIGIT_MASK;
  if (shift <= 32 - DIGIT_BITS) return (low >>> shift) & DIGIT_MASK;
  return ((low >>> shift) | (high << (32 - shift))) & DIGIT_MASK;
}

function toStarts(counts: Int32Array): void {
  let start = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket]!;
    counts[bucket] = start;
    start += count;
  }
}
