/** The interface of launchers: they start a gang of processes, wherever its machines are. */
import type { WorkOptions } from "../core/progress.js";

/** What is started. */
export interface LaunchSpec {
  /** How many processes. */
  readonly ranks: number;
  /** The program and its arguments, the same for all. */
  readonly command: readonly string[];
  /** Variables beside those of {@link rankEnvironment}; they may hold secrets and are not told. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** How a rank ended. */
export interface RankExit {
  readonly rank: number;
  readonly code: number;
  /** The end of what it wrote, both streams. */
  readonly tail: string;
}

/**
 * Starts gangs. Processes learn who they are from the variables of torchrun, and never who started them.
 */
export interface Launcher {
  /** What it is, for messages. */
  readonly name: string;
  /**
   * Runs a gang to its end: all ranks at once, or none.
   *
   * @returns how each rank ended, all with status 0.
   * @throws ScaleError SCL320 if a rank failed, after the others were ended, SCL321 if it cannot be started; AbortedError CFG900, after
   * all were ended.
   */
  run(spec: LaunchSpec, options?: WorkOptions): Promise<readonly RankExit[]>;
}

/** Where a rank stands in its gang. */
export interface RankPlace {
  readonly rank: number;
  readonly size: number;
  /** Its number among those of its machine. */
  readonly localRank: number;
  /** Where rank 0 listens. */
  readonly address: string;
  readonly port: number;
}

/**
 * Writes a rank's place as variables.
 *
 * Source: torchrun, environment variables.
 */
export function rankEnvironment(place: RankPlace): Record<string, string> {
  return {
    RANK: String(place.rank),
    WORLD_SIZE: String(place.size),
    LOCAL_RANK: String(place.localRank),
    MASTER_ADDR: place.address,
    MASTER_PORT: String(place.port),
  };
}
