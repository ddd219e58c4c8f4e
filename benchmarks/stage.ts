/** What a stage of a benchmark costs: time, processor time, and the memory that its process has reached. */

/** The cost of one stage. */
export interface StageCost {
  /** By the clock. */
  readonly seconds: number;
  /** Seconds of all cores. */
  readonly cpu: number;
  /** The most memory that the process has held so far, MiB. */
  readonly peak: number;
}

/**
 * Measures a stage.
 *
 * @param work - what it does.
 * @returns what it made, and its cost.
 */
export async function measureStage<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly made: T; readonly cost: StageCost }> {
  const start = performance.now();
  const used = process.cpuUsage();
  const made = await work();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - start) / 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  return { made, cost: { seconds, cpu: (user + system) / 1e6, peak } };
}
