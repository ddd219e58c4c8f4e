/** A report with everything in it, some of it awkward. */
import type { Explanation } from "../../../gnn/explain/explanation.js";
import type { ModelReport } from "../../../src/report/model-report.js";

const EXPLANATION: Explanation = {
  entity: { USER_ID: "U<1>" },
  timestamp: "2025-05-02",
  prediction: 12.5,
  baseline: 60,
  unit: "minutes",
  contributions: [
    {
      label: "A signal with a name so long that it has no room on a telephone & more",
      value: -0.54,
      display: "-54 %",
      comparison: "median +2 %",
      contribution: -50,
      share: 0.9,
      direction: "down",
      family: "sessions",
      evidence: [{ table: "SESSIONS", key: { SESSION_ID: 'S"1"' } }],
    },
  ],
  other: { contribution: 2.5, share: 0.1 },
};

/** A report of a number. */
export const REPORT: ModelReport = {
  query: "PREDICT SUM(SESSIONS.DURATION_MIN, 0, 30, days) FOR EACH USERS.USER_ID",
  words: "For each row of USERS: the total of SESSIONS.DURATION_MIN in the next 30 days.",
  taskType: "regression",
  unit: "minutes",
  metric: "mae",
  higherIsBetter: false,
  experts: { trees: 0.75, gnn: 0.25 },
  tables: [
    { name: "USERS", rows: 1500, from: "2024-01-01", to: "2025-06-30" },
    { name: "a_table_with_a_very_long_name_of_its_own", rows: 12, from: null, to: null },
  ],
  parts: [
    { name: "train", rows: 1000, anchors: 10, from: "2024-02-01", to: "2025-02-01" },
    { name: "val", rows: 100, anchors: 1, from: "2025-04-02", to: "2025-04-02" },
    { name: "test", rows: 90, anchors: 1, from: "2025-05-02", to: "2025-05-02" },
  ],
  scores: [
    { name: "relgraph", val: { mae: 100.5 }, test: { mae: 101.25 } },
    { name: "recent-mean", val: { mae: 118 }, test: { mae: null } },
  ],
  coverage: { level: 0.8, rows: 90, inside: 0.79, below: 0.1, above: 0.11, width: 200 },
  calibration: [
    { predicted: 10, actual: 12, rows: 30 },
    { predicted: 60, actual: 55, rows: 30 },
    { predicted: 200, actual: 230, rows: 30 },
  ],
  reasons: {
    rows: 90,
    families: [
      {
        family: "sessions",
        label: "Session duration trend (30d)",
        meanSize: 20,
        share: 0.7,
        meanContribution: -3,
        cohorts: [
          {
            bucket: "-54 % … 0 %",
            rows: 50,
            population: 0.5,
            meanTarget: 20,
            meanPrediction: 25,
            meanContribution: -10,
          },
          {
            bucket: "0 % … +90 %",
            rows: 50,
            population: 0.5,
            meanTarget: null,
            meanPrediction: 120,
            meanContribution: 10,
          },
        ],
      },
    ],
    other: 0.3,
  },
  examples: [
    { title: "highest prediction", explanation: EXPLANATION, text: "USERS U<1>: predicted 12.5" },
  ],
  warnings: ["a <warning>"],
};
