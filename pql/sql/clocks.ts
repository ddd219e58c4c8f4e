/** Which anchors the clauses of a plan look at: listed ones, each entity's own time, or none. */
import { InternalError } from "../../src/core/errors.js";
import type { Timestamp } from "../../src/core/time.js";
import { allAggregations } from "../bind/bound.js";
import type { TrainingTablePlan } from "../plan/plan.js";
import { writeAggregation as gather } from "./aggregation.js";
import { type Clock, type LiteralClock, literalClock } from "./anchors.js";
import type { Clause } from "./select.js";
import type { Statement } from "./statement.js";

/** The clauses of a plan with their clocks. */
export interface Clocks {
  /** WHERE: as known at the anchor. */
  readonly past: Clause;
  /** ASSUMING: the full truth. */
  readonly truth: Clause;
  /** The target: the full truth, for a forecast of every step. */
  readonly target: Clause;
  /** Whether each entity has its own time for an anchor. */
  readonly own: boolean;
  /** Whether the anchors say which part of a split they belong to. */
  readonly split: boolean;
  /** The lists of literals to be written. */
  readonly literal: readonly LiteralClock[];
}

/**
 * Makes the clocks of a plan.
 *
 * @param plan - the plan.
 * @param anchors - ascending; `null` = each row at its own time, or at none.
 * @param statement - the statement.
 * @param options - the split of an anchor.
 */
export function createClocks(
  plan: TrainingTablePlan,
  anchors: Float64Array | null,
  statement: Statement,
  { split }: { readonly split?: (anchor: Timestamp) => string | null },
): Clocks {
  if (anchors === null) return clocksWithoutAnchors(plan, statement);
  const { names, engine } = statement;
  const text = (part: string | null): string => (part === null ? "NULL" : engine.text(part));
  const rows = Array.from(anchors, (anchor) => ({
    anchor,
    shift: 0,
    cells: split ? [text(split(anchor))] : [],
  }));
  const clock = literalClock(statement, rows, {
    name: "anchors",
    columns: split ? [{ name: names.columns.split, type: engine.string }] : [],
    keys: [],
    moved: false,
    comment: "the anchors, and where their windows begin and end",
  });
  const frames = plan.frames.length > 1 ? frameClock(plan, anchors, statement) : null;
  return {
    past: { statement, clock, sight: "anchor", gather },
    truth: { statement, clock, sight: "truth", gather },
    target: { statement, clock: frames ?? clock, sight: "truth", gather },
    own: false,
    split: split !== undefined,
    literal: frames ? [clock, frames] : [clock],
  };
}

/** Every step of a forecast looks at the same windows, moved on. */
function frameClock(
  plan: TrainingTablePlan,
  anchors: Float64Array,
  statement: Statement,
): LiteralClock {
  const ends = plan.frames.map((frame) => allAggregations(frame)[0]!.window!.end);
  const shifts = ends.map((end) => end - ends[0]!);
  const rows = Array.from(anchors).flatMap((anchor) =>
    shifts.map((shift, i) => ({ anchor, shift, cells: [String(i + 1)] })),
  );
  const { step } = statement.names.columns;
  return literalClock(statement, rows, {
    name: "steps",
    columns: [{ name: step, type: "INTEGER" }],
    keys: [step],
    moved: true,
    comment: "the steps of the forecast, and where their windows begin and end",
  });
}

function clocksWithoutAnchors(plan: TrainingTablePlan, statement: Statement): Clocks {
  const { names, engine } = statement;
  const own = plan.entity.table.timeColumn !== null;
  const source = own ? names.fresh("anchors") : null;
  const { anchor } = names.columns;
  const clock: Clock = {
    source,
    keys: own ? [anchor] : [],
    anchor: own ? `${source}.${anchor}` : engine.time(Infinity),
    bound: () => {
      throw new InternalError("a static query has no windows");
    },
  };
  // Where there is no time, everything is known.
  const sight = own ? "anchor" : "truth";
  const truth = { statement, clock, sight: "truth", gather } as const;
  const past = { statement, clock, sight, gather } as const;
  return { past, truth, target: truth, own, split: false, literal: [] };
}
