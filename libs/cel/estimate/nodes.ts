import type { CelType } from '../check/types.js';
import type { Expr } from '../syntax/ast.js';
import type { Range } from './sizes.js';

/** What estimates need to know of an expression (cel-go's checker.AstNode). */
export interface EstimatedNode {
  /** The way from a variable to the value: `self`, `items`, `@items`. Undefined if it does not come of a variable. */
  readonly path: readonly string[] | undefined;
  readonly type: CelType;
  readonly expr?: Expr;
  /** The size as far as the expression tells. */
  readonly size: Range | undefined;
}

/** Sizes of the keys and values of a list or map. */
export interface EntrySize {
  readonly kind: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

/** The cost of a call without its arguments, and the size of its result where that is one of a text, list or map. */
export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
  /** The cost contains that of the arguments. */
  readonly whole?: boolean;
}

/** One call to estimate. */
export interface CallToEstimate {
  readonly fn: string;
  readonly overload: string;
  readonly target: EstimatedNode | undefined;
  readonly args: readonly EstimatedNode[];
  readonly argCosts: readonly Range[];
  /** The size of a node: what is known, or nothing. */
  readonly sizeOf: (node: EstimatedNode) => Range;
}

/** The items of a list as a node. */
export function itemsNode(list: EstimatedNode): EstimatedNode | undefined {
  const [type] = list.type.params;
  return type && { type, path: list.path && [...list.path, '@items'], size: undefined };
}
