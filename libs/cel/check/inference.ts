import type { Expr } from '../syntax/ast.js';
import type { Issue } from '../syntax/source.js';
import type { Overload } from './functions.js';
import { type CelType, DYN, formatType, optionalType, typeParam, unwrapOptional } from './types.js';
import { Bindings, isAssignable, isAssignableList, mostGeneral, substitute } from './unify.js';

/** Types nested deeper or wider than this are dyn: comparing them could cost far more than the expression is long. */
const MAX_WEIGHT = 2_000;

/** The types that one expression's nodes have so far, the variables in them, and what does not fit. */
export class Inference {
  private readonly bindings = new Bindings();
  private fresh = 0;
  private readonly weights = new WeakMap<CelType, number>();
  private readonly nodes: Expr[] = [];

  constructor(private readonly issues: Issue[]) {}

  /** Replaces the variables in the types of all nodes. */
  finish(): void {
    for (const node of this.nodes) node.type = this.final(node.type ?? DYN);
  }

  /** The type as it is shown: variables that are not bound are dyn. */
  final(type: CelType): CelType {
    return substitute(this.bindings, type, true);
  }

  report(at: number, message: string): void {
    this.issues.push({ at, message });
  }

  mismatch(at: number, expected: CelType, actual: CelType): void {
    this.report(at, `expected type '${formatType(expected)}' but found '${formatType(actual)}'`);
  }

  undeclared(at: number, name: string): void {
    this.report(at, `undeclared reference to '${name}' (in container '')`);
  }

  private weight(type: CelType): number {
    if (type.params.length === 0) return 1;
    const known = this.weights.get(type);
    if (known !== undefined) return known;
    const weight = type.params.reduce((sum, param) => sum + this.weight(param), 1);
    this.weights.set(type, weight);
    return weight;
  }

  /** Gives an expression its type. */
  set(expr: Expr, type: CelType): CelType {
    expr.type = this.weight(type) > MAX_WEIGHT ? DYN : type;
    this.nodes.push(expr);
    return expr.type;
  }

  /** Whether a value of type b may stand where a is expected; binds variables of types. */
  assignable(a: CelType, b: CelType): boolean {
    return isAssignable(this.bindings, a, b);
  }

  /** The type with what is known of its variables. */
  resolve(type: CelType): CelType {
    return substitute(this.bindings, type, false);
  }

  /** A new variable of types. */
  variable(): CelType {
    return typeParam(`_var${this.fresh++}`);
  }

  /** The parameters and result of an overload with fresh variables for its type parameters. */
  private instantiate(overload: Overload): { args: readonly CelType[]; result: CelType } {
    if (overload.params.length === 0) return overload;
    const fresh = new Bindings();
    for (const param of overload.params) fresh.bind(typeParam(param), this.variable());
    return { args: overload.args.map((arg) => substitute(fresh, arg, false)), result: substitute(fresh, overload.result, false) };
  }

  /** The result of an overload that takes these arguments; undefined if it does not. */
  apply(overload: Overload, args: readonly CelType[]): CelType | undefined {
    const candidate = this.instantiate(overload);
    return isAssignableList(this.bindings, args, candidate.args) ? this.resolve(candidate.result) : undefined;
  }

  /** The type of the elements of a literal so far; those of several types are dyn, which a validator refuses where it matters. */
  join(previous: CelType | undefined, current: CelType): CelType {
    if (!previous) return current;
    return this.assignable(previous, current) ? mostGeneral(previous, current) : DYN;
  }

  /** The type of an optional element's value. */
  unwrapped(expr: Expr, type: CelType): CelType {
    const { type: inner, optional } = unwrapOptional(type);
    if (!optional && inner.kind !== 'dyn') this.mismatch(expr.at, optionalType(inner), inner);
    return inner;
  }
}
