/** Conditions in three-valued logic, one byte a row, and comparisons of values with constants. */
import { assertNever } from "../../src/core/assert.js";
import type {
  BoundComparison,
  BoundCondition,
  BoundOperator,
  BoundRelation,
  BoundValue,
  NullLogic,
} from "../bind/bound.js";
import { compileLike } from "./like.js";
import { compareDigits, compareTexts } from "./text-order.js";
import type { RowValues } from "./values-of-rows.js";

/** The comparison does not hold. */
export const FALSE = 0;
/** The comparison holds. */
export const TRUE = 1;
/** The comparison meets a missing value. */
export const UNKNOWN = 2;

const AND = Uint8Array.of(0, 0, 0, 0, 1, 2, 0, 2, 2);
const OR = Uint8Array.of(0, 1, 2, 1, 1, 1, 2, 1, 2);
const NOT = Uint8Array.of(1, 0, 2);

/**
 * Joins comparisons by AND, OR and NOT.
 *
 * @param condition - the condition.
 * @param logic - `kleene`: unknown stays unknown; `kumo`: a comparison with a missing value is false.
 * @param compare - evaluates one comparison; a fresh array that may be changed.
 * @returns uint8 `[rows]` of {@link FALSE}, {@link TRUE}, {@link UNKNOWN}.
 */
export function combine(
  condition: BoundCondition,
  logic: NullLogic,
  compare: (comparison: BoundComparison | BoundRelation) => Uint8Array,
): Uint8Array {
  switch (condition.kind) {
    case "comparison":
    case "relation": {
      const truth = compare(condition);
      if (logic === "kumo") {
        for (let row = 0; row < truth.length; row++) if (truth[row] === UNKNOWN) truth[row] = FALSE;
      }
      return truth;
    }
    case "not": {
      const truth = combine(condition.operand, logic, compare);
      for (let row = 0; row < truth.length; row++) truth[row] = NOT[truth[row]!]!;
      return truth;
    }
    case "and":
    case "or": {
      const table = condition.kind === "and" ? AND : OR;
      const truth = combine(condition.operands[0]!, logic, compare);
      for (const operand of condition.operands.slice(1)) {
        const other = combine(operand, logic, compare);
        for (let row = 0; row < truth.length; row++) {
          truth[row] = table[truth[row]! * 3 + other[row]!]!;
        }
      }
      return truth;
    }
    default:
      return assertNever(condition);
  }
}

/**
 * Compares values with a constant.
 *
 * @param values - the values.
 * @param operator - the operator.
 * @param right - the constant in the type of the values, a list for IN, a pair for BETWEEN.
 * @param length - number of rows.
 * @returns uint8 `[length]`; a missing value is {@link UNKNOWN}, but `= NULL` and `!= NULL` are exact.
 */
export function compareValues(
  values: RowValues,
  operator: BoundOperator,
  right: BoundValue,
  length: number,
): Uint8Array {
  const truth = new Uint8Array(length);
  const { data, nulls, dictionary, list } = values;
  if (right === null) {
    const ifNull = operator === "=" ? TRUE : FALSE;
    if (nulls === null) return truth.fill(1 - ifNull);
    for (let row = 0; row < length; row++) truth[row] = nulls[row] === 1 ? ifNull : 1 - ifNull;
    return truth;
  }
  if (list !== null) containsItem(values, right as number | string, operator, truth);
  else if (dictionary !== null) {
    const holds = textPredicate(operator, right, values.int64);
    const byCode = Uint8Array.from(dictionary, (text) => (holds(text) ? TRUE : FALSE));
    for (let row = 0; row < length; row++) truth[row] = byCode[data[row]!] ?? FALSE;
  } else compareNumbers(data, operator, right, truth);
  if (nulls) for (let row = 0; row < length; row++) if (nulls[row] === 1) truth[row] = UNKNOWN;
  return truth;
}

function containsItem(
  { data, list }: RowValues,
  item: number | string,
  operator: BoundOperator,
  truth: Uint8Array,
): void {
  const found = operator === "CONTAINS" ? TRUE : FALSE;
  truth.fill(1 - found);
  const { offsets, items, dictionary } = list!;
  const wanted = dictionary === null ? Number(item) : dictionary.indexOf(String(item));
  for (let row = 0; row < truth.length; row++) {
    const end = offsets[data[row]! + 1]!;
    for (let i = offsets[data[row]!]!; i < end; i++) {
      if (items[i] !== wanted) continue;
      truth[row] = found;
      break;
    }
  }
}

/** Compares numbers, times or truth values; every loop compares with the same operator throughout. */
function compareNumbers(
  data: RowValues["data"],
  operator: BoundOperator,
  right: BoundValue,
  truth: Uint8Array,
): void {
  const { length } = truth;
  const c = right as number;
  switch (operator) {
    case "=":
      for (let row = 0; row < length; row++) truth[row] = data[row] === c ? TRUE : FALSE;
      return;
    case "!=":
      for (let row = 0; row < length; row++) truth[row] = data[row] !== c ? TRUE : FALSE;
      return;
    case "<":
      for (let row = 0; row < length; row++) truth[row] = data[row]! < c ? TRUE : FALSE;
      return;
    case "<=":
      for (let row = 0; row < length; row++) truth[row] = data[row]! <= c ? TRUE : FALSE;
      return;
    case ">":
      for (let row = 0; row < length; row++) truth[row] = data[row]! > c ? TRUE : FALSE;
      return;
    case ">=":
      for (let row = 0; row < length; row++) truth[row] = data[row]! >= c ? TRUE : FALSE;
      return;
    case "BETWEEN": {
      const [low, high] = right as readonly [number, number];
      for (let row = 0; row < length; row++) {
        truth[row] = data[row]! >= low && data[row]! <= high ? TRUE : FALSE;
      }
      return;
    }
    case "IN": {
      const wanted = new Set(right as readonly number[]);
      for (let row = 0; row < length; row++) truth[row] = wanted.has(data[row]!) ? TRUE : FALSE;
      return;
    }
    case "LIKE":
    case "NOT LIKE":
    case "CONTAINS":
    case "NOT CONTAINS":
    case "STARTS WITH":
    case "ENDS WITH":
      // Only texts have these operators.
      return;
    default:
      assertNever(operator);
  }
}

/** Returns the test of one text; order is by code units, or by value for digits of integers. */
export function textPredicate(
  operator: BoundOperator,
  right: BoundValue,
  int64: boolean,
): (text: string) => boolean {
  const compare = int64 ? compareDigits : compareTexts;
  if (operator === "IN") {
    const wanted = new Set(right as readonly string[]);
    return (text) => wanted.has(text);
  }
  if (operator === "BETWEEN") {
    const [low, high] = right as readonly [string, string];
    return (text) => compare(text, low) >= 0 && compare(text, high) <= 0;
  }
  const c = String(right);
  switch (operator) {
    case "=":
      return (text) => text === c;
    case "!=":
      return (text) => text !== c;
    case "<":
      return (text) => compare(text, c) < 0;
    case "<=":
      return (text) => compare(text, c) <= 0;
    case ">":
      return (text) => compare(text, c) > 0;
    case ">=":
      return (text) => compare(text, c) >= 0;
    case "CONTAINS":
      return (text) => text.includes(c);
    case "NOT CONTAINS":
      return (text) => !text.includes(c);
    case "STARTS WITH":
      return (text) => text.startsWith(c);
    case "ENDS WITH":
      return (text) => text.endsWith(c);
    case "LIKE":
      return compileLike(c);
    case "NOT LIKE": {
      const matches = compileLike(c);
      return (text) => !matches(text);
    }
    default:
      return assertNever(operator);
  }
}
