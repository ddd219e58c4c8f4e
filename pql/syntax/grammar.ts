/** The grammar of PQL: rules only, no actions; what a rule means is said in build-ast.ts. */
import { CstParser, type IParserErrorMessageProvider, type IToken } from "chevrotain";
import * as T from "./tokens.js";

/**
 * Parses tokens into a concrete syntax tree of the superset; the strict dialect is checked afterwards.
 *
 * Values and conditions stand in one chain of rules, `condition` … `primary`, because a bracket may open either; the tree
 * builder says where a comparison is missing or one too many. The grammar is LL(1) but for commas. Alternatives of the
 * rules that are entered most are fields, so that they are not made anew each time.
 *
 * @see kumo-ai/kumo-relational-client PQLGrammar.g4, the published grammar.
 */
export class PqlParser extends CstParser {
  constructor(errorMessageProvider: IParserErrorMessageProvider) {
    super([...T.allTokens], {
      recoveryEnabled: true,
      maxLookahead: 1,
      nodeLocationTracking: "onlyOffset",
      errorMessageProvider,
    });
    this.performSelfAnalysis();
  }

  /** `[EXPLAIN] PREDICT target, … [problem] FOR EACH entity [WHERE …] [ASSUMING …] [AT time] [;]` */
  readonly query = this.RULE("query", () => {
    this.OPTION(() => this.CONSUME(T.Command));
    this.CONSUME(T.Predict);
    this.SUBRULE(this.target);
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.SUBRULE1(this.target);
    });
    this.OPTION1(() => this.SUBRULE(this.problem));
    this.SUBRULE(this.entity);
    this.OPTION2(() => {
      this.CONSUME(T.Where);
      this.SUBRULE(this.condition, { LABEL: "where" });
    });
    this.OPTION3(() => {
      this.CONSUME(T.Assuming);
      this.SUBRULE1(this.condition, { LABEL: "assuming" });
    });
    this.OPTION4(() => {
      this.CONSUME(T.At);
      this.SUBRULE(this.scalar, { LABEL: "at" });
    });
    this.OPTION5(() => this.CONSUME(T.Semicolon));
  });

  /** A condition or a value, with a name where there are several. */
  readonly target = this.RULE("target", () => {
    this.SUBRULE(this.condition);
    this.OPTION(() => {
      this.CONSUME(T.As);
      this.CONSUME(T.Name);
    });
  });

  /** `FORECAST n TIMEFRAMES`, `RANK [TOP k]`, `CLASSIFY [TOP k]` or `TOP k`. */
  readonly problem = this.RULE("problem", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Forecast);
          this.SUBRULE(this.amount);
          this.CONSUME(T.Timeframes);
        },
      },
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.CONSUME(T.Rank) }, { ALT: () => this.CONSUME(T.Classify) }]);
          this.OPTION(() => this.SUBRULE(this.top));
        },
      },
      { ALT: () => this.SUBRULE1(this.top) },
    ]);
  });

  /** `TOP k` */
  readonly top = this.RULE("top", () => {
    this.CONSUME(T.Top);
    this.SUBRULE(this.amount);
  });

  /** A whole number, or a parameter that is one. */
  readonly amount = this.RULE("amount", () => {
    this.OR([{ ALT: () => this.CONSUME(T.Int) }, { ALT: () => this.CONSUME(T.ParameterName) }]);
  });

  /** `FOR EACH t.key`, `FOR t.key = id`, `FOR t.key IN (…)`, or `(t.k1, t.k2)` in place of the key. */
  readonly entity = this.RULE("entity", () => {
    this.OR([{ ALT: () => this.CONSUME(T.ForEach) }, { ALT: () => this.CONSUME(T.For) }]);
    this.OR1([
      { ALT: () => this.SUBRULE(this.column) },
      {
        ALT: () => {
          this.CONSUME(T.LeftBracket);
          this.SUBRULE1(this.column);
          this.MANY(() => {
            this.CONSUME(T.Comma);
            this.SUBRULE2(this.column);
          });
          this.CONSUME(T.RightBracket);
        },
      },
    ]);
    this.OPTION(() => {
      this.OR2([{ ALT: () => this.CONSUME(T.RelOp) }, { ALT: () => this.CONSUME(T.In) }]);
      this.SUBRULE(this.item);
    });
  });

  /** OR of ANDs of NOTs: NOT binds tightest, then AND, then OR. */
  readonly condition = this.RULE("condition", () => {
    this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(T.Or);
      this.SUBRULE1(this.conjunction);
    });
  });

  /** Negations joined by AND. */
  readonly conjunction = this.RULE("conjunction", () => {
    this.SUBRULE(this.negation);
    this.MANY(() => {
      this.CONSUME(T.And);
      this.SUBRULE1(this.negation);
    });
  });

  private readonly negations = [
    {
      ALT: () => {
        this.CONSUME(T.Not);
        this.SUBRULE(this.negation);
      },
    },
    { ALT: () => this.SUBRULE(this.comparison) },
  ];

  readonly negation = this.RULE("negation", () => {
    this.OR(this.negations);
  });

  private readonly comparisons = [
    {
      ALT: () => {
        this.CONSUME(T.RelOp);
        this.SUBRULE1(this.sum, { LABEL: "right" });
      },
    },
    {
      ALT: () => {
        this.CONSUME(T.In);
        this.SUBRULE(this.item);
      },
    },
    {
      ALT: () => {
        this.CONSUME(T.Between);
        this.SUBRULE2(this.sum, { LABEL: "right" });
        this.CONSUME(T.And);
        this.SUBRULE3(this.sum, { LABEL: "right" });
      },
    },
  ];

  /** A value, compared everywhere but at the top of a target; or a condition in brackets. */
  readonly comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.sum, { LABEL: "left" });
    this.OPTION(() => {
      this.OR(this.comparisons);
    });
  });

  private readonly addends = {
    GATE: () => continuesSum(this.LA(1)),
    DEF: () => this.SUBRULE(this.addend),
  };

  /** Products joined by + and -. */
  readonly sum = this.RULE("sum", () => {
    this.SUBRULE(this.product);
    this.MANY(this.addends);
  });

  /** A sign and a product; the sign of `a -1` belongs to its number, and still subtracts. */
  readonly addend = this.RULE("addend", () => {
    this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(T.Plus) }, { ALT: () => this.CONSUME(T.Minus) }]);
    });
    this.SUBRULE(this.product);
  });

  /** Values joined by * and /. */
  readonly product = this.RULE("product", () => {
    this.SUBRULE(this.primary);
    this.MANY(() => this.SUBRULE(this.multiplier));
  });

  readonly multiplier = this.RULE("multiplier", () => {
    this.OR([{ ALT: () => this.CONSUME(T.Star) }, { ALT: () => this.CONSUME(T.Slash) }]);
    this.SUBRULE(this.primary);
  });

  private readonly primaries = [
    { ALT: () => this.SUBRULE(this.column) },
    { ALT: () => this.SUBRULE(this.aggregation) },
    { ALT: () => this.SUBRULE(this.scalar) },
    { ALT: () => this.SUBRULE(this.quantile) },
    { ALT: () => this.SUBRULE(this.call) },
    { ALT: () => this.SUBRULE(this.group) },
    { ALT: () => this.CONSUME(T.Anchor) },
    {
      ALT: () => {
        this.CONSUME1(T.Minus);
        this.SUBRULE1(this.primary);
      },
    },
  ];

  /** One value; in brackets a condition, a value, or with commas a list. */
  readonly primary = this.RULE("primary", () => {
    this.OR(this.primaries);
  });

  readonly group = this.RULE("group", () => {
    this.CONSUME(T.LeftBracket);
    this.SUBRULE(this.condition);
    this.MANY({
      GATE: () => this.LA(2).tokenType !== T.RightBracket,
      DEF: () => {
        this.CONSUME(T.Comma);
        this.SUBRULE1(this.condition);
      },
    });
    this.OPTION(() => this.CONSUME1(T.Comma));
    this.CONSUME(T.RightBracket);
  });

  /** `ABS(x)`, `COALESCE(x, y, …)`. */
  readonly call = this.RULE("call", () => {
    this.CONSUME(T.FunctionWord);
    this.CONSUME(T.LeftBracket);
    this.SUBRULE(this.sum);
    this.MANY(() => {
      this.CONSUME(T.Comma);
      this.SUBRULE1(this.sum);
    });
    this.CONSUME(T.RightBracket);
  });

  /** `COUNT(t.* WHERE …, start, end, unit)`. */
  readonly aggregation = this.RULE("aggregation", () => {
    this.CONSUME(T.Aggregate);
    this.CONSUME(T.LeftBracket);
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.CONSUME(T.Where);
      this.SUBRULE(this.condition);
    });
    this.OPTION1(() => this.SUBRULE(this.window));
    this.CONSUME(T.RightBracket);
  });

  /** `QUANTILE(t.c WHERE …, share, start, end, unit)`. */
  readonly quantile = this.RULE("quantile", () => {
    this.CONSUME(T.Quantile);
    this.CONSUME(T.LeftBracket);
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.CONSUME(T.Where);
      this.SUBRULE(this.condition);
    });
    this.CONSUME(T.Comma);
    this.SUBRULE(this.scalar, { LABEL: "share" });
    this.OPTION1(() => this.SUBRULE(this.window));
    this.CONSUME(T.RightBracket);
  });

  /** `, start, end [, unit]` */
  readonly window = this.RULE("window", () => {
    this.CONSUME(T.Comma);
    this.OR([
      { ALT: () => this.CONSUME(T.Int, { LABEL: "start" }) },
      { ALT: () => this.CONSUME(T.NegInf, { LABEL: "start" }) },
      { ALT: () => this.CONSUME(T.ParameterName, { LABEL: "start" }) },
    ]);
    this.CONSUME1(T.Comma);
    this.OR1([
      { ALT: () => this.CONSUME1(T.Int, { LABEL: "end" }) },
      { ALT: () => this.CONSUME1(T.ParameterName, { LABEL: "end" }) },
    ]);
    this.OPTION(() => {
      this.CONSUME2(T.Comma);
      this.CONSUME(T.Unit);
    });
  });

  /** `table.column` or `table.*`, with the links to it; which is allowed where is checked later. */
  readonly column = this.RULE("column", () => {
    this.OR([
      { ALT: () => this.CONSUME(T.FqnColumn) },
      { ALT: () => this.CONSUME(T.WildcardColumn) },
    ]);
    this.OPTION(() => {
      this.CONSUME(T.ViaWord);
      this.SUBRULE(this.link);
      this.MANY(() => {
        this.CONSUME(T.Arrow);
        this.SUBRULE1(this.link);
      });
    });
  });

  /** A foreign key: `column` or `table.column`. */
  readonly link = this.RULE("link", () => {
    this.OR([{ ALT: () => this.CONSUME(T.Name) }, { ALT: () => this.CONSUME(T.FqnColumn) }]);
  });

  private readonly items = [
    { ALT: () => this.SUBRULE(this.scalar) },
    { ALT: () => this.SUBRULE(this.list) },
  ];

  /** A constant or parameter, or a list of them. */
  readonly item = this.RULE("item", () => {
    this.OR(this.items);
  });

  /** `(a, b, …)`; one element and a trailing comma belong to the superset. */
  readonly list = this.RULE("list", () => {
    this.CONSUME(T.LeftBracket);
    this.SUBRULE(this.item);
    this.MANY({
      GATE: () => this.LA(2).tokenType !== T.RightBracket,
      DEF: () => {
        this.CONSUME(T.Comma);
        this.SUBRULE1(this.item);
      },
    });
    this.OPTION(() => this.CONSUME1(T.Comma));
    this.CONSUME(T.RightBracket);
  });

  private readonly scalars = [
    { ALT: () => this.CONSUME(T.Int) },
    { ALT: () => this.CONSUME(T.Decimal) },
    { ALT: () => this.CONSUME(T.Str) },
    { ALT: () => this.CONSUME(T.Bool) },
    {
      ALT: () => {
        this.CONSUME(T.DateLiteral);
        this.OPTION(() => this.CONSUME(T.TimeLiteral));
      },
    },
    { ALT: () => this.CONSUME(T.Null) },
    { ALT: () => this.CONSUME(T.ParameterName) },
  ];

  /** A single value: written, or given as a parameter. */
  readonly scalar = this.RULE("scalar", () => {
    this.OR(this.scalars);
  });
}

/** Tells whether a token goes on with a sum: a sign, or a number that brings its own. */
function continuesSum({ tokenType, image }: IToken): boolean {
  if (tokenType === T.Int || tokenType === T.Decimal) return image.startsWith("-");
  return tokenType === T.Plus || tokenType === T.Minus;
}
