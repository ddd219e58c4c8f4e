/** Validity bits against an array of truth values. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clearBit, countUnset, createBits, getBit, setBit } from "../../../src/data/bitset.js";

describe("bits", () => {
  it("hold what was set last", () => {
    const steps = fc.array(fc.tuple(fc.nat(99), fc.boolean()));
    fc.assert(
      fc.property(steps, fc.boolean(), (writes, filled) => {
        const bits = createBits(100, filled);
        const oracle = new Array<boolean>(100).fill(filled);
        for (const [row, value] of writes) {
          if (value) setBit(bits, row);
          else clearBit(bits, row);
          oracle[row] = value;
        }
        expect(oracle.map((_, row) => getBit(bits, row))).toEqual(oracle);
        expect(countUnset(bits, 100)).toBe(oracle.filter((value) => !value).length);
      }),
    );
  });

  it("counts no nulls where there are no bits", () => {
    expect(countUnset(null, 5)).toBe(0);
  });
});
