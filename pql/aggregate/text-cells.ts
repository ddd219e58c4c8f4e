/** The smallest and largest text of a cell. */
import { compareDigits, compareTexts } from "../run/text-order.js";
import type { Kernel } from "./types.js";

/** The order of texts: by code units, or by value for digits of integers. */
export function textOrder(int64: boolean): (a: string, b: string) => number {
  return int64 ? compareDigits : compareTexts;
}

/** Events for each text of a dictionary from which on ranking all texts is cheaper than comparing them. */
const EVENTS_PER_TEXT = 16;

/** The smallest or largest text by its code; null where there is no event. */
export function textCells(cells: number, name: "MIN" | "MAX"): Kernel {
  const best = new Float64Array(cells).fill(Number.NaN);
  const sign = name === "MIN" ? -1 : 1;
  let ranks = new Int32Array(0);
  let events = 0;
  let wins = (_a: number, _b: number): boolean => false;
  return {
    begin({ data, dictionary, int64 }) {
      events += data.length;
      const texts = dictionary!;
      if (ranks.length !== texts.length && texts.length * EVENTS_PER_TEXT <= events) {
        ranks = rankTexts(texts, int64);
        events = 0;
      }
      const order = textOrder(int64);
      const held = ranks;
      wins =
        held.length === texts.length
          ? (a, b) => (held[a]! - held[b]!) * sign > 0
          : (a, b) => order(texts[a]!, texts[b]!) * sign > 0;
    },
    take(owners, values, _times, first, end, base) {
      for (let i = first; i < end; i++) {
        const owner = owners[i]!;
        if (owner < 0) continue;
        const code = values[i]!;
        const held = best[base + owner]!;
        if (code !== held && (Number.isNaN(held) || wins(code, held))) best[base + owner] = code;
      }
    },
    finish: () => ({ values: best, lists: null }),
  };
}

/** Returns the rank of each code. */
function rankTexts(dictionary: readonly string[], int64: boolean): Int32Array<ArrayBuffer> {
  const order = textOrder(int64);
  const codes = Int32Array.from(dictionary, (_, code) => code);
  codes.sort((a, b) => order(dictionary[a]!, dictionary[b]!));
  const ranks = new Int32Array(dictionary.length);
  for (let rank = 0; rank < codes.length; rank++) ranks[codes[rank]!] = rank;
  return ranks;
}
