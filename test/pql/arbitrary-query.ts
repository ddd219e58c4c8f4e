/** Arbitrary queries as trees: any names, any constants, any nesting the grammar allows. */
import fc from "fast-check";
import {
  AGGREGATES,
  type Aggregation,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type Entity,
  type Operator,
  type PredictiveQuery,
  type Problem,
  type Wildcard,
} from "../../pql/ast.js";
import type { TimeUnit } from "../../src/core/time.js";

const span = { start: 0, end: 0 };

const arbName = fc.oneof(
  fc.constantFrom("orders", "users", "first", "COUNT", "for", "_x1"),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
    .filter((name) => !/[`.\r\n]/.test(name)),
);
const arbColumn: fc.Arbitrary<ColumnRef> = fc
  .tuple(arbName, arbName)
  .map(([table, column]) => ({ kind: "column", table, column, span }));
const arbWildcard: fc.Arbitrary<Wildcard> = arbName.map((table) => ({
  kind: "wildcard",
  table,
  span,
}));
const arbRef = fc.oneof({ arbitrary: arbColumn, weight: 4 }, { arbitrary: arbWildcard, weight: 1 });

const arbInteger = fc.oneof(fc.integer(), fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n })).map(
  (value): Constant => ({
    kind: "number",
    value: Number(value),
    integer: true,
    text: String(value),
    span,
  }),
);
const arbDecimal = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): Constant => {
  const plain = Object.is(value, -0) ? "-0" : String(value);
  const text = /[.e]/.test(plain) ? plain : `${plain}.0`;
  return { kind: "number", value, integer: false, text, span };
});
const arbTime = fc
  .integer({ min: Date.UTC(1000, 0) / 1000, max: Date.UTC(9999, 0) / 1000 })
  .map((seconds): Constant => ({ kind: "time", value: seconds * 1000, span }));
const arbScalar: fc.Arbitrary<Constant> = fc.oneof(
  fc.constant<Constant>({ kind: "null", span }),
  fc.boolean().map((value): Constant => ({ kind: "boolean", value, span })),
  arbInteger,
  arbDecimal,
  fc.string({ unit: "binary" }).map((value): Constant => ({ kind: "string", value, span })),
  arbTime,
);
const arbConstant: fc.Arbitrary<Constant> = fc.oneof(
  { arbitrary: arbScalar, weight: 4 },
  {
    arbitrary: fc
      .array(arbScalar, { minLength: 1, maxLength: 4 })
      .map((items): Constant => ({ kind: "list", items, span })),
    weight: 1,
  },
);
const arbOperator = fc.constantFrom<Operator>(
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "IN",
  "LIKE",
  "NOT LIKE",
  "CONTAINS",
  "NOT CONTAINS",
  "STARTS WITH",
  "ENDS WITH",
);
const UNITS: TimeUnit[] = [
  "milliseconds",
  "seconds",
  "minutes",
  "hours",
  "days",
  "weeks",
  "months",
  "quarters",
  "years",
];
const arbWindow = fc
  .record({
    start: fc.oneof(fc.integer(), fc.constant(Number.NEGATIVE_INFINITY)),
    end: fc.integer(),
    unit: fc.constantFrom(...UNITS),
  })
  .map((window) => ({ kind: "window" as const, ...window, span }));

const { condition: arbCondition, aggregation: arbAggregation } = fc.letrec<{
  condition: Condition;
  comparison: Comparison;
  aggregation: Aggregation;
}>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    tie("comparison"),
    fc
      .record({
        kind: fc.constantFrom("and" as const, "or" as const),
        left: tie("condition"),
        right: tie("condition"),
      })
      .map((node) => ({ ...node, span })),
    tie("condition").map((operand): Condition => ({ kind: "not", operand, span })),
  ),
  comparison: fc
    .record({
      left: fc.oneof({ depthSize: "small" }, arbRef, tie("aggregation")),
      operator: arbOperator,
      right: arbConstant,
    })
    .map((node): Comparison => ({ kind: "comparison", ...node, operatorSpan: span, span })),
  aggregation: fc
    .record({
      name: fc.constantFrom(...AGGREGATES),
      column: arbRef,
      where: fc.option(tie("condition"), { depthSize: "small" }),
      window: fc.option(arbWindow),
    })
    .map((node): Aggregation => ({ kind: "aggregation", ...node, span })),
}));

const arbTop = fc.option(fc.integer());
const arbProblem: fc.Arbitrary<Problem> = fc.oneof(
  fc.integer().map((timeframes): Problem => ({ kind: "forecast", timeframes, span })),
  arbTop.map((top): Problem => ({ kind: "rank", top, span })),
  arbTop.map((top): Problem => ({ kind: "classify", top, span })),
  fc.integer().map((top): Problem => ({ kind: "top", top, span })),
);
const arbEntity: fc.Arbitrary<Entity> = fc
  .record({
    each: fc.boolean(),
    key: arbRef,
    selection: fc.option(
      fc.record({ operator: arbOperator, value: arbConstant, operatorSpan: fc.constant(span) }),
    ),
  })
  .map((entity) => ({ kind: "entity", ...entity, span }));

/** A query of any shape the grammar allows, most of them without any sense. */
export const arbQuery: fc.Arbitrary<PredictiveQuery> = fc
  .record({
    target: fc.oneof(arbRef, arbAggregation, arbCondition),
    problem: fc.option(arbProblem),
    entity: arbEntity,
    where: fc.option(arbCondition),
    assuming: fc.option(arbCondition),
  })
  .map((query) => ({ kind: "query", ...query, source: "", span }));
