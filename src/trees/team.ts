/** Threads that search for splits together: they take groups of columns of a job until none is left. */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { InternalError, ModelError } from "../core/errors.js";
import { startWorker } from "../core/worker.js";
import { groupsOf, runGroup } from "./group.js";
import type { Search } from "./grow.js";
import type { Job, LeafSums } from "./job.js";
import type { Layout, SharedMemory, Workspace } from "./workspace.js";

/** What a thread is started with. */
export interface TeamMember {
  readonly layout: Layout;
  readonly memory: SharedMemory;
}

/** Helping threads and the search that uses them. */
export interface Team {
  readonly search: Search;
  /** Ends the threads; resolves when they are gone. */
  stop(): Promise<void>;
}

/** 32-bit words at `layout.control`. */
const TICKET = 0;
const PENDING = 1;
const FAILED = 2;
/** Bits of the ticket that count groups nobody has taken yet; the others count jobs. */
const LEFT_BITS = 16;
const LEFT = 2 ** LEFT_BITS - 1;
/** Sums and scans below this are done sooner than a thread wakes. */
const SMALL_JOB = 50_000;
const SPINS = 2000;
/** No group of columns takes a minute. */
const PATIENCE = 60_000;

/**
 * Starts helping threads. Each job is done by whoever has time, so a slow thread holds nobody up for longer than one group.
 *
 * @param workspace - the memory they share.
 * @param helpers - threads besides the caller's.
 * @returns the team once every helper is ready: a caller that computes at once would keep them from starting.
 * @throws {@link InternalError} INT001 if a helper does not start; none is left running then.
 */
export async function startTeam(workspace: Workspace, helpers: number): Promise<Team> {
  const { layout, memory } = workspace;
  const errors: unknown[] = [];
  const workerData: TeamMember = { layout, memory };
  const workers = Array.from({ length: helpers }, (): Worker => {
    const worker = startWorker(import.meta.url, "./team-worker", { workerData });
    return worker.on("error", (error) => errors.push(error));
  });
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    await Promise.all(workers.map((worker) => once(worker, "message")));
  } catch (cause) {
    await stop();
    throw new InternalError("a thread of training does not start", { cause });
  }
  let jobs = 0;
  return {
    stop,
    search(job) {
      const [cause] = errors;
      if (cause) throw new InternalError("a thread of training failed", { cause });
      const groups = groupsOf(job);
      if (groups > LEFT || job.columns * (job.count + 512) < SMALL_JOB) {
        for (let group = 0; group < groups; group++) runGroup(workspace, job, group);
        return;
      }
      jobs = (jobs + 1) & 0x7fff;
      shareJob(workspace, job, groups, jobs);
    },
  };
}

function shareJob(workspace: Workspace, job: Job, groups: number, number: number): void {
  const { layout, i32 } = workspace;
  const control = layout.control / 4;
  writeJob(workspace, job);
  Atomics.store(i32, control + PENDING, groups);
  Atomics.store(i32, control + TICKET, (number << LEFT_BITS) | groups);
  Atomics.notify(i32, control + TICKET);
  while (takeGroup(workspace, job));
  for (let spin = 0; spin < SPINS && Atomics.load(i32, control + PENDING) > 0; spin++);
  for (let left = 1; (left = Atomics.load(i32, control + PENDING)) > 0; ) {
    if (Atomics.wait(i32, control + PENDING, left, PATIENCE) !== "timed-out") continue;
    throw new ModelError("MOD403", "a thread of training does not answer", {
      hint: "train with one thread, or with more memory",
    });
  }
  if (Atomics.load(i32, control + FAILED) > 0) {
    throw new InternalError("a thread of training failed");
  }
}

/** Takes one group and does it; returns whether there was one. `known` is the job, if the caller has it. */
function takeGroup(workspace: Workspace, known: Job | null): boolean {
  const { layout, i32 } = workspace;
  const control = layout.control / 4;
  for (;;) {
    const ticket = Atomics.load(i32, control + TICKET);
    const left = ticket & LEFT;
    if (left === 0) return false;
    if (Atomics.compareExchange(i32, control + TICKET, ticket, ticket - 1) !== ticket) continue;
    try {
      runGroup(workspace, known ?? readJob(workspace), left - 1);
    } catch (error) {
      Atomics.store(i32, control + FAILED, 1);
      throw error;
    } finally {
      if (Atomics.sub(i32, control + PENDING, 1) === 1) Atomics.notify(i32, control + PENDING);
    }
    return true;
  }
}

/** The life of a helping thread: takes groups, waits for jobs; it is ended from outside. */
export function helpForever(workspace: Workspace): void {
  const { layout, i32 } = workspace;
  const at = layout.control / 4 + TICKET;
  for (;;) {
    if (takeGroup(workspace, null)) continue;
    const ticket = Atomics.load(i32, at);
    if ((ticket & LEFT) === 0) Atomics.wait(i32, at, ticket);
  }
}

function writeJob({ layout, i32, f64 }: Workspace, job: Job): void {
  const { rowOrder, cells, count, built, from, columns, leaves } = job;
  const has = leaves.map((leaf) => (leaf ? 1 : 0));
  i32.set([rowOrder, cells, count, built, from, columns, ...has], layout.job / 4);
  const sums = leaves.flatMap((leaf) => {
    const { gradients, hessians, rows, best } = leaf ?? NO_LEAF;
    return [gradients, hessians, rows, best];
  });
  const { l2, categoricalL2, smoothing, minHessian } = job;
  f64.set([...sums, l2, categoricalL2, smoothing, minHessian], layout.job / 8 + 4);
}

const NO_LEAF: LeafSums = { gradients: 0, hessians: 0, rows: 0, best: 0 };

function readJob({ layout, i32, f64 }: Workspace): Job {
  const int = (k: number): number => i32[layout.job / 4 + k]!;
  const real = (k: number): number => f64[layout.job / 8 + 4 + k]!;
  const leaf = (child: 0 | 1): LeafSums | null => {
    if (int(6 + child) === 0) return null;
    const [gradients, hessians, rows, best] = [0, 1, 2, 3].map((k) => real(4 * child + k));
    return { gradients: gradients!, hessians: hessians!, rows: rows!, best: best! };
  };
  return {
    rowOrder: int(0) >>> 0,
    cells: int(1) >>> 0,
    count: int(2),
    built: int(3) >>> 0,
    from: int(4) === -1 ? -1 : int(4) >>> 0,
    columns: int(5),
    leaves: [leaf(0), leaf(1)],
    l2: real(8),
    categoricalL2: real(9),
    smoothing: real(10),
    minHessian: real(11),
  };
}
