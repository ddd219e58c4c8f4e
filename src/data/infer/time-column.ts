/** Which column tells when a table's rows became known. */
import { isValid, nullCount, type TimestampColumn } from "../column.js";
import type { Table } from "../table.js";
import { nameWords, singular } from "./names.js";

/** The time column found, and what to tell people about it. */
export interface TimeColumnGuess {
  readonly timeColumn: string | null;
  readonly notes: readonly string[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Words of a beginning: the row is written then. */
const BEGIN = words(
  "created create creation start started begin began begun opened open signup registered registration joined join submitted inserted added ordered placed purchased purchase booked posted issued occurred happened logged requested published founded entered observed recorded subscribed onboarded hired event",
);
/** Words of a time as such. */
const PLAIN = words("date time timestamp datetime ts at on day when");
/** Words of an end: the row was open before. */
const END = words(
  "end ended ends closed close closing resolved resolution finished finish completed completion stop stopped churned churn cancelled canceled terminated returned refunded solved exited left",
);
/** Words of a state that is overwritten, or of a time still to come: never when a row became known. */
const NEVER = words(
  "last latest updated update modified modification changed edited edit deleted removed archived owned due deadline expires expired expiry expiration expire until next renewal renew scheduled planned estimated target valid to previous",
);
const BIRTH = /birth|^dob$|^born$|^bday$/;

/** Tells whether a name is one of a birth date, which is a property and never a time of knowledge. */
export function isBirthDate(name: string): boolean {
  return nameWords(name).some((word) => BIRTH.test(word));
}

/** What a time column's name says. */
export type TimeRole = "begin" | "plain" | "end" | "changed" | "birth" | "other";

/**
 * Reads the role of a time from its name. Words of the table's own name do not count against it: `churn_date` is the
 * plain time of `churn_events`.
 *
 * @param name - the column's name.
 * @param table - the table's name.
 */
export function timeRole(name: string, table: string): TimeRole {
  if (isBirthDate(name)) return "birth";
  const own = new Set(nameWords(table).flatMap((word) => [word, singular(word)]));
  const rest = nameWords(name).filter((word) => !own.has(word));
  if (rest.length === 0) return "plain";
  if (rest.some((word) => NEVER.has(word))) return "changed";
  if (rest.some((word) => END.has(word))) return "end";
  if (rest.some((word) => BEGIN.has(word)) || /sign.?up/i.test(name)) return "begin";
  return rest.every((word) => PLAIN.has(word)) ? "plain" : "other";
}

const ROLE_SCORE: Readonly<Record<TimeRole, number>> = {
  begin: 3,
  plain: 2.5,
  other: 1,
  end: 0,
  changed: -9,
  birth: -9,
};

/**
 * Guesses a table's time column.
 *
 * @param table - the table.
 * @returns the column, or `null` where no time fits; an end time is taken only if it is the only one and never null,
 * since then the row is written at its end.
 * @see Kumo `infer_time_column` (no `last…`, prefers `create…`, else the oldest minimum).
 */
export function inferTimeColumn(table: Table): TimeColumnGuess {
  let best: { column: TimestampColumn; score: number; min: number } | null = null;
  const passedOver: string[] = [];
  for (const column of table.columns) {
    if (column.kind !== "timestamp") continue;
    const role = timeRole(column.name, table.name);
    const nulls = nullCount(column);
    const share = table.numRows === 0 ? 0 : nulls / table.numRows;
    if (
      ROLE_SCORE[role] < 0 ||
      (role === "end" && nulls > 0) ||
      (nulls === table.numRows && nulls > 0)
    ) {
      if (role !== "birth") passedOver.push(column.name);
      continue;
    }
    const score = ROLE_SCORE[role] - (share > 0.5 ? 2 : share > 0.05 ? 0.75 : 0);
    const min = minimum(column);
    if (!best || score > best.score || (score === best.score && min < best.min)) {
      best = { column, score, min };
    }
  }
  const found = best as { column: TimestampColumn } | null;
  if (!found) {
    if (passedOver.length === 0) return { timeColumn: null, notes: [] };
    const names = passedOver.map((name) => `\`${name}\``).join(", ");
    return {
      timeColumn: null,
      notes: [`\`${table.name}\` has no time column: ${names} may be written later than the row`],
    };
  }
  const { name } = found.column;
  const notes =
    timeRole(name, table.name) === "end"
      ? [`\`${table.name}.${name}\` is taken as the time of the row: there is no time of its start`]
      : [];
  return { timeColumn: name, notes };
}

function minimum(column: TimestampColumn): number {
  let min = Infinity;
  for (let row = 0; row < column.length; row++) {
    if (isValid(column, row) && column.values[row]! < min) min = column.values[row]!;
  }
  return min;
}
