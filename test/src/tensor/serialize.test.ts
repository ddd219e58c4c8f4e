import fc from "fast-check";
import { expect, it } from "vitest";
import { readArrays, writeArrays } from "../../../src/tensor/serialize.js";

const arbArray = fc
  .tuple(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 4 }),
    fc.infiniteStream(fc.float()),
  )
  .map(([rows, columns, stream]) => ({
    shape: [rows, columns],
    values: Float32Array.from(stream.take(rows * columns)),
  }));
const arbName = fc.string().filter((name) => name !== "__metadata__" && name !== "__proto__");

it("reads back what it wrote, NaN and infinity included", () => {
  fc.assert(
    fc.property(
      fc.dictionary(arbName, arbArray),
      fc.dictionary(arbName, fc.string()),
      (given, notes) => {
        const arrays = { ...given };
        const read = readArrays(writeArrays(arrays, notes));
        expect(read.arrays).toEqual(arrays);
        expect(read.metadata).toEqual({ ...notes });
      },
    ),
  );
});

it("writes the same bytes whatever the order of the names", () => {
  const [a, b] = [
    { shape: [2], values: Float32Array.of(1, 2) },
    { shape: [], values: Float32Array.of(3) },
  ];
  expect(writeArrays({ a, b }, { x: "1", y: "2" })).toEqual(
    writeArrays({ b, a }, { y: "2", x: "1" }),
  );
});

it("lays bytes out as safetensors does", () => {
  const bytes = writeArrays({ w: { shape: [1], values: Float32Array.of(1) } });
  const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ';
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true))).toBe(header.length);
  expect(new TextDecoder().decode(bytes.subarray(8, 8 + header.length))).toBe(header);
  expect([...bytes.subarray(8 + header.length)]).toEqual([0, 0, 0x80, 0x3f]);
});

it("reads from the middle of a larger buffer", () => {
  const bytes = writeArrays({ w: { shape: [1], values: Float32Array.of(7) } });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(readArrays(shifted.subarray(3)).arrays["w"]!.values[0]).toBe(7);
});

it("says what is wrong with bytes that are cut off, of another format or another type", () => {
  const bytes = writeArrays({ w: { shape: [2], values: Float32Array.of(1, 2) } });
  const code = (broken: Uint8Array): unknown => {
    try {
      readArrays(broken);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return undefined;
  };
  expect(code(new Uint8Array(3))).toBe("MOD110");
  expect(code(bytes.subarray(0, 20))).toBe("MOD110");
  expect(code(bytes.subarray(0, bytes.length - 1))).toBe("MOD110");
  expect(code(bytes.map((byte, i) => (i === 8 ? 0x20 : byte)))).toBe("MOD110");
  const text = new TextDecoder("latin1").decode(bytes).replace("F32", "I32");
  expect(code(Uint8Array.from(text, (letter) => letter.charCodeAt(0)))).toBe("MOD111");
});
