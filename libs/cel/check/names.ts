import type { Expr } from '../syntax/ast.js';
import type { Declarations } from './declarations.js';
import type { CelType } from './types.js';

/** The dotted name that a chain of selections spells, if it is one. */
export function qualifiedName(expr: Expr): string | undefined {
  const parts: string[] = [];
  let at = expr;
  while (at.kind === 'select' && !at.testOnly) {
    parts.push(at.field);
    at = at.operand;
  }
  if (at.kind !== 'ident') return undefined;
  return [at.name, ...parts.reverse()].join('.');
}

/** A name without the dot that makes it absolute. */
export const bare = (name: string): string => (name.startsWith('.') ? name.slice(1) : name);

/** Variables of comprehensions, the innermost first. */
export interface Scope {
  readonly names: ReadonlyMap<string, CelType>;
  readonly outer: Scope | undefined;
}

/** The type of a name; undefined if it is not declared. */
export function typeOfName(name: string, innermost: Scope | undefined, declarations: Declarations): CelType | undefined {
  const plain = bare(name);
  for (let scope = innermost; scope; scope = scope.outer) {
    const local = scope.names.get(plain);
    if (local) return local;
  }
  return declarations.variables.get(plain) ?? declarations.typeNames.get(plain);
}
