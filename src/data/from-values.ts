/** Columns from plain JavaScript values: the kind is the narrowest that holds them all. */
import { DataError } from "../core/errors.js";
import { parseTime } from "../core/time.js";
import {
  booleanColumn,
  type Column,
  listColumn,
  numberColumn,
  stringColumn,
  timestampColumn,
} from "./column.js";

/**
 * Makes a column from plain values. Numbers and bigints within 2^53 give numbers, larger bigints exact int64
 * strings, `Date`s and ISO 8601 strings times, arrays lists; a column of nulls only is a string column.
 *
 * @param table - the table's name, for errors.
 * @param name - the column's name.
 * @param values - plain values; null and undefined are missing.
 * @throws {@link DataError} DAT104 if values of different kinds meet, with the first row that does not fit.
 */
export function columnFromValues(table: string, name: string, values: readonly unknown[]): Column {
  const present = values.filter((value) => value !== null && value !== undefined);
  const firstKind = kindOf(present[0]);
  const kinds = new Set(present.map(kindOf));
  if (kinds.size > 1 && !(kinds.size === 2 && kinds.has("number") && kinds.has("bigint"))) {
    const row = values.findIndex((v) => v !== null && v !== undefined && kindOf(v) !== firstKind);
    const message = `column \`${name}\` mixes ${[...kinds].join(" and ")} values`;
    throw new DataError("DAT104", message, {
      at: { table, column: name, row: row + 1 },
      hint: "give all values of a column one type",
    });
  }
  switch (kinds.has("bigint") ? "bigint" : firstKind) {
    case "bigint": {
      const exact = present.every((value) => Number.isSafeInteger(Number(value)));
      return exact
        ? numberColumn(
            name,
            values.map((v) => (v === null || v === undefined ? null : Number(v))),
          )
        : stringColumn(name, texts(values), { int64: true });
    }
    case "number":
      return numberColumn(
        name,
        values.map((v) => (v as number) ?? null),
      );
    case "boolean":
      return booleanColumn(
        name,
        values.map((v) => (v as boolean) ?? null),
      );
    case "date":
      return timestampColumn(
        name,
        values.map((v) => (v as Date | null)?.getTime() ?? null),
      );
    case "list": {
      const lists = values.map((v) => (v === null || v === undefined ? null : (v as unknown[])));
      const numeric = lists.every(
        (list) => list?.every((item) => typeof item === "number") ?? true,
      );
      return listColumn(
        name,
        lists.map((list) => list?.filter((i) => i !== null).map(String) ?? null),
        { numeric },
      );
    }
    default: {
      const strings = texts(values);
      const times = strings.map((text) => (text === null ? null : parseTime(text)));
      const allTimes =
        present.length > 0 && times.every((t, row) => t !== null || strings[row] === null);
      return allTimes ? timestampColumn(name, times) : stringColumn(name, strings);
    }
  }
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return "date";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "list";
  return typeof value;
}

function texts(values: readonly unknown[]): (string | null)[] {
  return values.map((value) => {
    if (value === null || value === undefined) return null;
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  });
}
