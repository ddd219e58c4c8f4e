/** What a model knows of a seed besides its row: the season of its anchor, and the age of each of its own times. */
import type { Timestamp } from "../../src/core/time.js";
import { isValid } from "../../src/data/column.js";
import type { Database } from "../../src/data/database.js";
import { isKnownAt, type KnownTimes, knownTimes } from "../../src/data/known.js";
import { keyColumns } from "../../src/data/schema.js";
import type { SparseRows } from "../../src/tensor/ops.js";
import { pushCalendar } from "./encode-rows.js";
import { CALENDAR_WIDTH } from "./encoding.js";
import { AGE_WIDTH, pushAge } from "./scales.js";
import { createSink } from "./sink.js";

/** The parts of a seed's context, each with its codes. */
export interface SeedContextPart {
  /** The time column whose age it holds, or `null` for the season of the anchor. */
  readonly column: string | null;
  readonly firstCode: number;
  readonly width: number;
}

/** Layout of the context of an entity table's seeds. */
export interface SeedContextEncoding {
  readonly table: string;
  readonly parts: readonly SeedContextPart[];
  readonly width: number;
}

/**
 * Lays out the context of an entity table: the season, then every time column that is not hidden.
 *
 * @param db - the database.
 * @param table - the entity table.
 * @param hidden - columns never shown to a model.
 */
export function seedContextEncoding(
  db: Database,
  table: string,
  hidden: ReadonlySet<string> = new Set(),
): SeedContextEncoding {
  const keys = keyColumns(db.tableSchema(table));
  const columns = db
    .table(table)
    .columns.filter((c) => c.kind === "timestamp" && !hidden.has(c.name) && !keys.has(c.name));
  const parts: SeedContextPart[] = [{ column: null, firstCode: 0, width: CALENDAR_WIDTH }];
  let width = CALENDAR_WIDTH;
  for (const column of columns) {
    parts.push({ column: column.name, firstCode: width, width: AGE_WIDTH });
    width += AGE_WIDTH;
  }
  return { table, parts, width };
}

/** Encodes the context of seeds. */
export interface SeedContextEncoder {
  /**
   * @param rows - int32 `[S]`: entity rows.
   * @param anchorTimes - float64 `[S]`: ages are measured from here; `+Infinity` has no season and no ages.
   * @param visibleTimes - float64 `[S]`: cells known later are not read.
   * @returns sparse `[S, width]`.
   */
  encode(rows: Int32Array, anchorTimes: Float64Array, visibleTimes: Float64Array): SparseRows;
}

/** Prepares the encoding of seed contexts on a database. */
export function createSeedContextEncoder(
  db: Database,
  encoding: SeedContextEncoding,
): SeedContextEncoder {
  const table = db.table(encoding.table);
  const sources = encoding.parts.map((part) => {
    const column = part.column === null ? undefined : table.find(part.column);
    const known: KnownTimes =
      part.column && column ? knownTimes(db, table.name, part.column) : null;
    return { part, column: column?.kind === "timestamp" ? column : null, known };
  });
  const ageOf = (source: (typeof sources)[number], row: number, at: Timestamp, seen: Timestamp) => {
    const { column, known } = source;
    if (!column || !isValid(column, row) || !isKnownAt(known, row, seen)) return Number.NaN;
    return at - column.values[row]!;
  };
  return {
    encode(rows, anchorTimes, visibleTimes) {
      const out = createSink(rows.length, 3 * sources.length);
      for (let i = 0; i < rows.length; i++) {
        const anchor = anchorTimes[i]!;
        for (const source of sources) {
          const { firstCode, column, width } = source.part;
          if (column !== null) {
            pushAge(out, ageOf(source, rows[i]!, anchor, visibleTimes[i]!), firstCode);
          } else if (Number.isFinite(anchor)) pushCalendar(out, anchor, firstCode);
          else out.push(firstCode + width - 1, 1);
        }
        out.endRow();
      }
      return out.finish();
    },
  };
}
