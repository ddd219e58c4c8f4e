/** Gangs over TCP: ranks find each other by the variables of torchrun and add their arrays in a fixed order. */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { ConfigError, ScaleError } from "../core/errors.js";
import type { Gang } from "../core/gang.js";
import { startWorker } from "../core/worker.js";
import {
  createControl,
  type GangOrder,
  hasFailed,
  readFailure,
  STATE,
  type SumOrder,
} from "./gang-memory.js";

/** Options of {@link joinGang}. */
export interface GangOptions {
  /** Milliseconds within which all ranks are there; 60,000 by default. */
  readonly joinTimeout?: number | undefined;
  /** Milliseconds after which a rank that says nothing counts as gone; 600,000 by default. */
  readonly patience?: number | undefined;
}

/**
 * Joins the gang that the environment tells of, as a launcher or torchrun sets it: `RANK`, `WORLD_SIZE`, `MASTER_ADDR`, `MASTER_PORT`; and
 * `RELGRAPH_GANG_TOKEN`, a secret that keeps others out where the network is not one's own.
 *
 * Sums block the thread that asks for them, as training does; connections live in a thread of their own.
 *
 * @param env - the environment.
 * @param options - time limits.
 * @returns the gang once all ranks are there; `null` where there is only this process.
 * @throws {@link ConfigError} CFG260 for variables that fit no gang; ScaleError SCL330 if it does not come together.
 *
 * Source: torchrun (environment); Li et al. 2020, PyTorch Distributed. A star in place of a ring: the order of the sum is that of the ranks.
 */
export async function joinGang(
  env: Readonly<Record<string, string | undefined>>,
  { joinTimeout = 60_000, patience = 600_000 }: GangOptions = {},
): Promise<Gang | null> {
  const place = readPlace(env);
  if (place === null) return null;
  const control = createControl();
  const order: GangOrder = {
    ...place,
    token: env["RELGRAPH_GANG_TOKEN"] ?? "",
    joinTimeout,
    control,
  };
  const thread = startWorker(import.meta.url, "./gang-thread", { workerData: order });
  const [answer] = (await Promise.race([
    once(thread, "message"),
    once(thread, "exit").then(() => ["failed"]),
  ])) as [unknown];
  if (answer !== "joined") {
    await thread.terminate();
    throw new ScaleError("SCL330", `the gang did not come together: ${readFailure(control)}`, {
      hint: "start all ranks with the same WORLD_SIZE, and let them reach MASTER_ADDR:MASTER_PORT",
    });
  }
  thread.unref();
  return makeGang(place.rank, place.size, thread, control, patience);
}

function makeGang(
  rank: number,
  size: number,
  thread: Worker,
  control: SharedArrayBuffer,
  patience: number,
): Gang {
  const state = new Int32Array(control, 0, 2);
  let memory = new SharedArrayBuffer(0);
  const gone = (why: string): ScaleError =>
    new ScaleError("SCL331", `the gang of rank ${rank} broke: ${why}`, {
      hint: "look at what the other ranks said; started again with a checkpoint it goes on from there",
    });
  return {
    rank,
    size,
    sum(values) {
      if (hasFailed(control)) throw gone(readFailure(control));
      if (memory.byteLength < values.byteLength) {
        memory = new SharedArrayBuffer(values.byteLength);
      }
      const shared = new Float32Array(memory, 0, values.length);
      shared.set(values);
      Atomics.compareExchange(state, 0, STATE.idle, STATE.asked);
      const order: SumOrder = { values: memory, length: values.length };
      thread.postMessage(order);
      const waited = Atomics.wait(state, 0, STATE.asked, patience);
      if (Atomics.load(state, 0) !== STATE.done) {
        if (waited !== "timed-out") throw gone(readFailure(control));
        throw gone(`no word of the others for ${patience / 1000} s`);
      }
      Atomics.compareExchange(state, 0, STATE.done, STATE.idle);
      values.set(shared);
    },
    async close() {
      const ended = once(thread, "exit");
      thread.ref();
      thread.postMessage("close");
      await ended;
    },
  };
}

interface Place {
  readonly rank: number;
  readonly size: number;
  readonly address: string;
  readonly port: number;
}

/** Reads a place; `null` where there is no gang, or one of a single rank. */
function readPlace(env: Readonly<Record<string, string | undefined>>): Place | null {
  const { RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT } = env;
  if (WORLD_SIZE === undefined || WORLD_SIZE === "1") return null;
  const [rank, size, port] = [RANK, WORLD_SIZE, MASTER_PORT].map((text) =>
    /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN,
  ) as [number, number, number];
  const fits = rank < size && size >= 2 && size <= 256 && port >= 1 && port <= 65_535;
  if (fits && MASTER_ADDR) return { rank, size, address: MASTER_ADDR, port };
  const found = `RANK=${RANK} WORLD_SIZE=${WORLD_SIZE} MASTER_ADDR=${MASTER_ADDR} MASTER_PORT=${MASTER_PORT}`;
  throw new ConfigError("CFG260", `the environment tells of no gang: ${found}`, {
    hint: "a rank from 0 below the size, at most 256 of them, and where rank 0 listens; unset WORLD_SIZE to run alone",
  });
}
