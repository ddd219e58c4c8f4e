/** Walks of signals: along which links the value of a signal for an entity depends on other rows. */
import { type LinkStep, stepDown, stepUp, type Walk } from "../../src/data/walks.js";
import { ownPath } from "./fill-activity.js";
import type { Signal, SignalPath, SignalStep } from "./types.js";

/** What signals read. */
export interface SignalReads {
  /** Walks from the entity; its own row is read in any case. */
  readonly walks: readonly Walk[];
  /** Tables of which every row counts for everybody. */
  readonly shared: readonly string[];
  /** Whether a value depends on who else is asked for. */
  readonly compares: boolean;
}

/**
 * Lists what signals read, more rather than less.
 *
 * @param signals - signals of one entity table.
 */
export function signalReads(signals: readonly Signal[]): SignalReads {
  const walks = new Map<string, Walk>();
  const shared = new Set<string>();
  let compares = false;
  const add = (path: SignalPath): void => {
    for (const walk of pathWalks(path)) walks.set(JSON.stringify(walk), walk);
    for (const step of path.roots) if (step.kind === "all") shared.add(step.table);
  };
  for (const { path, primitive } of signals) {
    add(path);
    if (primitive.kind === "ownShare") add(ownPath(path));
    if (primitive.kind === "cohort") compares = true;
  }
  return { walks: [...walks.values()], shared: [...shared], compares };
}

/** The walks of a path: one, or of a union one for each table. */
function pathWalks({ entity, roots, downs, sides, union }: SignalPath): Walk[] {
  if (union.length > 0) {
    return union.map(({ table, key }) => [stepDown(entity, key, table)]);
  }
  const walk: LinkStep[] = [];
  let table = entity;
  for (const step of [...roots, ...downs, ...sides]) {
    // From a whole table there is no way back to the entity: its rows are shared.
    if (step.kind === "all") return [];
    walk.push(...linkSteps(table, step));
    table = step.table;
  }
  return [walk];
}

function linkSteps(from: string, step: Exclude<SignalStep, { kind: "all" }>): LinkStep[] {
  switch (step.kind) {
    case "parent":
      return [stepUp(from, step.key, step.table)];
    case "children":
    case "newest":
      return [stepDown(from, step.key, step.table)];
    case "recent":
      return [stepDown(from, step.key, step.via), stepUp(step.via, step.otherKey, step.table)];
  }
}
