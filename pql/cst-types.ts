/** Types of the concrete syntax tree, made from grammar.ts by chevrotain; a test keeps them in step. */
import type { CstNode, IToken } from "chevrotain";

/** Node of the rule `query`. */
export interface QueryCstNode extends CstNode {
  name: "query";
  children: QueryCstChildren;
}

/** Children of the rule `query`. */
export type QueryCstChildren = {
  Predict: IToken[];
  target: TargetCstNode[];
  problem?: ProblemCstNode[];
  entity: EntityCstNode[];
  Where?: IToken[];
  where?: ConditionCstNode[];
  Assuming?: IToken[];
  assuming?: ConditionCstNode[];
  Semicolon?: IToken[];
};

/** Node of the rule `target`. */
export interface TargetCstNode extends CstNode {
  name: "target";
  children: TargetCstChildren;
}

/** Children of the rule `target`. */
export type TargetCstChildren = {
  condition: ConditionCstNode[];
};

/** Node of the rule `problem`. */
export interface ProblemCstNode extends CstNode {
  name: "problem";
  children: ProblemCstChildren;
}

/** Children of the rule `problem`. */
export type ProblemCstChildren = {
  Forecast?: IToken[];
  Int?: IToken[];
  Timeframes?: IToken[];
  Rank?: IToken[];
  Classify?: IToken[];
  top?: TopCstNode[];
};

/** Node of the rule `top`. */
export interface TopCstNode extends CstNode {
  name: "top";
  children: TopCstChildren;
}

/** Children of the rule `top`. */
export type TopCstChildren = {
  Top: IToken[];
  Int: IToken[];
};

/** Node of the rule `entity`. */
export interface EntityCstNode extends CstNode {
  name: "entity";
  children: EntityCstChildren;
}

/** Children of the rule `entity`. */
export type EntityCstChildren = {
  ForEach?: IToken[];
  For?: IToken[];
  column: ColumnCstNode[];
  RelOp?: IToken[];
  constant?: ConstantCstNode[];
};

/** Node of the rule `condition`. */
export interface ConditionCstNode extends CstNode {
  name: "condition";
  children: ConditionCstChildren;
}

/** Children of the rule `condition`. */
export type ConditionCstChildren = {
  conjunction: ConjunctionCstNode[];
  Or?: IToken[];
};

/** Node of the rule `conjunction`. */
export interface ConjunctionCstNode extends CstNode {
  name: "conjunction";
  children: ConjunctionCstChildren;
}

/** Children of the rule `conjunction`. */
export type ConjunctionCstChildren = {
  negation: NegationCstNode[];
  And?: IToken[];
};

/** Node of the rule `negation`. */
export interface NegationCstNode extends CstNode {
  name: "negation";
  children: NegationCstChildren;
}

/** Children of the rule `negation`. */
export type NegationCstChildren = {
  Not?: IToken[];
  negation?: NegationCstNode[];
  LeftBracket?: IToken[];
  condition?: ConditionCstNode[];
  RightBracket?: IToken[];
  comparison?: ComparisonCstNode[];
};

/** Node of the rule `comparison`. */
export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: ComparisonCstChildren;
}

/** Children of the rule `comparison`. */
export type ComparisonCstChildren = {
  aggregation?: AggregationCstNode[];
  column?: ColumnCstNode[];
  RelOp?: IToken[];
  constant?: ConstantCstNode[];
};

/** Node of the rule `aggregation`. */
export interface AggregationCstNode extends CstNode {
  name: "aggregation";
  children: AggregationCstChildren;
}

/** Children of the rule `aggregation`. */
export type AggregationCstChildren = {
  Aggregate: IToken[];
  LeftBracket: IToken[];
  column: ColumnCstNode[];
  Where?: IToken[];
  condition?: ConditionCstNode[];
  window?: WindowCstNode[];
  RightBracket: IToken[];
};

/** Node of the rule `window`. */
export interface WindowCstNode extends CstNode {
  name: "window";
  children: WindowCstChildren;
}

/** Children of the rule `window`. */
export type WindowCstChildren = {
  Comma: IToken[];
  start?: IToken[];
  end: IToken[];
  Unit?: IToken[];
};

/** Node of the rule `column`. */
export interface ColumnCstNode extends CstNode {
  name: "column";
  children: ColumnCstChildren;
}

/** Children of the rule `column`. */
export type ColumnCstChildren = {
  FqnColumn?: IToken[];
  WildcardColumn?: IToken[];
};

/** Node of the rule `constant`. */
export interface ConstantCstNode extends CstNode {
  name: "constant";
  children: ConstantCstChildren;
}

/** Children of the rule `constant`. */
export type ConstantCstChildren = {
  Bool?: IToken[];
  Int?: IToken[];
  Decimal?: IToken[];
  Str?: IToken[];
  DateLiteral?: IToken[];
  TimeLiteral?: IToken[];
  Null?: IToken[];
  list?: ListCstNode[];
};

/** Node of the rule `list`. */
export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

/** Children of the rule `list`. */
export type ListCstChildren = {
  LeftBracket: IToken[];
  constant: ConstantCstNode[];
  Comma?: IToken[];
  RightBracket: IToken[];
};
