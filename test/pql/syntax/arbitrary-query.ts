/** Arbitrary queries as trees: any names, any constants, any nesting the grammar allows. */
import fc from "fast-check";
import {
  AGGREGATES,
  type Aggregation,
  type AnchorTime,
  type ColumnRef,
  type Comparison,
  type Condition,
  type Constant,
  type Entity,
  type Expression,
  FUNCTIONS,
  type LinkName,
  type NamedTarget,
  type NumberConstant,
  type Operator,
  type Parameter,
  type PredictiveQuery,
  type Problem,
  type Target,
  type Via,
  type Wildcard,
  type Window,
} from "../../../pql/syntax/ast.js";
import type { TimeUnit } from "../../../src/core/time.js";

const span = { start: 0, end: 0 };

/** Names that are words of the language, of other languages, or need their backquotes. */
const ODD_NAMES = [
  ..."orders users first COUNT for _x1 For_Each in IN not as AS at via anchor inf abs Month days".split(
    " ",
  ),
  ..."true null exists quantile between 1st order-id -1 #x -- /* :p 'x' %".split(" "),
  "for each",
  "is not",
  "ABS(",
  "naïve",
  "日本",
];
const arbName = fc.oneof(
  fc.constantFrom(...ODD_NAMES),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
    .filter((name) => !/[`.\r\n]/.test(name)),
);
const arbParameter: fc.Arbitrary<Parameter> = fc
  .constantFrom("p", "start", "FOR", "_1", "null", "aNameOfSomeLength")
  .map((name) => ({ kind: "parameter", name, span }));

const arbLink: fc.Arbitrary<LinkName> = fc.record({
  table: fc.option(arbName),
  column: arbName,
  span: fc.constant(span),
});
const arbVia: fc.Arbitrary<Via | null> = fc.option(
  fc
    .array(arbLink, { minLength: 1, maxLength: 3 })
    .map((links): Via => ({ kind: "via", links, span })),
  { freq: 2 },
);
const arbColumn: fc.Arbitrary<ColumnRef> = fc
  .tuple(arbName, arbName, arbVia)
  .map(([table, column, via]) => ({ kind: "column", table, column, via, span }));
const arbWildcard: fc.Arbitrary<Wildcard> = fc
  .tuple(arbName, arbVia)
  .map(([table, via]) => ({ kind: "wildcard", table, via, span }));
const arbRef = fc.oneof({ arbitrary: arbColumn, weight: 4 }, { arbitrary: arbWildcard, weight: 1 });

const arbInteger = fc
  .oneof(fc.integer({ min: -3, max: 3 }), fc.integer(), fc.bigInt(-(10n ** 25n), 10n ** 25n))
  .map(
    (value): NumberConstant => ({
      kind: "number",
      value: Number(value) + 0,
      integer: true,
      text: String(value),
      span,
    }),
  );
const arbDecimal = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value): NumberConstant => {
    const plain = Object.is(value, -0) ? "-0" : String(value);
    const text = /[.e]/.test(plain) ? plain : `${plain}.0`;
    return { kind: "number", value, integer: false, text, span };
  });
const arbNumber = fc.oneof(arbInteger, arbDecimal);
const arbTime = fc
  .oneof(
    fc.integer({ min: Date.UTC(1000, 0) / 1000, max: Date.UTC(9999, 0) / 1000 }),
    fc.integer({ min: 0, max: 40_000 }).map((day) => day * 86_400),
    fc.integer({ min: 0, max: 2_000_000_000_000 }).map((ms) => ms / 1000),
  )
  .map((seconds): Constant => ({ kind: "time", value: Math.round(seconds * 1000) + 0, span }));
const arbPlain: fc.Arbitrary<Exclude<Constant, { kind: "list" }>> = fc.oneof(
  fc.constant<Constant>({ kind: "null", span }),
  fc.boolean().map((value): Constant => ({ kind: "boolean", value, span })),
  arbInteger,
  arbDecimal,
  fc.string({ unit: "binary" }).map((value): Constant => ({ kind: "string", value, span })),
  arbTime,
) as fc.Arbitrary<Exclude<Constant, { kind: "list" }>>;
const arbScalar = fc.oneof(
  { arbitrary: arbPlain, weight: 6 },
  { arbitrary: arbParameter, weight: 1 },
);
/** A constant, a list, or a list of lists as for composite keys; lists of one too. */
const arbConstant: fc.Arbitrary<Constant | Parameter> = fc.letrec<{
  item: Constant | Parameter;
}>((tie) => ({
  item: fc.oneof(
    { depthSize: "xsmall" },
    { arbitrary: arbScalar, weight: 3 },
    {
      arbitrary: fc
        .array(tie("item"), { minLength: 1, maxLength: 3 })
        .map((items): Constant => ({ kind: "list", items, span })),
      weight: 1,
    },
  ),
})).item;

const arbRelation = fc.constantFrom<Operator>(
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
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
const arbAmount = fc.oneof({ arbitrary: fc.integer(), weight: 4 }, arbParameter);
const arbWindow: fc.Arbitrary<Window> = fc
  .record({
    start: fc.oneof(arbAmount, fc.constant(Number.NEGATIVE_INFINITY)),
    end: arbAmount,
    unit: fc.constantFrom(...UNITS),
  })
  .map((window) => ({ kind: "window", ...window, span }));

/** What names an aggregation and, for QUANTILE, its share. */
const arbHead = fc.oneof(
  fc
    .constantFrom(...AGGREGATES.filter((name) => name !== "QUANTILE"))
    .map((name) => ({ name, quantile: null })),
  fc.record({
    name: fc.constant("QUANTILE" as const),
    quantile: fc.oneof(arbNumber, arbParameter),
  }),
);

const {
  condition: arbCondition,
  expression: arbExpression,
  aggregation: arbAggregation,
} = fc.letrec<{
  condition: Condition;
  comparison: Comparison;
  expression: Expression;
  aggregation: Aggregation;
}>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    tie("comparison"),
    fc
      .record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("condition"), { minLength: 2, maxLength: 4 }),
      })
      .map((node): Condition => ({ ...node, span })),
    tie("condition").map((operand): Condition => ({ kind: "not", operand, span })),
  ),
  comparison: fc
    .oneof(
      fc.record({ left: tie("expression"), operator: arbRelation, right: tie("expression") }),
      fc.record({ left: tie("expression"), operator: arbRelation, right: arbConstant }),
      fc.record({
        left: tie("expression"),
        operator: fc.constant("IN" as const),
        right: arbConstant,
      }),
      fc.record({
        left: tie("expression"),
        operator: fc.constant("BETWEEN" as const),
        right: fc
          .tuple(arbConstant, arbConstant)
          .map((items): Constant => ({ kind: "list", items, span })),
      }),
    )
    .map((node): Comparison => ({ kind: "comparison", ...node, operatorSpan: span, span })),
  expression: fc.oneof(
    { depthSize: "small" },
    arbRef,
    arbConstant,
    fc.constant<AnchorTime>({ kind: "anchor", span }),
    tie("aggregation"),
    fc
      .record({
        operator: fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const),
        left: tie("expression"),
        right: tie("expression"),
      })
      .map((node): Expression => ({ kind: "arithmetic", ...node, span })),
    tie("expression").map((operand): Expression => ({ kind: "negative", operand, span })),
    fc
      .record({
        name: fc.constantFrom(...FUNCTIONS),
        args: fc.array(tie("expression"), { minLength: 1, maxLength: 3 }),
      })
      .map((node): Expression => ({ kind: "call", ...node, span })),
  ),
  aggregation: fc
    .record({
      head: arbHead,
      argument: fc.oneof({ depthSize: "small" }, arbRef, tie("expression")),
      where: fc.option(tie("condition"), { depthSize: "small" }),
      window: fc.option(arbWindow),
    })
    .map(
      ({ head, ...node }): Aggregation => ({
        kind: "aggregation",
        name: head.name,
        argument: node.argument,
        where: node.where,
        quantile: head.quantile,
        window: node.window,
        span,
      }),
    ),
}));

const arbTop = fc.option(arbAmount);
const arbProblem: fc.Arbitrary<Problem> = fc.oneof(
  arbAmount.map((timeframes): Problem => ({ kind: "forecast", timeframes, span })),
  arbTop.map((top): Problem => ({ kind: "rank", top, span })),
  arbTop.map((top): Problem => ({ kind: "classify", top, span })),
  arbAmount.map((top): Problem => ({ kind: "top", top, span })),
);
const arbEntity: fc.Arbitrary<Entity> = fc
  .record({
    each: fc.boolean(),
    keys: fc.array(arbRef, { minLength: 1, maxLength: 3 }),
    selection: fc.option(
      fc.record({
        operator: fc.oneof(arbRelation, fc.constant<Operator>("IN")),
        value: arbConstant,
        operatorSpan: fc.constant(span),
      }),
    ),
  })
  .map((entity) => ({ kind: "entity", ...entity, span }));

/** A list is the one value that is no target. */
const arbTarget: fc.Arbitrary<Target> = fc
  .oneof(arbRef, arbAggregation, arbExpression, arbCondition)
  .filter((target) => target.kind !== "list");
const arbTargets: fc.Arbitrary<NamedTarget[]> = fc
  .oneof(
    fc.record({ value: arbTarget, name: fc.option(arbName) }).map((target) => [target]),
    fc.uniqueArray(fc.record({ value: arbTarget, name: arbName }), {
      minLength: 2,
      maxLength: 4,
      selector: ({ name }) => name.toLowerCase(),
    }),
  )
  .map((targets) => targets.map((target) => ({ kind: "target", ...target, span })));

/** A query of any shape the grammar allows, most of them without any sense. */
export const arbQuery: fc.Arbitrary<PredictiveQuery> = fc
  .record({
    command: fc.option(fc.constantFrom("explain" as const, "evaluate" as const)),
    targets: arbTargets,
    problem: fc.option(arbProblem),
    entity: arbEntity,
    where: fc.option(arbCondition),
    assuming: fc.option(arbCondition),
    at: fc.option(arbScalar),
  })
  .map((query) => ({ kind: "query", ...query, source: "", span }));
