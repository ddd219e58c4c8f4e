/** Conditions over columns: three-valued logic, one byte a row. */
import { assertNever } from "../src/core/assert.js";
import type {
  BoundComparison,
  BoundCondition,
  BoundOperator,
  BoundValue,
  NullLogic,
} from "./bound.js";
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
 * Evaluates a condition as a filter.
 *
 * @param condition - the condition.
 * @param logic - `kleene`: unknown stays unknown; `kumo`: a comparison with a missing value is false.
 * @param compare - evaluates one comparison; a fresh array that may be changed.
 * @returns uint8 `[rows]` of {@link FALSE}, {@link TRUE}, {@link UNKNOWN}.
 */
export function evaluate(
  condition: BoundCondition,
  logic: NullLogic,
  compare: (comparison: BoundComparison) => Uint8Array,
): Uint8Array {
  switch (condition.kind) {
    case "comparison": {
      const truth = compare(condition);
      if (logic === "kumo") {
        for (let row = 0; row < truth.length; row++) if (truth[row] === UNKNOWN) truth[row] = FALSE;
      }
      return truth;
    }
    case "not": {
      const truth = evaluate(condition.operand, logic, compare);
      for (let row = 0; row < truth.length; row++) truth[row] = NOT[truth[row]!]!;
      return truth;
    }
    case "and":
    case "or": {
      const left = evaluate(condition.left, logic, compare);
      const right = evaluate(condition.right, logic, compare);
      const table = condition.kind === "and" ? AND : OR;
      for (let row = 0; row < left.length; row++) left[row] = table[left[row]! * 3 + right[row]!]!;
      return left;
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
 * @param right - the constant in the type of the values.
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
  const { data, nulls, list } = values;
  if (right === null) {
    const ifNull = operator === "=" ? TRUE : FALSE;
    for (let row = 0; row < length; row++) truth[row] = nulls?.[row] === 1 ? ifNull : 1 - ifNull;
    return truth;
  }
  if (list !== null) containsItem(values, String(right), operator === "CONTAINS", truth);
  else if (values.dictionary !== null) {
    const holds = textPredicate(operator, right, values.int64);
    const byCode = Uint8Array.from(values.dictionary, (text) => (holds(text) ? TRUE : FALSE));
    for (let row = 0; row < length; row++) truth[row] = byCode[data[row]!] ?? FALSE;
  } else {
    const holds = numberPredicate(operator, right);
    for (let row = 0; row < length; row++) truth[row] = holds(data[row]!) ? TRUE : FALSE;
  }
  if (nulls) for (let row = 0; row < length; row++) if (nulls[row] === 1) truth[row] = UNKNOWN;
  return truth;
}

function containsItem(
  { list, dictionary }: RowValues,
  item: string,
  ifFound: boolean,
  truth: Uint8Array,
): void {
  truth.fill(ifFound ? FALSE : TRUE);
  const wanted = dictionary!.indexOf(item);
  const { offsets, codes } = list!;
  for (let row = 0; row < truth.length; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      if (codes[i] !== wanted) continue;
      truth[row] = ifFound ? TRUE : FALSE;
      break;
    }
  }
}

/** Returns the test of one number, time or truth value. */
function numberPredicate(operator: BoundOperator, right: BoundValue): (value: number) => boolean {
  if (operator === "IN") {
    const wanted = new Set(right as readonly number[]);
    return (value) => wanted.has(value);
  }
  const c = right as number;
  switch (operator) {
    case "=":
      return (value) => value === c;
    case "!=":
      return (value) => value !== c;
    case "<":
      return (value) => value < c;
    case "<=":
      return (value) => value <= c;
    case ">":
      return (value) => value > c;
    case ">=":
      return (value) => value >= c;
    default:
      return () => false;
  }
}

/** Returns the test of one text; order is by code units, or by value for digits of integers. */
export function textPredicate(
  operator: BoundOperator,
  right: BoundValue,
  int64: boolean,
): (text: string) => boolean {
  if (operator === "IN") {
    const wanted = new Set(right as readonly string[]);
    return (text) => wanted.has(text);
  }
  const c = String(right);
  const order = (text: string): number => (int64 ? compareDigits(text, c) : compareTexts(text, c));
  switch (operator) {
    case "=":
      return (text) => text === c;
    case "!=":
      return (text) => text !== c;
    case "<":
      return (text) => order(text) < 0;
    case "<=":
      return (text) => order(text) <= 0;
    case ">":
      return (text) => order(text) > 0;
    case ">=":
      return (text) => order(text) >= 0;
    case "CONTAINS":
      return (text) => text.includes(c);
    case "NOT CONTAINS":
      return (text) => !text.includes(c);
    case "STARTS WITH":
      return (text) => text.startsWith(c);
    case "ENDS WITH":
      return (text) => text.endsWith(c);
    default:
      return assertNever(operator);
  }
}

/** Orders texts by code units. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Orders digits of integers by value. */
export function compareDigits(a: string, b: string): number {
  if (!/^-?\d+$/.test(a) || !/^-?\d+$/.test(b)) return compareTexts(a, b);
  const x = BigInt(a);
  const y = BigInt(b);
  return x < y ? -1 : x > y ? 1 : 0;
}
