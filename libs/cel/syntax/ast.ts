import type { CelType } from '../check/types.js';
import type { Value } from '../run/values.js';

/** What the parser gives every node, and what the checker adds. */
interface Node {
  /** Code point where errors about it are shown. */
  readonly at: number;
  /** Nesting as cel-go's visitor counts it. */
  depth: number;
  /** Set by the checker. */
  type?: CelType;
  /** Overloads that a call may mean: set by the checker. */
  overloads?: readonly string[];
}

interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}
export interface Ident extends Node {
  readonly kind: 'ident';
  name: string;
}
export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** has(operand.field). */
  readonly testOnly: boolean;
  /** Set by the checker where the whole is the name of a variable: `authorizer.requestResource`. */
  variable?: string;
}
export interface Call extends Node {
  readonly kind: 'call';
  fn: string;
  target?: Expr;
  readonly args: readonly Expr[];
}
export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Indexes of elements with `?`. */
  readonly optionals: ReadonlySet<number>;
}
export interface MapEntry {
  readonly at: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}
export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}
export interface StructField {
  readonly at: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}
export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly StructField[];
}
/** A comprehension: what the macros become. */
export interface Fold extends Node {
  readonly kind: 'fold';
  readonly range: Expr;
  readonly iterVar: string;
  readonly iterVar2?: string;
  readonly accuVar: string;
  readonly accuInit: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | StructExpr | Fold;

/** Names of operators (cel-go's common/operators). */
export const op = {
  conditional: '_?_:_',
  and: '_&&_',
  or: '_||_',
  not: '!_',
  equals: '_==_',
  notEquals: '_!=_',
  add: '_+_',
  index: '_[_]',
  optIndex: '_[?_]',
  optSelect: '_?._',
  negate: '-_',
  notStrictlyFalse: '@not_strictly_false',
} as const;

/** The name of the macros' accumulator. */
export const ACCUMULATOR = '@result';

/** The expressions directly in an expression, in the order of evaluation. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'fold':
      return [expr.range, expr.accuInit, expr.condition, expr.step, expr.result];
  }
}
