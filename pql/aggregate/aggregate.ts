/** The aggregations: events stream by in chunks, and each (anchor, entity) cell keeps what its value needs. */
import { assertNever } from "../../src/core/assert.js";
import type { RowValues } from "../run/values-of-rows.js";
import {
  averageCells,
  countCells,
  firstCells,
  lastCells,
  maxCells,
  minCells,
  sumCells,
  timeToNextCells,
  varianceCells,
} from "./cells.js";
import { countDistinctCells, modeCells } from "./distinct.js";
import { listDistinctCells } from "./list-distinct.js";
import { quantileCells } from "./quantile.js";
import { createSweep } from "./sweep.js";
import { textCells } from "./text-cells.js";
import type { AggregateSpec, Aggregator, Kernel } from "./types.js";

export type {
  AggregateSpec,
  Aggregator,
  CellLists,
  EventChunk,
  Measured,
} from "./types.js";

/**
 * Makes an aggregator. Memory grows with the cells; for `COUNT_DISTINCT`, `LIST_DISTINCT` and `MODE` with the distinct
 * values of all cells, for `MEDIAN` and `QUANTILE` with the events inside of windows.
 *
 * @param spec - the aggregation, its windows and the number of entities.
 */
export function createAggregator(spec: AggregateSpec): Aggregator {
  const anchors = spec.windows === null ? 1 : spec.windows.from.length;
  const cells = anchors * spec.entities;
  let last: RowValues | null = null;
  let kernel: Kernel | null = null;
  let sweep: ReturnType<typeof createSweep> | null = null;
  const start = (values: RowValues | null): Kernel => {
    const started = createKernel(spec, anchors, values);
    sweep = createSweep(spec.windows, spec.entities, started.take);
    return started;
  };
  return {
    add(chunk) {
      kernel ??= start(chunk.values);
      if (cells === 0) return;
      if (chunk.values !== null) kernel.begin?.(chunk.values);
      last = chunk.values;
      sweep!(chunk);
    },
    finish() {
      kernel ??= start(null);
      const picked = PICKS.has(spec.name) ? last : null;
      const { dictionary, int64 } = picked ?? { dictionary: null, int64: false };
      return { ...kernel.finish(last), dictionary, int64 };
    },
  };
}

/** The aggregations that pick one of the values, so that their results mean what the values do. */
const PICKS: ReadonlySet<AggregateSpec["name"]> = new Set([
  "MIN",
  "MAX",
  "FIRST",
  "LAST",
  "MODE",
] as const);

function createKernel(spec: AggregateSpec, anchors: number, values: RowValues | null): Kernel {
  const { name, entities } = spec;
  const cells = anchors * entities;
  switch (name) {
    case "COUNT":
      return countCells(cells);
    case "SUM":
      return sumCells(cells);
    case "AVG":
      return averageCells(cells);
    case "MIN":
    case "MAX":
      if (values !== null && values.dictionary !== null) return textCells(cells, name);
      return name === "MIN" ? minCells(cells) : maxCells(cells);
    case "FIRST":
      return firstCells(cells);
    case "LAST":
      return lastCells(cells);
    case "COUNT_DISTINCT":
      return countDistinctCells(anchors, entities);
    case "LIST_DISTINCT":
      return listDistinctCells(anchors, entities);
    case "MODE":
      return modeCells(anchors, entities);
    case "MEDIAN":
      return quantileCells(anchors, entities, 0.5);
    case "QUANTILE":
      return quantileCells(anchors, entities, spec.quantile ?? 0.5);
    case "VARIANCE":
      return varianceCells(cells, false);
    case "STDDEV":
      return varianceCells(cells, true);
    case "TIME_TO_NEXT":
      return timeToNextCells(spec);
    default:
      return assertNever(name);
  }
}
