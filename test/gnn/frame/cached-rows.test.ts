import fc from "fast-check";
import { expect, it } from "vitest";
import { cacheRows } from "../../../gnn/frame/cached-rows.js";
import { createRowEncoder, type RowEncoder } from "../../../gnn/frame/encode-rows.js";
import { fitTableEncoding } from "../../../gnn/frame/fit-encoding.js";
import { shop } from "../../support/shop.js";

const db = shop();
const encoding = fitTableEncoding(db, "users", Infinity, {});
const { numRows } = db.table("users");
const numStates = 2 ** encoding.groups.length;

/** An encoder that counts the rows it is asked for. */
function counting(): { readonly encoder: RowEncoder; readonly asked: () => number } {
  const inner = createRowEncoder(db, encoding);
  let asked = 0;
  const encode: RowEncoder["encode"] = (rows, states) => {
    asked += rows.length;
    return inner.encode(rows, states);
  };
  return { encoder: { encoding, encode }, asked: () => asked };
}

it("kept rows are those of the encoder, in any order, number and state", () => {
  expect(numStates).toBeGreaterThan(1);
  const pairs = fc.array(fc.tuple(fc.nat(numRows - 1), fc.nat(numStates - 1)), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(pairs, fc.boolean()), { maxLength: 6 }), (batches) => {
      const plain = createRowEncoder(db, encoding);
      const cached = cacheRows(plain, numRows);
      for (const [batch, hasStates] of batches) {
        const rows = Int32Array.from(batch, ([row]) => row);
        const states = hasStates ? Uint8Array.from(batch, ([, state]) => state) : null;
        const found = cached.encode(rows, states);
        const expected = plain.encode(rows, states);
        for (const part of ["offsets", "codes", "weights"] as const) {
          expect([...found[part]]).toEqual([...expected[part]]);
        }
      }
    }),
    { numRuns: 60 },
  );
});

it("a row is encoded once in each state", () => {
  const { encoder, asked } = counting();
  const cached = cacheRows(encoder, numRows);
  const rows = Int32Array.of(0, 1);
  for (let i = 0; i < 3; i++) cached.encode(rows, Uint8Array.of(0, 0));
  expect(asked()).toBe(2);
  cached.encode(rows, Uint8Array.of(1, 0));
  expect(asked()).toBe(3);
});

it("rows of a table too large to keep are encoded anew", () => {
  const { encoder, asked } = counting();
  const cached = cacheRows(encoder, 1e9);
  for (let i = 0; i < 3; i++) cached.encode(Int32Array.of(0, 1), null);
  expect(asked()).toBe(6);
});
