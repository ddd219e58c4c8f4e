/** Labels of tables that stay in their files: their rows stream by once, everything else lies in memory. */
import type { Timestamp } from "../../src/core/time.js";
import type { Database } from "../../src/data/database.js";
import type { EventScan } from "../../src/data/event-scan.js";
import type { BoundAggregation, BoundTarget } from "../bind/bound.js";
import type { TrainingTablePlan } from "../plan/plan-types.js";
import { checkAnchors } from "./execute.js";
import { ownersValues, remember, type ValuesAt } from "./gather.js";
import { type LabelTable, labelRows } from "./label-rows.js";
import type { Meter } from "./measure.js";
import { type Run, type RunOptions, startRun, tileAnchors } from "./run.js";
import { createStreamGatherer, openChunk, type StreamGatherer } from "./stream-gatherer.js";
import { checkClauses, streamedAggregations } from "./stream-rules.js";

/**
 * Labels as `runPlan` does, without the rows of some tables in memory.
 *
 * @param plan - the plan.
 * @param db - the database; tables with a scan have their columns but no rows.
 * @param anchorTimes - the anchors, in any order, repetitions count once.
 * @param scans - the tables that are read in chunks, each once; all of their aggregations share the pass.
 * @param options - progress, cancellation.
 * @returns what `runPlan` returns with all rows in memory.
 * @throws {@link ConfigError} CFG140 and CFG141 as `runPlan`, CFG144 if an aggregation needs rows of a streamed table again
 * or out of order; what the scans throw.
 */
export async function streamLabels(
  plan: TrainingTablePlan,
  db: Database,
  anchorTimes: readonly Timestamp[] | Float64Array | null,
  scans: readonly EventScan[],
  options: Omit<RunOptions, "mode"> = {},
): Promise<LabelTable> {
  const anchors = checkAnchors(plan, anchorTimes);
  const run = startRun(plan, db, options);
  const names = new Set(scans.map(({ table }) => table));
  checkClauses(plan, names, anchors);
  const gatherers = createGatherers(run, anchors ?? new Float64Array(0), names);
  const lastTimes = new Map<string, Timestamp>();
  for (const scan of scans) {
    const { timeColumn } = db.tableSchema(scan.table);
    if (plan.timeTables.includes(scan.table)) {
      lastTimes.set(scan.table, timeColumn === null ? Infinity : await scan.lastTime(timeColumn));
    }
    const own = gatherers.filter(({ aggregation }) => aggregation.table.name === scan.table);
    await readOnce(scan, own, run);
  }
  const meter = streamedMeter(run.meter, gatherers, lastTimes);
  return labelRows({ ...run, meter }, anchors);
}

/** An aggregation of a clause, gathered for one tile of anchors. */
interface Gathered {
  readonly aggregation: BoundAggregation;
  readonly gatherer: StreamGatherer;
  /** The first anchor of the tile. */
  readonly start: Timestamp;
}

function createGatherers(
  run: Run,
  anchors: Float64Array,
  names: ReadonlySet<string>,
): readonly Gathered[] {
  const { plan } = run;
  const truth: BoundTarget[] = [...plan.frames, ...(plan.assuming ? [plan.assuming] : [])];
  const sight: BoundTarget[] = plan.where ? [plan.where] : [];
  const tiles = tileAnchors(run, anchors, [...truth, ...sight]);
  const make = (nodes: readonly BoundTarget[], look: "truth" | "anchor"): Gathered[] =>
    streamedAggregations(nodes, names).flatMap((aggregation) =>
      tiles.map((tile) => ({
        aggregation,
        start: tile[0]!,
        gatherer: createStreamGatherer(run, aggregation, { anchors: tile, sight: look }),
      })),
    );
  return [...make(truth, "truth"), ...make(sight, "anchor")];
}

/** Feeds every chunk to all aggregations of the table. */
async function readOnce(
  scan: EventScan,
  gathered: readonly Gathered[],
  { columns, options }: Run,
): Promise<void> {
  if (gathered.length === 0) return;
  const names = new Set(gathered.flatMap(({ gatherer }) => gatherer.columns));
  const ranges = gathered.map(({ gatherer }) => gatherer.range);
  const range = ranges.every((one) => one !== null)
    ? {
        column: ranges[0]!.column,
        after: Math.min(...ranges.map(({ after }) => after)),
        until: Math.max(...ranges.map(({ until }) => until)),
      }
    : null;
  const { signal, onProgress } = options;
  const pass = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  for await (const chunk of scan.rows([...names], range, pass)) {
    const read = openChunk(columns, scan.table, chunk);
    for (const { gatherer } of gathered) gatherer.add(read);
  }
}

/** Answers from what was gathered, and from memory for everything else. */
function streamedMeter(
  meter: Meter,
  gathered: readonly Gathered[],
  lastTimes: ReadonlyMap<string, Timestamp>,
): Meter {
  return {
    measure(aggregation, owners, looks): ValuesAt {
      const [start] = looks.anchors;
      const found = gathered.find((one) => one.aggregation === aggregation && one.start === start);
      if (!found) return meter.measure(aggregation, owners, looks);
      const measured = found.gatherer.finish();
      const stride = found.gatherer.windowed ? owners : 0;
      return remember((index) => ownersValues(measured, null, index * stride, owners));
    },
    lastTime: (table) => lastTimes.get(table) ?? meter.lastTime(table),
  };
}
