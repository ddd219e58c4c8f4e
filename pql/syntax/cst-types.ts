/** Types of the concrete syntax tree, made from grammar.ts by chevrotain; a test keeps them in step. */
import type { CstNode, IToken } from "chevrotain";

/** Node of the rule `query`. */
export interface QueryCstNode extends CstNode {
  name: "query";
  children: QueryCstChildren;
}

/** Children of the rule `query`. */
export type QueryCstChildren = {
  Command?: IToken[];
  Predict: IToken[];
  target: TargetCstNode[];
  Comma?: IToken[];
  problem?: ProblemCstNode[];
  entity: EntityCstNode[];
  Where?: IToken[];
  where?: ConditionCstNode[];
  Assuming?: IToken[];
  assuming?: ConditionCstNode[];
  At?: IToken[];
  at?: ScalarCstNode[];
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
  As?: IToken[];
  Name?: IToken[];
};

/** Node of the rule `problem`. */
export interface ProblemCstNode extends CstNode {
  name: "problem";
  children: ProblemCstChildren;
}

/** Children of the rule `problem`. */
export type ProblemCstChildren = {
  Forecast?: IToken[];
  amount?: AmountCstNode[];
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
  amount: AmountCstNode[];
};

/** Node of the rule `amount`. */
export interface AmountCstNode extends CstNode {
  name: "amount";
  children: AmountCstChildren;
}

/** Children of the rule `amount`. */
export type AmountCstChildren = {
  Int?: IToken[];
  ParameterName?: IToken[];
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
  column?: ColumnCstNode[];
  LeftBracket?: IToken[];
  Comma?: IToken[];
  RightBracket?: IToken[];
  RelOp?: IToken[];
  In?: IToken[];
  item?: ItemCstNode[];
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
  comparison?: ComparisonCstNode[];
};

/** Node of the rule `comparison`. */
export interface ComparisonCstNode extends CstNode {
  name: "comparison";
  children: ComparisonCstChildren;
}

/** Children of the rule `comparison`. */
export type ComparisonCstChildren = {
  left: SumCstNode[];
  RelOp?: IToken[];
  right?: SumCstNode[];
  In?: IToken[];
  item?: ItemCstNode[];
  Between?: IToken[];
  And?: IToken[];
};

/** Node of the rule `sum`. */
export interface SumCstNode extends CstNode {
  name: "sum";
  children: SumCstChildren;
}

/** Children of the rule `sum`. */
export type SumCstChildren = {
  product: ProductCstNode[];
  addend?: AddendCstNode[];
};

/** Node of the rule `addend`. */
export interface AddendCstNode extends CstNode {
  name: "addend";
  children: AddendCstChildren;
}

/** Children of the rule `addend`. */
export type AddendCstChildren = {
  Plus?: IToken[];
  Minus?: IToken[];
  product: ProductCstNode[];
};

/** Node of the rule `product`. */
export interface ProductCstNode extends CstNode {
  name: "product";
  children: ProductCstChildren;
}

/** Children of the rule `product`. */
export type ProductCstChildren = {
  primary: PrimaryCstNode[];
  multiplier?: MultiplierCstNode[];
};

/** Node of the rule `multiplier`. */
export interface MultiplierCstNode extends CstNode {
  name: "multiplier";
  children: MultiplierCstChildren;
}

/** Children of the rule `multiplier`. */
export type MultiplierCstChildren = {
  Star?: IToken[];
  Slash?: IToken[];
  primary: PrimaryCstNode[];
};

/** Node of the rule `primary`. */
export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

/** Children of the rule `primary`. */
export type PrimaryCstChildren = {
  column?: ColumnCstNode[];
  aggregation?: AggregationCstNode[];
  scalar?: ScalarCstNode[];
  quantile?: QuantileCstNode[];
  call?: CallCstNode[];
  group?: GroupCstNode[];
  Anchor?: IToken[];
  Minus?: IToken[];
  primary?: PrimaryCstNode[];
};

/** Node of the rule `group`. */
export interface GroupCstNode extends CstNode {
  name: "group";
  children: GroupCstChildren;
}

/** Children of the rule `group`. */
export type GroupCstChildren = {
  LeftBracket: IToken[];
  condition: ConditionCstNode[];
  Comma?: IToken[];
  RightBracket: IToken[];
};

/** Node of the rule `call`. */
export interface CallCstNode extends CstNode {
  name: "call";
  children: CallCstChildren;
}

/** Children of the rule `call`. */
export type CallCstChildren = {
  FunctionWord: IToken[];
  LeftBracket: IToken[];
  sum: SumCstNode[];
  Comma?: IToken[];
  RightBracket: IToken[];
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
  sum: SumCstNode[];
  Where?: IToken[];
  condition?: ConditionCstNode[];
  window?: WindowCstNode[];
  RightBracket: IToken[];
};

/** Node of the rule `quantile`. */
export interface QuantileCstNode extends CstNode {
  name: "quantile";
  children: QuantileCstChildren;
}

/** Children of the rule `quantile`. */
export type QuantileCstChildren = {
  Quantile: IToken[];
  LeftBracket: IToken[];
  sum: SumCstNode[];
  Where?: IToken[];
  condition?: ConditionCstNode[];
  Comma: IToken[];
  share: ScalarCstNode[];
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
  end?: IToken[];
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
  ViaWord?: IToken[];
  link?: LinkCstNode[];
  Arrow?: IToken[];
};

/** Node of the rule `link`. */
export interface LinkCstNode extends CstNode {
  name: "link";
  children: LinkCstChildren;
}

/** Children of the rule `link`. */
export type LinkCstChildren = {
  Name?: IToken[];
  FqnColumn?: IToken[];
};

/** Node of the rule `item`. */
export interface ItemCstNode extends CstNode {
  name: "item";
  children: ItemCstChildren;
}

/** Children of the rule `item`. */
export type ItemCstChildren = {
  scalar?: ScalarCstNode[];
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
  item: ItemCstNode[];
  Comma?: IToken[];
  RightBracket: IToken[];
};

/** Node of the rule `scalar`. */
export interface ScalarCstNode extends CstNode {
  name: "scalar";
  children: ScalarCstChildren;
}

/** Children of the rule `scalar`. */
export type ScalarCstChildren = {
  Int?: IToken[];
  Decimal?: IToken[];
  Str?: IToken[];
  Bool?: IToken[];
  DateLiteral?: IToken[];
  TimeLiteral?: IToken[];
  Null?: IToken[];
  ParameterName?: IToken[];
};
