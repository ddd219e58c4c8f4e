/** Casts columns to the storage that an stype needs, value by value and never by guess. */
import { SchemaError } from "../core/errors.js";
import { parseTime } from "../core/time.js";
import { clearBit, createBits } from "./bitset.js";
import {
  type Column,
  type ColumnKind,
  cellText,
  isValid,
  type ListColumn,
  numberColumn,
  type StringColumn,
  stringColumn,
  timestampColumn,
  type VectorColumn,
} from "./column.js";
import { chooseItemFormat, splitColumn } from "./infer/multivalue.js";
import type { Stype } from "./stype.js";

/** The kinds that can carry each stype. */
const CARRIERS: Readonly<Record<Stype, readonly ColumnKind[]>> = {
  numerical: ["number"],
  categorical: ["string", "boolean", "number"],
  multicategorical: ["list"],
  timestamp: ["timestamp"],
  text: ["string"],
  embedding: ["vector"],
  id: ["string", "number", "boolean", "timestamp"],
};

/**
 * Returns the column in a kind that carries an stype.
 *
 * @param table - the table's name, for errors.
 * @param column - the column.
 * @param stype - the stype asked for; `null` leaves the column as it is.
 * @returns the same column where its kind fits, else a cast copy: texts of numbers to numbers, ISO 8601 texts to times,
 * numbers to texts, joined texts to lists, lists of equal length to vectors.
 * @throws {@link SchemaError} SCH106 if a value does not fit, naming the first such row.
 */
export function castToStype(table: string, column: Column, stype: Stype | null): Column {
  if (stype === null || CARRIERS[stype].includes(column.kind)) return column;
  if (stype === "numerical" && column.kind === "boolean") {
    const values = Float64Array.from(column.values);
    return numberColumn(column.name, values, { validity: column.validity, integer: true });
  }
  if (stype === "text" && (column.kind === "number" || column.kind === "boolean")) {
    const texts = Array.from({ length: column.length }, (_, row) => cellText(column, row));
    return stringColumn(column.name, texts);
  }
  if (stype === "embedding" && column.kind === "list" && column.numeric) {
    const vectors = listToVector(column);
    if (vectors) return vectors;
  }
  if (column.kind === "string") {
    if (stype === "multicategorical") return splitColumn(column, chooseItemFormat(column));
    if (stype === "numerical" || stype === "timestamp") return readTexts(table, column, stype);
  }
  throw new SchemaError(
    "SCH106",
    `\`${column.name}\` holds ${column.kind}s, which cannot be ${stype}`,
    {
      at: { table, column: column.name },
      hint:
        stype === "timestamp"
          ? "the unit of a number is never guessed: store times as timestamps or ISO 8601 text"
          : `${stype} needs ${CARRIERS[stype].join(" or ")} values`,
    },
  );
}

function readTexts(table: string, column: StringColumn, stype: "numerical" | "timestamp"): Column {
  const read = column.dictionary.map((text) =>
    stype === "timestamp" ? parseTime(text) : readNumber(text),
  );
  const values = new Float64Array(column.length);
  for (let row = 0; row < column.length; row++) {
    if (!isValid(column, row)) continue;
    const value = read[column.codes[row]!] ?? null;
    if (value === null) {
      const text = column.dictionary[column.codes[row]!]!;
      throw new SchemaError("SCH106", `\`${column.name}\` cannot be ${stype}: found \`${text}\``, {
        at: { table, column: column.name, row: row + 1 },
        hint: `name the texts that mean null: "nullValues": [${JSON.stringify(text)}]`,
      });
    }
    values[row] = value;
  }
  const { validity } = column;
  return stype === "timestamp"
    ? timestampColumn(column.name, values, { validity })
    : numberColumn(column.name, values, { validity });
}

function readNumber(text: string): number | null {
  return text.trim() === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}

/**
 * Turns numeric lists of one length into vectors.
 *
 * @param column - the lists; null rows become null vectors.
 * @returns the vectors, or `null` where lengths differ or all are empty.
 */
export function listToVector(column: ListColumn): VectorColumn | null {
  const numbers = column.dictionary.map(Number);
  let dimension = -1;
  for (let row = 0; row < column.length; row++) {
    if (!isValid(column, row)) continue;
    const size = column.offsets[row + 1]! - column.offsets[row]!;
    if (dimension !== -1 && size !== dimension) return null;
    dimension = size;
  }
  if (dimension <= 0) return null;
  const values = new Float32Array(column.length * dimension);
  let validity: Uint8Array | null = null;
  for (let row = 0; row < column.length; row++) {
    if (!isValid(column, row)) {
      validity ??= createBits(column.length, true);
      clearBit(validity, row);
      continue;
    }
    const from = column.offsets[row]!;
    for (let i = 0; i < dimension; i++) {
      values[row * dimension + i] = numbers[column.codes[from + i]!]!;
    }
  }
  return { kind: "vector", name: column.name, length: column.length, validity, dimension, values };
}
