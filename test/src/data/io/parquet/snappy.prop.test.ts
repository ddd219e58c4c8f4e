/** Snappy against a naive reading of its elements, and against hyparquet. */
import fc from "fast-check";
import { snappyUncompress } from "hyparquet";
import { describe, expect, it } from "vitest";
import { SLACK, unpackSnappy } from "../../../../../src/data/io/parquet/snappy.js";

type Element =
  | { readonly literal: Uint8Array }
  | { readonly length: number; readonly offset: number; readonly width: 1 | 2 | 4 };

const arbElements = fc.array(
  fc.oneof(
    fc.record({ literal: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
    fc.record({ literal: fc.uint8Array({ minLength: 55, maxLength: 300 }) }),
    fc.record({
      length: fc.integer({ min: 4, max: 11 }),
      offset: fc.integer({ min: 1, max: 40 }),
      width: fc.constant<1>(1),
    }),
    fc.record({
      length: fc.integer({ min: 1, max: 64 }),
      offset: fc.integer({ min: 1, max: 400 }),
      width: fc.constantFrom<2 | 4>(2, 4),
    }),
  ),
  { maxLength: 40, size: "max" },
);

/** Packs elements; copies that would begin before the first byte are left out. */
function pack(elements: readonly Element[]): { packed: Uint8Array; plain: Uint8Array } {
  const body: number[] = [];
  const plain: number[] = [];
  for (const element of elements) {
    if ("literal" in element) {
      const size = element.literal.length - 1;
      if (size < 60) body.push(size << 2);
      else if (size < 256) body.push(60 << 2, size);
      else body.push(61 << 2, size & 255, size >> 8);
      body.push(...element.literal);
      plain.push(...element.literal);
      continue;
    }
    const { length, offset, width } = element;
    if (offset > plain.length) continue;
    if (width === 1) body.push(1 | ((length - 4) << 2) | ((offset >> 8) << 5), offset & 255);
    else if (width === 2) body.push(2 | ((length - 1) << 2), offset & 255, offset >> 8);
    else body.push(3 | ((length - 1) << 2), offset & 255, offset >> 8, 0, 0);
    for (let i = 0; i < length; i++) plain.push(plain.at(-offset)!);
  }
  const head: number[] = [];
  let size = plain.length;
  for (; size > 127; size = Math.floor(size / 128)) head.push((size & 127) | 128);
  head.push(size);
  return { packed: Uint8Array.from([...head, ...body]), plain: Uint8Array.from(plain) };
}

describe("unpackSnappy", () => {
  it("gives back what was packed, and writes no further than it may", () => {
    fc.assert(
      fc.property(arbElements, (elements) => {
        const { packed, plain } = pack(elements);
        const output = new Uint8Array(plain.length + SLACK + 8).fill(7);
        unpackSnappy(packed, output, plain.length);
        expect(output.subarray(0, plain.length)).toEqual(plain);
        expect(output.subarray(plain.length + SLACK)).toEqual(new Uint8Array(8).fill(7));
        const other = new Uint8Array(plain.length);
        if (plain.length > 0) snappyUncompress(packed, other);
        expect(other).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses blocks that are cut off or of another size, and never runs on with damaged ones", () => {
    fc.assert(
      fc.property(
        arbElements.filter((elements) => pack(elements).plain.length > 8),
        fc.nat(),
        fc.nat(255),
        (elements, place, byte) => {
          const { packed, plain } = pack(elements);
          const unpack = (input: Uint8Array, size: number): Uint8Array => {
            const output = new Uint8Array(size + SLACK);
            unpackSnappy(input, output, size);
            return output.subarray(0, size);
          };
          const head = plain.length > 127 ? 2 : 1;
          const cut = head + (place % (packed.length - head));
          expect(() => unpack(packed.slice(0, cut), plain.length)).toThrow("damaged");
          expect(() => unpack(packed, plain.length + 1)).toThrow("damaged");
          expect(() => unpack(packed, plain.length - 1)).toThrow("damaged");
          const mutated = packed.slice();
          mutated[place % packed.length] = byte;
          try {
            expect(unpack(mutated, plain.length)).toHaveLength(plain.length);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
