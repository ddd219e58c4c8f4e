/** The stamped hash table of met nodes against a map. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeenNodes } from "../../graph/seen-nodes.js";

describe("SeenNodes", () => {
  it("answers as a map would, through growth and clearing", () => {
    const action = fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 200, arbitrary: fc.tuple(fc.nat(2), fc.nat(300)) },
    );
    fc.assert(
      fc.property(fc.array(action, { minLength: 500, maxLength: 1500 }), (actions) => {
        const seen = new SeenNodes(3);
        const oracle = new Map<string, number>();
        seen.clear();
        actions.forEach((node, code) => {
          if (node === null) {
            seen.clear();
            oracle.clear();
            return;
          }
          const name = node.join();
          expect(seen.meet(node[0], node[1], code)).toBe(oracle.get(name) ?? -1);
          if (!oracle.has(name)) oracle.set(name, code);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("forgets everything when its stamps run out and start anew", () => {
    const seen = new SeenNodes(2 ** 28);
    for (let round = 0; round < 40; round++) {
      seen.clear();
      expect(seen.meet(round % 3, 7, round)).toBe(-1);
      expect(seen.meet(round % 3, 7, 99)).toBe(round);
      expect(seen.meet(round % 3, 2147483646, 5)).toBe(-1);
    }
  });
});
