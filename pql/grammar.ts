/** The grammar of PQL: rules only, no actions; what a rule means is said in build-ast.ts. */
import { CstParser, type IParserErrorMessageProvider } from "chevrotain";
import {
  Aggregate,
  And,
  Assuming,
  allTokens,
  Bool,
  Classify,
  Comma,
  DateLiteral,
  Decimal,
  For,
  ForEach,
  Forecast,
  FqnColumn,
  Int,
  LeftBracket,
  NegInf,
  Not,
  Null,
  Or,
  Predict,
  Rank,
  RelOp,
  RightBracket,
  Semicolon,
  Str,
  Timeframes,
  TimeLiteral,
  Top,
  Unit,
  Where,
  WildcardColumn,
} from "./tokens.js";

/**
 * Parses tokens into a concrete syntax tree of the superset; the strict dialect is checked afterwards.
 *
 * Bare columns and aggregations stand in the same rule as comparisons, so the grammar is LL(1) and a
 * missing comparison is explained by the tree builder.
 *
 * @see kumo-ai/kumo-relational-client PQLGrammar.g4, the published grammar.
 */
export class PqlParser extends CstParser {
  constructor(errorMessageProvider: IParserErrorMessageProvider) {
    super([...allTokens], {
      recoveryEnabled: true,
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider,
    });
    this.performSelfAnalysis();
  }

  /** `PREDICT target [problem] FOR EACH entity [WHERE …] [ASSUMING …] [;]` */
  readonly query = this.RULE("query", () => {
    this.CONSUME(Predict);
    this.SUBRULE(this.target);
    this.OPTION(() => this.SUBRULE(this.problem));
    this.SUBRULE(this.entity);
    this.OPTION1(() => {
      this.CONSUME(Where);
      this.SUBRULE(this.condition, { LABEL: "where" });
    });
    this.OPTION2(() => {
      this.CONSUME(Assuming);
      this.SUBRULE1(this.condition, { LABEL: "assuming" });
    });
    this.OPTION3(() => this.CONSUME(Semicolon));
  });

  /** A condition, an aggregation or a column. */
  readonly target = this.RULE("target", () => {
    this.SUBRULE(this.condition);
  });

  /** `FORECAST n TIMEFRAMES`, `RANK [TOP k]`, `CLASSIFY [TOP k]` or `TOP k`. */
  readonly problem = this.RULE("problem", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Forecast);
          this.CONSUME(Int);
          this.CONSUME(Timeframes);
        },
      },
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.CONSUME(Rank) }, { ALT: () => this.CONSUME(Classify) }]);
          this.OPTION(() => this.SUBRULE(this.top));
        },
      },
      { ALT: () => this.SUBRULE1(this.top) },
    ]);
  });

  /** `TOP k` */
  readonly top = this.RULE("top", () => {
    this.CONSUME(Top);
    this.CONSUME(Int);
  });

  /** `FOR EACH t.key`, `FOR t.key = id` or `FOR t.key IN (…)`. */
  readonly entity = this.RULE("entity", () => {
    this.OR([{ ALT: () => this.CONSUME(ForEach) }, { ALT: () => this.CONSUME(For) }]);
    this.SUBRULE(this.column);
    this.OPTION(() => {
      this.CONSUME(RelOp);
      this.SUBRULE(this.constant);
    });
  });

  /** OR of ANDs of NOTs: NOT binds tightest, then AND, then OR. */
  readonly condition = this.RULE("condition", () => {
    this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(Or);
      this.SUBRULE1(this.conjunction);
    });
  });

  /** Negations joined by AND. */
  readonly conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.negation);
    this.MANY(() => {
      this.CONSUME(And);
      this.SUBRULE1(this.negation);
    });
  });

  readonly negation = this.RULE("negation", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Not);
          this.SUBRULE(this.negation);
        },
      },
      {
        ALT: () => {
          this.CONSUME(LeftBracket);
          this.SUBRULE(this.condition);
          this.CONSUME(RightBracket);
        },
      },
      { ALT: () => this.SUBRULE(this.comparison) },
    ]);
  });

  /** An operand, compared with a constant everywhere but at the top of a target. */
  readonly comparison = this.RULE("comparison", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.aggregation) },
      { ALT: () => this.SUBRULE(this.column) },
    ]);
    this.OPTION(() => {
      this.CONSUME(RelOp);
      this.SUBRULE(this.constant);
    });
  });

  /** `COUNT(t.* WHERE …, start, end, unit)`. */
  readonly aggregation = this.RULE("aggregation", () => {
    this.CONSUME(Aggregate);
    this.CONSUME(LeftBracket);
    this.SUBRULE(this.column);
    this.OPTION(() => {
      this.CONSUME(Where);
      this.SUBRULE(this.condition);
    });
    this.OPTION1(() => this.SUBRULE(this.window));
    this.CONSUME(RightBracket);
  });

  /** `, start, end [, unit]` */
  readonly window = this.RULE("window", () => {
    this.CONSUME(Comma);
    this.OR([
      { ALT: () => this.CONSUME(Int, { LABEL: "start" }) },
      { ALT: () => this.CONSUME(NegInf, { LABEL: "start" }) },
    ]);
    this.CONSUME1(Comma);
    this.CONSUME1(Int, { LABEL: "end" });
    this.OPTION(() => {
      this.CONSUME2(Comma);
      this.CONSUME(Unit);
    });
  });

  /** `table.column` or `table.*`; which is allowed where is checked later. */
  readonly column = this.RULE("column", () => {
    this.OR([{ ALT: () => this.CONSUME(FqnColumn) }, { ALT: () => this.CONSUME(WildcardColumn) }]);
  });

  /** A value, or a list of values. */
  readonly constant = this.RULE("constant", () => {
    this.OR([
      { ALT: () => this.CONSUME(Bool) },
      { ALT: () => this.CONSUME(Int) },
      { ALT: () => this.CONSUME(Decimal) },
      { ALT: () => this.CONSUME(Str) },
      {
        ALT: () => {
          this.CONSUME(DateLiteral);
          this.OPTION(() => this.CONSUME(TimeLiteral));
        },
      },
      { ALT: () => this.CONSUME(Null) },
      { ALT: () => this.SUBRULE(this.list) },
    ]);
  });

  /** `(a, b, …)`; one element and a trailing comma belong to the superset. */
  readonly list = this.RULE("list", () => {
    this.CONSUME(LeftBracket);
    this.SUBRULE(this.constant);
    this.MANY({
      GATE: () => this.LA(2).tokenType !== RightBracket,
      DEF: () => {
        this.CONSUME(Comma);
        this.SUBRULE1(this.constant);
      },
    });
    this.OPTION(() => this.CONSUME1(Comma));
    this.CONSUME(RightBracket);
  });
}
