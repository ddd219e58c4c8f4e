/** Settings of the signals that experts read. */

/** How many signals are looked at and kept. */
export interface SignalsConfig {
  /** Signals planned at most, near and cheap ones first. */
  readonly planned: number;
  /** Signals kept at most, those first that go best with the target. */
  readonly kept: number;
  /** Rows that signals are chosen on. */
  readonly sampleRows: number;
  /** Past targets reach back to the beginning of the data while that makes at most so many rows. */
  readonly pastRows: number;
  /** How many windows they reach back otherwise. */
  readonly pastWindows: number;
}

/** The settings unless set otherwise. */
export const DEFAULT_SIGNALS_CONFIG: SignalsConfig = {
  planned: 1_500,
  kept: 400,
  sampleRows: 6_000,
  pastRows: 5_000_000,
  pastWindows: 24,
};
