/** What a model reads for an answer: links along which rows count, and what counts for everybody. */
import { boundWalks } from "../../pql/bind/walks.js";
import type { TrainingTablePlan } from "../../pql/plan/plan.js";
import type { Walk } from "../data/walks.js";
import { PAST_TARGETS, readsLateCells } from "./past-targets.js";

/** Rows that an answer may depend on; more rather than fewer. */
export interface Reads {
  /** Walks from the entity; its own row is read in any case. */
  readonly walks: readonly Walk[];
  /** Tables of which every row counts for everybody. */
  readonly shared: readonly string[];
  /** Why any row may change anybody's answer, as the end of a sentence; `null` = it may not. */
  readonly everything: string | null;
}

/** Reads nothing but the entity's own row. */
export const OWN_ROW_ONLY: Reads = { walks: [], shared: [], everything: null };

/** Everything counts for everybody. */
export function readsEverything(why: string): Reads {
  return { ...OWN_ROW_ONLY, everything: why };
}

/** What several readers read together. */
export function joinReads(reads: readonly Reads[]): Reads {
  return {
    walks: reads.flatMap(({ walks }) => walks),
    shared: [...new Set(reads.flatMap(({ shared }) => shared))],
    everything: reads.find(({ everything }) => everything !== null)?.everything ?? null,
  };
}

/** Lists the walks from an entity to all rows that its labels and its place among those asked for depend on. */
export function labelWalks({ target, frames, where, assuming }: TrainingTablePlan): Walk[] {
  return [target, ...frames, where, assuming].flatMap(boundWalks);
}

/**
 * Replaces the steps to past targets, which are no table of the database, by what past targets are made of: an entity and the walks of
 * its labels.
 *
 * @param walks - walks of a database with past targets.
 */
export function withoutPastTargets(plan: TrainingTablePlan, walks: readonly Walk[]): Walk[] {
  const hasPast = plan.horizon !== null && !readsLateCells(plan);
  const labels = hasPast ? labelWalks(plan) : [];
  const expand = (walk: Walk): Walk[] => {
    const at = walk.findIndex(({ child }) => child === PAST_TARGETS);
    if (at < 0) return [walk];
    const owner = walk.slice(0, at);
    const rest = walk.slice(at + 1);
    // From a past target the only way on leads back up to its entity.
    const back = rest[0]?.child === PAST_TARGETS ? expand([...owner, ...rest.slice(1)]) : [];
    return [owner, ...labels.map((label) => [...owner, ...label]), ...back];
  };
  return walks.flatMap(expand);
}
