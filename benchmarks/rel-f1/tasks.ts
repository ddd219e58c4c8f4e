/** RelBench's entity tasks on rel-f1, as predictive queries with RelBench's protocol. */

/** A task with the times of its protocol and what is published about its labels. */
export interface RelF1Task {
  readonly name: "driver-position" | "driver-dnf" | "driver-top3";
  readonly query: string;
  /** Start of validation and of test; ISO dates. */
  readonly val: string;
  readonly test: string;
  /** Validation and test anchors each, at most. */
  readonly evalAnchors: number;
  /** Rows of RelBench's label tables. */
  readonly rows: { readonly train: number; readonly val: number; readonly test: number };
}

const PROTOCOL = { val: "2005-01-01", test: "2010-01-01", evalAnchors: 40 } as const;

/**
 * The three entity tasks. A driver without a race in the window has no label: AVG and MIN of nothing are undefined, and
 * driver-dnf says so with ASSUMING. The SQL's own condition "a result in the last year" has no upper bound and so never
 * excludes anybody.
 *
 * @see relbench `tasks/f1.py`.
 */
export const REL_F1_TASKS: readonly RelF1Task[] = [
  {
    name: "driver-position",
    query: "PREDICT AVG(results.positionOrder, 0, 60, days) FOR EACH drivers.driverId",
    ...PROTOCOL,
    rows: { train: 7453, val: 499, test: 760 },
  },
  {
    name: "driver-dnf",
    query:
      "PREDICT COUNT(results.* WHERE results.statusId != 1, 0, 30, days) > 0 FOR EACH drivers.driverId " +
      "ASSUMING COUNT(results.*, 0, 30, days) > 0",
    ...PROTOCOL,
    rows: { train: 11411, val: 566, test: 702 },
  },
  {
    name: "driver-top3",
    query: "PREDICT MIN(qualifying.position, 0, 30, days) <= 3 FOR EACH drivers.driverId",
    ...PROTOCOL,
    rows: { train: 1353, val: 588, test: 726 },
  },
];
