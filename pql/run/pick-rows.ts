/** Windows placed at anchors, and the joined rows that they hold. */
import { placeWindow, type Timestamp, type TimeWindow } from "../../src/core/time.js";
import type { PlacedWindows } from "../aggregate/sweep.js";
import type { JoinedRows } from "./joined-rows.js";
import type { Moment } from "./values-of-rows.js";

/**
 * Places a window at anchors.
 *
 * @param window - the window.
 * @param anchors - the anchors.
 * @param sight - `anchor` ends windows at the anchor at the latest: nothing after it is known there.
 */
export function placeWindows(
  window: TimeWindow,
  anchors: Float64Array,
  sight: "truth" | "anchor",
): PlacedWindows {
  const from = new Float64Array(anchors.length);
  const to = new Float64Array(anchors.length);
  for (let i = 0; i < anchors.length; i++) {
    const placed = placeWindow(anchors[i]!, window);
    from[i] = placed.from;
    to[i] = sight === "anchor" ? Math.min(placed.to, anchors[i]!) : placed.to;
  }
  return { from, to };
}

/**
 * Tells whether windows placed at ascending anchors ascend too. Clamped months can cross:
 * one month after 30 January 23:00 is later than one month after 31 January 01:00.
 */
export function windowsAscend(windows: readonly TimeWindow[], anchors: Float64Array): boolean {
  return windows.every((window) => {
    const { from, to } = placeWindows(window, anchors, "truth");
    for (let i = 1; i < anchors.length; i++) {
      if (from[i]! < from[i - 1]! || to[i]! < to[i - 1]!) return false;
    }
    return true;
  });
}

/**
 * Lists the joined rows that belong to somebody, are in the window and are known.
 *
 * @param joined - the joined rows.
 * @param window - the window; `null` = all.
 * @param anchor - where it stands, a time for each owner where they differ.
 * @param moment - when the rows are looked at, in the same way.
 * @returns ascending; `null` = all joined rows.
 */
export function pickVisible(
  { length, owners, times, known }: JoinedRows,
  window: TimeWindow | null,
  anchor: Moment,
  moment: Moment,
): Int32Array | null {
  const placed = window === null || times === null ? null : boundsOf(window, anchor, moment);
  if (placed === null && known === null) return null;
  const picked = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const owner = owners[i]!;
    if (owner < 0) continue;
    if (placed !== null) {
      const at = placed.from.length === 1 ? 0 : owner;
      // Written so that a missing time (NaN) is left out.
      if (!(times![i]! > placed.from[at]! && times![i]! <= placed.to[at]!)) continue;
    }
    if (known !== null) {
      const at = typeof moment === "number" ? moment : moment[owner]!;
      if (!(known[i]! <= at)) continue;
    }
    picked[count++] = i;
  }
  return picked.slice(0, count);
}

/** The bounds of a window, one or one for each owner; what is after the moment is not there. */
function boundsOf(window: TimeWindow, anchor: Moment, moment: Moment): PlacedWindows {
  const anchors = typeof anchor === "number" ? Float64Array.of(anchor) : anchor;
  const placed = placeWindows(window, anchors, "truth");
  const at = (i: number): Timestamp => (typeof moment === "number" ? moment : moment[i]!);
  return { from: placed.from, to: placed.to.map((end, i) => Math.min(end, at(i))) };
}
