import fc from "fast-check";
import { expect, it } from "vitest";
import { AGE_WIDTH, encodeAges, pushAge } from "../../../gnn/frame/scales.js";
import { createSink } from "../../../gnn/frame/sink.js";

it("ages encoded at once are those encoded one by one, to the bit", () => {
  const age = fc.oneof(
    fc.double(),
    fc.double({ min: -1e10, max: 2e12 }),
    fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e300),
  );
  fc.assert(
    fc.property(fc.array(age, { maxLength: 30 }), (ages) => {
      const sink = createSink(ages.length, 3);
      for (const one of ages) {
        pushAge(sink, one, 0);
        sink.endRow();
      }
      const found = encodeAges(Float64Array.from(ages));
      const expected = sink.finish();
      for (const part of ["offsets", "codes", "weights"] as const) {
        expect([...found[part]]).toEqual([...expected[part]]);
      }
      expect(Math.max(0, ...found.codes)).toBeLessThan(AGE_WIDTH);
    }),
  );
});
