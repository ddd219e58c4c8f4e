/** Continuous scoring: after new rows only those are scored again whom the rows can have to do with. */
import type { WorkOptions } from "../core/progress.js";
import type { Database } from "../data/database.js";
import type { RowMarks } from "../data/walks.js";
import { affectedRows } from "./affected.js";
import { bindMetrics } from "./metrics.js";
import { hiddenByOutcomes } from "./outcomes.js";
import { openRows, type ScoreTable, scoreEntities } from "./score.js";

/** Rows by table: int32 row numbers. */
export type RowsByTable = ReadonlyMap<string, Int32Array>;

/** Options of {@link rescore}. */
export interface RescoreOptions extends WorkOptions {
  /** Rows whose cells have changed, such as tickets that were resolved; new rows need not be named. */
  readonly changed?: RowsByTable | undefined;
}

/** Scores after new rows, and how many were computed. */
export interface Rescored {
  readonly scores: ScoreTable;
  /** Entities that were scored again. */
  readonly computed: number;
}

/**
 * Brings everybody's scores up to date at their own moment, after rows were appended to tables: the same as scoring all again. At a later moment all windows
 * have moved, so everybody is to be scored.
 *
 * @param scores - of everybody, of the database as it was.
 * @param before - the database as it was.
 * @param after - the same tables with rows appended.
 * @param options - rows that changed in place.
 * @throws {@link ConfigError} CFG230 to CFG239 for a configuration that does not fit.
 */
export function rescore(
  scores: ScoreTable,
  before: Database,
  after: Database,
  { changed = new Map(), ...work }: RescoreOptions = {},
): Rescored {
  const { config, anchor } = scores;
  const metrics = bindMetrics(config, after.schema, hiddenByOutcomes(config, after.schema));
  const hit = affectedRows(after, config, metrics, touchedRows(before, after, changed), before);
  const known = new Map(Array.from(scores.entityRows, (row, place) => [row, place]));
  const entityRows = openRows(after, config.entity, anchor);
  const again = entityRows.filter((row) => hit[row] === 1 || !known.has(row));
  const found = scoreEntities(after, config, { anchor, rows: again, ...work });
  const places = new Map(Array.from(again, (row, place) => [row, place]));
  const sources = Array.from(entityRows, (row): Source => {
    const place = places.get(row);
    return place === undefined
      ? { table: scores, place: known.get(row)! }
      : { table: found, place };
  });
  return { scores: merge(scores, found, entityRows, sources), computed: again.length };
}

/** Rows that were added, and those that changed. */
function touchedRows(before: Database, after: Database, changed: RowsByTable): RowMarks {
  return new Map(
    after.tables.map(({ name, numRows }) => {
      const marks = new Uint8Array(numRows).fill(1, before.table(name).numRows);
      for (const row of changed.get(name) ?? []) marks[row] = 1;
      return [name, marks] as const;
    }),
  );
}

/** Where a row's score stands. */
interface Source {
  readonly table: ScoreTable;
  readonly place: number;
}

function merge(
  before: ScoreTable,
  found: ScoreTable,
  entityRows: Int32Array,
  sources: readonly Source[],
): ScoreTable {
  const numbers = (of: (table: ScoreTable) => Float64Array): Float64Array =>
    Float64Array.from(sources, ({ table, place }) => of(table)[place]!);
  const columns = (of: (table: ScoreTable) => ReadonlyMap<string, Float64Array>) =>
    new Map([...of(found).keys()].map((name) => [name, numbers((table) => of(table).get(name)!)]));
  const at = (row: number): Source => sources[row]!;
  return {
    config: before.config,
    anchor: before.anchor,
    entityRows,
    scores: numbers((table) => table.scores),
    previous: numbers((table) => table.previous),
    tiers: Uint8Array.from(sources, ({ table, place }) => table.tiers[place]!),
    categories: columns((table) => table.categories),
    deductions: numbers((table) => table.deductions),
    metrics: columns((table) => table.metrics),
    reasons: (row) => at(row).table.reasons(at(row).place),
    changes: (row) => at(row).table.changes(at(row).place),
    playbook: (row) => at(row).table.playbook(at(row).place),
  };
}
