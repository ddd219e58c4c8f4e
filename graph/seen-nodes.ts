/** The nodes one seed has met, as a small hash table that is emptied by counting up a stamp. */

/** Integers a slot: stamp, row, code. */
const STRIDE = 3;

/**
 * Maps (type, row) to a code within one seed's subgraph. It holds some hundred entries at a time, so it stays in the
 * processor's nearest cache whatever the size of the graph.
 */
export class SeenNodes {
  readonly #numTypes: number;
  #slots = new Int32Array(256 * STRIDE);
  #mask = 255;
  #count = 0;
  /** A slot is taken iff its stamp is this number plus the node's type. */
  #stamp = 1;

  /** @param numTypes - number of node types. */
  constructor(numTypes: number) {
    this.#numTypes = numTypes;
  }

  /** Forgets all nodes. */
  clear(): void {
    this.#count = 0;
    this.#stamp += this.#numTypes;
    if (this.#stamp > 0x7fffffff - 2 * this.#numTypes) {
      this.#slots.fill(0);
      this.#stamp = 1;
    }
  }

  /**
   * Meets a node.
   *
   * @param type - its type.
   * @param row - its row.
   * @param code - the code it gets if it is new, not negative.
   * @returns the code of a node met before, or `−1` when it is new.
   */
  meet(type: number, row: number, code: number): number {
    const slots = this.#slots;
    const stamp = this.#stamp + type;
    let slot = this.#slotOf(type, row);
    for (;;) {
      const at = slot * STRIDE;
      const found = slots[at]!;
      if (found < this.#stamp) {
        slots[at] = stamp;
        slots[at + 1] = row;
        slots[at + 2] = code;
        if (++this.#count * 2 > this.#mask) this.#grow();
        return -1;
      }
      if (found === stamp && slots[at + 1] === row) return slots[at + 2]!;
      slot = (slot + 1) & this.#mask;
    }
  }

  #slotOf(type: number, row: number): number {
    const hash = Math.imul(row ^ Math.imul(type, 0x85ebca6b), 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    const slots = new Int32Array((this.#mask + 1) * STRIDE);
    for (let at = 0; at < old.length; at += STRIDE) {
      const stamp = old[at]!;
      if (stamp < this.#stamp) continue;
      let slot = this.#slotOf(stamp - this.#stamp, old[at + 1]!);
      while (slots[slot * STRIDE]! !== 0) slot = (slot + 1) & this.#mask;
      slots.set(old.subarray(at, at + STRIDE), slot * STRIDE);
    }
    this.#slots = slots;
  }
}
