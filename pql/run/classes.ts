/** The values that an expression can have over a whole database, as ordered classes. */
import { ConfigError } from "../../src/core/errors.js";
import { formatTime } from "../../src/core/time.js";
import type { BoundAggregation, BoundExpression, ValueType } from "../bind/bound.js";
import { evaluate } from "./evaluate.js";
import { joinPath } from "./joined-rows.js";
import { compareDigits, compareTexts } from "./text-order.js";
import type { ColumnReader, Lists, RowValues } from "./values-of-rows.js";

/** Classes in order: numbers by value, texts by code units, digits of integers by value. */
export interface Classes {
  readonly names: readonly string[];
  /** Whether the classes are numbers, so that writers give numbers back. */
  readonly numeric: boolean;
  /** Returns the class of each of some numbers, or of each code of a dictionary where there is one; -1 = none. */
  indexesOf(
    values: Float64Array | Int32Array | Uint8Array,
    dictionary: readonly string[] | null,
  ): Int32Array;
}

/**
 * Finds the classes of an expression: all its values in the database whatever the anchor, so that every table has the
 * same. What an aggregation keeps or lists comes from its argument; lists have their items as classes.
 *
 * @param columns - the database.
 * @param node - the expression.
 * @throws {@link ConfigError} CFG142 if the values depend on the anchor.
 */
export function findClasses(columns: ColumnReader, node: BoundExpression): Classes {
  const found: Found = { texts: new Set(), numbers: new Set(), int64: false };
  collect(columns, node, found);
  const type = typeOfItems(node);
  return type === "text" || type === "list"
    ? textClasses(found)
    : numberClasses(found.numbers, type);
}

interface Found {
  readonly texts: Set<string>;
  readonly numbers: Set<number>;
  /** Whether some of the texts are digits of integers. */
  int64: boolean;
}

function typeOfItems(node: BoundExpression): ValueType {
  return node.kind === "aggregation" && node.argument ? typeOfItems(node.argument) : node.type;
}

function collect(columns: ColumnReader, node: BoundExpression, found: Found): void {
  if (node.kind === "column") {
    addValues(columns.values(node.table.name, node.column.name), found);
  } else if (node.kind === "constant") {
    if (typeof node.value === "string") found.texts.add(node.value);
    else if (node.value !== null) found.numbers.add(node.value);
  } else if (node.kind === "call" && node.name === "COALESCE") {
    for (const arg of node.args) collect(columns, arg, found);
  } else if (node.kind === "aggregation" && node.argument !== null) {
    if (isListed(node.argument)) collect(columns, node.argument, found);
    else addValues(overJoinedRows(columns, node, node.argument), found);
  } else {
    throw dependsOnAnchor();
  }
}

/** Tells whether the values of an expression are those of its parts, so that no row needs to be computed. */
function isListed(node: BoundExpression): boolean {
  if (node.kind === "call") return node.name === "COALESCE" && node.args.every(isListed);
  return node.kind === "column" || node.kind === "constant";
}

function overJoinedRows(
  columns: ColumnReader,
  aggregation: BoundAggregation,
  argument: BoundExpression,
): RowValues {
  const { length, rows } = joinPath(columns, aggregation);
  return evaluate(argument, {
    columns,
    logic: "kleene",
    length,
    rows,
    moment: Infinity,
    get anchor(): never {
      throw dependsOnAnchor();
    },
    aggregate: () => {
      throw dependsOnAnchor();
    },
  });
}

function dependsOnAnchor(): ConfigError {
  const message = "the classes of a value that is computed from other aggregations are not known";
  return new ConfigError("CFG142", message, { hint: "list or predict a column" });
}

function addValues({ data, nulls, dictionary, int64, list }: RowValues, found: Found): void {
  if (list !== null) {
    addItems(data, nulls, list, found);
  } else if (dictionary !== null) {
    const used = new Uint8Array(dictionary.length);
    for (let row = 0; row < data.length; row++) if (nulls?.[row] !== 1) used[data[row]!] = 1;
    addUsed(dictionary, used, found);
    found.int64 ||= int64;
  } else {
    for (let row = 0; row < data.length; row++) {
      if (nulls?.[row] !== 1) found.numbers.add(data[row]!);
    }
  }
}

function addItems(
  data: RowValues["data"],
  nulls: Uint8Array | null,
  { offsets, items, dictionary }: Lists,
  found: Found,
): void {
  const used = new Uint8Array(dictionary?.length ?? 0);
  for (let row = 0; row < data.length; row++) {
    if (nulls?.[row] === 1) continue;
    for (let i = offsets[data[row]!]!; i < offsets[data[row]! + 1]!; i++) used[items[i]!] = 1;
  }
  addUsed(dictionary ?? [], used, found);
}

function addUsed(dictionary: readonly string[], used: Uint8Array, found: Found): void {
  dictionary.forEach((text, code) => {
    if (used[code] === 1) found.texts.add(text);
  });
}

function textClasses({ texts, int64 }: Found): Classes {
  const digits = int64 && [...texts].every((text) => /^-?\d+$/.test(text));
  const names = [...texts].sort(digits ? compareDigits : compareTexts);
  const index = new Map(names.map((text, i) => [text, i]));
  return {
    names,
    numeric: false,
    indexesOf(values, dictionary) {
      const byCode = Int32Array.from(dictionary ?? [], (text) => index.get(text) ?? -1);
      const indexes = new Int32Array(values.length);
      for (let i = 0; i < values.length; i++) indexes[i] = byCode[values[i]!] ?? -1;
      return indexes;
    },
  };
}

function numberClasses(numbers: ReadonlySet<number>, type: ValueType): Classes {
  const sorted = Float64Array.from(numbers).sort();
  const index = new Map(Array.from(sorted, (value, i) => [value, i]));
  return {
    names: Array.from(sorted, (value) => printNumber(value, type)),
    numeric: type === "number",
    indexesOf(values) {
      const indexes = new Int32Array(values.length);
      for (let i = 0; i < values.length; i++) indexes[i] = index.get(values[i]!) ?? -1;
      return indexes;
    },
  };
}

function printNumber(value: number, type: ValueType): string {
  if (type === "time") return formatTime(value);
  if (type === "boolean") return value === 0 ? "false" : "true";
  return String(value);
}
