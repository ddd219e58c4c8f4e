/** Fills signals of lists as such: how many rows, when the last, how regular, how many still open. */
import { MS_PER_DAY } from "../../src/core/time.js";
import type { SeedBlock, SignalValues } from "./block.js";
import { codeOf, runCount } from "./category-series.js";
import type { SignalIndexes } from "./indexes.js";
import type { Signal, SignalPath } from "./types.js";

/** Keeps trends finite where both sides are 0. */
const EPSILON = 1e-12;

/**
 * Returns `2 (a − b) / (|a| + |b| + ε)`: from −2 to 2, 0 where nothing changed.
 *
 * @param now - the value of the window.
 * @param before - the value of the window before.
 */
export function symmetricTrend(now: number, before: number): number {
  return (2 * (now - before)) / (Math.abs(now) + Math.abs(before) + EPSILON);
}

/**
 * Fills a signal that reads no column.
 *
 * @param indexes - the database.
 * @param signal - the signal.
 * @param block - the seeds at the path's roots.
 * @param entities - the same seeds at the entity itself.
 * @param out - float32 `[seeds]`.
 */
export function fillActivity(
  indexes: SignalIndexes,
  signal: Signal,
  block: SeedBlock,
  entities: SeedBlock,
  out: SignalValues,
): void {
  const { primitive, window, path } = signal;
  const ordering = indexes.ordering(path);
  const starts = block.starts(ordering);
  const ends = block.ends(ordering);
  const begins = block.begins(ordering, window);
  const { times } = ordering;
  const size = out.length;
  switch (primitive.kind) {
    case "count":
      for (let i = 0; i < size; i++) out[i] = length(begins[i]!, ends[i]!);
      return;
    case "days": {
      const dayStarts = indexes.dayStarts(path);
      for (let i = 0; i < size; i++) {
        const lo = begins[i]!;
        const hi = ends[i]!;
        if (lo < 0 || times === null) out[i] = Number.NaN;
        else out[i] = hi > lo ? 1 + dayStarts[hi - 1]! - dayStarts[lo]! : 0;
      }
      return;
    }
    case "sinceLast":
    case "sinceFirst": {
      const isLast = primitive.kind === "sinceLast";
      for (let i = 0; i < size; i++) {
        const time = timeAt(times, starts[i]!, ends[i]!, isLast);
        const age = (block.anchors[i]! - time) / MS_PER_DAY;
        out[i] = Number.isFinite(age) ? age : Number.NaN;
      }
      return;
    }
    case "meanGap":
    case "due":
      for (let i = 0; i < size; i++) {
        const last = timeAt(times, starts[i]!, ends[i]!, true);
        const first = timeAt(times, starts[i]!, ends[i]!, false);
        const gap = (last - first) / (ends[i]! - starts[i]! - 1);
        const value =
          primitive.kind === "meanGap" ? gap / MS_PER_DAY : (block.anchors[i]! - last) / gap;
        out[i] = Number.isFinite(value) ? value : Number.NaN;
      }
      return;
    case "countTrend": {
      const before = block.begins(ordering, window, 2);
      for (let i = 0; i < size; i++) {
        const now = length(begins[i]!, ends[i]!);
        out[i] = before[i]! < 0 ? Number.NaN : symmetricTrend(now, begins[i]! - before[i]!);
      }
      return;
    }
    case "ownShare": {
      const own = indexes.ordering(ownPath(path));
      const ownEnds = entities.ends(own);
      const ownBegins = entities.begins(own, window);
      for (let i = 0; i < size; i++) {
        out[i] = ratio(length(ownBegins[i]!, ownEnds[i]!), length(begins[i]!, ends[i]!));
      }
      return;
    }
    case "perPeer": {
      const peers = indexes.ordering({ ...path, downs: path.downs.slice(0, 1) });
      const peerStarts = block.starts(peers);
      const peerEnds = block.ends(peers);
      for (let i = 0; i < size; i++) {
        out[i] = ratio(length(begins[i]!, ends[i]!), length(peerStarts[i]!, peerEnds[i]!));
      }
      return;
    }
    case "open": {
      const ended = indexes.ordering(path, [{ sides: [], column: signal.column!, as: "ended" }]);
      const endedStarts = block.starts(ended);
      const endedEnds = block.ends(ended);
      for (let i = 0; i < size; i++) {
        out[i] = length(starts[i]!, ends[i]!) - length(endedStarts[i]!, endedEnds[i]!);
      }
      return;
    }
    case "openOf": {
      const all = indexes.categories(path, primitive.of);
      const ended = indexes.endedCategories(path, primitive.of, signal.column!);
      const code = codeOf(all, primitive.category);
      const [from, to] = [block.starts(all.ordering), block.ends(all.ordering)];
      const [endedFrom, endedTo] = [block.starts(ended.ordering), block.ends(ended.ordering)];
      for (let i = 0; i < size; i++) {
        out[i] =
          from[i]! < 0
            ? Number.NaN
            : runCount(all, code, from[i]!, to[i]!) -
              runCount(ended, code, endedFrom[i]!, endedTo[i]!);
      }
      return;
    }
    default:
      out.fill(Number.NaN);
  }
}

/** The entity's own part of a path over its peers. */
export function ownPath(path: SignalPath): SignalPath {
  return { ...path, roots: [], downs: path.downs.slice(1) };
}

function length(lo: number, hi: number): number {
  return lo < 0 ? Number.NaN : hi - lo;
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : Number.NaN;
}

/** The time of the last or first known row; NaN where there is none or it was always known. */
function timeAt(times: Float64Array | null, lo: number, hi: number, isLast: boolean): number {
  if (times === null || lo < 0 || hi <= lo) return Number.NaN;
  return times[isLast ? hi - 1 : lo]!;
}
