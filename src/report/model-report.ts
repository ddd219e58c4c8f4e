/** What a report of a model holds, as plain data: the page and the text show the same numbers. */
import type { Explanation } from "../../gnn/explain/explanation.js";
import type { Coverage } from "../task/coverage.js";
import type { MetricName, Metrics } from "../task/metrics.js";
import type { TaskType } from "../task/task.js";
import type { ReasonsSummary } from "./reasons-summary.js";

/** A table of the database. */
export interface ReportTable {
  readonly name: string;
  readonly rows: number;
  /** Its time span, as texts; `null` where it has no time. */
  readonly from: string | null;
  readonly to: string | null;
}

/** One part of the labelled rows. */
export interface ReportPart {
  readonly name: string;
  readonly rows: number;
  readonly anchors: number;
  readonly from: string | null;
  readonly to: string | null;
}

/** A scored answer: the model, or a naive guess. */
export interface ReportScore {
  readonly name: string;
  readonly val: Metrics;
  readonly test: Metrics;
}

/** Rows with similar predictions, beside what came true. */
export interface ReportBin {
  readonly predicted: number;
  readonly actual: number;
  readonly rows: number;
}

/** Somebody whose prediction is told with its reasons. */
export interface ReportExample {
  /** Why this one, such as `highest prediction`. */
  readonly title: string;
  readonly explanation: Explanation;
  /** The explanation as a person would say it. */
  readonly text: string;
}

/** A report of a model. */
export interface ModelReport {
  readonly query: string;
  /** The query in words. */
  readonly words: string;
  readonly taskType: TaskType;
  readonly unit: string | null;
  readonly metric: MetricName;
  readonly higherIsBetter: boolean;
  /** Weights of the experts, adding up to 1. */
  readonly experts: Readonly<Record<string, number>>;
  readonly tables: readonly ReportTable[];
  readonly parts: readonly ReportPart[];
  /** The model first. */
  readonly scores: readonly ReportScore[];
  readonly coverage: Coverage | null;
  /** By prediction, ascending; empty where it cannot be told. */
  readonly calibration: readonly ReportBin[];
  readonly reasons: ReasonsSummary;
  readonly examples: readonly ReportExample[];
  readonly warnings: readonly string[];
}
