/** Draws progress: one line that is drawn over on a terminal, a few plain lines elsewhere. */
import { formatNumber } from "../core/pretty.js";
import type { ProgressEvent } from "../core/progress.js";
import type { CliIo } from "./io.js";

/** Shows what long work is doing. */
export interface ProgressDisplay {
  /** Shows an event. */
  readonly show: (event: ProgressEvent) => void;
  /** Takes the line off the terminal, before anything else is written. */
  readonly clear: () => void;
}

/** Shows nothing, for `--quiet`. */
export const SILENT: ProgressDisplay = { show: () => {}, clear: () => {} };

const REDRAW_MS = 80;
const PLAIN_LINE_MS = 5000;
const BAR_WIDTH = 20;

/**
 * Makes the display that suits stderr.
 *
 * @param io - where to draw.
 */
export function createProgress(io: CliIo): ProgressDisplay {
  return io.isTerminal ? drawnLine(io) : plainLines(io);
}

/** One line that is drawn over, at most twelve times a second. */
function drawnLine(io: CliIo): ProgressDisplay {
  let last = -Infinity;
  let drawn = false;
  const clear = (): void => {
    if (drawn) io.stderr("\r\u001b[2K");
    drawn = false;
  };
  const show = (event: ProgressEvent): void => {
    const now = io.now();
    if (now - last < REDRAW_MS && !event.values) return;
    last = now;
    drawn = true;
    io.stderr(`\r\u001b[2K${progressLine(event, true).slice(0, Math.max(20, io.width - 1))}`);
  };
  return { show, clear };
}

/** A line for each stage, each step with figures, each end, and otherwise every five seconds. */
function plainLines(io: CliIo): ProgressDisplay {
  let stage = "";
  let last = -Infinity;
  let text = "";
  const show = (event: ProgressEvent): void => {
    const now = io.now();
    const isEnd = event.total !== undefined && event.done === event.total;
    const isDue = event.stage !== stage || event.values || isEnd || now - last >= PLAIN_LINE_MS;
    const line = progressLine(event, false);
    if (!isDue || line === text) return;
    stage = event.stage;
    last = now;
    text = line;
    io.stderr(`${line}\n`);
  };
  return { show, clear: () => {} };
}

/**
 * Prints an event as one line.
 *
 * @param event - the event.
 * @param bar - whether to draw a bar for its share.
 */
export function progressLine(event: ProgressEvent, bar: boolean): string {
  const { stage, message, done, total, values } = event;
  const parts = [stage.padEnd(8)];
  if (done !== undefined && total !== undefined && total > 0) {
    const share = Math.min(1, done / total);
    const full = Math.round(share * BAR_WIDTH);
    if (bar) parts.push(`[${"#".repeat(full)}${".".repeat(BAR_WIDTH - full)}]`);
    parts.push(`${Math.floor(share * 100)} %`.padStart(5));
  }
  parts.push(message);
  for (const [name, value] of Object.entries(values ?? {})) {
    parts.push(`${name} ${formatNumber(value)}`);
  }
  return parts.join(" ").replace(/\s+$/, "");
}
