/** What a command sees of the outside: streams, terminal, environment, clock and the user's interrupt. */

/** The outside of a command; tests give their own. */
export interface CliIo {
  /** Takes results. */
  readonly stdout: (text: string) => void;
  /** Takes progress, notes and errors. */
  readonly stderr: (text: string) => void;
  /** Whether stderr is a terminal, so that a line can be drawn over. */
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** The lines of stdin, read as they are taken. */
  readonly stdin: () => AsyncIterable<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** A clock in milliseconds that never goes back. */
  readonly now: () => number;
  /** The time of day, milliseconds UTC. */
  readonly clock: () => number;
}
