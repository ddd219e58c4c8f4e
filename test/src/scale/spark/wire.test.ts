/** Protocol Buffers by hand. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, textField } from "../../../../src/scale/spark/wire.js";

describe("the wire format", () => {
  it("gives back what was written", () => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.integer({ min: 1, max: 500_000 }).map(String), value), (all) => {
        const fields = Object.entries(all).map(([field, of]) => [Number(field), of] as const);
        const decoded = decodeMessage(encodeMessage(...fields));
        expect(decoded.size).toBe(fields.length);
        for (const [field, of] of fields) {
          if (typeof of === "number") expect(decoded.get(field)).toBe(of);
          else expect(textField(decoded, field)).toBe(Buffer.from(of, "utf8").toString("utf8"));
        }
      }),
    );
  });

  it("is the bytes of the format's own example", () => {
    // Protocol Buffers documentation, encoding: `a = 150` in field 1, "testing" in field 2.
    expect([...encodeMessage([1, 150])]).toEqual([0x08, 0x96, 0x01]);
    const testing = [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67];
    expect([...encodeMessage([2, "testing"])]).toEqual(testing);
  });

  it("refuses any bytes that are cut off", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
    expect(() => decodeMessage(Uint8Array.of(0x12, 9, 1))).toThrow(RangeError);
  });
});
