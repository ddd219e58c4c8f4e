/** Bins of numerical columns: where to cut, and which bin a value falls into. */

/**
 * Chooses the cuts of a column so that bins hold about equally many rows. Up to `maxBins` distinct values each get a bin
 * of their own; of more, a value that fills a bin ends one.
 *
 * @param sorted - values in ascending order, none missing.
 * @param maxBins - at least 2.
 * @returns the largest value of each bin, ascending, the last one Infinity; cuts lie half way between neighbours.
 * @see LightGBM (Ke et al. 2017), `GreedyFindBin`.
 */
export function chooseCuts(sorted: Float32Array, maxBins: number): Float64Array {
  const { values, counts } = distinct(sorted);
  const uppers: number[] = [];
  if (values.length <= maxBins) {
    for (let i = 1; i < values.length; i++) uppers.push(between(values[i - 1]!, values[i]!));
    return Float64Array.of(...uppers, Number.POSITIVE_INFINITY);
  }
  const share = sorted.length / maxBins;
  let freeBins = maxBins;
  let freeRows = sorted.length;
  for (const count of counts) {
    if (count < share) continue;
    freeBins--;
    freeRows -= count;
  }
  let target = freeRows / freeBins;
  let filled = 0;
  for (let i = 0; i + 1 < values.length && uppers.length < maxBins - 1; i++) {
    const isLarge = counts[i]! >= share;
    const beforeLarge = counts[i + 1]! >= share;
    filled += counts[i]!;
    if (!isLarge) freeRows -= counts[i]!;
    if (!isLarge && filled < target && !(beforeLarge && filled >= target / 2)) continue;
    uppers.push(between(values[i]!, values[i + 1]!));
    filled = 0;
    if (!isLarge) target = freeRows / Math.max(1, --freeBins);
  }
  return Float64Array.of(...uppers, Number.POSITIVE_INFINITY);
}

/** Returns a number from `low` up to, but not including, `high`; half way where that can be said. */
function between(low: number, high: number): number {
  if (low === Number.NEGATIVE_INFINITY) return -Number.MAX_VALUE;
  const middle = low / 2 + high / 2;
  return middle < high && middle !== Number.POSITIVE_INFINITY ? middle : low;
}

function distinct(sorted: Float32Array): { values: Float32Array; counts: Int32Array } {
  let found = 0;
  const values = new Float32Array(sorted.length);
  const counts = new Int32Array(sorted.length);
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== values[found - 1]) values[found++] = sorted[i]!;
    counts[found - 1]!++;
  }
  return { values: values.subarray(0, found), counts: counts.subarray(0, found) };
}

/** Bits of a float32 that a table of ranges looks at: sign, exponent and five of the mantissa. */
const KEY_BITS = 14;
/** From this many rows on, a table pays. */
const TABLE_ROWS = 4096;

/**
 * Puts values into bins: bin `b ≥ 1` for values above `uppers[b − 2]` and up to `uppers[b − 1]`, bin 0 for NaN.
 *
 * @param values - [rows].
 * @param uppers - of {@link chooseCuts}.
 * @param out - [rows], receives the bins.
 * @returns whether a value was missing.
 */
export function assignBins(values: Float32Array, uppers: Float64Array, out: Uint8Array): boolean {
  const cuts = uppers.length - 1;
  const table = values.length >= TABLE_ROWS ? cutsByKey(uppers) : null;
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let hasMissing = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      out[i] = 0;
      hasMissing = true;
      continue;
    }
    let low = 0;
    let high = cuts;
    if (table) {
      const key = keyOf(bits[i]!);
      low = table[key]!;
      high = table[key + 1]!;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= uppers[middle]!) high = middle;
      else low = middle + 1;
    }
    out[i] = low + 1;
  }
  return hasMissing;
}

/** Maps the bits of a float32 to an integer that grows with the number. */
function keyOf(bits: number): number {
  return (bits ^ ((bits >> 31) | 0x80000000)) >>> (32 - KEY_BITS);
}

/** Counts, for each key, the cuts that lie below all numbers of that key. */
function cutsByKey(uppers: Float64Array): Uint8Array {
  const before = new Uint8Array(2 ** KEY_BITS + 1);
  const number = new Float32Array(1);
  const bits = new Int32Array(number.buffer);
  for (let cut = 0; cut + 1 < uppers.length; cut++) {
    // Adding 0 makes −0 a plain 0: the two are equal, but their keys are not.
    number[0] = uppers[cut]! + 0;
    // Rounding up must not move the cut past the numbers of the next key.
    if (number[0] > uppers[cut]!) number[0] = nextDown(number[0]);
    before[keyOf(bits[0]!) + 1]!++;
  }
  for (let key = 1; key < before.length; key++) before[key]! += before[key - 1]!;
  return before;
}

/** Returns the largest float32 below a number. */
function nextDown(value: number): number {
  const number = Float32Array.of(value);
  const bits = new Int32Array(number.buffer);
  if (value === 0) return -1.401298464324817e-45;
  bits[0]! += value > 0 ? -1 : 1;
  return number[0]!;
}
