/** The turns of Dawn, the WebGPU of Node, in our hands, so that a program can wait for it without leaving JavaScript. */

/** Dawn's turns in our hands. */
export interface Pump {
  /** Lets Dawn go on, once; `false` if it has nothing to do. */
  take(): boolean;
  /** Lets the process end although Dawn would go on: who waits for values does so without leaving JavaScript. */
  release(): void;
  /** Gives `setImmediate` back. */
  remove(): void;
}

/**
 * Takes over how Dawn lets itself be called: it asks for its next turn through the global `setImmediate`, and settles what is
 * pending when that turn comes. Knowing the turn, a waiting read can take it at once. Everyone else's calls pass through.
 *
 * @returns the turns; until `remove` the global is ours.
 * @see dawn.node `AsyncRunner` (queues `ProcessEvents` with `setImmediate`).
 */
export function installPump(): Pump {
  const original = globalThis.setImmediate;
  let turns: (() => void)[] = [];
  let scheduled: NodeJS.Immediate | null = null;
  let released = false;
  const take = (): boolean => {
    const now = turns;
    turns = [];
    for (const turn of now) turn();
    return now.length > 0;
  };
  const wrapped = (callback: (...given: unknown[]) => void, ...given: unknown[]) => {
    if (!isOfAddon(callback)) return original(callback, ...given);
    turns.push(() => callback(...given));
    scheduled ??= original(() => {
      scheduled = null;
      take();
    });
    return released ? scheduled.unref() : scheduled;
  };
  globalThis.setImmediate = Object.assign(wrapped, original) as typeof setImmediate;
  return {
    take,
    release() {
      released = true;
      scheduled?.unref();
    },
    remove() {
      globalThis.setImmediate = original;
    },
  };
}

/** Tells a nameless function of an addon from functions of programs, bound ones and those that settle promises. */
function isOfAddon(callback: (...given: unknown[]) => void): boolean {
  return (
    Object.hasOwn(callback, "prototype") &&
    callback.name === "" &&
    Function.prototype.toString.call(callback).includes("[native code]")
  );
}
