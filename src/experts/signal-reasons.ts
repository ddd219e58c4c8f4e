/** Reasons from signals: contributions of single signals, told by family in words and in the unit of the prediction. */
import type { Contribution, Evidence } from "../../gnn/explain/explanation.js";
import type { Seeds } from "../../graph/seeds.js";
import { formatSignalValue } from "../../graph/signals/format.js";
import type { Signal } from "../../graph/signals/types.js";
import { cellValue } from "../data/column.js";
import type { Database } from "../data/database.js";
import type { Reasons } from "./expert.js";
import { type ScoreSpace, toOutputs } from "./score.js";
import type { SignalFrame } from "./signal-frame.js";

/** A prediction of one seed, taken apart by signals. */
export interface SignalScores {
  readonly space: ScoreSpace;
  /** float64 `[outputs]`: scores of the seed. */
  readonly scores: Float64Array;
  /** The score that is expected without knowing any signal, of the output explained. */
  readonly baseline: number;
  /** float64 `[signals]`: what each signal adds to the score of the output explained. */
  readonly contributions: Float64Array;
  /** Which output is explained. */
  readonly output: number;
  /** Reasons listed, 5 by default; the others are added up. */
  readonly top?: number | undefined;
}

/** Rows shown as evidence of a reason. */
const EVIDENCE_ROWS = 3;

/**
 * Puts contributions of signals into reasons. Signals of one family (a path and a column, in any window) count as one reason, told by the
 * strongest of them, so that nothing is split between six windows of the same thing.
 *
 * @param db - the database.
 * @param frame - the signals.
 * @param seeds - the one seed that is explained.
 * @param found - its scores and contributions.
 * @see Lundberg et al. 2020 (TreeSHAP); contributions come to the unit of the prediction by one common slope.
 */
export function signalReasons(
  db: Database,
  frame: SignalFrame,
  seeds: Seeds,
  { space, scores, baseline, contributions, output, top = 5 }: SignalScores,
): Reasons {
  const prediction = toOutputs(space, scores)[output]!;
  const before = scores.slice();
  before[output] = baseline;
  const start = toOutputs(space, before)[output]!;
  const moved = contributions.reduce((a, b) => a + b, 0);
  const slope = Math.abs(moved) < 1e-12 ? 0 : (prediction - start) / moved;
  const families = familiesOf(frame.signals, contributions);
  const size = families.reduce((sum, family) => sum + Math.abs(family.score), 0) || 1;
  const shown = families.filter((family) => family.score !== 0).slice(0, top);
  const others = families.slice(shown.length);
  const { columns } = frame.compute(db, seeds);
  return {
    prediction,
    baseline: start,
    contributions: shown.map(({ signal, index, score }): Contribution => {
      const value = columns[index]![0]!;
      const median = frame.settings.medians[index] ?? null;
      return {
        label: signal.label,
        value: Number.isNaN(value) || signal.kind === "categorical" ? null : value,
        display: formatSignalValue(signal, value),
        comparison:
          median === null || signal.kind === "categorical"
            ? null
            : `median ${formatSignalValue(signal, median)}`,
        contribution: score * slope,
        share: Math.abs(score) / size,
        direction: score * slope < 0 ? "down" : "up",
        family: signal.family,
        evidence: evidenceOf(db, frame, signal, seeds),
      };
    }),
    other: {
      contribution: others.reduce((sum, { score }) => sum + score, 0) * slope,
      share: others.reduce((sum, { score }) => sum + Math.abs(score), 0) / size,
    },
  };
}

/** A family with its strongest signal. */
interface Family {
  readonly signal: Signal;
  readonly index: number;
  readonly score: number;
}

/** Adds contributions up by family, the largest first. */
function familiesOf(signals: readonly Signal[], contributions: Float64Array): Family[] {
  const found = new Map<string, { signal: Signal; index: number; score: number; size: number }>();
  signals.forEach((signal, index) => {
    const score = contributions[index]!;
    const family = found.get(signal.family);
    if (family === undefined) {
      found.set(signal.family, { signal, index, score, size: Math.abs(score) });
      return;
    }
    family.score += score;
    if (Math.abs(score) <= family.size) return;
    Object.assign(family, { signal, index, size: Math.abs(score) });
  });
  return [...found.values()].sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
}

function evidenceOf(db: Database, frame: SignalFrame, signal: Signal, seeds: Seeds): Evidence[] {
  const { table, rows } = frame.evidence(db, signal, seeds, EVIDENCE_ROWS);
  if (!db.tables.some(({ name }) => name === table)) return [];
  const key = db.tableSchema(table).primaryKey;
  return Array.from(rows, (row) => ({
    table,
    key:
      key === null
        ? { row: row + 1 }
        : Object.fromEntries(
            key.map((name) => [name, cellValue(db.table(table).column(name), row)]),
          ),
  }));
}
