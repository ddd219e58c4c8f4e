/** Runs and bit-packed groups against a naive writer of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOneRun, readHybrid } from "../../../../../src/data/io/parquet/hybrid.js";

interface Stretch {
  readonly isPacked: boolean;
  readonly values: readonly number[];
}

const arbCase = fc.integer({ min: 1, max: 32 }).chain((width) => {
  const value = fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }).map(Number);
  const run = fc
    .tuple(value, fc.integer({ min: 1, max: 200 }))
    .map(([one, count]): Stretch => ({ isPacked: false, values: new Array(count).fill(one) }));
  const packed = fc
    .array(value, { minLength: 8, maxLength: 80, size: "max" })
    .map((values): Stretch => {
      return { isPacked: true, values: values.slice(0, values.length - (values.length % 8)) };
    });
  return fc.record({
    width: fc.constant(width),
    stretches: fc.array(fc.oneof(run, packed), { minLength: 1, maxLength: 6 }),
    less: fc.nat(7),
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return [...bytes, rest];
}

function bytesOf(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

function write(width: number, stretches: readonly Stretch[]): number[] {
  return stretches.flatMap(({ isPacked, values }) => {
    if (!isPacked) {
      return [...varint(values.length << 1), ...bytesOf(BigInt(values[0]!), Math.ceil(width / 8))];
    }
    const bits = values.reduce((sum, v, i) => sum | (BigInt(v) << BigInt(i * width)), 0n);
    return [
      ...varint(((values.length / 8) << 1) | 1),
      ...bytesOf(bits, (values.length * width) / 8),
    ];
  });
}

describe("readHybrid", () => {
  it("reads what was written, the last group in part, and misses what is cut off", () => {
    fc.assert(
      fc.property(arbCase, ({ width, stretches, less }) => {
        const all = stretches.flatMap(({ values }) => values);
        const count = Math.max(0, all.length - less);
        const written = write(width, stretches);
        const bytes = Uint8Array.from([9, ...written, ...new Array<number>(8).fill(255)]);
        const out = new Int32Array(count + 1).fill(-7);
        readHybrid(bytes, 1, 1 + written.length, width, out, count);
        expect([...out.subarray(0, count)]).toEqual(all.slice(0, count).map((v) => v | 0));
        expect(out[count]).toBe(-7);
        const more = new Int32Array(all.length + 1);
        const read = () => readHybrid(bytes, 1, 1 + written.length, width, more, all.length + 1);
        expect(read).toThrow("a page ends before its last value");
      }),
      { numRuns: 300 },
    );
  });

  it("reads integers without bits from nothing", () => {
    const out = new Int32Array(3).fill(5);
    readHybrid(new Uint8Array(8), 0, 0, 0, out, 3);
    expect([...out]).toEqual([0, 0, 0]);
  });
});

describe("isOneRun", () => {
  const read = (bytes: readonly number[], count: number): boolean =>
    isOneRun(Uint8Array.from(bytes), 0, bytes.length, count);

  it("knows a run of ones that is long enough", () => {
    expect(read([...varint(1000 << 1), 1], 1000)).toBe(true);
    expect(read([...varint(1000 << 1), 1], 1001)).toBe(false);
    expect(read([...varint(1000 << 1), 0], 1000)).toBe(false);
    expect(read([(1 << 1) | 1, 255], 8)).toBe(false);
    expect(read([], 1)).toBe(false);
  });
});
