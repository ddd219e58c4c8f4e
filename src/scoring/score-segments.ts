/** Which segment of a configuration each row belongs to. */
import { bindFeature, runFeature } from "../../pql/index.js";
import { ConfigError, RelError } from "../core/errors.js";
import type { Database } from "../data/database.js";
import type { ScoreConfig } from "./config.js";
import type { ScoreRows } from "./metrics.js";

/**
 * Finds the segment of each row: the first whose condition holds.
 *
 * @returns int32 `[rows]`: index into the segments of the configuration, −1 = none.
 * @throws {@link ConfigError} CFG238 if a condition does not fit the schema.
 */
export function segmentsOf(
  db: Database,
  { entity, segments = [] }: ScoreConfig,
  seeds: ScoreRows,
): Int32Array {
  const found = new Int32Array(seeds.rows.length).fill(-1);
  segments.forEach(({ name, when }, s) => {
    const values = conditionOf(db, entity, name, when, seeds);
    for (let i = 0; i < found.length; i++) if (found[i]! < 0 && values[i] === 1) found[i] = s;
  });
  return found;
}

function conditionOf(
  db: Database,
  entity: string,
  name: string,
  when: string,
  seeds: ScoreRows,
): ArrayLike<number> {
  try {
    return runFeature(bindFeature(when, db.schema, entity), db, seeds).values;
  } catch (cause) {
    if (!(cause instanceof RelError)) throw cause;
    throw new ConfigError("CFG238", `segment \`${name}\`, \`${when}\`: ${cause.message}`, {
      hint: cause.hint ?? "a segment is a condition that looks back",
      cause,
    });
  }
}
