/** Computes signals of seeds, block by block: roots first, then each signal along its lists. */
import { checkAborted, type WorkOptions } from "../../src/core/progress.js";
import { nodeTypeIndex } from "../hetero-graph.js";
import { checkSeeds, type Seeds } from "../seeds.js";
import { createBlock, type SeedBlock, type SignalValues } from "./block.js";
import { fillActivity } from "./fill-activity.js";
import { fillCategory } from "./fill-category.js";
import { fillCohort } from "./fill-cohort.js";
import { fillNumber } from "./fill-number.js";
import { fillRow, type RowReader } from "./fill-row.js";
import type { SignalIndexes } from "./indexes.js";
import { findRoots } from "./roots.js";
import type { Signal, SignalMatrix } from "./types.js";

/** Seeds computed at a time: few enough that what signals share stays in the cache. */
const BLOCK_SEEDS = 2048;

/**
 * Computes signals of seeds.
 *
 * @param indexes - the database.
 * @param signals - the signals, all of one entity table.
 * @param seeds - the seeds.
 * @param options - progress and cancellation, asked once a block.
 * @throws {@link GraphError} GRF102 to GRF104 if the seeds do not fit; GRF301 if the schema lacks a key of a path.
 * @throws {@link AbortedError} CFG900 if the caller cancels.
 */
export function computeSignals(
  indexes: SignalIndexes,
  signals: readonly Signal[],
  seeds: Seeds,
  options: WorkOptions = {},
): SignalMatrix {
  const numRows = seeds.rows.length;
  const columns = signals.map(() => new Float32Array(numRows));
  if (signals.length === 0) return { signals, columns, numRows };
  const { graph } = indexes.data;
  checkSeeds(graph, nodeTypeIndex(graph, signals[0]!.path.entity), seeds);
  const readers = new Map<string, RowReader>();
  for (let from = 0; from < numRows; from += BLOCK_SEEDS) {
    checkAborted(options.signal, "computing signals");
    const to = Math.min(numRows, from + BLOCK_SEEDS);
    const blocks = blocksOf(indexes, seeds, from, to);
    signals.forEach((signal, s) => {
      const out = columns[s]!.subarray(from, to);
      const block = blocks.at(signal);
      if (block.offsets === null) fill(indexes, signal, block, blocks.entities, readers, out);
      else {
        const each = new Float64Array(block.rows.length);
        fill(indexes, signal, block, blocks.entities, readers, each);
        averageRoots(each, block.offsets, out);
      }
    });
    options.onProgress?.({
      stage: "signals",
      message: `${to} of ${numRows} seeds`,
      done: to,
      total: numRows,
    });
  }
  signals.forEach((signal, s) => {
    if (signal.primitive.kind !== "cohort") return;
    const { of } = signal.primitive;
    const known = signals.findIndex(({ id }) => id === of.id);
    const base =
      known >= 0 ? columns[known]! : computeSignals(indexes, [of], seeds, options).columns[0]!;
    fillCohort(signal.primitive.what, base, seeds.anchorTimes, columns[s]!);
  });
  return { signals, columns, numRows };
}

interface Blocks {
  readonly entities: SeedBlock;
  at(signal: Signal): SeedBlock;
}

/** Seeds `from … to` at the roots of any path; the roots are found once for all signals that share them. */
function blocksOf(indexes: SignalIndexes, seeds: Seeds, from: number, to: number): Blocks {
  const rows = {
    rows: seeds.rows.slice(from, to),
    anchors: seeds.anchorTimes.slice(from, to),
    visible: seeds.visibleTimes.slice(from, to),
  };
  const entities = createBlock({ ...rows, offsets: null });
  const known = new Map<string, SeedBlock>();
  const bySteps = new Map<Signal["path"]["roots"], SeedBlock>();
  return {
    entities,
    at({ path }) {
      if (path.roots.length === 0) return entities;
      const found = bySteps.get(path.roots);
      if (found) return found;
      const key = JSON.stringify(path.roots);
      const block = known.get(key) ?? createBlock(findRoots(indexes, path, rows));
      known.set(key, block);
      bySteps.set(path.roots, block);
      return block;
    },
  };
}

function fill(
  indexes: SignalIndexes,
  signal: Signal,
  block: SeedBlock,
  entities: SeedBlock,
  readers: Map<string, RowReader>,
  out: SignalValues,
): void {
  const { primitive, path } = signal;
  switch (primitive.kind) {
    case "value":
    case "age":
    case "month":
    case "weekday":
    case "length":
    case "hash":
    case "dimension":
    case "staleness":
      fillRow(indexes, signal, block, out, readers);
      return;
    case "contains":
      if (path.downs.length === 0) fillRow(indexes, signal, block, out, readers);
      else fillCategory(indexes, signal, block, out);
      return;
    case "count":
    case "days":
    case "sinceLast":
    case "sinceFirst":
    case "meanGap":
    case "due":
    case "countTrend":
    case "ownShare":
    case "perPeer":
    case "open":
    case "openOf":
      fillActivity(indexes, signal, block, entities, out);
      return;
    case "sum":
    case "mean":
    case "std":
    case "min":
    case "max":
    case "trend":
    case "last":
    case "first":
    case "lastMean":
    case "lag":
    case "slope":
    case "change":
      fillNumber(indexes, signal, block, out);
      return;
    case "share":
    case "countOf":
    case "entropy":
    case "distinct":
    case "pair":
    case "nth":
    case "position":
    case "bigram":
      fillCategory(indexes, signal, block, out);
      return;
    case "cohort":
      return;
  }
}

/** Averages the values of each seed's roots; NaN where none has one. */
function averageRoots(each: Float64Array, offsets: Int32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    let count = 0;
    for (let j = offsets[i]!; j < offsets[i + 1]!; j++) {
      if (Number.isNaN(each[j]!)) continue;
      sum += each[j]!;
      count++;
    }
    out[i] = count > 0 ? sum / count : Number.NaN;
  }
}
